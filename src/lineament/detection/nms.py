"""Non-maximum suppression: of boxes that show the same face, keep the one with the best score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.geometry import overlap


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
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(best)
        shared = overlap(boxes[best : best + 1], boxes[order])[0]
        order = order[shared <= most_overlap]
    return np.array(kept, dtype=np.intp)
