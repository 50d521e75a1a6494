"""Precision against recall over all score thresholds, and the area below it.

The area is that of PASCAL VOC since 2010: precision at a recall is the best precision at that or a
greater recall, integrated exactly. Detections of one score stand or fall together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """One point for each distinct score, from the greatest down: (T,) each, as fractions."""

    thresholds: Doubles
    precision: Doubles
    recall: Doubles

    @property
    def area(self) -> float:
        """Average precision."""
        return area_below(self.recall, self.precision)


def precision_recall(scores: ArrayLike, right: ArrayLike, faces: int) -> PrecisionRecall:
    """The curve.

    Args:
        scores: (K,) of the detections that count: right ones and false positives.
        right: (K,) bool, those that found a face.
        faces: in all, found or not.

    Raises:
        ValueError: no face.
    """
    if faces < 1:
        raise ValueError(f"got {faces} faces, expected at least one for a precision and recall")
    values = np.asarray(scores, dtype=np.float64)
    hits = np.asarray(right, dtype=np.bool_)
    order = np.argsort(-values, kind="stable")
    values, hits = values[order], hits[order]
    last = np.flatnonzero(np.diff(values, append=-np.inf))
    found = np.cumsum(hits)[last]
    return PrecisionRecall(values[last], found / (last + 1), found / faces)


def area_below(recall: ArrayLike, precision: ArrayLike) -> float:
    """Area below precision against recall (T,), recall rising; the best precision to the right."""
    x = np.concatenate([[0.0], np.asarray(recall, dtype=np.float64)])
    y = np.asarray(precision, dtype=np.float64)
    best = np.maximum.accumulate(y[::-1])[::-1]
    return float((np.diff(x) * best).sum())
