"""Makes a dataset of rendered faces: shards, index and card; goes on where a run was stopped."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lineament.errors import ConfigError, DataError
from lineament.synthesis import sample_index
from lineament.synthesis.dataset_card import dataset_card
from lineament.synthesis.dataset_recipe import DatasetRecipe, differences, load_recipe_of
from lineament.synthesis.dataset_sources import (
    Sources,
    changed_files,
    changed_makers,
    read_sources,
)
from lineament.synthesis.folder_lock import locked
from lineament.synthesis.shard_making import MakeEngine, Shard, ShardMaker
from lineament.synthesis.shard_reader import SHARDS, shard_path
from lineament.synthesis.shard_workers import make_shards
from lineament.synthesis.shard_writer import PART, synchronise_folder

logger = logging.getLogger(__name__)

RECIPE, SOURCES, CARD = "recipe.toml", "sources.json", "README.md"

Progress = Callable[[int, int], None]
"""Told the number of samples rendered and of those found, so far."""

Card = Callable[[DatasetRecipe, Sources, pa.Table], str]
"""From recipe, sources and index to the text of the card."""


@dataclass(frozen=True)
class Generated:
    """What a run came to.

    Attributes:
        made, found: samples rendered now, and those of shards that were there.
        shards: how many there are.
        seconds: wall time.
        size: bytes of all shards.
    """

    folder: Path
    made: int
    found: int
    shards: int
    seconds: float
    size: int


def generate(
    recipe: DatasetRecipe,
    folder: Path,
    make_engine: MakeEngine,
    sources: Sources,
    *,
    workers: int = 1,
    progress: Progress = lambda _made, _found: None,
    maker: type[ShardMaker] = ShardMaker,
    card: Card = dataset_card,
) -> Generated:
    """Make a dataset, or the rest of one; the bytes do not depend on the number of workers.

    A shard appears under its name when it is whole, so that a killed run leaves nothing torn;
    a file under such a name that is damaged or of other seeds is made anew.

    Args:
        recipe: what to make.
        folder: where; it is made if need be.
        make_engine: makes the engine in each worker, so it must survive pickling.
        sources: what it is made from, see `dataset_sources.examine`.
        workers: processes.
        progress: called as the samples come.
        maker: what makes the shards, where samples are other than rendered faces.
        card: what writes the card.

    Raises:
        ConfigError: the folder holds a dataset of another recipe.
        DataError: the folder holds a dataset of other assets, is in use or cannot be written, or
            the disk is full.
        WorkerError: a worker failed or died.
    """
    started = time.perf_counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {folder}: {error.strerror}") from error
    with locked(folder):
        _claim(folder, recipe, sources)
        try:
            shards = _all_shards(maker(recipe, folder, make_engine), workers, progress)
        finally:
            for part in folder.glob(f"{SHARDS}{PART}"):
                part.unlink(missing_ok=True)
        index = {number: table for number, (table, _) in shards.items()}
        _write_summary(folder, recipe, sources, [index[n] for n in sorted(index)], card)
    made = sum(len(table) for table, fresh in shards.values() if fresh)
    size = sum(shard_path(folder, number).stat().st_size for number in shards)
    seconds = time.perf_counter() - started
    return Generated(folder, made, recipe.count - made, recipe.shards, seconds, size)


def _all_shards(
    maker: ShardMaker, workers: int, progress: Progress
) -> dict[int, tuple[pa.Table, bool]]:
    """The index of each shard, and whether it was made now."""
    recipe, folder = maker.recipe, maker.folder
    made = found = 0

    def advance() -> None:
        nonlocal made
        made += 1
        progress(made, found)

    tables = {}
    team = min(workers, recipe.shards)
    if team < workers:
        logger.warning(
            "%d shards keep %d of %d workers busy; a smaller shard_size keeps all",
            *(recipe.shards, team, workers),
        )
    with closing(make_shards(maker, range(recipe.shards), team, advance)) as shards:
        for shard in shards:
            _report(shard)
            found += 0 if shard.made else len(shard.facts)
            progress(made, found)
            name = shard_path(folder, shard.number).name
            tables[shard.number] = (sample_index.shard_table(name, shard.facts), shard.made)
    return tables


def _report(shard: Shard) -> None:
    if shard.damage:
        logger.warning("made anew: %s", shard.damage)
    logger.info("shard %d %s", shard.number, "made" if shard.made else "was there")


def _claim(folder: Path, recipe: DatasetRecipe, sources: Sources) -> None:
    """Compare the folder with what is to be made, then keep recipe and sources in it."""
    if (folder / RECIPE).exists():
        _same_recipe(folder, recipe)
    elif any(folder.glob(SHARDS)):
        raise ConfigError(
            f"{folder} holds shards but no {RECIPE}, so that nobody knows what they are; choose "
            "another folder or empty this one"
        )
    if (folder / SOURCES).exists():
        before = read_sources(folder / SOURCES)
        if changed := changed_files(before, sources):
            raise DataError(
                f"{folder} was begun with other files: {'; '.join(changed[:5])}; give those of "
                "the first run, or choose another folder"
            )
        if makers := changed_makers(before, sources):
            logger.warning(
                "%s was begun by another set-up (%s): its shards may differ from new ones",
                folder,
                "; ".join(makers),
            )
    write_whole(folder / RECIPE, recipe.to_toml())
    write_whole(folder / SOURCES, sources.model_dump_json(indent=2) + "\n")


def _same_recipe(folder: Path, recipe: DatasetRecipe) -> None:
    before = load_recipe_of(type(recipe), folder / RECIPE)
    differing = differences(before, recipe)
    if recipe.count > before.count:
        differing.pop("count", None)
    if differing:
        words = "; ".join(
            f"{key} was {old!r}, now {new!r}" for key, (old, new) in differing.items()
        )
        raise ConfigError(
            f"{folder} holds a dataset of another recipe: {words}; use its own ({RECIPE} in it; "
            "only count may grow) or choose another folder"
        )


def _write_summary(
    folder: Path,
    recipe: DatasetRecipe,
    sources: Sources,
    tables: list[pa.Table],
    card: Card,
) -> None:
    path = folder / sample_index.FILE
    part = path.with_name(path.name + PART)
    try:
        sample_index.write_index(part, tables)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(
            f"cannot write {part}: {error.strerror or error}; the shards are whole: make room and "
            "run the same command again"
        ) from error
    write_whole(folder / CARD, card(recipe, sources, pa.concat_tables(tables)))


def write_whole(path: Path, text: str) -> None:
    """Write a small text file that is either the old one or the new one, never torn.

    Raises:
        DataError: it cannot be written.
    """
    part = path.with_name(path.name + PART)
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        synchronise_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"cannot write {part}: {error.strerror}") from error
