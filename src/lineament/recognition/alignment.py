"""The crop that recognition networks see: five points of a face brought onto a fixed template.

The template is that of ArcFace (Deng et al., CVPR 2019) for 112 x 112 pixels, which almost every
published recogniser and every aligned dataset shares; the transform is the least-squares
similarity, which turns, scales and shifts but never mirrors or shears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, similarity, warp

SIZE = 112
"""Side in pixels of the crop that the template is stated for."""

TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    dtype=np.float64,
)
"""(5,2) x and y in pixels of the 112 crop, in the order of `lineament.face.FIVE_POINTS`: the
person's right eye, which is on the left of an unmirrored photo, comes first."""
TEMPLATE.setflags(write=False)

OUTSIDE = 0
"""Grey value of what lies outside the photo, as in the published aligned sets: black."""


def template(size: int = SIZE) -> FloatArray:
    """(5,2) float32: where the five points lie in a crop of `size` pixels.

    The crop scales as a picture does: its borders stay its borders (pixel centres at integers,
    see `lineament.geometry`), so that a crop of 224 halved is the crop of 112.
    """
    return ((TEMPLATE + 0.5) * (size / SIZE) - 0.5).astype(np.float32)


def alignment(five_points: ArrayLike, size: int = SIZE) -> Affine:
    """The similarity from photo pixels to pixels of the aligned crop.

    Args:
        five_points: (5,2) x and y in photo pixels, in the order of `lineament.face.FIVE_POINTS`.
        size: side of the crop in pixels.

    Returns:
        (2,3) affine.

    Raises:
        ValueError: another shape, a number that is not finite, or points that all coincide.
    """
    return similarity(five_points, (TEMPLATE + 0.5) * (size / SIZE) - 0.5)


def align(image: ByteArray, five_points: ArrayLike, size: int = SIZE) -> ByteArray:
    """The aligned crop of one face: (H,W,3) uint8 -> (size,size,3) uint8.

    What lies outside the photo is black. Sampling is that of `lineament.geometry.warp`: bilinear,
    and averaged first where the photo shrinks by two or more.

    Args:
        image: the photo, RGB (or any order: channels are not told apart).
        five_points: (5,2) x and y in photo pixels, in the order of `lineament.face.FIVE_POINTS`.
        size: side of the crop in pixels.

    Raises:
        ValueError: as for `alignment`.
    """
    return warp(image, alignment(five_points, size), size, border=OUTSIDE)
