"""ROC of verification: TAR at a FAR, area under the curve, equal error rate.

A pair is accepted where its score is at least the threshold. FAR (FMR) is the share of impostor
pairs that is accepted, TAR the share of genuine pairs; FNMR = 1 - TAR. A comparison that failed
is accepted at no threshold and counts in both denominators.

TAR@FAR has two rules, and tables do not say which they follow:

- conservative: the greatest TAR at a FAR that does **not exceed** the target;
- nearest: the point of scikit-learn's `roc_curve` whose FAR is **nearest** to the target, which
  may exceed it. It is that of the published IJB-B and IJB-C scripts. By default that function
  leaves out points that lie on a straight line between others, and only the rest can be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.evaluation.pair_scores import Doubles, Integers, PairScores, allowed

TARGETS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
"""False accept rates of the published IJB tables."""

TAIL_PAIRS = 1000
"""Impostor scores beyond the target with which `nearest_point` first tries to do."""


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """One point for each distinct score taken as the threshold, from the greatest down.

    Attributes:
        thresholds: (K,) falling.
        false_matches, matches: (K,) impostor and genuine pairs that are accepted.
        impostors, genuines: pairs of each kind in all.
    """

    thresholds: Doubles
    false_matches: Integers
    matches: Integers
    impostors: int
    genuines: int

    @property
    def far(self) -> Doubles:
        """(K,) false accept rates."""
        return self.false_matches / self.impostors

    @property
    def tar(self) -> Doubles:
        """(K,) true accept rates."""
        return self.matches / self.genuines


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What happens at a threshold.

    Attributes:
        target: the false accept rate asked for.
        threshold: scores of at least this are accepted.
        false_matches, impostors: impostor pairs that are accepted, and all of them.
        matches, genuines: genuine pairs that are accepted, and all of them.
    """

    target: float
    threshold: float
    false_matches: int
    impostors: int
    matches: int
    genuines: int

    @property
    def far(self) -> float:
        """False accept rate that is really had."""
        return self.false_matches / self.impostors

    @property
    def tar(self) -> float:
        """True accept rate."""
        return self.matches / self.genuines


def roc_curve(scores: PairScores, least: float = -np.inf) -> RocCurve:
    """The curve down to the threshold `least`; all of it by default."""
    parts = [
        part[np.searchsorted(part, least, side="left") :]
        for part in (scores.genuine, scores.impostor)
    ]
    thresholds = np.unique(np.concatenate(parts))[::-1]
    return RocCurve(
        thresholds=thresholds,
        false_matches=scores.false_matches(thresholds),
        matches=scores.matches(thresholds),
        impostors=len(scores.impostor),
        genuines=len(scores.genuine),
    )


def threshold_at(scores: PairScores, target: float) -> float:
    """The threshold of the greatest TAR at a FAR of at most `target`.

    It lies half-way between the greatest score that must be refused and the next above it, so
    that it does the same after rounding.

    Raises:
        ValueError: the target is not between 0 and 1.
    """
    if not 0 < target < 1:
        raise ValueError(f"got the false accept rate {target}, expected one between 0 and 1")
    refused = float(scores.impostor[-1 - allowed(target, len(scores.impostor))])
    above = [
        float(part[place])
        for part in (scores.genuine, scores.impostor)
        if (place := np.searchsorted(part, refused, side="right")) < len(part)
    ]
    if not above or np.isinf(refused):
        return float(np.nextafter(refused, np.inf)) if not above else min(above)
    between = (refused + min(above)) / 2
    return between if between > refused else min(above)


def conservative_point(scores: PairScores, target: float) -> OperatingPoint:
    """TAR at a FAR that does not exceed the target; errors as of `threshold_at`."""
    return _point(scores, target, threshold_at(scores, target))


def nearest_point(scores: PairScores, target: float) -> OperatingPoint:
    """The point of scikit-learn's `roc_curve` with the FAR nearest to the target.

    Of two that are equally near, the one of the greater FAR; of points of one FAR, the one of
    the greatest TAR. Where nothing accepted is nearest, the threshold is infinite.

    Raises:
        ValueError: the target is not between 0 and 1.
    """
    if not 0 < target < 1:
        raise ValueError(f"got the false accept rate {target}, expected one between 0 and 1")
    count = len(scores.impostor)
    reach = 2 * allowed(target, count) + TAIL_PAIRS
    if reach < count:
        # Few scores decide: the curve as far as the first kept point beyond the target.
        tail = roc_curve(scores, float(scores.impostor[-1 - reach]))
        kept = np.flatnonzero(_kept(tail)[:-1])
        if len(kept) and tail.far[kept[-1]] > 2 * target:
            return _nearest(scores, tail, kept, target)
    curve = roc_curve(scores)
    return _nearest(scores, curve, np.flatnonzero(_kept(curve)), target)


def area_under_roc(scores: PairScores) -> float:
    """Share of all couples of a genuine and an impostor pair in which the genuine one scores
    higher; equal scores count half.
    """
    below, up_to = (
        int(np.searchsorted(scores.impostor, scores.genuine, side=side).sum(dtype=np.int64))
        for side in ("left", "right")
    )
    return (below + up_to) / 2 / (len(scores.impostor) * len(scores.genuine))


def equal_error_rate(scores: PairScores) -> float:
    """Where FAR and FNMR are equal, on straight lines between the points of the curve."""
    curve = roc_curve(scores)
    far = np.concatenate([[0.0], curve.far])
    gap = far - (1 - np.concatenate([[0.0], curve.tar]))
    behind = int((gap >= 0).argmax())
    before = behind - 1
    part = -gap[before] / (gap[behind] - gap[before])
    return float(far[before] + part * (far[behind] - far[before]))


def _kept(curve: RocCurve) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(K,) the points that `roc_curve` of scikit-learn keeps: ends, and where the steps change."""
    kept = np.ones(len(curve.thresholds), dtype=np.bool_)
    if len(kept) > 2:
        kept[1:-1] = (np.diff(curve.false_matches, 2) != 0) | (np.diff(curve.matches, 2) != 0)
    return kept


def _nearest(scores: PairScores, curve: RocCurve, kept: Integers, target: float) -> OperatingPoint:
    gaps = np.abs(np.concatenate([[0.0], curve.far[kept]]) - target)
    place = len(gaps) - 1 - int(gaps[::-1].argmin())
    threshold = float(curve.thresholds[kept[place - 1]]) if place else np.inf
    return _point(scores, target, threshold)


def _point(scores: PairScores, target: float, threshold: float) -> OperatingPoint:
    return OperatingPoint(
        target=target,
        threshold=threshold,
        false_matches=int(scores.false_matches(threshold)),
        impostors=len(scores.impostor),
        matches=int(scores.matches(threshold)),
        genuines=len(scores.genuine),
    )
