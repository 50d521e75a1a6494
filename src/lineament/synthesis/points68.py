"""The 68 points of 300-W (the Multi-PIE / iBUG mark-up) on the ICT-FaceKit head.

The mesh comes with one vertex per point, but several of them are not what the mark-up says. Here
each point is found by its definition:

- jaw (0-16): seventeen points at even distances along the *visible* outline of the face, over
  the lower rim of the chin, from a little below the height of the eyes to the same on the other
  side. Where the head turns, the far half slides to the silhouette of the cheek.
- brows (17-26): five points at even distances along the middle line of the brow as it is drawn.
- nose base (31-35): on the lower rim of the nose: outer ends of the wings, below the nostrils,
  and where the columella meets the lip.
- lips: 56 and 58 below the peaks of the cupid's bow (50, 52), 55 and 59 half-way from them to the
  corners; 61, 63, 65, 67 on the inner rims at the abscissae of the peaks.
- nose bridge, eyes, lip corners, cupid's bow: the vertices of the mesh.

Nothing here is fitted to a labelled set, but not all of it is free of labelled photographs. Where
the outline starts (`START_BELOW_EYES`) is read off the mean of OpenFace's published 3-D point
model, an average over labelled photographs. Which points to correct was known from constant offsets
that the prototype showed on 300-W, and the outline was corrected after a look at 300 of its faces;
docs/results.md tells.

Lengths of the head are in centimetres, x to the person's left, y up, z forward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FACE_VERTICES = 9409
"""The head's first vertices are the outer face."""

CHIN = 8
NOSE_BASE = {31: (-1.48, -0.80), 32: (-0.72, -0.93), 33: (0.0, -1.0), 34: (0.72, -0.93)}
NOSE_BASE[35] = (1.48, -0.80)
"""Where the points of the nose base lie on the neutral head, seen from the front."""

SAMPLES = 49
"""Samples along each half of the jaw."""

BAND = 0.35
"""Half the width of the band in which the outline may slide, in centimetres."""

UNDER_CHIN = 0.45
"""How far outwards of the mesh's jaw line, which runs along the front of the chin, the lower rim
of the chin may lie, in centimetres."""

START_BELOW_EYES = 0.084
"""The outline starts this share of the distance between the outer eye corners below them, as in the
mean of OpenFace's 3-D model of the 68 points (points 0 and 16 at y -30.1, 36 and 45 at y -37.8,
which are 91.2 apart)."""

REACH = 6.0
"""How far inwards of the jaw the outline may slide, in centimetres: to the cheek, not the nose."""


@dataclass(frozen=True)
class Strip:
    """Vertices that can become the outline at one sample of the jaw.

    Attributes:
        sample: the vertex on the jaw itself.
        vertices: those from there towards the middle of the face.
        outward: (2,) normal of the jaw at the sample, seen from the front, y down.
    """

    sample: int
    vertices: Ints
    outward: Floats


class Points68:
    """Finds the 68 points in a picture from where the face's vertices were drawn.

    Args:
        head: the head of ICT-FaceKit.

    Raises:
        DataError: it is another head, with too few vertices or landmarks off the face.
    """

    def __init__(self, head: Head) -> None:
        if len(head.vertices) < FACE_VERTICES or head.landmark68.max() >= FACE_VERTICES:
            raise DataError(
                f"got a head of {len(head.vertices)} vertices with landmarks up to vertex "
                f"{head.landmark68.max()}, expected that of ICT-FaceKit, whose first "
                f"{FACE_VERTICES} vertices are the face; read its head.npz"
            )
        self.vertices: Floats = head.vertices[:FACE_VERTICES].astype(np.float64)
        self.ids: Ints = self._corrected(head.landmark68.astype(np.int64))
        self.jaw = self._jaw_curve()
        self.strips = [self._strip(place) for place in range(len(self.jaw))]

    def __call__(self, surface: FloatArray, roll: float, brows: FloatArray) -> FloatArray:
        """Points of one picture.

        Args:
            surface: (9409,2) picture position of each vertex of the face, y down.
            roll: radians by which the head leans; positive raises the person's left side.
            brows: (10,2) picture positions of points 17 to 26, see `brow_points`.

        Returns:
            (68,2) float32 picture positions.
        """
        points = surface[self.ids].astype(np.float64)
        points[:17] = self._outline(surface.astype(np.float64), roll)
        points[17:27] = brows
        return points.astype(np.float32)

    def brow_points(self, surface: FloatArray, anchors: Ints, weights: FloatArray) -> FloatArray:
        """Picture positions (10,2) of points that are bound to vertices: (10,K) ids, weights."""
        return np.asarray(np.einsum("pk,pkd->pd", weights, surface[anchors]), dtype=np.float32)

    def _corrected(self, ids: Ints) -> Ints:
        for point, (x, y) in NOSE_BASE.items():
            ids[point] = self._front_vertex(x, y)
        rim = self.vertices[ids]
        peak = rim[52, 0]
        for left, right, middle, corner in ((63, 61, 62, 64), (65, 67, 66, 64)):
            side = left if left == 63 else 65
            target = _at_abscissa(rim[[middle, side, corner]], 0.93 * peak)
            ids[left], ids[right] = self._pair(target)
        target = _at_abscissa(rim[[57, 56 if rim[56, 0] > 0 else 58, 54]], 1.05 * peak)
        low = target
        ids[56], ids[58] = self._pair(low)
        outer = _at_abscissa(rim[[57, 55, 54]], (low[0] + rim[54, 0]) / 2)
        ids[55], ids[59] = self._pair(outer)
        return ids

    def _pair(self, point: Floats) -> tuple[int, int]:
        """Vertices nearest to a point and to its mirror image."""
        mirrored = point * [-1, 1, 1]
        distance = np.linalg.norm(
            self.vertices[None] - np.stack([point, mirrored])[:, None], axis=2
        )
        left, right = distance.argmin(axis=1)
        return int(left), int(right)

    def _front_vertex(self, x: float, y: float) -> int:
        """The vertex of the visible surface nearest to (x, y), seen from the front."""
        distance = np.hypot(self.vertices[:, 0] - x, self.vertices[:, 1] - y)
        near = np.flatnonzero(distance < distance.min() + 0.12)
        front = self.vertices[near, 2] > self.vertices[near, 2].max() - 0.25
        near = near[front]
        return int(near[distance[near].argmin()])

    def _jaw_curve(self) -> Ints:
        """Vertex ids at even distances along the jaw, from the right ear to the left ear."""
        line = resample(self.vertices[self.ids[:17]], 400)
        right, left = self.vertices[self.ids[[36, 45]]]
        start = right[1] - START_BELOW_EYES * np.linalg.norm(right - left)
        line = resample(line[line[:, 1] <= start], 2 * SAMPLES - 1)
        return np.array([self._nearest(point) for point in line])

    def _nearest(self, point: Floats) -> int:
        return int(np.linalg.norm(self.vertices - point, axis=1).argmin())

    def _strip(self, place: int) -> Strip:
        """Vertices that lie inwards of a sample of the jaw, within a narrow band."""
        sample = int(self.jaw[place])
        along = self.vertices[self.jaw[min(place + 3, len(self.jaw) - 1)], :2]
        along = along - self.vertices[self.jaw[max(place - 3, 0)], :2]
        along /= np.linalg.norm(along)
        outward = np.array([along[1], -along[0]])
        offset = self.vertices - self.vertices[sample]
        depth = -(offset[:, :2] @ outward)
        beside = np.abs(offset[:, :2] @ along)
        down = max(-float(outward[1]), 0.0)
        inside = (beside < BAND) & (depth >= -UNDER_CHIN * down) & (depth < REACH)
        inside &= offset[:, 2] > -0.2 - 0.8 * down
        inside[sample] = True
        return Strip(sample, np.flatnonzero(inside), outward * [1, -1])

    def _outline(self, surface: Floats, roll: float) -> Floats:
        """The visible outline (17,2): each sample moved outwards to the silhouette, then evened."""
        cos, sin = np.cos(roll), np.sin(roll)
        turn = np.array([[cos, sin], [-sin, cos]])
        curve = np.empty((len(self.strips), 2))
        for row, strip in enumerate(self.strips):
            outward, on_jaw = turn @ strip.outward, surface[strip.sample]
            beyond = ((surface[strip.vertices] - on_jaw) @ outward).max()
            curve[row] = on_jaw + max(beyond, 0.0) * outward
        right = resample(curve[:SAMPLES], 9)
        left = resample(curve[SAMPLES - 1 :], 9)
        return np.concatenate([right, left[1:]])


def _at_abscissa(chain: Floats, x: float) -> Floats:
    """The point of a chain of points (K,3), ordered by |x|, whose abscissa is `x`."""
    return np.array([np.interp(x, chain[:, 0], chain[:, axis]) for axis in range(3)])


def resample(curve: Floats, count: int) -> Floats:
    """`count` points at even distances along a polyline (N,D), both ends included."""
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, length[-1], count)
    return np.stack([np.interp(wanted, length, axis) for axis in curve.T], axis=1)
