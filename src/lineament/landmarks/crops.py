"""Where a landmark network looks: the crop rules of weight records, as affines.

Training and inference call the same functions, so a network sees the same crop in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.face import FloatArray
from lineament.geometry import Affine, crop_affine, lean, move
from lineament.landmarks.schemes import Scheme
from lineament.weights import DetectorBox, TurnedPoints


@dataclass(frozen=True)
class Square:
    """A turned square in a photo: middle (2,) and side in photo pixels, angle in radians."""

    centre: FloatArray
    side: float
    angle: float

    def affine(self, size: int) -> Affine:
        """From photo pixels to the pixels of a crop of `size`."""
        return crop_affine(self.centre, self.side, self.angle, size)


def box_square(rule: DetectorBox, box: FloatArray) -> Square:
    """The square of a detector's box (4,) x1 y1 x2 y2."""
    x1, y1, x2, y2 = (float(value) for value in box)
    side = rule.scale * float(np.sqrt(max(x2 - x1, 1.0) * max(y2 - y1, 1.0)))
    centre = np.array([(x1 + x2) / 2, (y1 + y2) / 2 + rule.down * side], dtype=np.float32)
    return Square(centre, side, 0.0)


def points_square(rule: TurnedPoints, points: FloatArray, scheme: Scheme) -> Square:
    """The square of the points (L,2) of the stage before, turned upright."""
    upper, lower = (points[list(indices)].mean(axis=0) for indices in scheme.upright)
    angle = lean(upper, lower)
    upright = crop_affine((0.0, 0.0), 1.0, angle, 1)
    turned = move(upright, points)
    low, high = turned.min(axis=0), turned.max(axis=0)
    side = rule.scale * max(float((high - low).max()), 1.0)
    back = np.linalg.inv(upright[:, :2])
    centre = back @ ((low + high) / 2 - upright[:, 2])
    return Square(centre.astype(np.float32), side, angle)
