"""Verification in ten folds, as LFW is scored (View 2, Huang et al., 2007; code of FaceNet and
InsightFace): a threshold is chosen on nine folds and judged on the tenth.

Distances are squared L2 distances of unit vectors, 0 to 4. A pair is taken for one person where
its distance is **below** the threshold. A comparison that failed has an infinite distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lineament.evaluation.pair_scores import Doubles, Integers, allowed

THRESHOLDS = np.arange(400) / 100
"""0 to 4 in steps of 0.01, 4 left out."""

FINE_THRESHOLDS = np.arange(4000) / 1000
"""Of `validation_at_far`: 0 to 4 in steps of 0.001."""


@dataclass(frozen=True, slots=True, eq=False)
class FoldAccuracy:
    """What was right in each of F folds.

    Attributes:
        accuracies: (F,) share of the fold's pairs that are told rightly.
        thresholds: (F,) squared distance chosen on the other folds.
    """

    accuracies: Doubles
    thresholds: Doubles

    @property
    def mean(self) -> float:
        """Mean over the folds: the accuracy that is published."""
        return float(self.accuracies.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation over the folds (division by F)."""
        return float(self.accuracies.std())


@dataclass(frozen=True, slots=True, eq=False)
class FoldValidation:
    """Validation rate of F folds at a false accept rate that the other folds were given.

    Attributes:
        target: the false accept rate asked for.
        rates: (F,) share of the fold's genuine pairs that are accepted.
        fars: (F,) share of the fold's impostor pairs that are accepted, which may differ from
            the target.
        thresholds: (F,) squared distances.
    """

    target: float
    rates: Doubles
    fars: Doubles
    thresholds: Doubles

    @property
    def mean(self) -> float:
        """Mean of the rates over the folds."""
        return float(self.rates.mean())

    @property
    def deviation(self) -> float:
        """Standard deviation of the rates over the folds (division by F)."""
        return float(self.rates.std())

    @property
    def far(self) -> float:
        """Mean over the folds of what was accepted wrongly."""
        return float(self.fars.mean())


def squared_distances(cosines: ArrayLike) -> Doubles:
    """Squared L2 distances of unit vectors from their cosines: 2 - 2 cos; infinite for failed."""
    return np.asarray(2 - 2 * np.asarray(cosines, dtype=np.float64))


def fold_accuracy(distances: ArrayLike, same: ArrayLike, fold: ArrayLike) -> FoldAccuracy:
    """Accuracy of each fold at the threshold that is best on the others; of equal ones the least.

    Args:
        distances: (P,) squared distances.
        same: (P,) bool. fold: (P,) whole numbers; the folds are their distinct values in order.

    Raises:
        ValueError: fewer than two folds, wrong shapes or NaN.
    """
    accepted, pairs = _accepted(distances, same, fold, THRESHOLDS)
    right = accepted[:, 0] + (pairs[:, 1, None] - accepted[:, 1])
    best = (right.sum(axis=0) - right).argmax(axis=1)
    return FoldAccuracy(
        accuracies=right[np.arange(len(right)), best] / pairs.sum(axis=1),
        thresholds=THRESHOLDS[best],
    )


def validation_at_far(
    distances: ArrayLike, same: ArrayLike, fold: ArrayLike, target: float = 1e-3
) -> FoldValidation:
    """VAL@FAR (Schroff et al., FaceNet, CVPR 2015).

    The threshold of a fold is the greatest of 0 to 4 in steps of 0.001 at which the other folds
    accept at most a share `target` of their impostor pairs. The published code interpolates
    between this step and the next, which moves the threshold by less than 0.001.

    Raises:
        ValueError: as `fold_accuracy`, a fold without a pair of either kind, or a target that is
            not between 0 and 1.
    """
    if not 0 < target < 1:
        raise ValueError(f"got the false accept rate {target}, expected one between 0 and 1")
    accepted, pairs = _accepted(distances, same, fold, FINE_THRESHOLDS)
    if not pairs.all():
        raise ValueError("a fold has no genuine or no impostor pair, expected some in each")
    false = accepted[:, 1]
    others, count = false.sum(axis=0) - false, pairs[:, 1].sum() - pairs[:, 1]
    most = np.array([allowed(target, int(impostors)) for impostors in count])
    # False accepts rise with the threshold, and there are none at 0.
    chosen = (others <= most[:, None]).sum(axis=1) - 1
    rows = np.arange(len(false))
    return FoldValidation(
        target=target,
        rates=accepted[rows, 0, chosen] / pairs[:, 0],
        fars=false[rows, chosen] / pairs[:, 1],
        thresholds=FINE_THRESHOLDS[chosen],
    )


def _accepted(
    distances: ArrayLike, same: ArrayLike, fold: ArrayLike, thresholds: Doubles
) -> tuple[Integers, Integers]:
    """(F,2,T) genuine and impostor pairs below each threshold, and (F,2) pairs of each kind."""
    apart = np.asarray(distances, dtype=np.float64)
    truth = np.asarray(same, dtype=np.bool_)
    folds = np.asarray(fold)
    if apart.ndim != 1 or not apart.shape == truth.shape == folds.shape or np.isnan(apart).any():
        raise ValueError(
            "distances, same and fold need one shape (P,) and no NaN, got "
            f"{apart.shape}, {truth.shape} and {folds.shape}"
        )
    names = np.unique(folds)
    if len(names) < 2:
        raise ValueError(
            f"got {len(names)} fold, expected two or more: a threshold is chosen on other folds "
            "than the one that it is judged on"
        )
    accepted = np.empty((len(names), 2, len(thresholds)), dtype=np.int64)
    pairs = np.empty((len(names), 2), dtype=np.int64)
    for place, name in enumerate(names):
        for kind, chosen in enumerate((truth, ~truth)):
            here = np.sort(apart[(folds == name) & chosen])
            accepted[place, kind] = np.searchsorted(here, thresholds, side="left")
            pairs[place, kind] = len(here)
    return accepted, pairs
