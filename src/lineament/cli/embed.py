"""`lineament embed`: the embeddings of every face of a collection of photos, as one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lineament.cli.console import stderr, stdout

REPORT = "lineament.embed/1"
SOME_FAILED = 1
NOTHING_USABLE = 2


def embed(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Photos, videos, folders (searched to the bottom), patterns."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The table: a name that ends in .parquet or .npz.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")
    ] = False,
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
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Write the embedding of every face into one table, for search and clustering.

    One row for each face; docs/output.md lists the columns. Exit code as for analyze.
    """
    from lineament.analyzer import Analyzer
    from lineament.cli.embedding_table import EmbeddingTable, check_table_name
    from lineament.cli.inputs import collect
    from lineament.cli.run import run
    from lineament.cli.summary import show_problem, show_summary
    from lineament.detection import DetectionOptions
    from lineament.weights import EmbeddingOutput

    check_table_name(out)
    inputs = collect(paths)
    if not inputs.sources:
        for problem in inputs.problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    choices = {"min_score": min_score, "smallest_face": smallest_face, "longest_side": longest_side}
    given: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    analyzer = Analyzer(
        ("embedding",),
        detector=detector,
        records=record or [],
        options=DetectionOptions(**given),
        device=device,
        threads=threads,
    )
    output = analyzer.records["recognition"].networks[0].output
    assert isinstance(output, EmbeddingOutput)
    with EmbeddingTable(out, output.dimension) as table:
        tally = run(analyzer, inputs, table, every)
        table.finish()
    show_summary(tally, analyzer, [out], stderr if as_json else stdout)
    if as_json:
        report = {
            "schema": REPORT,
            "out": str(out),
            "weight": analyzer.records["recognition"].identifier,
            "dimension": output.dimension,
            "photos": tally.pictures,
            "faces": tally.faces,
            "failed": [
                {"source": each.source, "kind": each.kind, "message": each.message}
                for each in tally.problems
            ],
        }
        typer.echo(json.dumps(report))
    if tally.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if tally.problems:
        raise typer.Exit(SOME_FAILED)
