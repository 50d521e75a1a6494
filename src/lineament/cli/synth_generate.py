"""`lineament synth generate`: a dataset of rendered faces."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.synthesis.generate import Generated, Progress

REPORT = "lineament.generate/1"
FAILED, INTERRUPTED = 1, 130


def generate(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/synthesis/faces.toml.")],
    out: Annotated[Path, typer.Option(help="Folder of the dataset; a begun one is finished.")],
    count: Annotated[
        int | None, typer.Option(min=1, help="Samples in all, instead of the recipe's number.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one per usable core.")
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a value: key.key=value, written as TOML."),
    ] = None,
    assets: Annotated[
        Path | None, typer.Option(help="Folder of the assets; see `lineament synth assets check`.")
    ] = None,
    backgrounds: Annotated[
        Path | None, typer.Option(help="Folder of background photographs; see `synth backgrounds`.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Render a dataset: WebDataset shards, a Parquet index and a dataset card.

    The same recipe and assets give the same bytes, whatever the number of workers. A run that
    was stopped or killed goes on when it is started again. Exit code 1: a worker failed or died.
    """
    from lineament.runtime import usable_cores
    from lineament.synthesis.engine_source import EngineSource, require_synth

    require_synth()
    from lineament.synthesis.assets import find_assets
    from lineament.synthesis.dataset_recipe import load_dataset_recipe
    from lineament.synthesis.dataset_sources import examine
    from lineament.synthesis.generate import generate as run
    from lineament.synthesis.shard_workers import WorkerError

    overrides = [*(assign or []), *([f"count={count}"] if count else [])]
    loaded = load_dataset_recipe(recipe, overrides)
    folder = find_assets(assets)
    make_engine = EngineSource(folder, loaded.engine, backgrounds)
    sources = examine(loaded.fingerprint, folder, backgrounds)
    try:
        with _progress_bar(loaded.count) as progress:
            done = run(
                loaded,
                out,
                make_engine,
                sources,
                workers=workers or min(usable_cores(), loaded.shards),
                progress=progress,
            )
    except KeyboardInterrupt:
        _say("stopped; finished shards are kept: run the same command again to go on")
        raise typer.Exit(INTERRUPTED) from None
    except WorkerError as error:
        _say(f"error: {error}\nfinished shards are kept: run the same command again to go on")
        raise typer.Exit(FAILED) from None
    if as_json:
        typer.echo(json.dumps(_report(done), indent=2))
    else:
        _show(done)


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


def _show(done: Generated) -> None:
    found = f", {done.found:,} were there" if done.found else ""
    lines = (
        f"{done.made:,} faces rendered{found}: {done.shards:,} shards, {done.size / 1e6:,.1f} MB, "
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
