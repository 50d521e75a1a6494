"""The visible outline of a face, as the 68- and 98-point mark-ups follow it.

It runs where the face ends for the viewer: along the line where the face meets ear and neck, from
a little below the eyes over the lower rim of the chin to the same on the other side; where the
head turns and the cheek stands out beyond that line, along the silhouette of the cheek. The nose is
no part of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RIGHT_BORDER = (
    *((-7.5, 4.2, 3.0), (-7.5, 3.1, 2.7), (-7.3, 1.9, 2.6), (-7.2, 0.8, 2.8), (-7.1, -0.3, 2.9)),
    *((-6.9, -1.5, 2.9), (-6.65, -2.7, 3.1), (-6.25, -4.04, 4.0), (-5.64, -5.16, 4.65)),
    *((-4.85, -6.05, 5.84), (-3.86, -6.76, 7.23), (-3.05, -7.16, 8.27), (-2.27, -7.45, 9.21)),
    *((-1.48, -7.65, 9.79), (-0.73, -7.78, 9.98), (0.0, -7.8, 10.08)),
)
"""Places on the neutral head, in centimetres, where the face ends: from the person's right temple
along the front of the ear, and along the jaw to the chin where the surface turns downwards."""

SAMPLES = 49
"""Samples along each half."""

BAND = 0.35
"""Half the width of the band in which the outline may slide, in centimetres."""

UNDER_CHIN = 0.15
"""How far outwards of the border the rim of the chin may still bulge, in centimetres."""

REACH = 6.0
"""How far inwards of the border the outline may slide, in centimetres."""

NOSE_HALF_WIDTH, NOSE_TOP, NOSE_BOTTOM = 2.4, 6.0, -2.2
"""Where the nose is on the neutral head, in centimetres; it is never the outline."""


class Outline:
    """Finds the outline in a picture from where the face's vertices were drawn.

    Args:
        vertices: (9409,3) of the neutral face, in centimetres.
        start: height from which the outline runs, in centimetres.
    """

    def __init__(self, vertices: Floats, start: float) -> None:
        right = resample(np.array(RIGHT_BORDER), 400)
        right = resample(right[right[:, 1] <= start], SAMPLES)
        path = np.concatenate([right, right[:-1][::-1] * [-1, 1, 1]])
        self._anchors, self._shares = _bound(path, vertices)
        self.samples: Floats = self._on_border(vertices)
        nose = np.abs(vertices[:, 0]) < NOSE_HALF_WIDTH
        nose &= (vertices[:, 1] < NOSE_TOP) & (vertices[:, 1] > NOSE_BOTTOM)
        strips = [self._strip(vertices, nose, place) for place in range(len(path))]
        self.outward: Floats = np.array([outward for _, outward in strips])
        self._members: Ints = np.concatenate([members for members, _ in strips])
        lengths = [len(members) for members, _ in strips]
        self._starts: Ints = np.cumsum([0, *lengths[:-1]])
        self._row: Ints = np.repeat(np.arange(len(strips)), lengths)

    def _strip(self, vertices: Floats, nose: NDArray[np.bool_], place: int) -> tuple[Ints, Floats]:
        """Vertices that can become the outline at one sample, and its normal (2,), y down."""
        ahead = self.samples[min(place + 3, len(self.samples) - 1), :2]
        along = ahead - self.samples[max(place - 3, 0), :2]
        along /= np.linalg.norm(along)
        outward = np.array([along[1], -along[0]])
        offset = vertices - self.samples[place]
        depth = -(offset[:, :2] @ outward)
        beside = np.abs(offset[:, :2] @ along)
        down = max(-float(outward[1]), 0.0)
        inside = (beside < BAND) & (depth >= -UNDER_CHIN * down) & (depth < REACH)
        inside &= (offset[:, 2] > -0.2 - 0.8 * down) & ~nose
        inside[self._anchors[place, 0]] = True
        return np.flatnonzero(inside), outward * [1, -1]

    def __call__(
        self, surface: FloatArray, nearness: FloatArray, roll: float, *halves: int
    ) -> list[Floats]:
        """Points at even distances along each half of the outline.

        Args:
            surface: (9409,2) picture position of each vertex of the face, y down.
            nearness: (9409,) 1 / depth of each.
            roll: radians by which the head leans; positive raises the person's left side.
            halves: points on each half, the chin among them: 9 for the 68 points, 17 for the
                98. Several numbers give several sets.

        Returns:
            for each of `halves` (2 * halves - 1, 3): x, y and nearness, from the person's right
            to left.
        """
        cos, sin = np.cos(roll), np.sin(roll)
        outward = self.outward @ np.array([[cos, -sin], [sin, cos]])
        surface = np.asarray(surface, dtype=np.float64)
        on_border = self._on_border(surface)
        offset = surface[self._members] - on_border[self._row]
        beyond = np.einsum("nd,nd->n", offset, outward[self._row])
        farthest = np.maximum(np.maximum.reduceat(beyond, self._starts), 0.0)
        top = np.flatnonzero(beyond >= farthest[self._row] - 1e-9)
        depth = self._on_border(np.asarray(nearness, dtype=np.float64)[:, None])[:, 0]
        depth[self._row[top]] = nearness[self._members[top]]
        curve = np.column_stack([on_border + farthest[:, None] * outward, depth])
        right, left = curve[:SAMPLES], curve[SAMPLES - 1 :]
        return [
            np.concatenate([resample(right, half, axes=2), resample(left, half, axes=2)[1:]])
            for half in halves
        ]

    def _on_border(self, values: NDArray[np.floating]) -> Floats:
        """Values (9409,D) of the vertices at the samples of the border."""
        return np.asarray(np.einsum("pk,pkd->pd", self._shares, values[self._anchors]))


def _bound(points: Floats, vertices: Floats) -> tuple[Ints, Floats]:
    """The four vertices next to each point (P,4) and their shares, larger for nearer ones."""
    distance = ((points[:, None] - vertices[None]) ** 2).sum(axis=2)
    nearest = np.argsort(distance, axis=1)[:, :4]
    weight = 1 / (np.take_along_axis(distance, nearest, axis=1) + 1e-3)
    return nearest, weight / weight.sum(axis=1, keepdims=True)


def resample(curve: Floats, count: int, axes: int | None = None) -> Floats:
    """`count` points at even distances along a polyline (N,D), both ends included; distances are
    measured in the first `axes` columns, or all."""
    steps = np.linalg.norm(np.diff(curve[:, :axes], axis=0), axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, length[-1], count)
    return np.stack([np.interp(wanted, length, axis) for axis in curve.T], axis=1)
