"""A table of recognition runs: every run of a grid scored on sets of pairs.

`lineament train TABLE.toml` trains what is not trained yet, with every seed, compares the pairs and
writes the table; a killed run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from lineament.datasets.pair_readers import read_pairs
from lineament.datasets.verification_pairs import VerificationPairs
from lineament.detection import DEFAULT_DETECTOR, DetectionOptions, load_detector
from lineament.evaluation.embedding_predictions import predict_embeddings
from lineament.evaluation.pair_scores import PairScores, pair_cosines
from lineament.evaluation.roc import area_under_roc
from lineament.evaluation.verification import fold_accuracy, squared_distances
from lineament.recognition.estimator import EmbeddingEstimator
from lineament.recognition.verification_report import PairResult, RunScore, write_report
from lineament.strict import Strict
from lineament.training.run_grid import Cell, Run, RunGrid, keep_scores, kept_scores
from lineament.weights import WeightRecord

THREADS = 2
"""Threads of the networks that are scored."""


class PairSet(Strict):
    """A set of pairs as `lineament evaluate recognition --pairs` takes it.

    Attributes:
        protocol: such as `orl` or `identities`.
    """

    protocol: str
    path: Path
    part: str | None = None

    @property
    def name(self) -> str:
        """Protocol and part."""
        return self.protocol if self.part is None else f"{self.protocol}:{self.part}"


class VerificationScoring(Strict):
    """The sets of pairs on which every run is scored."""

    sets: tuple[PairSet, ...] = Field(min_length=1)


class VerificationTable(RunGrid[RunScore]):
    """A grid of recognition runs with its scores."""

    task: Literal["verification_table"]
    scoring: VerificationScoring

    def scored(self, run: Run) -> list[RunScore]:
        """One score; kept beside the weights."""
        decides, known = kept_scores(run, self.scoring)
        if known is None:
            results = {one.name: _result(run.record, one) for one in self.scoring.sets}
            score = RunScore(run.recipe.seed, run.minutes, results, _journal(run))
            keep_scores(run, decides, [score.plain()])
            return [score]
        return [RunScore.from_plain(score) for score in known]

    def write(self, cells: Sequence[Cell[RunScore]]) -> Path:
        return write_report(self.out, self.name, cells)


def _result(record: WeightRecord, chosen: PairSet) -> PairResult:
    """What a weight makes of a set of pairs."""
    pairs = _read(chosen)
    detector = None
    if not pairs.aligned:
        detector = load_detector(DEFAULT_DETECTOR, options=DetectionOptions(), threads=THREADS)
    estimator = EmbeddingEstimator(record, device="cpu", threads=THREADS)
    found = predict_embeddings(pairs.pictures, estimator, detector)
    cosines = pair_cosines(found.embeddings, pairs.pairs, found.enrolled)
    accuracy = None
    if pairs.fold.max() > 0:
        accuracy = 100 * fold_accuracy(squared_distances(cosines), pairs.same, pairs.fold).mean
    return PairResult(100 * area_under_roc(PairScores.of(cosines, pairs.same)), accuracy)


@lru_cache(maxsize=4)
def _read(chosen: PairSet) -> VerificationPairs:
    return read_pairs(chosen.protocol, chosen.path, chosen.part)


def _journal(run: Run) -> list[dict[str, Any]]:
    """What the last stage's validations said, in their order."""
    path = run.folder / run.recipe.stages[-1].name / "log.jsonl"
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if "validation_auc" in line]


RECIPE = VerificationTable
