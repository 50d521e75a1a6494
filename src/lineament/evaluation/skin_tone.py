"""Skin tone as a picture shows it: the individual typology angle (ITA) of the cheeks.

ITA = atan2(L* - 50, b*) in degrees of CIELAB (Chardon et al., "Skin colour typology and suntanning
pathways", 1991). It is measured from pixels, so that light and camera move it; it is for tables
over many faces and says nothing of one person.
"""

from __future__ import annotations

from bisect import bisect_left

import cv2
import numpy as np

from lineament.face import ByteArray, FloatArray

TONES = ("dark", "brown", "tan", "intermediate", "light", "very light")
BOUNDS = (-30.0, 10.0, 28.0, 41.0, 55.0)
"""Degrees up to which each tone but the last reaches (Del Bino and Bernerd, 2013)."""

PATCH = 0.12
"""Half the side of a cheek's patch, in units of the distance of eye and corner of the mouth."""

LEAST_CHROMA = 4.0
"""CIELAB chroma below which cheeks are grey; that of skin under white light is 10 to 30."""


def typology_angle(image: ByteArray, five_points: FloatArray) -> float:
    """ITA of both cheeks in degrees.

    NaN where no pixel of them lies in the picture, or where they are grey, as in a photo without
    colour: there the angle would tell the light alone.

    The cheeks are squares half-way between each eye and the corner of the mouth below it; their
    colour is the median of all their pixels.

    Args:
        image: (H,W,3) uint8 RGB, taken as sRGB.
        five_points: (5,2) in the order of `lineament.face.FIVE_POINTS`.
    """
    pixels = [
        _patch(image, five_points[eye], five_points[corner]) for eye, corner in ((0, 3), (1, 4))
    ]
    both = np.concatenate(pixels)
    if not len(both):
        return float("nan")
    colour = (np.median(both, axis=0) / 255).astype(np.float32)
    light, red, yellow = cv2.cvtColor(colour[None, None], cv2.COLOR_RGB2LAB)[0, 0]
    if np.hypot(red, yellow) < LEAST_CHROMA:
        return float("nan")
    return float(np.degrees(np.arctan2(light - 50, yellow)))


def tone_of(angle: float) -> str | None:
    """One of `TONES`; None for NaN."""
    return None if np.isnan(angle) else TONES[bisect_left(BOUNDS, angle)]


def _patch(image: ByteArray, eye: FloatArray, corner: FloatArray) -> ByteArray:
    """(M,3) pixels of the cheek between two points."""
    x, y = (np.asarray(eye, dtype=np.float64) + corner) / 2
    half = PATCH * float(np.hypot(*(np.asarray(eye, dtype=np.float64) - corner)))
    height, width = image.shape[:2]
    left, right = (int(np.clip(round(x + to), 0, width)) for to in (-half, half + 1))
    top, bottom = (int(np.clip(round(y + to), 0, height)) for to in (-half, half + 1))
    return image[top:bottom, left:right].reshape(-1, 3)
