"""The 68 points of 300-W (the Multi-PIE / iBUG mark-up) on the ICT-FaceKit head.

The mesh comes with one vertex per point, but several of them are not what the mark-up says. Here
each point is found by its definition:

- jaw (0-16): seventeen points at even distances along the visible outline, see `outline`.
- brows (17-26): five points at even distances along the upper edge of the brow as it is drawn.
- nose base (31-35): on the lower rim of the nose: outer ends of the wings, below the nostrils,
  and where the columella meets the lip.
- eyes: the corners, and on each lid two points at thirds of the eye's width.
- lips: 56 and 58 below the peaks of the cupid's bow (50, 52), 55 and 59 half-way from them to the
  corners; 61, 63, 65, 67 on the inner rims at the abscissae of the peaks.
- nose bridge, lip corners, cupid's bow: the vertices of the mesh.

No number here is fitted to a labelled set, but the choice of what to correct was made knowing the
constant offsets that earlier definitions had shown on 300-W, and where the outline starts rests in
half on a published mean shape; docs/results.md tells.

Lengths of the head are in centimetres, x to the person's left, y up, z forward.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.outline import Outline
from lineament.synthesis.posed_head import FACE_VERTICES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.floating]

MIRROR = {43: 38, 44: 37, 46: 41, 47: 40}
"""Points of the lids, from the person's left to the right."""

LOWER_LIDS = [40, 41, 46, 47]
PUBLISHED_START = 0.084
"""How far below the outer eye corners, in units of the distance between them, the outline starts in
the mean of OpenFace's 3-D model of the 68 points (points 0 and 16 at y -30.1, 36 and 45 at y -37.8,
which are 91.2 apart): an average over labelled photographs."""

NOSE_BASE = {31: (-1.48, -0.80), 32: (-0.72, -0.93), 33: (0.0, -1.0), 34: (0.72, -0.93)}
NOSE_BASE[35] = (1.48, -0.80)
"""Where the points of the nose base lie on the neutral head, seen from the front."""


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
        self.outline = Outline(self.vertices, self._start())

    def __call__(self, surface: FloatArray, roll: float, brows: FloatArray) -> FloatArray:
        """Points of one picture.

        Args:
            surface: (9409,2) picture position of each vertex of the face, y down.
            roll: radians by which the head leans; positive raises the person's left side.
            brows: (10,2) picture positions of points 17 to 26, see `brow_points`.

        Returns:
            (68,2) float32 picture positions.
        """
        depth = np.ones(len(surface), np.float32)
        (jaw,) = self.outline(surface, depth, roll, 9)
        return self.with_outline(surface, jaw[:, :2], brows)

    def with_outline(self, surface: FloatArray, jaw: Numbers, brows: Numbers) -> FloatArray:
        """The same with the outline (17,2) already found; also for (N,D) values other than
        positions, such as the nearness of every vertex as (9409,1)."""
        points = surface[self.ids].astype(np.float64)
        points[:17] = jaw
        points[17:27] = brows
        return points.astype(np.float32)

    def brow_points(self, surface: FloatArray, anchors: Ints, weights: FloatArray) -> FloatArray:
        """Picture positions (10,2) of points that are bound to vertices: (10,K) ids, weights."""
        return np.asarray(np.einsum("pk,pkd->pd", weights, surface[anchors]), dtype=np.float32)

    def _start(self) -> float:
        """Height in centimetres from which the outline runs; no text of the mark-up states it.

        Half-way between two sources that differ by 4 % of the distance between the eyes: the
        lower lids, at whose height the mark-up is mostly drawn, and a published mean shape.
        """
        lids = self.vertices[self.ids[LOWER_LIDS], 1].mean()
        right, left = self.vertices[self.ids[[36, 45]]]
        published = right[1] - PUBLISHED_START * np.linalg.norm(right - left)
        return float((lids + published) / 2)

    def _corrected(self, ids: Ints) -> Ints:
        for point, (x, y) in NOSE_BASE.items():
            ids[point] = self._front_vertex(x, y)
        for lid in ((42, 43, 44, 45), (42, 47, 46, 45)):
            points = self.vertices[ids[list(lid)]]
            width = points[3, 0] - points[0, 0]
            for number, share in ((1, 1 / 3), (2, 2 / 3)):
                target = _at_abscissa(points, points[0, 0] + share * width)
                ids[lid[number]], ids[MIRROR[lid[number]]] = self._pair(target)
        rim = self.vertices[ids]
        peak = rim[52, 0]
        for left, right, middle, corner in ((63, 61, 62, 64), (65, 67, 66, 64)):
            side = left if left == 63 else 65
            target = _at_abscissa(rim[[middle, side, corner]], 0.93 * peak)
            ids[left], ids[right] = self._pair(target)
        target = _at_abscissa(rim[[57, 56 if rim[56, 0] > 0 else 58, 54]], peak)
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


def _at_abscissa(chain: Floats, x: float) -> Floats:
    """The point of a chain of points (K,3), ordered by |x|, whose abscissa is `x`."""
    return np.array([np.interp(x, chain[:, 0], chain[:, axis]) for axis in range(3)])
