"""The body below the neck as a chart: angle round the body and way down from the neck.

The upper half of the chart lies on the skin of the head's own mesh, so that a collar fits every
neck; below the end of that mesh it runs on over shoulders, upper arms, chest and back. All clothes
are sheets in this chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import cKDTree

from lineament.synthesis.asset_types import Head, Indices
from lineament.synthesis.clothes.neck_turn import neck_shares
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

COLUMNS = 64
BUST_ROWS = 12
BODY_ROWS = 14
ANGLES = 2 * np.pi * np.arange(COLUMNS) / COLUMNS
"""Angle 0 is the front, a quarter of a turn is the person's left."""

BUST_END = 0.95
"""How far down to the rim of the head's mesh the chart follows it."""

RINGS = (
    (16.3, -16.0, (8.2, -23.0), (-11.2, -18.5), 0.95),
    (20.3, -19.6, (9.9, -27.5), (-12.4, -24.5), 0.85),
    (22.2, -26.0, (10.8, -33.0), (-12.8, -31.0), 0.78),
    (22.6, -44.0, (11.0, -44.0), (-12.3, -44.0), 0.75),
)
"""Half width, height at the sides, depth and height in front and behind, and squareness, of the
body of a neutral adult; centimetres in the frame of the head."""

KNOTS = (-3.5, 0.0, 5.0, 10.5, 17.5, 30.0)
"""Way along the body, in centimetres, of the points that a column runs through."""

MIDDLE_DEPTH = -1.6


@dataclass(frozen=True)
class Chart:
    """A body's surface.

    Attributes:
        points: (R,64,3) float32 centimetres; row 0 is just below the jaw, rows up to 1.0 in the
            way down (`way`) lie on the head's mesh.
        normals: (R,64,3) float32.
        lengths: (2,64) float32 centimetres of a column per unit of the way: above and below 1.
        widths: (R,64) float32 centimetres round the body from the front to each point.
        downs: (R,64) float32 centimetres down a column to each point.
    """

    points: Reals
    normals: Reals
    lengths: Reals
    widths: Reals
    downs: Reals

    @cached_property
    def _grid(self) -> NDArray[np.float32]:
        """(R,64,8) points, normals, widths and downs."""
        measures = np.stack([self.widths, self.downs], axis=-1)
        return np.concatenate([self.points, self.normals, measures], axis=-1)

    def place(
        self, angle: Reals, way: Reals, height: Reals | float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where cloth lies.

        Args:
            angle: (R,N) radians round the body, 0 to 2 pi.
            way: (R,N) 0 to 2, down the body.
            height: centimetres above the skin, broadcast to (R,N).

        Returns:
            (R,N,3) points; (R,N,2) centimetres on unrolled cloth, round from the front and up.
        """
        places = np.empty((*way.shape, 3), np.float32)
        places[..., 0], places[..., 1], places[..., 2] = angle, way, height
        points = np.empty(places.shape, np.float32)
        unrolled = np.empty((*way.shape, 2), np.float32)
        _look_up(self._grid, places.reshape(-1, 3), points.reshape(-1, 3), unrolled.reshape(-1, 2))
        return points, unrolled

    def down(self, angle: Reals, way: Reals, distance: Reals | float) -> Reals:
        """Ways that lie `distance` centimetres further down than `way`."""
        column = np.round(angle / (2 * np.pi) * COLUMNS).astype(np.intp) % COLUMNS
        length = self.lengths[(way >= 1).astype(np.intp), column]
        return np.asarray(np.clip(way + distance / length, 0, 2))


@njit(cache=True, fastmath=True)
def _look_up(
    grid: NDArray[np.float32],
    places: NDArray[np.float32],
    points: NDArray[np.float32],
    unrolled: NDArray[np.float32],
) -> None:
    """Bilinear look-up of N places (angle, way, height) in a chart's grid, in place."""
    rows, columns = grid.shape[0], grid.shape[1]
    value = np.zeros(8, np.float32)
    for n in range(places.shape[0]):
        turn = places[n, 0] / (2 * np.pi)
        across = (turn - np.floor(turn)) * columns
        left = int(across) % columns
        right = (left + 1) % columns
        across -= np.floor(across)
        way = places[n, 1]
        row = way * (BUST_ROWS - 1) if way < 1 else BUST_ROWS - 1 + (way - 1) * BODY_ROWS
        row = min(max(row, 0.0), rows - 1.001)
        high = int(row)
        below = row - high
        for i in range(8):
            top = grid[high, left, i] * (1 - across) + grid[high, right, i] * across
            bottom = grid[high + 1, left, i] * (1 - across) + grid[high + 1, right, i] * across
            value[i] = top * (1 - below) + bottom * below
        for i in range(3):
            points[n, i] = value[i] + value[3 + i] * places[n, 2]
        behind = turn - np.floor(turn) > 0.5 + 1e-6
        unrolled[n, 0] = -value[6] if behind else value[6]
        unrolled[n, 1] = -value[7]


class Torso:
    """What every body is made from: computed once from the head.

    Attributes:
        shares: (V,) float32 see `neck_shares`.
    """

    def __init__(self, head: Head) -> None:
        self.shares = neck_shares(head)
        faces = head.triangles[(head.triangles < OUTSIDE_VERTICES).all(axis=1)]
        faces = faces[(self.shares[faces] > 0).any(axis=1)]
        rim = _rim(head.vertices, faces)
        self._corners, self._weights = _closest(head.vertices, faces, _bust_targets(rim))
        self._still = np.flatnonzero(self.shares > 0.9)
        self._neutral = head.vertices[self._still]
        self._middle = self._neutral.mean(axis=0)
        self._rings = np.array([_ring(*ring) for ring in RINGS])
        knots = np.array(KNOTS)
        way = knots[-1] * np.arange(1, BODY_ROWS + 1) / BODY_ROWS
        self._spline = CubicSpline(knots, np.eye(len(knots)))(way).astype(np.float32)
        points, _ = self._surface(head.vertices, 1.0, 1.0, 0.0)
        self._measures = _measures(points)

    def chart(
        self, posed: PosedHead, width: float = 1.0, depth: float = 1.0, tilt: float = 0.0
    ) -> Chart:
        """The body of a person.

        Args:
            posed: the head, its neck turned already (see `turn_neck`).
            width, depth: size of the body against a neutral adult's.
            tilt: centimetres by which the left shoulder is higher than the right.
        """
        points, normals = self._surface(posed.vertices, width, depth, tilt)
        return Chart(points, normals, *self._measures)

    def _surface(
        self, vertices: Reals, width: float, depth: float, tilt: float
    ) -> tuple[Reals, Reals]:
        bust = np.einsum("rck,rckd->rcd", self._weights, vertices[self._corners])
        rotation, centre = _frame(self._neutral, vertices[self._still])
        rings = self._rings - self._middle
        rings[..., 0] *= width
        rings[..., 2] *= depth
        rings[:, :, 1] *= 0.5 + 0.5 * width
        rings[..., 1] += tilt / 40 * rings[..., 0] * np.array([0.6, 1, 1, 1])[:, None]
        inner = (bust[-1] - centre) @ rotation
        for ring, least in zip(rings, (1.06, 1.1, 1.13, 1.15), strict=True):
            for axis in (0, 2):
                reach = inner[:, axis] * least
                ring[:, axis] = np.where(
                    np.abs(ring[:, axis]) < np.abs(reach), reach, ring[:, axis]
                )
        outer = rings @ rotation.T + centre
        controls = np.concatenate([bust[[-4, -1]], outer])
        body = np.tensordot(self._spline, controls, 1)
        points = np.concatenate([bust, body]).astype(np.float32)
        across = np.roll(points, -1, axis=1) - np.roll(points, 1, axis=1)
        normals = np.cross(np.gradient(points, axis=0), across)
        normals /= np.linalg.norm(normals, axis=2, keepdims=True) + 1e-9
        return points, normals.astype(np.float32)


def _measures(points: Reals) -> tuple[Reals, Reals, Reals]:
    """`Chart.lengths`, `widths` and `downs` of the neutral body."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=2)
    downs = np.concatenate([np.zeros((1, COLUMNS)), np.cumsum(steps, axis=0)])
    bust = downs[BUST_ROWS - 1]
    round_ = np.linalg.norm(points - np.roll(points, 1, axis=1), axis=2)
    half = np.concatenate([np.zeros((len(points), 1)), np.cumsum(round_[:, 1:33], axis=1)], axis=1)
    widths = np.concatenate([half, half[:, 31:0:-1]], axis=1)
    lengths = np.stack([bust, downs[-1] - bust])
    return tuple(part.astype(np.float32) for part in (lengths, widths, downs))  # type: ignore[return-value]


def _ring(
    width: float,
    side: float,
    front: tuple[float, float],
    back: tuple[float, float],
    square: float,
) -> Reals:
    """(64,3) points of one ring of the body."""
    sine, cosine = np.sin(ANGLES), np.cos(ANGLES)
    ahead = cosine > 0
    rise = np.abs(cosine) ** 1.6
    depth = np.where(ahead, front[0] - MIDDLE_DEPTH, MIDDLE_DEPTH - back[0])
    height = side + np.where(ahead, front[1] - side, back[1] - side) * rise
    arm = np.exp(-(((np.abs(cosine) - 0.62) / 0.13) ** 2)) * np.clip((width - 19) / 3, 0, 1)
    reach = 1 - 0.1 * arm
    x = width * np.sign(sine) * np.abs(sine) ** square * reach
    z = MIDDLE_DEPTH + depth * np.sign(cosine) * np.abs(cosine) ** square * reach
    return np.stack([x, height, z], axis=1)


def _rim(vertices: Reals, faces: Indices) -> Reals:
    """(64,3) the lower end of the head's mesh, by angle."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges, count = np.unique(edges, axis=0, return_counts=True)
    ends = vertices[np.unique(edges[count == 1])]
    ends = ends[(ends[:, 1] < -12) & (np.hypot(ends[:, 0] / 12, (ends[:, 2] + 1.6) / 7.4) > 0.8)]
    angle = np.arctan2(ends[:, 0] / 12.2, (ends[:, 2] - MIDDLE_DEPTH) / 7.4)
    order = np.argsort(angle)
    return np.stack(
        [np.interp(ANGLES, angle[order], ends[order, i], period=2 * np.pi) for i in range(3)],
        axis=1,
    )


def _bust_targets(rim: Reals) -> Reals:
    """(12,64,3) where the rows of the chart should lie, near the surface."""
    sine, cosine = np.sin(ANGLES), np.cos(ANGLES)
    top = np.stack([5.9 * sine, -7.9 - 1.9 * cosine, -1.2 + 5.2 * cosine], axis=1)
    base = np.stack([7.6 * sine, -12.5 - 1.4 * cosine, -1.6 + 5.4 * cosine], axis=1)
    share = np.linspace(0, BUST_END, BUST_ROWS)[:, None, None]
    return np.asarray((1 - share) ** 2 * top + 2 * share * (1 - share) * base + share**2 * rim)


def _closest(vertices: Reals, faces: Indices, targets: Reals) -> tuple[NDArray[np.int32], Reals]:
    """Corners (...,3) and barycentric weights of the points of a surface nearest to targets."""
    flat = targets.reshape(-1, 3)
    centres = vertices[faces].mean(axis=1)
    near = cKDTree(centres).query(flat, k=16)[1]
    a, b, c = (vertices[faces[near, corner]].astype(np.float64) for corner in range(3))
    ab, ac, ap = b - a, c - a, flat[:, None] - a
    d00, d01, d11 = (ab * ab).sum(-1), (ab * ac).sum(-1), (ac * ac).sum(-1)
    d20, d21 = (ap * ab).sum(-1), (ap * ac).sum(-1)
    scale = np.maximum(d00 * d11 - d01 * d01, 1e-12)
    second = (d11 * d20 - d01 * d21) / scale
    third = (d00 * d21 - d01 * d20) / scale
    weights = np.clip(np.stack([1 - second - third, second, third], axis=-1), 0, None)
    weights /= weights.sum(axis=-1, keepdims=True)
    found = weights[..., :1] * a + weights[..., 1:2] * b + weights[..., 2:] * c
    best = np.argmin(((found - flat[:, None]) ** 2).sum(-1), axis=1)
    pick = np.arange(len(flat))
    shape = targets.shape
    corners = faces[near[pick, best]].reshape(shape)
    return corners.astype(np.int32), weights[pick, best].reshape(shape).astype(np.float32)


def _frame(neutral: Reals, moved: Reals) -> tuple[Reals, Reals]:
    """Rotation (3,3) and new middle (3,) that bring neutral points best onto moved ones."""
    centre = moved.mean(axis=0)
    left, _, right = np.linalg.svd((neutral - neutral.mean(axis=0)).T @ (moved - centre))
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return np.asarray((left @ flip @ right).T), centre
