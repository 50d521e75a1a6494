"""Whether a quality score is worth anything: error-versus-discard curve (EDC) and area under it.

Grother and Tabassi, "Performance of biometric quality measures", PAMI 2007; ISO/IEC 29794-1;
Schlett et al., "Considerations on the evaluation of biometric quality assessment algorithms",
2023. Genuine pairs are discarded in the order of their quality, the worst first, while the
threshold of the comparison stays as it is; a good quality score discards the false non-matches
first. The quality of a pair is that of its worse picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lineament.evaluation.pair_scores import Doubles

LIMIT = 0.3
"""Share of the pairs up to which curves are compared: nobody discards more."""


@dataclass(frozen=True, slots=True, eq=False)
class DiscardCurve:
    """FNMR of what is left, a step function of the share that is discarded.

    Attributes:
        discarded: (K,) rising shares from 0; pairs of equal quality go together.
        fnmr: (K,) of the pairs that are left from that share on to the next.
        threshold: scores of at least this match.
        pairs: genuine pairs in all.
    """

    discarded: Doubles
    fnmr: Doubles
    threshold: float
    pairs: int

    def area(self, limit: float = LIMIT) -> float:
        """Mean FNMR over the discarded shares from 0 to `limit`: exact, of the step function.

        Raises:
            ValueError: a limit that is not above 0 and at most 1.
        """
        if not 0 < limit <= 1:
            raise ValueError(f"got the limit {limit}, expected one above 0 and at most 1")
        ends = np.minimum(np.append(self.discarded[1:], 1.0), limit)
        widths = np.clip(ends - np.minimum(self.discarded, limit), 0, None)
        return float((widths * self.fnmr).sum() / limit)

    def normalised_area(self, limit: float = LIMIT) -> float | None:
        """The area, 1 for a score that discards at random, 0 for one that discards nothing but
        false non-matches until none is left; above 1 it harms. None without an error.

        Random: the FNMR stays. The ideal order is that of the scores themselves.
        """
        initial = float(self.fnmr[0])
        if not initial:
            return None
        best = _ideal(initial, self.pairs, self.threshold).area(limit)
        return (self.area(limit) - best) / (initial - best) if initial > best else None


def discard_curve(scores: ArrayLike, quality: ArrayLike, threshold: float) -> DiscardCurve:
    """The curve of genuine pairs.

    Args:
        scores: (G,) of genuine pairs; `FAILED` is a false non-match.
        quality: (G,) of the pairs, the greater the better, see `pair_quality`; -infinity for a
            pair with a picture without a face, which is discarded first.
        threshold: scores of at least this match.

    Raises:
        ValueError: no pair, other shapes, or a quality of NaN.
    """
    values = np.asarray(scores, dtype=np.float64)
    worth = np.asarray(quality, dtype=np.float64)
    if values.ndim != 1 or values.shape != worth.shape or not len(values) or np.isnan(worth).any():
        raise ValueError(
            "scores and quality need one shape (G,) with G > 0 and no NaN, got "
            f"{values.shape} and {worth.shape}"
        )
    order = np.argsort(worth, kind="stable")
    errors = values[order] < threshold
    # Left after the first n are gone, for n of 0 to G - 1.
    left = errors.sum() - np.concatenate([[0], np.cumsum(errors)[:-1]])
    gone = np.arange(len(values))
    fnmr = left / (len(values) - gone)
    sorted_worth = worth[order]
    first = np.concatenate([[True], sorted_worth[1:] != sorted_worth[:-1]])
    return DiscardCurve(gone[first] / len(values), fnmr[first], threshold, len(values))


def pair_quality(quality: ArrayLike, pairs: ArrayLike) -> Doubles:
    """(P,) quality of pairs (P,2): that of the worse of the two pictures, of (N,)."""
    of_both = np.asarray(quality, dtype=np.float64)[np.asarray(pairs, dtype=np.int64)]
    return np.asarray(of_both.min(axis=1))


def _ideal(initial: float, pairs: int, threshold: float) -> DiscardCurve:
    """The curve of a score that discards every error before anything else."""
    errors = round(initial * pairs)
    gone = np.arange(pairs)
    fnmr = np.clip(errors - gone, 0, None) / (pairs - gone)
    return DiscardCurve(gone / pairs, fnmr, threshold, pairs)
