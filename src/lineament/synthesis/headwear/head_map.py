"""How far the head reaches in every direction: what hats are fitted to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from lineament.synthesis.asset_types import Head
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.mesh import Triangles
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

SIDE = 96
REACH = 2.75
"""Largest angle from the pole that the map holds, in radians."""

CENTRE = np.array([0.0, 4.0, 0.3], np.float32)
"""Centimetres in the neutral head: where directions are counted from."""

LOWEST = -14.0
"""Height on the neutral head below which nothing is mapped."""

TO_TOP = np.eye(3, dtype=np.float32)
TO_BACK = np.array([[1, 0, 0], [0, -0.26, -0.9656], [0, 0.9656, -0.26]], np.float32)
"""Rotations that bring a pole, top or back of the head, up; angle 0 round the back's pole is the
top of the head."""


@dataclass(frozen=True)
class HeadMap:
    """Attributes:
    centre: (3,) centimetres.
    turn: (3,3) rotation that brings the pole up.
    radius: (96,96) float32 centimetres from the centre to the outermost surface; the middle is
        the pole, rows grow with the direction of angle 0, columns with that of a quarter turn.
    """

    centre: Reals
    turn: Reals
    radius: Reals

    def directions(self, angle: Reals, polar: Reals) -> Reals:
        """Unit vectors (...,3) at angles round the pole and away from it, in radians."""
        angle, polar = np.broadcast_arrays(angle, polar)
        sine = np.sin(polar)
        turned = np.stack([sine * np.sin(angle), np.cos(polar), sine * np.cos(angle)], axis=-1)
        return np.asarray(turned @ self.turn)

    def polar(self, points: Reals) -> tuple[Reals, Reals, Reals]:
        """Angle round the pole (-pi to pi), angle from it, and distance from the centre."""
        turned = (points - self.centre) @ self.turn.T
        distance = np.linalg.norm(turned, axis=-1)
        polar = np.arccos(np.clip(turned[..., 1] / np.maximum(distance, 1e-6), -1, 1))
        return np.arctan2(turned[..., 0], turned[..., 2]), polar, distance

    def reach(self, angle: Reals, polar: Reals) -> Reals:
        """Centimetres from the centre to the head's surface."""
        scale = SIDE / 2 / REACH
        x = np.clip(SIDE / 2 - 0.5 + polar * np.sin(angle) * scale, 0, SIDE - 1.001)
        y = np.clip(SIDE / 2 - 0.5 + polar * np.cos(angle) * scale, 0, SIDE - 1.001)
        column, row = x.astype(np.intp), y.astype(np.intp)
        dx, dy = x - column, y - row
        flat, start = self.radius.ravel(), row * SIDE + column
        top = flat[start] * (1 - dx) + flat[start + 1] * dx
        bottom = flat[start + SIDE] * (1 - dx) + flat[start + SIDE + 1] * dx
        return np.asarray(top * (1 - dy) + bottom * dy)

    def push_out(self, points: Reals, clearance: float) -> Reals:
        """Points (...,3), moved outwards where they lie less than `clearance` above the head."""
        angle, polar, distance = self.polar(points)
        least = np.where(polar < REACH, self.reach(angle, polar) + clearance, 0)
        scale = np.maximum(least / np.maximum(distance, 1e-6), 1)
        return np.asarray(self.centre + (points - self.centre) * scale[..., None])


def mapped_triangles(head: Head) -> Triangles:
    """(T,3) the triangles of the head's outside that a `HeadMap` holds."""
    faces = head.triangles[(head.triangles < OUTSIDE_VERTICES).all(axis=1)]
    return np.ascontiguousarray(faces[(head.vertices[faces, 1] > LOWEST).all(axis=1)])


def map_head(posed: PosedHead, triangles: Triangles, turn: Reals = TO_TOP) -> HeadMap:
    """The map of a person's head.

    Args:
        posed: the person.
        triangles: from `mapped_triangles`.
        turn: which pole.
    """
    brow = posed.landmarks[[19, 24]].mean(axis=0)
    neutral = posed.head.vertices[posed.head.landmark68[[19, 24]]].mean(axis=0)
    centre = (CENTRE + 0.7 * (brow - neutral)).astype(np.float32)
    turned = (posed.vertices[:OUTSIDE_VERTICES] - centre) @ turn.T
    distance = np.linalg.norm(turned, axis=1)
    polar = np.arccos(np.clip(turned[:, 1] / distance, -1, 1))
    flat = np.hypot(turned[:, 0], turned[:, 2]) + 1e-6
    place = np.stack([turned[:, 0] / flat * polar, turned[:, 2] / flat * polar], axis=1)
    radius = np.zeros((SIDE, SIDE), np.float32)
    scaled = (place * (SIDE / 2 / REACH) + (SIDE / 2 - 0.5)).astype(np.float32)
    _raster(scaled, distance.astype(np.float32), triangles, radius)
    radius[radius == 0] = 7.0
    return HeadMap(centre, turn, radius)


@njit(cache=True, fastmath=True)
def _raster(place: Reals, distance: Reals, triangles: Triangles, radius: Reals) -> None:
    """Largest distance at each cell of the map, in place."""
    side = radius.shape[0]
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = place[a, 0], place[a, 1], place[b, 0], place[b, 1]
        cx, cy = place[c, 0], place[c, 1]
        low_x, high_x = min(ax, bx, cx), max(ax, bx, cx)
        low_y, high_y = min(ay, by, cy), max(ay, by, cy)
        if high_x - low_x > 14 or high_y - low_y > 14:
            continue
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-9:
            continue
        share = np.float32(1.0) / area
        for row in range(max(0, int(np.ceil(low_y))), min(side - 1, int(high_y)) + 1):
            for column in range(max(0, int(np.ceil(low_x))), min(side - 1, int(high_x)) + 1):
                wb = ((column - ax) * (cy - ay) - (cx - ax) * (row - ay)) * share
                wc = ((bx - ax) * (row - ay) - (column - ax) * (by - ay)) * share
                if wb < -0.001 or wc < -0.001 or wb + wc > 1.001:
                    continue
                far = (1 - wb - wc) * distance[a] + wb * distance[b] + wc * distance[c]
                if far > radius[row, column]:
                    radius[row, column] = far
