"""Where the edge of a hat runs on a head, and shells of cloth within that edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.clothes.patch import Reals, patch
from lineament.synthesis.headwear.head_map import HeadMap
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.posed_head import PosedHead

COLUMNS = 64
ANGLES = 2 * np.pi * np.arange(COLUMNS) / COLUMNS
CLEARANCE = 0.4
"""Least centimetres between a hat and the head."""

STEPS = np.linspace(0.2, 2.6, 40)
HEIGHT = 9.6
"""Centimetres from the brows to the top of the neutral head."""


@dataclass(frozen=True)
class Fit:
    """A hat's edge on a head.

    Attributes:
        map: the head.
        edge: (64,) angle from the pole of the hat's edge, by `ANGLES` round it, in radians.
    """

    map: HeadMap
    edge: Reals

    @cached_property
    def ring(self) -> Reals:
        """(64,3) the edge, smooth, with the least clearance from the head."""
        reach = self.map.reach(ANGLES, self.edge)
        reach = np.maximum(reach, smooth(smooth(reach))) + CLEARANCE
        return np.asarray(self.map.centre + self.map.directions(ANGLES, self.edge) * reach[:, None])

    @cached_property
    def middle(self) -> Reals:
        """(3,) middle of the edge."""
        return np.asarray(self.ring.mean(axis=0))

    @cached_property
    def up(self) -> Reals:
        """(3,) unit vector along which a crown rises from the edge."""
        ahead, aside = self.ring[0] - self.ring[32], self.ring[16] - self.ring[48]
        up = np.cross(ahead, aside)
        return np.asarray(up / np.linalg.norm(up))

    @cached_property
    def top(self) -> float:
        """Centimetres from the middle of the edge up to the top of the head."""
        polar = np.linspace(0, 0.8, 5)[:, None]
        points = self.map.directions(ANGLES, polar) * self.map.reach(ANGLES, polar)[..., None]
        return float(((points + self.map.centre - self.middle) @ self.up).max())

    def inside(self, points: Reals) -> NDArray[np.bool_]:
        """(P,) bool whether points lie within the edge."""
        angle, polar, _ = self.map.polar(points)
        return np.asarray(polar < np.interp(angle, ANGLES, self.edge, period=2 * np.pi))

    def shell(self, shares: Reals, offset: Reals | float, taut: int = 2) -> Reals:
        """(R,64,3) the head's surface, blown up, at shares (R,) of the way from pole to edge.

        Args:
            shares: 0 (pole) to 1 (edge).
            offset: centimetres above the head beyond the least; broadcast to (R,64).
            taut: how often hollows are spanned.
        """
        polar = shares[:, None] * self.edge
        reach = self.map.reach(np.broadcast_to(ANGLES, polar.shape), polar)
        for _ in range(taut):
            reach = np.maximum(reach, smooth(reach))
            reach[1:-1] = np.maximum(reach[1:-1], (reach[:-2] + reach[2:]) / 2)
        reach = reach + CLEARANCE + offset
        return np.asarray(self.map.centre + self.map.directions(ANGLES, polar) * reach[..., None])

    def sheet(self, points: Reals, period: float, *, ribs: int = 0) -> Mesh:
        """A closed mesh through rings (R,64,3) from the pole to the edge.

        Args:
            points: rings.
            period: centimetres after which the texture repeats.
            ribs: how often it repeats round the hat, with its v along the rings; 0 lays it over
                the hat from above.
        """
        steps = np.linalg.norm(np.diff(points, axis=0, prepend=points[:1]), axis=2).mean(axis=1)
        way = np.cumsum(steps)[:, None]
        turn = np.append(ANGLES, 2 * np.pi)
        if ribs:
            texcoords = np.stack(
                [
                    np.broadcast_to(turn / (2 * np.pi) * ribs, (len(way), len(turn))),
                    np.broadcast_to(-way / period, (len(way), len(turn))),
                ],
                axis=-1,
            )
        else:
            texcoords = np.stack([way * np.sin(turn), -way * np.cos(turn)], axis=-1) / period
        return patch(points, texcoords, closed=True)

    def raised(self, scale: Reals, height: Reals) -> Reals:
        """Rings (R,64,3) over the edge, never nearer to the head than the least clearance.

        Args:
            scale: (R,64) width against that of the edge.
            height: (R,64) centimetres above the edge along `up`.
        """
        level = (self.ring - self.middle) @ self.up
        flat = self.ring - self.middle - level[:, None] * self.up
        total = max(float(np.max(height)), 1e-6)
        keep = np.clip(1 - height / total, 0, 1) * level
        rings = self.middle + flat * scale[..., None] + (height + keep)[..., None] * self.up
        return self.map.push_out(rings, CLEARANCE)


def smooth(values: Reals) -> Reals:
    """Running means over five neighbours round a ring, the last axis."""
    total = sum(np.roll(values, shift, axis=-1) for shift in (-2, -1, 0, 1, 2))
    return np.asarray(total) / 5


def fit_edge(posed: PosedHead, head_map: HeadMap, front: float, side: float, back: float) -> Fit:
    """An edge at some heights.

    Args:
        posed: the person.
        head_map: its map, seen from the top.
        front, side, back: centimetres above the brows on a neutral head, scaled to the person.
    """
    brow = float(posed.landmarks[[19, 24], 1].mean())
    scale = (float(posed.vertices[:, 1].max()) - brow) / HEIGHT
    cosine = np.cos(ANGLES)
    ahead = np.where(cosine > 0, front - side, back - side) * np.abs(cosine) ** 1.4
    target = brow + scale * (side + ahead)
    polar = STEPS[:, None] + 0 * ANGLES
    reach = head_map.reach(np.broadcast_to(ANGLES, polar.shape), polar)
    height = head_map.centre[1] + reach * np.cos(polar)
    below = height < target
    last = np.maximum(np.argmax(below, axis=0), 1)
    column = np.arange(COLUMNS)
    high, low = height[last - 1, column], height[last, column]
    part = np.clip((high - target) / np.maximum(high - low, 1e-6), 0, 1)
    edge = STEPS[last - 1] + part * (STEPS[1] - STEPS[0])
    return Fit(head_map, smooth(edge))
