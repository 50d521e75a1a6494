"""Every pair of the pictures of known people: many more impostor pairs than a protocol lists.

A list of 3,000 impostor pairs cannot tell a false match rate of 0.001; the 1,000 pictures that it
is drawn from make half a million pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.evaluation.pair_scores import FAILED, PairScores

ROWS = 512
"""Pictures that are compared with all others at once."""

MOST_PICTURES = 8000
"""Pictures whose pairs, 32 million of four bytes, are still held in memory."""


def every_pair(
    embeddings: NDArray[np.float32], people: ArrayLike, enrolled: ArrayLike | None = None
) -> PairScores:
    """Cosines of all N (N - 1) / 2 pairs, float32; `FAILED` where a picture has no embedding.

    Args:
        embeddings: (N,D) of unit length. people: (N,) whole numbers. enrolled: (N,) bool.

    Raises:
        DataError: no genuine or no impostor pair.
    """
    who = np.asarray(people)
    void = np.zeros(len(who), np.bool_) if enrolled is None else ~np.asarray(enrolled, np.bool_)
    kinds: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = ([], [])
    for start in range(0, len(who), ROWS):
        scores = embeddings[start : start + ROWS] @ embeddings[start:].T
        np.clip(scores, -1, 1, out=scores)
        scores[void[start : start + ROWS]] = FAILED
        scores[:, void[start:]] = FAILED
        same = who[start : start + ROWS, None] == who[None, start:]
        once = np.arange(scores.shape[1])[None] > np.arange(len(scores))[:, None]
        kinds[0].append(scores[once & same])
        kinds[1].append(scores[once & ~same])
    return PairScores.parted(*(np.concatenate(parts) for parts in kinds))
