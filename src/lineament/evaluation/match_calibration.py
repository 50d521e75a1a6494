"""What scores mean: thresholds for wanted false match rates, and the probability of one person.

The probability is sigmoid(slope x score + offset), at equal priors: before the pictures are seen,
one person and two are taken for equally likely. It is fitted by logistic regression in which
genuine and impostor pairs weigh as much as each other, however many there are (prior-weighted
linear calibration: Brümmer and du Preez, "Application-independent evaluation of speaker
detection", 2006), with the targets of Platt (1999), which keep the slope finite where the scores
make no mistake.

Comparisons that failed have no score and have no part in any of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lineament.errors import DataError
from lineament.evaluation.pair_scores import Doubles, PairScores
from lineament.evaluation.roc import threshold_at

LEAST_FALSE_MATCHES = 30
"""Errors that a rate must rest on (Doddington's rule of 30, ISO/IEC 19795-1): with as many, the
true rate is within 30 % of the measured one with a confidence of 90 %."""

FMRS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""False match rates for which thresholds are wanted where nobody says otherwise."""

STEPS = 100
EXACT = 1e-10


@dataclass(frozen=True, slots=True)
class MatchCalibration:
    """What the scores of one network mean on one set of pairs.

    Attributes:
        thresholds: by rising score, (false match rate, score): scores of at least that match.
        slope, offset: of the probability, sigmoid(slope x score + offset); slope > 0.
    """

    thresholds: tuple[tuple[float, float], ...]
    slope: float
    offset: float

    def probability(self, scores: ArrayLike) -> Doubles:
        """Probability of one person at equal priors, of scores of any shape."""
        return sigmoid(self.slope * np.asarray(scores, dtype=np.float64) + self.offset)


def calibrate(scores: PairScores, fmrs: Sequence[float] | None = None) -> MatchCalibration:
    """Thresholds for wanted false match rates, and the probability.

    Args:
        fmrs: rates between 0 and 1; those of `FMRS` that the pairs can tell where None.

    Raises:
        DataError: too few impostor pairs to tell a rate that was asked for, or the scores of
            genuine pairs are not higher than those of impostor pairs.
        ValueError: a rate that is not between 0 and 1.
    """
    compared = scores.compared()
    wanted = fmrs_told(len(compared.impostor)) if fmrs is None else tuple(fmrs)
    for fmr in wanted:
        check_told(fmr, len(compared.impostor))
    slope, offset = fit_probability(compared)
    thresholds = ((fmr, threshold_at(compared, fmr)) for fmr in sorted(set(wanted), reverse=True))
    return MatchCalibration(tuple(thresholds), slope, offset)


def check_told(fmr: float, impostors: int) -> None:
    """Refuse a false match rate that so few impostor pairs cannot tell.

    Raises:
        DataError: fewer than `LEAST_FALSE_MATCHES` false matches are to be expected.
        ValueError: a rate that is not between 0 and 1.
    """
    if not 0 < fmr < 1:
        raise ValueError(f"got the false match rate {fmr}, expected one between 0 and 1")
    needed = pairs_needed(fmr)
    if impostors < needed:
        raise DataError(
            f"got {impostors} impostor pairs for a false match rate of {fmr:g}, expected at least "
            f"{needed}, so that {LEAST_FALSE_MATCHES} of them match; take more pairs or a rate of "
            f"{LEAST_FALSE_MATCHES / max(impostors, LEAST_FALSE_MATCHES):.2g} or more"
        )


def pairs_needed(fmr: float) -> int:
    """Impostor pairs that a false match rate needs."""
    return math.ceil(LEAST_FALSE_MATCHES / fmr - 1e-6)


def fmrs_told(impostors: int) -> tuple[float, ...]:
    """Those of `FMRS` that so many impostor pairs can tell, the greatest first."""
    return tuple(fmr for fmr in FMRS if impostors >= pairs_needed(fmr))


def fit_probability(scores: PairScores) -> tuple[float, float]:
    """Slope and offset that make the weighted negative log-likelihood least, by Newton's method.

    Raises:
        DataError: genuine pairs do not score higher than impostor pairs.
    """
    genuine, impostor = scores.genuine, scores.impostor
    values = np.concatenate([genuine, impostor]).astype(np.float64)
    counts = (len(genuine), len(impostor))
    targets = np.repeat([(counts[0] + 1) / (counts[0] + 2), 1 / (counts[1] + 2)], counts)
    weights = np.repeat([0.5 / counts[0], 0.5 / counts[1]], counts)
    means = float(genuine.mean(dtype=np.float64)), float(impostor.mean(dtype=np.float64))
    if not means[0] > means[1]:
        raise DataError(
            f"genuine pairs score {means[0]:.4f} and impostor pairs {means[1]:.4f} in the mean, "
            "expected more for genuine ones; these scores tell nobody apart"
        )
    # Around the middle and in units of the spread, the problem is well conditioned.
    middle, spread = sum(means) / 2, float(values.std())
    design = np.stack([(values - middle) / spread, np.ones(len(values))])
    found = np.zeros(2)
    loss = _loss(found, design, targets, weights)
    for _ in range(STEPS):
        chance = sigmoid(found @ design)
        slope = design @ (weights * (chance - targets))
        bend = (design * (weights * chance * (1 - chance))) @ design.T
        step = np.linalg.solve(bend + 1e-12 * np.eye(2), slope)
        size = 1.0
        while (after := _loss(found - size * step, design, targets, weights)) > loss:
            size /= 2
            if size < EXACT:
                break
        if size < EXACT:
            break
        found, loss = found - size * step, after
        if np.abs(size * step).max() < EXACT:
            break
    return float(found[0] / spread), float(found[1] - found[0] * middle / spread)


def likelihood_ratio_cost(scores: PairScores, slope: float, offset: float) -> float:
    """Cllr in bits: what the probabilities cost; 0 for certain and right, 1 for saying nothing.

    Brümmer and du Preez, 2006. At equal priors slope x score + offset is the logarithm of the
    likelihood ratio. Comparisons that failed are left out.

    Raises:
        DataError: no comparison of a kind succeeded.
    """
    compared = scores.compared()
    costs = (
        np.logaddexp(0, -(slope * compared.genuine.astype(np.float64) + offset)).mean(),
        np.logaddexp(0, slope * compared.impostor.astype(np.float64) + offset).mean(),
    )
    return float(sum(costs) / 2 / math.log(2))


def sigmoid(values: ArrayLike) -> Doubles:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0, -np.asarray(values, dtype=np.float64))))


def _loss(found: Doubles, design: Doubles, targets: Doubles, weights: Doubles) -> float:
    logits = found @ design
    return float((weights * (np.logaddexp(0, logits) - targets * logits)).sum())
