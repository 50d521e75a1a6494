"""`lineament anonymise`: copies of photos whose faces are hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.console import stderr, stdout
from lineament.errors import ConfigError

SOME_FAILED = 1
NOTHING_USABLE = 2

MIN_SCORE = 0.2
"""Lower than what analysing takes: something hidden in vain costs less than a face that shows."""

LONGEST_SIDE = 4096


def anonymise(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Photos, folders (searched to the bottom), patterns."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the copies; no photo is changed.")],
    style: Annotated[
        str, typer.Option(help="pixelate (a mosaic), blur (smooth) or fill (one grey).")
    ] = "pixelate",
    detail: Annotated[
        int,
        typer.Option(
            min=1,
            help="Cells across a face whose colour is kept, changed at random. 1, the mean "
            "colour alone, hides who it is; from 4 on people can be told apart.",
        ),
    ] = 1,
    margin: Annotated[
        float | None,
        typer.Option(min=0, max=2, help="Reach beyond each side of the box, in sides of it."),
    ] = None,
    record: Annotated[
        list[str] | None,
        typer.Option(help="A weight record (.toml): of parts, which are hidden too, or detection."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on stdout, all else on stderr.")
    ] = False,
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = MIN_SCORE,
    longest_side: Annotated[
        int, typer.Option(min=32, help="Detect on the photo scaled down to this longest side.")
    ] = LONGEST_SIDE,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Hide every face that is found, for good, in copies of the photos.

    Look at the copies: a face that is not found stays visible, and so do names, clothes and
    places. Exit code as for analyze.
    """
    from lineament.analyzer import Analyzer
    from lineament.cli.anonymised_photos import AnonymisedPhotos
    from lineament.cli.inputs import Inputs, Problem, collect
    from lineament.cli.run import run
    from lineament.cli.summary import show_problem, show_summary
    from lineament.detection import DetectionOptions
    from lineament.effects.anonymise import STYLES, AnonymiseOptions
    from lineament.weights import find_record

    if style not in STYLES:
        raise ConfigError(f"no style {style!r}; the styles are {', '.join(STYLES)}")
    options = AnonymiseOptions(style, detail)
    if margin is not None:
        options = AnonymiseOptions(style, detail, margin)
    inputs = collect(paths, skip=out)
    videos = [
        Problem(
            source.name,
            "InputError",
            "is a video; anonymise takes photos, since a face that is missed in one frame of a "
            "video would show who it is in all",
        )
        for source in inputs.sources
        if source.kind == "video"
    ]
    photos = [source for source in inputs.sources if source.kind == "photo"]
    inputs = Inputs(photos, [*inputs.problems, *videos])
    if not photos:
        for problem in inputs.problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    parsed = any(find_record(each).task == "parsing" for each in record or [])
    analyzer = Analyzer(
        ("parts",) if parsed else (),
        detector=detector,
        records=record or [],
        options=DetectionOptions(min_score=min_score, longest_side=longest_side),
        device=device,
        threads=threads,
    )
    copies = AnonymisedPhotos(out, photos, options, as_json=as_json)
    tally = run(analyzer, inputs, copies, every=1)
    console = stderr if as_json else stdout
    show_summary(tally, analyzer, [out], console)
    for name in copies.unchanged:
        console.print(
            f"no face found, copied as it is: {name}", style="yellow", markup=False, soft_wrap=True
        )
    if tally.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if tally.problems:
        raise typer.Exit(SOME_FAILED)
