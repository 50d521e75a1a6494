"""How far a detector's five points lie from the true ones, in distances of the eyes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.evaluation.normalisers import SMALLEST_NORMALISER

RULE = (
    "mean distance of the five points from their truth, divided by the distance of the two true "
    "eye points; faces that were found and whose five points are all known. Left out are profiles "
    f"whose eyes lie nearer together than {SMALLEST_NORMALISER:.0%} of the longer side of the box "
    "of the true points"
)


def five_point_errors(predicted: ArrayLike, truth: ArrayLike) -> NDArray[np.float64]:
    """Error of each face by `RULE`, as a fraction.

    Args:
        predicted, truth: (M,5,2) points of the same faces in photo pixels.

    Returns:
        (M,), NaN where a point is not known or the eyes fall together.

    Raises:
        ValueError: the shapes differ or are not (M,5,2).
    """
    guess, true = np.asarray(predicted, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if guess.shape != true.shape or true.shape[1:] != (5, 2):
        raise ValueError(f"got points {guess.shape} and {true.shape}, expected both (M, 5, 2)")
    eyes = np.linalg.norm(true[:, 1] - true[:, 0], axis=1)
    extent = (true.max(axis=1) - true.min(axis=1)).max(axis=1)
    divisor = np.where(eyes > SMALLEST_NORMALISER * extent, eyes, np.nan)
    errors: NDArray[np.float64] = np.linalg.norm(guess - true, axis=2).mean(axis=1) / divisor
    return errors
