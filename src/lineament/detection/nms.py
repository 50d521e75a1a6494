"""Non-maximum suppression: of boxes that show the same face, keep the one with the best score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.geometry import overlap

BLOCK = 128
"""Boxes that are compared with one another at once."""


def suppress(boxes: FloatArray, scores: FloatArray, most_overlap: float) -> NDArray[np.intp]:
    """Greedy suppression by intersection over union.

    Args:
        boxes: (N,4) x1 y1 x2 y2.
        scores: (N,); of equal scores the earlier box wins.
        most_overlap: a box that overlaps a better kept one by more than this is dropped.

    Returns:
        Indices of the kept boxes, best score first.
    """
    order: NDArray[Any] = np.argsort(-scores, kind="stable")
    kept = [np.zeros(0, dtype=np.intp)]
    while len(order):
        block, order = order[:BLOCK], order[BLOCK:]
        apart = overlap(boxes[block], boxes[block]) <= most_overlap
        stays = np.ones(len(block), dtype=np.bool_)
        for place in range(len(block)):
            if stays[place]:
                stays[place + 1 :] &= apart[place, place + 1 :]
        best = block[stays]
        kept.append(best)
        order = order[(overlap(boxes[order], boxes[best]) <= most_overlap).all(axis=1)]
    return np.concatenate(kept)
