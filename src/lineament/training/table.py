"""A table of runs: one recipe with every combination of two lists of changes, trained and scored.

`lineament train TABLE.toml` trains what is not trained yet, with every seed, scores the points of
every network of every run on faces kept back, and writes the table; a killed run goes on.
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

from lineament.attributes.held_out_photos import held_out_count
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_dataset
from lineament.detection import DEFAULT_DETECTOR, DetectionOptions, load_detector
from lineament.errors import ConfigError, DataError
from lineament.evaluation.holdout import Part, choose_part
from lineament.evaluation.landmark_errors import measure
from lineament.evaluation.landmarks import scored_points
from lineament.evaluation.normalisers import Doubles, Normaliser
from lineament.evaluation.point_estimator import point_estimator
from lineament.evaluation.predictions import predict
from lineament.landmarks.schemes import find_scheme
from lineament.strict import Strict
from lineament.training.config import Recipe, load_recipe
from lineament.training.staged_recipe import StagedRecipe
from lineament.training.table_report import Cell, Score, write_table
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
        part: the sixth of the photos that recipes keep back, the rest, or all.
        held_out_count: only the photos that recipes with this `held_out_count` keep back.
        subsets: only subsets whose names begin so; empty: all.
    """

    dataset: str
    folder: Path
    split: str | None = None
    part: Part = "validation"
    held_out_count: int | None = Field(gt=0, default=None)
    subsets: tuple[str, ...] = ()
    normaliser: Normaliser = "inter_pupil"

    def faces(self) -> list[LabelledFace]:
        """Raises a DataError where nothing is left."""
        faces = read_dataset(self.dataset, self.folder, self.split)
        if self.held_out_count is None:
            faces = choose_part(faces, self.part)
        else:
            kept = held_out_count([face.image for face in faces], self.held_out_count)
            faces = [face for face, chosen in zip(faces, kept, strict=True) if chosen]
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
        seeds: every cell is run with each of them; absent: once, with the seed of `base`.
    """

    task: Literal["table"]
    base: Path
    first: tuple[Path, ...] = ()
    rows: tuple[Variant, ...] = Field(min_length=1)
    columns: tuple[Variant, ...] = (Variant(name="plain"),)
    seeds: tuple[int, ...] = ()
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
            name = f"{row.name}/{column.name}"
            if only in (None, name):
                scores = [
                    score
                    for seed in self.seeds or (None,)
                    for score in self._run(row, column, seed)
                ]
                cells.append(Cell(row.name, column.name, scores))
        if only is not None:
            return self._folder(only)
        return write_table(self.out, self.name, self.scoring.normaliser, cells)

    def _cells(self) -> Iterator[tuple[Variant, Variant]]:
        return ((row, column) for row in self.rows for column in self.columns)

    def _folder(self, cell: str) -> Path:
        return self.out / cell.replace(" ", "_").replace("/", "--")

    def _run(self, row: Variant, column: Variant, seed: int | None) -> list[Score]:
        """One run of a cell: trained where it is not yet, and scored."""
        folder = self._folder(f"{row.name}/{column.name}")
        if seed is not None:
            folder = folder / f"seed-{seed}"
        changes = [*row.set, *column.set, f"out='{folder}'"]
        if seed is not None:
            changes.append(f"seed={seed}")
        recipe = load_recipe(self.base, changes)
        if not isinstance(recipe, StagedRecipe):
            raise ConfigError(
                f"{self.base} is of task {recipe.task}, expected one whose networks give points"
            )
        log.info("%s: %s, %s, seed %d", self.name, row.name, column.name, recipe.seed)
        started = time.perf_counter()
        record = load_record(recipe.run())
        minutes = (time.perf_counter() - started) / 60
        return self._scores(record, folder / "scores.json", recipe, minutes)

    def _scores(
        self, record: WeightRecord, kept: Path, recipe: StagedRecipe, minutes: float
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
            stages = " + ".join(recipe.networks()[:count])
            errors = self._errors(record.first(count))
            scores.append(Score(stages, errors, recipe.seed, minutes))
        plain = {"decides": decides, "scores": [score.plain() for score in scores]}
        kept.write_text(json.dumps(plain), encoding="utf-8")
        return scores

    def _errors(self, record: WeightRecord) -> Doubles:
        """NME as shares of the faces that the normaliser can measure; infinity for a missed one."""
        faces = self.scoring.faces()
        estimator = point_estimator(record, device="cpu", threads=THREADS)
        detector = load_detector(DEFAULT_DETECTOR, options=DetectionOptions(), threads=THREADS)
        predicted = scored_points(predict(faces, estimator, detector), faces, "detector")
        truth = np.stack([face.points for face in faces])
        scheme = find_scheme(faces[0].scheme)
        normaliser = self.scoring.normaliser
        errors = measure(predicted, truth, scheme, normalisers=[normaliser]).nme(normaliser)
        return errors[~np.isnan(errors)]


RECIPE = TableRecipe
