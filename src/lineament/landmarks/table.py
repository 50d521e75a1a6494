"""A table of runs: one recipe with every combination of two lists of changes, trained and scored.

`lineament train TABLE.toml` trains what is not trained yet, scores every network of every run on
faces kept back, and writes the table; a killed run goes on.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_dataset
from lineament.detection import DEFAULT_DETECTOR, DetectionOptions, load_detector
from lineament.errors import ConfigError, DataError
from lineament.evaluation.holdout import Part, choose_part
from lineament.evaluation.landmark_errors import measure
from lineament.evaluation.landmarks import scored_points
from lineament.evaluation.normalisers import Doubles, Normaliser
from lineament.evaluation.predictions import predict
from lineament.landmarks.estimator import LandmarkEstimator
from lineament.landmarks.recipe import LandmarkRecipe
from lineament.landmarks.schemes import find_scheme
from lineament.landmarks.table_report import Cell, Score, write_table
from lineament.strict import Strict
from lineament.training.config import Recipe, load_recipe
from lineament.weights import WeightRecord, load_record

log = logging.getLogger(__name__)

THREADS = 2
"""Threads of the networks that are scored."""


class Variant(Strict):
    """A row or a column: its name, and what it changes in the recipe, as `--set` does."""

    name: str = Field(pattern=r"^[^/]+$")
    set: tuple[str, ...] = ()


class Scoring(Strict):
    """The faces that every network of the table is scored on, from the detector's boxes.

    Attributes:
        subsets: only subsets whose names begin so; empty: all.
    """

    dataset: str
    folder: Path
    split: str | None = None
    part: Part = "validation"
    subsets: tuple[str, ...] = ()
    normaliser: Normaliser = "inter_pupil"

    def faces(self) -> list[LabelledFace]:
        """Raises a DataError where nothing is left."""
        faces = choose_part(read_dataset(self.dataset, self.folder, self.split), self.part)
        if self.subsets:
            faces = [face for face in faces if face.subset.startswith(self.subsets)]
        if not faces:
            raise DataError(f"{self.folder} has no face of the subsets {', '.join(self.subsets)}")
        return faces


class TableRecipe(Recipe):
    """Runs of one recipe that differ in two things.

    Attributes:
        base: the recipe that every cell changes, relative to the working folder.
        first: recipes that are run before, such as one that the cells start from.
        rows, columns: changes; a cell makes those of its row, then those of its column.
    """

    task: Literal["landmark-table"]
    base: Path
    first: tuple[Path, ...] = ()
    rows: tuple[Variant, ...] = Field(min_length=1)
    columns: tuple[Variant, ...] = Field(min_length=1)
    scoring: Scoring

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
        cells = []
        for row, column in self._cells():
            if only in (None, f"{row.name}/{column.name}"):
                cells.append(self._cell(row, column))
        if only is not None:
            return self._folder(only)
        return write_table(self.out, self.name, self.scoring.normaliser, cells)

    def _cells(self) -> Iterator[tuple[Variant, Variant]]:
        return ((row, column) for row in self.rows for column in self.columns)

    def _folder(self, cell: str) -> Path:
        return self.out / cell.replace(" ", "_").replace("/", "--")

    def _cell(self, row: Variant, column: Variant) -> Cell:
        folder = self._folder(f"{row.name}/{column.name}")
        changes = [*row.set, *column.set, f"out='{folder}'"]
        recipe = load_recipe(self.base, changes)
        if not isinstance(recipe, LandmarkRecipe):
            raise ConfigError(f"{self.base} is of task {recipe.task}, expected landmarks")
        log.info("%s: %s, %s", self.name, row.name, column.name)
        started = time.perf_counter()
        record = load_record(recipe.run())
        minutes = (time.perf_counter() - started) / 60
        scores = self._scores(record, folder / "scores.json", recipe, minutes)
        return Cell(row.name, column.name, scores)

    def _scores(
        self, record: WeightRecord, kept: Path, recipe: LandmarkRecipe, minutes: float
    ) -> list[Score]:
        """Scores of the first stage, of the first two, and so on; kept beside the weights."""
        decides = {
            "networks": [network.sha256 for network in record.networks],
            "scoring": self.scoring.model_dump(mode="json"),
        }
        if kept.is_file():
            known = json.loads(kept.read_text(encoding="utf-8"))
            if known["decides"] == decides:
                return [Score.from_plain(score) for score in known["scores"]]
        scores = []
        for count in range(1, len(record.networks) + 1):
            stages = " + ".join(stage.name for stage in recipe.stages[:count])
            errors = self._errors(record.first(count))
            scores.append(Score(stages, errors, recipe.seed, minutes))
        plain = {"decides": decides, "scores": [score.plain() for score in scores]}
        kept.write_text(json.dumps(plain), encoding="utf-8")
        return scores

    def _errors(self, record: WeightRecord) -> Doubles:
        """(N,) NME as shares, infinity for a missed face."""
        faces = self.scoring.faces()
        estimator = LandmarkEstimator(record, device="cpu", threads=THREADS)
        detector = load_detector(DEFAULT_DETECTOR, options=DetectionOptions(), threads=THREADS)
        predicted = scored_points(predict(faces, estimator, detector), faces, "detector")
        truth = np.stack([face.points for face in faces])
        scheme = find_scheme(faces[0].scheme)
        normaliser = self.scoring.normaliser
        return measure(predicted, truth, scheme, normalisers=[normaliser]).nme(normaliser)


RECIPE = TableRecipe
