"""A table of landmark runs: every network of every run of a grid scored on faces kept back.

`lineament train TABLE.toml` trains what is not trained yet, with every seed, scores the points and
writes the table; a killed run goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.attributes.held_out_photos import held_out_count
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_dataset
from lineament.detection import DEFAULT_DETECTOR, DetectionOptions, load_detector
from lineament.errors import DataError
from lineament.evaluation.holdout import Part, choose_part
from lineament.evaluation.landmark_errors import measure
from lineament.evaluation.landmarks import scored_points
from lineament.evaluation.normalisers import Doubles, Normaliser
from lineament.evaluation.point_estimator import point_estimator
from lineament.evaluation.predictions import predict
from lineament.landmarks.schemes import find_scheme
from lineament.strict import Strict
from lineament.training.run_grid import Cell, Run, RunGrid, keep_scores, kept_scores
from lineament.training.table_report import Score, write_table
from lineament.weights import WeightRecord

THREADS = 2
"""Threads of the networks that are scored."""


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


class TableRecipe(RunGrid[Score]):
    """A grid of landmark runs with its scores.

    Attributes:
        scoring: the faces and the measure.
    """

    task: Literal["table"]
    scoring: Scoring

    def scored(self, run: Run) -> list[Score]:
        """Scores of the first stage, of the first two, and so on; kept beside the weights."""
        decides, known = kept_scores(run, self.scoring)
        if known is not None:
            return [Score.from_plain(score) for score in known]
        scores = []
        for count in range(1, len(run.record.networks) + 1):
            stages = " + ".join(run.recipe.networks()[:count])
            errors = self._errors(run.record.first(count))
            scores.append(Score(stages, errors, run.recipe.seed, run.minutes))
        keep_scores(run, decides, [score.plain() for score in scores])
        return scores

    def write(self, cells: Sequence[Cell[Score]]) -> Path:
        return write_table(self.out, self.name, self.scoring.normaliser, cells)

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
