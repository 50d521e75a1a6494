"""`lineament parse`: the parts of faces as data, masks, cut-outs and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lineament.cli.console import stderr, stdout

SOME_FAILED = 1
NOTHING_USABLE = 2


def parse(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Photos, videos, folders (searched to the bottom), patterns."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for faces.jsonl, annotated pictures and exports.")
    ],
    record: Annotated[
        list[str] | None,
        typer.Option(help="A weight record (.toml) that replaces the weight of its task."),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(
            help="Further files, with commas between: palette (class numbers as PNG), rle (COCO "
            "run lengths), cutout (each face with alpha), background-blur."
        ),
    ] = None,
    draw: Annotated[
        bool, typer.Option("--draw/--no-draw", help="Annotated pictures and index.html in --out.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines on stdout, all else on stderr.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option(help="A file with one row for each face and its areas.")
    ] = None,
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
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
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Say of every pixel round each face which part it shows: skin, eyes, lips, hair, ...

    Exit code as for analyze.
    """
    from lineament.analyzer import Analyzer
    from lineament.cli.inputs import collect
    from lineament.cli.part_files import PartFiles, known_exports
    from lineament.cli.results import Results
    from lineament.cli.run import run
    from lineament.cli.summary import show_problem, show_summary
    from lineament.detection import DetectionOptions
    from lineament.parsing.part_schemes import find_part_scheme
    from lineament.weights import PartsOutput

    exports = known_exports(export)
    inputs = collect(paths, skip=out)
    if not inputs.sources:
        for problem in inputs.problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    choices = {"min_score": min_score, "smallest_face": smallest_face, "longest_side": longest_side}
    given: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    analyzer = Analyzer(
        ("parts",),
        detector=detector,
        records=record or [],
        options=DetectionOptions(**given),
        device=device,
        threads=threads,
    )
    output = analyzer.records["parsing"].networks[0].output
    assert isinstance(output, PartsOutput)
    scheme = find_part_scheme(output.scheme)
    with Results(
        analyzer.records,
        inputs.sources,
        as_json=as_json,
        csv=csv,
        out=out,
        draw=draw,
        every=every,
        exports=PartFiles(out, exports, scheme, inputs.sources) if exports else None,
    ) as results:
        tally = run(analyzer, inputs, results, every)
        written = results.finish()
    console = stderr if as_json else stdout
    show_summary(tally, analyzer, [*written, *([csv] if csv else [])], console)
    if tally.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if tally.problems:
        raise typer.Exit(SOME_FAILED)
