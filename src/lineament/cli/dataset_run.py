"""Makes a dataset with a progress bar and says what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.synthesis.generate import Generated, Progress

REPORT = "lineament.generate/1"
FAILED, INTERRUPTED = 1, 130


def make_dataset(
    make: Callable[[Progress], Generated], total: int, *, what: str, as_json: bool
) -> None:
    """Run `make` and report.

    Args:
        make: makes the dataset and tells its progress.
        total: samples in all.
        what: they are, in words.
        as_json: one JSON object on stdout instead of words.

    Raises:
        typer.Exit: with code 1 where a worker failed, 130 where the user interrupted.
    """
    from lineament.synthesis.shard_workers import WorkerError

    try:
        with _progress_bar(total) as progress:
            done = make(progress)
    except KeyboardInterrupt:
        _say("stopped; finished shards are kept: run the same command again to go on")
        raise typer.Exit(INTERRUPTED) from None
    except WorkerError as error:
        _say(f"error: {error}\nfinished shards are kept: run the same command again to go on")
        raise typer.Exit(FAILED) from None
    if as_json:
        typer.echo(json.dumps(_report(done), indent=2))
    else:
        _show(done, what)


def _say(words: str) -> None:
    stderr.print(words, style="red", markup=False, soft_wrap=True)


def _report(done: Generated) -> dict[str, object]:
    return {
        "schema": REPORT,
        "folder": str(done.folder),
        "samples": done.made + done.found,
        "made": done.made,
        "found": done.found,
        "shards": done.shards,
        "bytes": done.size,
        "seconds": round(done.seconds, 3),
        "images_per_second": round(done.made / done.seconds, 2),
    }


def _show(done: Generated, what: str) -> None:
    found = f", {done.found:,} were there" if done.found else ""
    lines = (
        f"{done.made:,} {what} rendered{found}: {done.shards:,} shards, {done.size / 1e6:,.1f} MB, "
        f"{done.seconds:.1f} s, {done.made / done.seconds:.1f} images/s",
        f"written: {done.folder} (shards, index.parquet, README.md, recipe.toml, sources.json)",
    )
    for line in lines:
        stdout.print(line, markup=False, soft_wrap=True)


@contextmanager
def _progress_bar(total: int) -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("rendering"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )
    started = time.perf_counter()
    with bar:
        task = bar.add_task("rendering", total=total, rate="")

        def show(made: int, found: int) -> None:
            rate = made / (time.perf_counter() - started)
            left = (total - made - found) / rate if made else 0.0
            words = f"{rate:.1f} images/s" if made else ""
            words += f", {_duration(left)} left" if made else ""
            words += f", {found:,} found" if found else ""
            bar.update(task, completed=made + found, rate=words)

        yield show


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
