"""Scores of comparisons, genuine and impostor apart: what every measure of verification needs.

A score is a similarity: the greater, the more alike. Two faces match where their score is at
least a threshold. A comparison that could not be made, since one of its pictures gave no face,
has the score `FAILED`: it is a non-match at every threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError

Scores = NDArray[np.floating]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

FAILED = -np.inf
"""Score of a comparison that could not be made: below every other."""

CHUNK = 65_536
"""Pairs whose embeddings are gathered together."""

ROUNDING = 1e-9
"""Share of one pair by which a product such as 0.29 x 100 may fall short of a whole number."""


@dataclass(frozen=True, slots=True, eq=False)
class PairScores:
    """The scores of genuine and of impostor pairs, each in rising order.

    Attributes:
        genuine: (G,) of pairs of one person, G > 0.
        impostor: (I,) of pairs of two people, I > 0.
    """

    genuine: Scores
    impostor: Scores

    @classmethod
    def of(cls, scores: ArrayLike, same: ArrayLike) -> PairScores:
        """Sort (P,) scores by (P,) booleans that say whether a pair is of one person.

        Raises:
            DataError: there is no genuine or no impostor pair.
            ValueError: other shapes, or a score that is NaN or infinite (`FAILED` may be).
        """
        values, truth = np.asarray(scores), np.asarray(same)
        if values.ndim != 1 or values.shape != truth.shape or truth.dtype != np.bool_:
            raise ValueError(
                "scores (P,) and booleans (P,) are needed, got shapes "
                f"{values.shape} and {truth.shape} of {truth.dtype}"
            )
        return cls.parted(values[truth], values[~truth])

    @classmethod
    def parted(cls, genuine: ArrayLike, impostor: ArrayLike) -> PairScores:
        """Sort scores (G,) and (I,) that are apart already; errors as of `of`."""
        parts = []
        for kind, values in (("genuine", genuine), ("impostor", impostor)):
            given = np.asarray(values)
            array = given.astype(given.dtype if given.dtype.kind == "f" else np.float64)
            if not len(array):
                raise DataError(
                    f"got no {kind} pair, expected at least one of each kind; choose other pairs"
                )
            array.sort()
            # NaN is sorted to the end, so that the last value tells of both faults.
            if not array[-1] < np.inf:
                raise ValueError(f"got a {kind} score of {array[-1]}, expected numbers or FAILED")
            parts.append(array)
        return cls(*parts)

    def matches(self, threshold: ArrayLike) -> Integers:
        """Genuine pairs that match at each threshold."""
        found = np.searchsorted(self.genuine, threshold, side="left")
        return np.asarray(len(self.genuine) - found, dtype=np.int64)

    def false_matches(self, threshold: ArrayLike) -> Integers:
        """Impostor pairs that match at each threshold."""
        found = np.searchsorted(self.impostor, threshold, side="left")
        return np.asarray(len(self.impostor) - found, dtype=np.int64)

    def compared(self) -> PairScores:
        """The same without the comparisons that failed.

        Raises:
            DataError: none of a kind is left.
        """
        return PairScores.parted(
            self.genuine[self.genuine > FAILED], self.impostor[self.impostor > FAILED]
        )


def pair_cosines(
    embeddings: NDArray[np.float32], pairs: ArrayLike, enrolled: ArrayLike | None = None
) -> Doubles:
    """Cosine similarities of pairs: (P,) float64 in -1 to 1, or `FAILED`.

    Args:
        embeddings: (N,D) float32, rows of unit length.
        pairs: (P,2) rows of the embeddings.
        enrolled: (N,) whether the picture gave an embedding; all did where None.
    """
    rows = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    scores = np.empty(len(rows))
    for start in range(0, len(rows), CHUNK):
        first, second = rows[start : start + CHUNK].T
        scores[start : start + CHUNK] = np.einsum(
            "nd,nd->n", embeddings[first], embeddings[second], dtype=np.float64
        )
    np.clip(scores, -1, 1, out=scores)
    if enrolled is not None:
        scores[~np.asarray(enrolled, dtype=np.bool_)[rows].all(axis=1)] = FAILED
    return scores


def allowed(share: float, count: int) -> int:
    """Most events of `count` that are at most this share of them."""
    return int(np.floor(share * count + ROUNDING))
