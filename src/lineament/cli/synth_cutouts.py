"""`lineament synth cutouts`: heads without background, of which groups are composed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.dataset_run import make_dataset


def cutouts(
    recipe: Annotated[
        Path, typer.Argument(help="A recipe, such as recipes/synthesis/cutouts.toml.")
    ],
    out: Annotated[Path, typer.Option(help="Folder of the cut-outs; a begun one is finished.")],
    count: Annotated[
        int | None, typer.Option(min=1, help="Cut-outs in all, instead of the recipe's number.")
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
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Render cut-outs of people and of what faces are confused with: shards, index and card.

    The same recipe and assets give the same bytes, whatever the number of workers. A run that
    was stopped or killed goes on when it is started again. Exit code 1: a worker failed or died.
    """
    from lineament.runtime import usable_cores
    from lineament.synthesis.engine_source import require_synth

    require_synth()
    from lineament.synthesis.assets import find_assets
    from lineament.synthesis.dataset_recipe import load_recipe_of
    from lineament.synthesis.dataset_sources import examine
    from lineament.synthesis.generate import generate
    from lineament.synthesis.groups.cutout_recipe import CutOutMaker, CutOutRecipe, cutout_card
    from lineament.synthesis.groups.cutout_source import CutOutSource

    overrides = [*(assign or []), *([f"count={count}"] if count else [])]
    loaded = load_recipe_of(CutOutRecipe, recipe, overrides)
    folder = find_assets(assets)
    source = CutOutSource(folder, loaded.engine, loaded.kinds)
    sources = examine(loaded.fingerprint, folder, None)
    team = workers or min(usable_cores(), loaded.shards)
    make_dataset(
        lambda progress: generate(
            loaded,
            out,
            source,
            sources,
            workers=team,
            progress=progress,
            maker=CutOutMaker,
            card=cutout_card,
        ),
        loaded.count,
        what="cut-outs",
        as_json=as_json,
    )
