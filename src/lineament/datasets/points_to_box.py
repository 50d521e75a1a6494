"""Boxes of faces of which only points are labelled, by the convention of WIDER FACE.

Such a box goes from forehead to chin and from cheek to cheek, upright. The numbers are medians and
least squares of the boxes that the default RetinaFace, which learned the convention from WIDER
FACE, draws on photos of 300-W and MTFL; docs/datasets.md says how well they agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lineament.face import FloatArray

FOREHEAD = 0.35
"""How far the forehead reaches over the brows, in heights of the box of 68 points."""

FROM_NOSE = 0.72
"""A turned head's box lies behind its points: how far, in distances of the nose from the middle."""

UPWARDS = 0.19
"""How far the box's middle lies above that of the points, in distances of eyes and mouth."""

WIDTH, HEIGHT = 1.56, 2.10
"""Sides of the box in spreads of the five points."""

RULE_68 = (
    "the tight box of the 68 points with its upper side raised by "
    f"{FOREHEAD * 100:g} % of its height"
)

RULE_5 = (
    "with E the middle of the eyes, L that of the mouth's corners, M the middle of E and L, N the "
    "nose and s the root of the sum of the squared distances of the five points from their mean: "
    f"an upright box of {WIDTH:g} s x {HEIGHT:g} s round M - {FROM_NOSE:g} (N - M) - "
    f"{UPWARDS:g} (L - E)"
)


def box_of_68(points: ArrayLike) -> FloatArray:
    """The box of (68,2) points in the order of 300-W: (4,) float32 x1 y1 x2 y2, by `RULE_68`."""
    array = np.asarray(points, dtype=np.float64)
    low, high = array.min(axis=0), array.max(axis=0)
    low[1] -= FOREHEAD * (high[1] - low[1])
    return np.concatenate([low, high]).astype(np.float32)


def box_of_5(points: ArrayLike) -> FloatArray:
    """The box of (5,2) points in the order of `lineament.face.FIVE_POINTS`, by `RULE_5`.

    It moves and grows with the points.

    Returns:
        (4,) float32 x1 y1 x2 y2.
    """
    array = np.asarray(points, dtype=np.float64)
    eyes, mouth = array[:2].mean(axis=0), array[3:].mean(axis=0)
    middle = (eyes + mouth) / 2
    spread = np.sqrt(np.square(array - array.mean(axis=0)).sum())
    centre = middle - FROM_NOSE * (array[2] - middle) - UPWARDS * (mouth - eyes)
    half = spread * np.array([WIDTH, HEIGHT]) / 2
    return np.concatenate([centre - half, centre + half]).astype(np.float32)
