"""`lineament train`: run a recipe."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.console import show_log
from lineament.errors import ConfigError


def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe, such as recipes/landmarks/...toml")],
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a value: key.key=value, written as TOML."),
    ] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", help="Train this stage alone, without a record.")
    ] = None,
) -> None:
    """Train what a recipe describes; a killed run goes on when it is started again."""
    show_log(logging.INFO, times=True)
    try:
        from lineament.training.config import load_recipe

        loaded = load_recipe(recipe, assign or [])
    except ModuleNotFoundError as error:
        raise ConfigError(f"training needs {error.name}: pip install 'lineament[train]'") from error
    path = loaded.run(stage)
    typer.echo(f"written: {path}")
