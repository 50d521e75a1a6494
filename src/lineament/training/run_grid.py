"""A grid of runs: one recipe with every combination of two lists of changes, trained and scored.

A task says how a run is scored and how the table is written. What is trained is not trained again,
so that a killed grid goes on.
"""

from __future__ import annotations

import json
import logging
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import Field

from lineament.errors import ConfigError
from lineament.strict import Strict
from lineament.training.config import Recipe, load_recipe
from lineament.training.staged_recipe import StagedRecipe
from lineament.weights import WeightRecord, load_record

log = logging.getLogger(__name__)

S = TypeVar("S")


class Variant(Strict):
    """A row or a column: its name, and what it changes in the recipe, as `--set` does."""

    name: str = Field(pattern=r"^[^/]+$")
    set: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A trained cell with one seed.

    Attributes:
        folder: that holds it.
        minutes: that it took; next to nothing for one that was only read again.
    """

    record: WeightRecord
    recipe: StagedRecipe
    folder: Path
    minutes: float


@dataclass(frozen=True, slots=True)
class Cell(Generic[S]):
    """Row and column of a table and the scores of its runs."""

    row: str
    column: str
    scores: Sequence[S]


class RunGrid(Recipe, Generic[S]):
    """Runs of one recipe that differ in two things.

    Attributes:
        base: the recipe that every cell changes, relative to the working folder.
        first: recipes that are run before, such as one that the cells start from.
        rows, columns: changes; a cell makes those of its row, then those of its column.
        seeds: every cell is run with each of them; absent: once, with the seed of `base`.
    """

    base: Path
    first: tuple[Path, ...] = ()
    rows: tuple[Variant, ...] = Field(min_length=1)
    columns: tuple[Variant, ...] = (Variant(name="plain"),)
    seeds: tuple[int, ...] = ()

    def run(self, only: str | None = None) -> Path:
        """Train and score all cells, or the one named `ROW/COLUMN`, and write the table.

        Returns:
            The table, or the folder of a single cell.
        """
        names = [f"{row.name}/{column.name}" for row, column in self._cells()]
        if only is not None and only not in names:
            raise ConfigError(f"no cell {only!r} in {self.name}; there are {', '.join(names)}")
        for path in self.first:
            load_recipe(path).run()
        cells: list[Cell[S]] = []
        for row, column in self._cells():
            name = f"{row.name}/{column.name}"
            if only in (None, name):
                scores = [
                    score
                    for seed in self.seeds or (None,)
                    for score in self.scored(self._trained(row, column, seed))
                ]
                cells.append(Cell(row.name, column.name, scores))
        return self._folder(only) if only is not None else self.write(cells)

    @abstractmethod
    def scored(self, run: Run) -> list[S]:
        """The scores of one run."""

    @abstractmethod
    def write(self, cells: Sequence[Cell[S]]) -> Path:
        """Write the table and return it."""

    def _cells(self) -> Iterator[tuple[Variant, Variant]]:
        return ((row, column) for row in self.rows for column in self.columns)

    def _folder(self, cell: str) -> Path:
        return self.out / cell.replace(" ", "_").replace("/", "--")

    def _trained(self, row: Variant, column: Variant, seed: int | None) -> Run:
        folder = self._folder(f"{row.name}/{column.name}")
        if seed is not None:
            folder = folder / f"seed-{seed}"
        changes = [*row.set, *column.set, f"out='{folder}'"]
        if seed is not None:
            changes.append(f"seed={seed}")
        recipe = load_recipe(self.base, changes)
        if not isinstance(recipe, StagedRecipe):
            raise ConfigError(f"{self.base} is of task {recipe.task}, expected one that trains")
        log.info("%s: %s, %s, seed %d", self.name, row.name, column.name, recipe.seed)
        started = time.perf_counter()
        record = load_record(recipe.run())
        return Run(record, recipe, folder, (time.perf_counter() - started) / 60)


def kept_scores(run: Run, scoring: Strict) -> tuple[dict[str, Any], list[Any] | None]:
    """What decides the scores of a run, and those that were kept if nothing of it has changed."""
    decides = {
        "networks": [network.sha256 for network in run.record.networks],
        "scoring": scoring.model_dump(mode="json"),
    }
    path = run.folder / "scores.json"
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        if known["decides"] == decides:
            return decides, list(known["scores"])
    return decides, None


def keep_scores(run: Run, decides: dict[str, Any], scores: list[Any]) -> None:
    """Write scores, plain data, where `kept_scores` finds them."""
    text = json.dumps({"decides": decides, "scores": scores})
    (run.folder / "scores.json").write_text(text, encoding="utf-8")
