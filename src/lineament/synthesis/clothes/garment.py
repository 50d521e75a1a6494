"""The body of a garment: a sheet over the torso from its neckline down, with folds and bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.clothes.patch import Reals, patch
from lineament.synthesis.clothes.torso import ANGLES, COLUMNS, Chart
from lineament.synthesis.mesh import Mesh

ROWS = 20
BAND_ROWS = 5
END = 1.999
"""Way down at which garments end, below every picture."""

NECKLINES = {
    # style: ways down at front, side and back when closed; what opening adds to each
    "crew": ((0.55, 0.3, 0.3), (0.22, 0.14, 0.06)),
    "v neck": ((0.9, 0.36, 0.3), (0.25, 0.16, 0.05)),
    "scoop": ((0.85, 0.5, 0.42), (0.35, 0.24, 0.2)),
    "boat": ((0.68, 0.7, 0.6), (0.14, 0.22, 0.15)),
    "bare": ((1.13, 1.13, 1.1), (0.12, 0.07, 0.2)),
    "turtleneck": ((0.36, 0.16, 0.22), (0.0, 0.0, 0.0)),
    "shirt": ((0.55, 0.3, 0.28), (0.3, 0.06, 0.02)),
    "jacket": ((0.62, 0.4, 0.32), (0.5, 0.12, 0.04)),
    "suit": ((1.65, 0.42, 0.3), (0.25, 0.05, 0.03)),
    "hoodie": ((0.58, 0.36, 0.33), (0.2, 0.1, 0.04)),
}
V_SHAPED = {"v neck": (1.0, 1.0), "shirt": (1.1, 1.0), "jacket": (1.1, 1.2), "suit": (1.35, 1.6)}
"""Radians on each side of the front over which the opening runs to a point, and how hollow its
edges are."""


@dataclass(frozen=True)
class Folds:
    """Waves of cloth over a body.

    Attributes:
        waves: (W,5) waves round the body, waves per unit of the way, phase, height in cm, twist.
    """

    waves: Reals

    def height(self, angle: Reals, way: Reals) -> Reals:
        """Centimetres, 0 or more, at places of the chart."""
        total = np.zeros(np.broadcast(angle, way).shape, np.float32)
        for around, along, phase, size, twist in self.waves:
            wave = np.sin(around * angle + along * way + phase + twist * np.sin(angle + phase))
            total += np.float32(size) * np.maximum(wave, -0.35) ** 2 * np.sign(wave)
        return np.asarray(np.maximum(total + 0.5 * self.waves[:, 3].sum(), 0))


def sample_folds(random: np.random.Generator, size: float) -> Folds:
    """Folds of about `size` centimetres."""
    waves = [
        (
            *(round(random.uniform(1, 8)), random.normal(0, 7), random.uniform(0, 2 * np.pi)),
            *(size * random.uniform(0.1, 0.45), random.normal(0, 1.2)),
        )
        for _ in range(6)
    ]
    return Folds(np.array(waves))


def neckline(style: str, opening: float) -> Reals:
    """(64,) ways down of a neckline by `ANGLES`."""
    closed, more = (np.array(part) for part in NECKLINES[style])
    front, side, back = closed + opening * more
    cosine = np.cos(ANGLES)
    if style in V_SHAPED:
        half, hollow = V_SHAPED[style]
        share = np.maximum(1 - np.minimum(ANGLES, 2 * np.pi - ANGLES) / half, 0) ** hollow
        rear = side + (back - side) * np.maximum(-cosine, 0)
        return np.asarray(rear + (front - side) * share)
    ahead = np.maximum(cosine, 0) ** 1.4
    return np.asarray(side + (front - side) * ahead + (back - side) * np.maximum(-cosine, 0))


def body(chart: Chart, top: Reals, folds: Folds, thickness: float, period: float) -> Mesh:
    """A sheet from ways `top` (64,) down to the end of the body."""
    share = (np.arange(ROWS) / (ROWS - 1)) ** 1.2
    way = top + (END - top) * share[:, None]
    angle = np.broadcast_to(ANGLES, way.shape)
    loose = np.minimum(share * 4, 1)[:, None]
    height = thickness + folds.height(angle, way) * loose
    height[0] -= 0.25
    return sheet(chart, angle, way, height, period, closed=True)


def sheet(
    chart: Chart,
    angle: Reals,
    way: Reals,
    height: Reals,
    period: float,
    *,
    closed: bool = False,
    turned: bool = False,
) -> Mesh:
    """A mesh through (R,N) places of the chart; `turned` for one whose columns run leftwards."""
    points, unrolled = chart.place(angle, way, height)
    texcoords = unrolled / np.float32(period)
    if closed:
        texcoords = np.concatenate([texcoords, texcoords[:, :1]], axis=1)
    if turned:
        points, texcoords = points[:, ::-1], texcoords[:, ::-1]
    return patch(points, texcoords, closed=closed)


def band(chart: Chart, top: Reals, width: float, thickness: float, period: float) -> Mesh:
    """The hem of a neckline: a rounded strip `width` centimetres wide."""
    down = np.array([0.25, 0, 0, 0.55, 1.0])[:, None] * width
    rise = np.array([0.0, 0.3, 0.85, 1.0, 0.55])[:, None]
    way = chart.down(ANGLES, top, down - 0.25)
    angle = np.broadcast_to(ANGLES, (BAND_ROWS, COLUMNS))
    height = np.broadcast_to(0.05 + rise * (thickness + 0.2), (BAND_ROWS, COLUMNS))
    return sheet(chart, angle, way, height, period, closed=True)


def roll(
    chart: Chart,
    angle: Reals,
    way: Reals,
    radius: Reals,
    lift: Reals | float,
    period: float,
    *,
    sides: int = 9,
    closed: bool = False,
    slack: Reals | float = 1.0,
) -> Mesh:
    """A roll of cloth that lies on the body along places (N,) of the chart.

    Args:
        radius: (N,) centimetres across the body's surface.
        lift: centimetres of its middle above the skin.
        slack: its height as a share of its width.
    """
    turn = np.linspace(np.pi * 1.15, -np.pi * 0.15, sides)[:, None]
    ways = chart.down(angle, way, np.cos(turn) * radius)
    height = np.maximum(lift + np.sin(turn) * radius * slack, 0.05)
    return sheet(chart, np.broadcast_to(angle, ways.shape), ways, height, period, closed=closed)
