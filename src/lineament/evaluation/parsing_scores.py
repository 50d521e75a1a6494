"""Scores of face parsing: pure functions on class masks.

Protocol: F1 per class over all pixels of all pictures together (counts are summed first), not a
mean over pictures; the mean F1 is over the classes named, background left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]


def confusion(predicted: ArrayLike, truth: ArrayLike, classes: int) -> Counts:
    """How many pixels of each true class (rows) were given each class (columns).

    Args:
        predicted, truth: class numbers of the same shape, 0 to `classes` - 1.

    Raises:
        ValueError: shapes differ, or a number is no class.
    """
    guess, true = np.asarray(predicted), np.asarray(truth)
    if guess.shape != true.shape:
        raise ValueError(f"masks differ in shape: predicted {guess.shape}, truth {true.shape}")
    for name, mask in (("predicted", guess), ("truth", true)):
        if mask.size and (int(mask.min()) < 0 or int(mask.max()) >= classes):
            raise ValueError(f"{name} holds numbers beyond 0 to {classes - 1}")
    pairs = true.astype(np.int64).ravel() * classes + guess.ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def f1_per_class(counts: Counts) -> NDArray[np.float64]:
    """F1 of every class, 2 |A and B| / (|A| + |B|): (C,); NaN for one that neither mask has."""
    both = counts.sum(axis=0) + counts.sum(axis=1)
    scores = np.full(len(counts), np.nan)
    np.divide(2.0 * np.diag(counts), both, out=scores, where=both > 0)
    return scores


def mean_f1(counts: Counts, background: int | None = 0) -> float:
    """Mean of the classes' F1, without the background and those that occur nowhere.

    Raises:
        ValueError: no class is left.
    """
    scores = f1_per_class(counts)
    kept = [score for number, score in enumerate(scores) if number != background]
    if np.isnan(kept).all():
        raise ValueError("no class occurs in the masks: nothing to average")
    return float(np.nanmean(kept))
