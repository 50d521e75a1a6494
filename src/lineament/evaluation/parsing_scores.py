"""Scores of face parsing: pure functions on class masks and on counts of pixels.

Protocol: counts over all pixels of all pictures together, then one score of a class, not a mean
over pictures. Means are over the classes that truth or prediction has: a class that occurs in
neither is left out, one that is only predicted counts as 0. Whether the background takes part is
said by the caller and belongs to the number's name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]
Scores = NDArray[np.float64]


def confusion(
    predicted: ArrayLike, truth: ArrayLike, classes: int, ignored: int | None = None
) -> Counts:
    """How many pixels of each true class (rows) were given each class (columns).

    Args:
        predicted, truth: class numbers of the same shape, 0 to `classes` - 1.
        ignored: pixels of this true number are left out, whatever is predicted there.

    Raises:
        ValueError: shapes differ, or a number is no class.
    """
    guess, true = np.asarray(predicted), np.asarray(truth)
    if guess.shape != true.shape:
        raise ValueError(f"masks differ in shape: predicted {guess.shape}, truth {true.shape}")
    if ignored is not None:
        known = true != ignored
        guess, true = guess[known], true[known]
    for name, mask in (("predicted", guess), ("truth", true)):
        if mask.size and (int(mask.min()) < 0 or int(mask.max()) >= classes):
            raise ValueError(f"{name} holds numbers beyond 0 to {classes - 1}")
    pairs = true.astype(np.int64).ravel() * classes + guess.ravel()
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def merged(counts: Counts, groups: Sequence[Sequence[int]]) -> Counts:
    """The counts as if the classes of each group had been one class from the start.

    Args:
        counts: (C,C).
        groups: for each of G new classes the old ones; every old class in exactly one.

    Returns:
        (G,G).

    Raises:
        ValueError: a class is in no group or in several.
    """
    together = sorted(number for group in groups for number in group)
    if together != list(range(len(counts))):
        raise ValueError(f"groups {groups} are no partition of {len(counts)} classes")
    table = np.zeros((len(groups), len(counts)), dtype=np.int64)
    for row, group in enumerate(groups):
        table[row, list(group)] = 1
    return np.asarray(table @ counts @ table.T)


def f1_per_class(counts: Counts) -> Scores:
    """F1 of every class, 2 |A and B| / (|A| + |B|): (C,); NaN for one that neither mask has."""
    both = counts.sum(axis=0) + counts.sum(axis=1)
    return _ratio(2 * np.diag(counts), both)


def f1_of_group(counts: Counts, classes: Sequence[int]) -> float:
    """F1 of several classes taken as one: confusions among them count as correct.

    Args:
        counts: (C,C).
        classes: numbers of the classes of the group.

    Returns:
        F1; NaN where neither mask has any of them.
    """
    rows = list(classes)
    both = int(counts[rows].sum() + counts[:, rows].sum())
    return 2 * int(counts[np.ix_(rows, rows)].sum()) / both if both else float("nan")


def iou_per_class(counts: Counts) -> Scores:
    """Intersection over union of every class (Jaccard index): (C,); NaN for an absent class."""
    shared = np.diag(counts)
    return _ratio(shared, counts.sum(axis=0) + counts.sum(axis=1) - shared)


def mean_f1(counts: Counts, background: int | None = 0) -> float:
    """Mean of the classes' F1, without the background and those that occur nowhere.

    Args:
        background: class that is left out; None takes all.

    Raises:
        ValueError: no class is left.
    """
    return mean_over_classes(f1_per_class(counts), background)


def mean_iou(counts: Counts, background: int | None = 0) -> float:
    """Mean of the classes' intersection over union (mIoU), as `mean_f1` takes it.

    Raises:
        ValueError: no class is left.
    """
    return mean_over_classes(iou_per_class(counts), background)


def mean_over_classes(scores: Scores, background: int | None = 0) -> float:
    """Mean of the scores (C,) of the classes that occur, those that are not NaN.

    Args:
        background: class that is left out; None takes all.

    Raises:
        ValueError: no class is left.
    """
    kept = [score for number, score in enumerate(scores) if number != background]
    if np.isnan(kept).all():
        raise ValueError("no class occurs in the masks: nothing to average")
    return float(np.nanmean(kept))


def pixel_accuracy(counts: Counts) -> float:
    """Share of the pixels that are given their true class; NaN where there are none."""
    total = int(counts.sum())
    return int(np.trace(counts)) / total if total else float("nan")


def _ratio(above: Counts, below: Counts) -> Scores:
    scores = np.full(len(below), np.nan)
    np.divide(above.astype(np.float64), below, out=scores, where=below > 0)
    return scores
