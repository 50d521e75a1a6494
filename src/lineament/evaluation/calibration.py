"""Whether probabilities mean what they say: reliability bins, calibration error, likelihood.

Shapes: `labels` (N,) int64 are true classes; `probabilities` (N,C) are rows that sum to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

BINS = 15
"""Equal-width bins of the top probability (Guo et al., "On Calibration of Modern Neural
Networks", ICML 2017)."""

SMALLEST_PROBABILITY = 1e-12
"""The likelihood of a class that was given less is that of this, so that one face that was ruled
out does not make the mean infinite."""

SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """What came true of the answers of each bin.

    Attributes:
        counts: (B,) answers whose top probability falls into the bin. Bin b of B holds those
            above b / B and not above (b + 1) / B.
        confidence: (B,) their mean top probability; NaN where there is none.
        accuracy: (B,) share of them that is right; NaN where there is none.
    """

    counts: Integers
    confidence: Doubles
    accuracy: Doubles

    @property
    def calibration_error(self) -> float:
        """ECE: mean of |accuracy - confidence| over the bins, each weighing its answers."""
        held = self.counts > 0
        gaps = np.abs(self.accuracy[held] - self.confidence[held])
        return float((gaps * self.counts[held]).sum() / self.counts.sum())


def reliability(labels: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> Reliability:
    """The answers of the greatest probability, in `bins` equal-width bins of it over 0 to 1.

    Raises:
        ValueError: no face, wrong shapes, or rows that are no probabilities.
    """
    truth, given = checked_answers(labels, probabilities)
    top = given.max(axis=1)
    right = given.argmax(axis=1) == truth
    place = np.clip(np.ceil(top * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        return Reliability(
            counts=counts.astype(np.int64),
            confidence=np.bincount(place, weights=top, minlength=bins) / counts,
            accuracy=np.bincount(place, weights=right, minlength=bins) / counts,
        )


def expected_calibration_error(
    labels: ArrayLike, probabilities: ArrayLike, bins: int = BINS
) -> float:
    """ECE of the answers of the greatest probability, 0 to 1; errors as for `reliability`."""
    return reliability(labels, probabilities, bins).calibration_error


def negative_log_likelihood(labels: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean of -log p(true class) in nats, p at least `SMALLEST_PROBABILITY`.

    Raises:
        ValueError: no face, wrong shapes, or rows that are no probabilities.
    """
    truth, given = checked_answers(labels, probabilities)
    of_truth = given[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(of_truth, SMALLEST_PROBABILITY)).mean())


def checked_answers(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Integers, Doubles]:
    """Both as arrays, or a ValueError that says what they need."""
    truth = np.asarray(labels, dtype=np.int64)
    given = np.asarray(probabilities, dtype=np.float64)
    if given.ndim != 2 or truth.shape != given.shape[:1] or not len(truth):
        raise ValueError(
            "labels (N,) and probabilities (N,C) with N > 0 are needed, got shapes "
            f"{truth.shape} and {given.shape}"
        )
    if truth.min() < 0 or truth.max() >= given.shape[1]:
        raise ValueError(
            f"labels must lie within 0 to {given.shape[1] - 1}, got {truth.min()} to {truth.max()}"
        )
    sums = given.sum(axis=1)
    if not (np.abs(sums - 1) <= SUM_TOLERANCE).all() or (given < 0).any():
        raise ValueError("each row of probabilities must be 0 or more and sum to 1")
    return truth, given
