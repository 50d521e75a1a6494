"""The 98 points of WFLW (Wu et al., CVPR 2018), derived from the 68 and the shape between them.

Outline 0-32, brows 33-41 (right) and 42-50 (left), nose 51-59, eyes 60-67 (right) and 68-75 (left),
outer lips 76-87, inner lips 88-95, pupils 96 (right) and 97 (left); right and left are the person's
own. Nose and lips are those of the 68; the lids have two more points each, in the middle of upper
and lower lid.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray

Numbers = NDArray[np.floating]

OUTLINE, BROWS, NOSE, EYES, LIPS = (
    slice(0, 33),
    slice(33, 51),
    slice(51, 60),
    slice(60, 76),
    slice(76, 96),
)
PUPILS = (96, 97)

EYE_CORNERS = ((36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47))
"""The six points of each eye among the 68: a corner, upper lid, the other corner, lower lid."""


def points98(points68: FloatArray, outline: Numbers, brows: Numbers, pupils: Numbers) -> FloatArray:
    """Put the 98 together.

    Args:
        points68: (68,D) positions, or any other value of each point such as its depth.
        outline: (33,D); brows: (18,D) upper and lower edges; pupils: (2,D) right, left.

    Returns:
        (98,D) float32.
    """
    points = np.empty((98, points68.shape[1]), np.float32)
    points[OUTLINE] = outline
    points[BROWS] = brows
    points[NOSE] = points68[27:36]
    points[EYES] = np.concatenate([_lids(points68[list(eye)]) for eye in EYE_CORNERS])
    points[LIPS] = points68[48:68]
    points[list(PUPILS)] = pupils
    return points


def five_points(points68: FloatArray) -> FloatArray:
    """(5,2) float32: middle of the person's right and left eye, tip of the nose, right and left
    corner of the mouth, the order of MTFL and of face recognition templates."""
    right, left = points68[36:42].mean(axis=0), points68[42:48].mean(axis=0)
    return np.stack([right, left, points68[30], points68[48], points68[54]]).astype(np.float32)


def _lids(eye: FloatArray) -> Numbers:
    """Eight points of an eye from six: the middle of each lid lies on the cubic through its four
    points."""
    a, b, c, d, e, f = eye
    upper = (9 * (b + c) - (a + d)) / 16
    lower = (9 * (e + f) - (d + a)) / 16
    return np.stack([a, b, upper, c, d, e, lower, f])
