"""`lineament bulk`: faces of very many pictures, over processes or a Ray cluster, as Parquet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lineament.cli.console import stderr, stdout

REPORT = "lineament.bulk/1"
SOME_FAILED = 1
NOTHING_USABLE = 2


def bulk(
    source: Annotated[
        Path,
        typer.Option(
            "--input",
            help="A folder of pictures (searched to the bottom), a text with one path a line, or "
            "a table (.parquet) of paths or pictures.",
        ),
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for the tables; a run that was broken off goes on there.")
    ],
    column: Annotated[
        str, typer.Option(help="Of an input table: the column with the paths or the pictures.")
    ] = "path",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes. [default: one for each core]")
    ] = None,
    shard_size: Annotated[
        int | None, typer.Option(min=1, help="Pictures of a shard. [default: 500]")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="A running Ray cluster, such as auto or HOST:6379.")
    ] = None,
    gpus: Annotated[
        float, typer.Option(min=0, help="GPUs of each worker; 0.5: two share one.")
    ] = 0.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")
    ] = False,
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
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads of a network run, in each worker.")
    ] = None,
) -> None:
    """Find the faces of very many pictures; the same command again goes on after a break.

    Exit code: 0 all pictures were read, 1 some could not be, 2 none could or a wrong option.
    """
    from lineament.analyzer import DEFAULT_HEADS
    from lineament.bulk.options import DEFAULT_SHARD, BulkOptions, everywhere
    from lineament.bulk.run import BulkRun
    from lineament.detection import DetectionOptions

    choices = {"min_score": min_score, "smallest_face": smallest_face, "longest_side": longest_side}
    given: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    options = BulkOptions(
        heads=DEFAULT_HEADS if heads is None else tuple(_names(heads)),
        detector=everywhere(detector),
        records=tuple(everywhere(each) for each in record or []),
        detection=DetectionOptions(**given),
        shard_size=shard_size or DEFAULT_SHARD,
    )
    with stderr.status("listing pictures"):
        run = BulkRun(source, output, options, column=column)
    with run:
        resumed = run.totals()
        seconds = _work(run, address, workers, gpus, device, threads)
        totals = run.totals()
    report = {
        "schema": REPORT,
        "output": str(output),
        "weights": run.weights,
        **totals._asdict(),
        "resumed_shards": resumed.shards,
        "seconds": round(seconds, 3),
    }
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _show(report, totals.pictures - resumed.pictures)
    if totals.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if totals.bad:
        raise typer.Exit(SOME_FAILED)


def _work(
    run: Any,
    address: str | None,
    workers: int | None,
    gpus: float,
    device: str,
    threads: int | None,
) -> float:
    """Do what is missing, with a bar; the seconds that it took."""
    import time

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeRemaining

    started = time.perf_counter()
    before = run.totals()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemaining())
    with Progress(
        *columns, console=stderr, transient=True, disable=not stderr.is_terminal
    ) as progress:
        task = progress.add_task("starting workers", total=run.pictures)
        progress.advance(task, before.pictures + before.bad)
        for tally in run.shards(
            workers=workers, gpus=gpus, address=address, device=device, threads=threads
        ):
            progress.update(task, description="pictures", advance=tally.pictures + tally.bad)
    return time.perf_counter() - started


def _show(report: dict[str, Any], fresh: int) -> None:
    from lineament.bulk.tables import TABLES

    rate = fresh / report["seconds"] if report["seconds"] else 0.0
    lines = [
        f"pictures: {report['pictures']:,}, faces: {report['faces']:,}, "
        f"not readable: {report['bad']:,}",
        f"shards: {report['shards']:,}, of which {report['resumed_shards']:,} were done before",
        f"seconds: {report['seconds']:.1f}, pictures/s: {rate:.1f}",
        *(f"{task}: {weight}" for task, weight in report["weights"].items()),
        *(f"written: {report['output']}/{table}/" for table in TABLES),
    ]
    for line in lines:
        stdout.print(line, markup=False, soft_wrap=True)


def _names(heads: str) -> list[str]:
    return [] if heads == "none" else [head.strip() for head in heads.split(",")]
