"""Which part of the face each texel of the face texture belongs to."""

from __future__ import annotations

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import splev, splprep

from lineament.face import FloatArray
from lineament.synthesis.asset_build.triangle_raster import Floats


class TexturePart(IntEnum):
    """The numbers of `labels` in uv.npz; they are not those of `lineament.synthesis.parts`."""

    SKIN = 1
    RIGHT_EAR = 7
    LEFT_EAR = 8
    NOSE = 9
    UPPER_LIP = 11
    LOWER_LIP = 12
    NECK = 13


DRAWN_SIDE = 1092
"""The outlines below were drawn on a face texture of this many texels, y down."""

HALF_NOSE = (
    *((545, 300), (515, 318), (495, 370), (478, 430), (448, 452)),
    *((440, 475), (455, 500), (490, 508), (520, 530), (545, 532)),
)
"""The person's right half; the other is its mirror image."""

EAR = (
    *((0, 340), (55, 335), (105, 345), (122, 420), (118, 500)),
    *((112, 560), (90, 600), (60, 600), (0, 560)),
)

RIGHT_JAW = (
    *(1280, 1278, 1275, 1272, 1248, 12, 820, 1834, 1902),
    *(243, 844, 781, 1673, 2199, 801, 1447, 800),
)
CHIN = 966
LEFT_JAW = (
    *(3041, 3661, 3042, 4390, 3880, 3022, 3085, 2484, 4102),
    *(4036, 3061, 2253, 3466, 3490, 3493, 3496, 3498),
)
"""Vertices along the lower rim of the jaw: from the right ear to the chin, to the left ear."""

OUTLINE_POINTS = 80
MOUTH_RIGHT, MOUTH_LEFT = 48, 54
OUTER_LIPS = slice(48, 60)


def outer_outline(landmarks: FloatArray) -> FloatArray:
    """A smooth closed line (80,2) float32 through the outer rim of the lips, of (68,2) points."""
    rim = landmarks[OUTER_LIPS].astype(np.float64)
    spline, _ = splprep(np.vstack([rim, rim[:1]]).T, s=0, per=True, k=3)
    return np.stack(splev(np.linspace(0, 1, OUTLINE_POINTS), spline), axis=1).astype(np.float32)


def part_labels(places: Floats, landmarks: FloatArray, side: int) -> NDArray[np.uint8]:
    """Draw the parts.

    Args:
        places: (V,2) position of each vertex in the texture, in texels, y down.
        landmarks: (68,2) float32 the same of the iBUG points.
        side: S, side of the texture.

    Returns:
        (S,S) uint8 numbers of `TexturePart`, SKIN where there is no other part.
    """
    labels = np.full((side, side), TexturePart.SKIN, np.uint8)
    scale = side / DRAWN_SIDE
    half = np.array(HALF_NOSE) * scale
    nose = np.vstack([half, _mirrored(half[::-1][1:-1], side)])
    _paint(labels, nose, TexturePart.NOSE)
    ear = np.array(EAR) * scale
    _paint(labels, ear, TexturePart.RIGHT_EAR)
    _paint(labels, _mirrored(ear, side), TexturePart.LEFT_EAR)
    neck = np.zeros_like(labels)
    _paint(neck, _below_jaw(places, side), 1)
    labels[(neck == 1) & (labels == TexturePart.SKIN)] = TexturePart.NECK
    lips = np.zeros_like(labels)
    _paint(lips, outer_outline(landmarks), 1)
    corners = (landmarks[MOUTH_RIGHT, 1] + landmarks[MOUTH_LEFT, 1]) / 2
    is_upper = np.arange(side)[:, None] < corners
    labels[(lips == 1) & is_upper] = TexturePart.UPPER_LIP
    labels[(lips == 1) & ~is_upper] = TexturePart.LOWER_LIP
    return labels


def _below_jaw(places: Floats, side: int) -> Floats:
    jaw = places[[*RIGHT_JAW, CHIN, *LEFT_JAW]]
    ends = np.array([[0, jaw[0, 1]]]), np.array([[side, jaw[-1, 1]], [side, side], [0, side]])
    return np.vstack([ends[0], jaw, ends[1]])


def _mirrored(points: Floats, side: int) -> Floats:
    return points * [-1, 1] + [side, 0]


def _paint(picture: NDArray[np.uint8], outline: Floats | FloatArray, number: int) -> None:
    sixteenths = np.round(np.asarray(outline, np.float64) * 16).astype(np.int32)
    cv2.fillPoly(picture, [sixteenths], int(number), cv2.LINE_8, 4)
