"""`lineament synth mine`: pieces of people-free pictures that a detector takes for faces."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.detection.mining import Mistake
    from lineament.face import ByteArray

REPORT = "lineament.mine/1"
LIST = "mined.jsonl"
MOST_SHOWN = 10
SOME_FAILED, NOTHING_USABLE = 1, 2


def mine(
    folder: Annotated[Path, typer.Argument(help="Folder of pictures in which nobody is.")],
    out: Annotated[Path, typer.Option(help="Folder for the pieces; new or empty.")],
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Least score of a mistake.")] = 0.3,
    context: Annotated[
        float, typer.Option(min=1, help="Side of a piece in longer sides of the box.")
    ] = 4.0,
    least_side: Annotated[int, typer.Option(min=1, help="Least side of a piece in pixels.")] = 96,
    most: Annotated[int, typer.Option(min=1, help="Most pieces of one picture.")] = 20,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Cut out what a detector takes for a face where there is none, to train against.

    The folder is one for the option `negatives` of a recipe of groups; `mined.jsonl` says what
    each piece is of. Look through the pieces first: a person in a picture would be taught as
    nobody. Exit code 1 if a picture cannot be read, 2 if none can.
    """
    from lineament.cli.inputs import Problem, collect
    from lineament.cli.summary import show_problem
    from lineament.detection import DetectionOptions, load_detector
    from lineament.detection.mining import mistakes
    from lineament.errors import ConfigError, ImageError

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"--out {out} is there and not empty; choose another place")
    inputs = collect([str(folder)], skip=out)
    photos = [source for source in inputs.sources if source.kind == "photo"]
    options = DetectionOptions(min_score=min_score)
    opened = load_detector(detector, options=options, device=device, threads=threads)
    find = partial(mistakes, opened, context=context, least_side=least_side, most=most)
    out.mkdir(parents=True, exist_ok=True)
    problems = list(inputs.problems)
    rows: list[dict[str, object]] = []
    for photo in photos:
        try:
            rows += _pieces(find, photo.path, out, len(rows))
        except ImageError as error:
            problems.append(Problem(photo.name, "ImageError", str(error)))
    (out / LIST).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for problem in problems[:MOST_SHOWN]:
        show_problem(problem, stderr)
    report = {
        "schema": REPORT,
        "out": str(out),
        "weight": opened.record.identifier,
        "pictures": len(photos),
        "pieces": len(rows),
        "failed": len(problems),
    }
    if as_json:
        typer.echo(json.dumps(report))
    else:
        words = f"{len(rows)} pieces of {len(photos)} pictures in {out}; {len(problems)} failed"
        stdout.print(words, markup=False, soft_wrap=True)
    if len(problems) >= len(photos) and problems:
        raise typer.Exit(NOTHING_USABLE)
    if problems:
        raise typer.Exit(SOME_FAILED)


def _pieces(
    find: Callable[[ByteArray], list[Mistake]], path: Path, out: Path, first: int
) -> list[dict[str, object]]:
    """Write the pieces of one picture, numbered from `first`, and say what each is of."""
    from lineament import image

    rows: list[dict[str, object]] = []
    for number, mistake in enumerate(find(image.read(path)), start=first):
        name = f"{number:05d}.png"
        image.write(out / name, mistake.piece)
        rows.append(
            {
                "piece": name,
                "picture": path.as_posix(),
                "box": [round(float(value), 2) for value in mistake.box],
                "corner": list(mistake.corner),
                "score": round(mistake.score, 4),
            }
        )
    return rows
