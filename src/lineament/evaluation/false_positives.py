"""What a detector finds where nobody is, against the score threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.detection.detector import Detections
from lineament.evaluation.share import Share
from lineament.face import FloatArray

RATE = 1 / 50
"""False positives for each people-free picture that are borne."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A score threshold and what it lets through.

    Attributes:
        threshold: detections of at least this score count.
        false_positives: of them, on all the pictures.
        pictures: people-free ones.
        least: a lower threshold was not looked at, since no detection below it was kept.
    """

    threshold: float
    false_positives: int
    pictures: int
    least: bool

    @property
    def rate(self) -> float:
        """False positives for each picture."""
        return self.false_positives / self.pictures


@dataclass(frozen=True, slots=True, eq=False)
class FalsePositives:
    """Every detection on people-free pictures.

    Attributes:
        scores: (K,) greatest first.
        picture: (K,) index of its picture.
        pictures: how many there are.
    """

    scores: FloatArray
    picture: NDArray[np.int64]
    pictures: int

    @staticmethod
    def of(predicted: Sequence[Detections]) -> FalsePositives:
        """Those of people-free pictures, one entry each.

        Raises:
            ValueError: no picture.
        """
        if not predicted:
            raise ValueError("got no people-free picture, expected at least one")
        scores = np.concatenate([found.scores for found in predicted]).astype(np.float32)
        picture = np.repeat(np.arange(len(predicted)), [len(found) for found in predicted])
        order = np.argsort(-scores, kind="stable")
        return FalsePositives(scores[order], picture[order].astype(np.int64), len(predicted))

    def at(self, threshold: float) -> int:
        """False positives whose score is at least the threshold."""
        return int((self.scores >= threshold).sum())

    def pictures_at(self, threshold: float) -> Share:
        """Pictures with at least one false positive."""
        return Share(len(np.unique(self.picture[self.scores >= threshold])), self.pictures)

    def bar_for(self, rate: float = RATE, least_score: float = 0.0) -> Bar:
        """The lowest threshold with at most `rate` false positives for each picture.

        It lies right above the best score that must be refused, as float32 has it; where none
        must be, it is `least_score`, below which no detection was kept.

        Raises:
            ValueError: a rate that is negative or not finite.
        """
        if not (rate >= 0 and math.isfinite(rate)):
            raise ValueError(f"got the rate {rate}, expected zero or more for each picture")
        borne = math.floor(rate * self.pictures + 1e-9)
        if borne >= len(self.scores):
            return Bar(float(least_score), len(self.scores), self.pictures, least=True)
        threshold = float(np.nextafter(self.scores[borne], np.float32(np.inf)))
        return Bar(threshold, self.at(threshold), self.pictures, least=False)
