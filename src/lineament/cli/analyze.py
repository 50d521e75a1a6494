"""`lineament analyze`: faces of photos and videos, as data and as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lineament.cli.console import stderr, stdout
from lineament.errors import ConfigError

SOME_FAILED = 1
NOTHING_USABLE = 2


def analyze(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Photos, videos, folders (searched to the bottom), patterns."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for faces.jsonl, annotated pictures and index.html."),
    ] = None,
    draw: Annotated[
        bool | None,
        typer.Option("--draw/--no-draw", help="Annotated pictures in --out. [default: draw]"),
    ] = None,
    axes: Annotated[
        bool, typer.Option("--axes/--no-axes", help="Draw how each head is turned, too.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on stdout, all else on stderr.")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="A file with one row for each face.")] = None,
    heads: Annotated[
        str | None,
        typer.Option(
            help="Heads to run, with commas between: landmarks, attributes, parts, embedding; "
            "none: detection alone. [default: landmarks,attributes]"
        ),
    ] = None,
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    record: Annotated[
        list[str] | None,
        typer.Option(help="A weight record (.toml) that replaces the weight of its task."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = None,
    smallest_face: Annotated[
        float | None, typer.Option(min=0, help="Least side of a face in photo pixels.")
    ] = None,
    longest_side: Annotated[
        int | None,
        typer.Option(min=32, help="Detect on the photo scaled down to this longest side."),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every N-th frame of a video.")] = 1,
    smooth: Annotated[
        bool, typer.Option("--smooth/--no-smooth", help="Smooth the points of videos in time.")
    ] = False,
    min_cutoff: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="With --smooth: hertz at rest; lower calms more. [default: 1]"
        ),
    ] = None,
    beta: Annotated[
        float | None,
        typer.Option(min=0, help="With --smooth: higher follows motion faster. [default: 10]"),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Find every face, its points, its attributes and, where asked for, parts and embedding.

    Exit code: 0 all inputs were read, 1 some failed, 2 nothing could be read or a wrong option.
    """
    if draw and out is None:
        raise ConfigError("--draw needs a place for the pictures: add --out FOLDER")
    if axes and (out is None or draw is False):
        raise ConfigError("--axes are drawn into the pictures of --out FOLDER; add it, with --draw")
    tuning = {"min_cutoff": min_cutoff, "beta": beta}
    if not smooth and any(value is not None for value in tuning.values()):
        raise ConfigError("--min-cutoff and --beta tune the smoothing: add --smooth")
    from lineament.analyzer import DEFAULT_HEADS, Analyzer
    from lineament.cli.inputs import collect
    from lineament.cli.results import Results
    from lineament.cli.run import run
    from lineament.cli.summary import show_problem, show_summary
    from lineament.detection import DetectionOptions
    from lineament.tracking.one_euro import OneEuroOptions

    inputs = collect(paths, skip=out)
    if not inputs.sources:
        for problem in inputs.problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    if smooth and not any(source.kind == "video" for source in inputs.sources):
        raise ConfigError("--smooth is for videos, and no input is one; leave it out")
    tuned = {name: value for name, value in tuning.items() if value is not None}
    smoothing = OneEuroOptions(**tuned) if smooth else None
    choices = {"min_score": min_score, "smallest_face": smallest_face, "longest_side": longest_side}
    given: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    analyzer = Analyzer(
        DEFAULT_HEADS if heads is None else _names(heads),
        detector=detector,
        records=record or [],
        options=DetectionOptions(**given),
        device=device,
        threads=threads,
    )
    with Results(
        analyzer.records,
        inputs.sources,
        as_json=as_json,
        csv=csv,
        out=out,
        draw=draw is not False,
        axes=axes,
        every=every,
    ) as results:
        tally = run(analyzer, inputs, results, every, smoothing)
        written = results.finish()
    console = stderr if as_json else stdout
    show_summary(tally, analyzer, [*written, *([csv] if csv else [])], console)
    if tally.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if tally.problems:
        raise typer.Exit(SOME_FAILED)


def _names(heads: str) -> list[str]:
    return [] if heads == "none" else [head.strip() for head in heads.split(",")]
