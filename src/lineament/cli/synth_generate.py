"""`lineament synth generate`: a dataset of rendered faces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.dataset_run import make_dataset


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

    overrides = [*(assign or []), *([f"count={count}"] if count else [])]
    loaded = load_dataset_recipe(recipe, overrides)
    folder = find_assets(assets)
    make_engine = EngineSource(folder, loaded.engine, backgrounds)
    sources = examine(loaded.fingerprint, folder, backgrounds)
    team = workers or min(usable_cores(), loaded.shards)
    make_dataset(
        lambda progress: run(loaded, out, make_engine, sources, workers=team, progress=progress),
        loaded.count,
        what="faces",
        as_json=as_json,
    )
