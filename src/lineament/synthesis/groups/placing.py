"""A cut-out in its place: turned, scaled, laid over a picture in front of what is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.groups.arrangement import Spot
from lineament.synthesis.groups.cutout import LEVELS
from lineament.synthesis.groups.cutout_bank import BankEntry

MIRRORED_POINTS = [1, 0, 2, 4, 3]
"""The person's right is what was the left."""

ENLARGED_LEVEL = 1.25
"""A picture of a cut-out is enlarged by this at most before a finer one is taken."""

SOLID = 0.5
"""Coverage from which a thing hides what is behind it."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Attributes:
    entry: the cut-out. mirrored: whether its left is its right.
    matrix: (2,3) from pixels of the (mirrored) cut-out to pixels of the picture.
    """

    entry: BankEntry
    mirrored: bool
    matrix: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Pixels of the picture for one of the cut-out."""
        return float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))

    @cached_property
    def outline(self) -> FloatArray:
        """(32,2) float32 corners of the face in the picture."""
        return self._moved(self.entry.outline)

    @property
    def box(self) -> FloatArray:
        """(4,) float32 x1 y1 x2 y2 of the face in the picture."""
        return np.concatenate([self.outline.min(axis=0), self.outline.max(axis=0)])

    @property
    def points(self) -> FloatArray:
        """(5,2) float32 in the picture."""
        points = self._moved(self.entry.points)
        return points[MIRRORED_POINTS] if self.mirrored else points

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(5,) bool: nothing of the cut-out itself hides the point."""
        return self.entry.seen[MIRRORED_POINTS] if self.mirrored else self.entry.seen

    def level(self) -> int:
        """Which picture of the cut-out comes near to what is needed."""
        return int(np.clip(np.floor(np.log2(ENLARGED_LEVEL / self.scale)), 0, LEVELS - 1))

    def of_level(self, level: int) -> NDArray[np.float64]:
        """(2,3) from pixels of the cut-out's picture at a level to pixels of this one."""
        step = 2.0**level
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ np.full(2, (step - 1) / 2)
        matrix[:, :2] *= step
        return matrix

    def covers(self, width: int, height: int) -> bool:
        """Whether the cut-out's frame reaches over all four corners of a picture."""
        corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - 0.5
        inside = inverse(self.matrix, corners)
        return bool((inside >= -0.5).all() and (inside <= self.entry.size - 0.5).all())

    def face_samples(self) -> tuple[FloatArray, FloatArray]:
        """(N,2) float32 points all over the face in the picture, and the share (N,) of the face
        that each stands for."""
        points, shares = self.entry.face_samples
        return self._moved(points), shares

    def _moved(self, points: FloatArray) -> FloatArray:
        if self.mirrored:
            points = points.copy()
            points[:, 0] = self.entry.size - 1 - points[:, 0]
        return np.asarray(points @ self.matrix[:, :2].T + self.matrix[:, 2], dtype=np.float32)


def place(entry: BankEntry, spot: Spot, *, mirrored: bool) -> Placed:
    """Put a cut-out so that the box of its turned face is at `spot`."""
    angle = np.radians(spot.roll)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    outline = entry.outline.astype(np.float64)
    if mirrored:
        outline = outline * [-1, 1] + [entry.size - 1, 0]
    turned = outline @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    scale = spot.side / float(np.sqrt(np.prod(high - low)))
    shift = np.array([spot.x, spot.y]) - scale * (low + high) / 2
    return Placed(entry, mirrored, np.column_stack([scale * turn, shift]))


def lay_over(
    picture: FloatArray,
    owner: NDArray[np.int16],
    light: FloatArray,
    matrix: NDArray[np.float64],
    number: int,
    gains: FloatArray,
    blur: float = 0.0,
) -> None:
    """Lay a thing over a picture, in place.

    Args:
        picture: (H,W,4) float32 linear RGB, and a channel that means nothing: four are quicker.
        owner: (H,W) int16 number of the foremost thing at each pixel.
        light: (h,w,4) float32 linear RGB times coverage, and coverage.
        matrix: (2,3) from pixels of `light` to those of the picture.
        number: of this thing.
        gains: (3,) of its colours.
        blur: standard deviation in pixels of the picture.
    """
    height, width = light.shape[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) - 0.5
    reached = corners @ matrix[:, :2].T + matrix[:, 2]
    margin = np.ceil(3 * blur) + 1
    low = np.floor(np.maximum(reached.min(axis=0) - margin, 0)).astype(int)
    limit = picture.shape[1::-1]
    high = np.ceil(np.minimum(reached.max(axis=0) + margin + 1, limit)).astype(int)
    if (high <= low).any():
        return
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    local = matrix.copy()
    local[:, 2] -= low
    warped = cv2.warpAffine(light, local, size, flags=cv2.INTER_LINEAR)
    if blur > 0.3:
        warped = cv2.GaussianBlur(warped, (0, 0), blur)
    region = np.s_[low[1] : high[1], low[0] : high[0]]
    coverage = cv2.extractChannel(warped, 3)
    left = cv2.cvtColor(1 - coverage, cv2.COLOR_GRAY2BGRA)
    lit = cv2.multiply(warped, np.append(gains, 1.0).astype(np.float64))
    picture[region] = cv2.add(cv2.multiply(picture[region], left), lit)
    np.putmask(owner[region], coverage > SOLID, np.int16(number))


def inverse(matrix: NDArray[np.float64], points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Points (N,2) of the picture in the pixels that a (2,3) matrix without shear comes from."""
    turn = matrix[:, :2]
    return np.asarray((points - matrix[:, 2]) @ turn / (turn[0] @ turn[0]))
