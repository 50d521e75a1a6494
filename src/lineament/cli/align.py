"""`lineament align`: aligned crops of the faces of any photo folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.console import stderr, stdout

REPORT = "lineament.align/1"
WHICH = ("largest", "central", "surest", "all")
SOME_FAILED, NOTHING_USABLE = 1, 2
MOST_SHOWN = 20


def align(
    folder: Annotated[Path, typer.Argument(help="Folder of photos, searched to the bottom.")],
    out: Annotated[Path, typer.Option(help="Folder of the crops; sub-folders stay as they are.")],
    which: Annotated[
        str, typer.Option(help="The face to take of a photo with several: " + ", ".join(WHICH))
    ] = "largest",
    size: Annotated[int, typer.Option(min=16, max=1024, help="Side of the crops in pixels.")] = 112,
    pad: Annotated[
        float,
        typer.Option(
            min=0,
            max=2,
            help="Put a border round each photo before faces are looked for, as a share of its "
            "longer side: photos that hold little more than the face need one (0.25).",
        ),
    ] = 0.0,
    file_format: Annotated[
        str, typer.Option("--format", help="jpg (quality 95, full colour) or png.")
    ] = "jpg",
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Cut faces out of photos so that their five points lie on the template of ArcFace.

    A folder of a folder for each person becomes one of aligned crops, to train on or to measure.
    --out also holds aligned.jsonl, a line for each photo with its crops or what was wrong, and
    alignment.json, by which other commands see that the crops are aligned.

    Exit code 1: some photos could not be read or show no face; 2: none gave a crop.
    """
    from lineament.cli.aligned_photos import AlignedPhotos, align_all
    from lineament.cli.inputs import collect
    from lineament.cli.summary import show_problem
    from lineament.detection import DetectionOptions, load_detector
    from lineament.errors import ConfigError

    for option, value, known in (("which", which, WHICH), ("format", file_format, ("jpg", "png"))):
        if value not in known:
            raise ConfigError(f"--{option} is {value!r}, expected one of {', '.join(known)}")
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder; give one that holds photos")
    if out.resolve() == folder.resolve():
        raise ConfigError(f"--out is the folder of the photos, {out}; choose another place")
    inputs = collect([str(folder)], skip=out)
    photos = [source for source in inputs.sources if source.kind == "photo"]
    opened = load_detector(
        detector,
        options=DetectionOptions() if min_score is None else DetectionOptions(min_score=min_score),
        device=device,
        threads=threads,
    )
    with AlignedPhotos(folder, out, which, size, f".{file_format}") as crops:
        for problem in inputs.problems:
            crops.fail(problem)
        align_all(opened, photos, crops, pad)
        crops.finish(opened.record.name, pad)
    for problem in crops.problems[:MOST_SHOWN]:
        show_problem(problem, stderr)
    report = {
        "schema": REPORT,
        "out": str(out),
        "photos": len(photos),
        "crops": crops.written,
        "without_face": crops.without_face,
        "failed": len(crops.problems) - crops.without_face,
    }
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        words = (
            f"{crops.written:,} crops of {len(photos):,} photos in {out}; {crops.without_face:,} "
            f"without a face, {report['failed']:,} that failed (all are in aligned.jsonl)"
        )
        stdout.print(words, markup=False, soft_wrap=True)
    if not crops.written:
        raise typer.Exit(NOTHING_USABLE)
    if crops.problems:
        raise typer.Exit(SOME_FAILED)
