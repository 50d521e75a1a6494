"""What closes a garment in front: ties, bow ties, button strips, cords."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.clothes.garment import sheet
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.clothes.torso import Chart
from lineament.synthesis.mesh import Mesh, join

WAIST = 1.98


def _strip(chart: Chart, ways: Reals, halves: Reals, heights: Reals, period: float) -> Mesh:
    """A strip down the front; half widths (R,) in centimetres, rounded across."""
    across = np.linspace(-1, 1, 5)
    reach = np.interp(ways, (0, 0.5, 1, 1.3, 2), (5.0, 6.0, 8.0, 11.0, 12.0))
    angle = halves[:, None] / reach[:, None] * across
    way = np.broadcast_to(ways[:, None], angle.shape)
    height = heights[:, None] + 0.25 * (1 - across**2)
    return sheet(chart, angle, way, height, period)


def tie(chart: Chart, start: float, period: float) -> Mesh:
    """A knot at the way `start` and the blade below it."""
    knot = start + np.array([-0.06, -0.03, 0.05, 0.17, 0.19])
    upper = _strip(
        *(chart, knot, np.array([1.3, 1.7, 1.6, 1.0, 0.7])),
        *(np.array([0.5, 1.2, 1.3, 1.1, 0.5]), period),
    )
    blade = np.linspace(start + 0.14, WAIST, 10)
    widths = np.interp(blade - start, (0.1, 0.3, 1.2), (0.95, 1.5, 3.2))
    return join([upper, _strip(chart, blade, widths, np.full(10, 0.85), period)])


def bow_tie(chart: Chart, start: float, period: float) -> Mesh:
    """Two wings and a knot at the way `start`."""
    across = np.linspace(-4.8, 4.8, 17)
    half = np.interp(np.abs(across), (0, 0.7, 0.9, 3.8, 4.8), (0.75, 0.75, 0.6, 1.8, 1.6))
    rise = np.interp(np.abs(across), (0, 0.8, 1.0, 2.5, 4.8), (2.0, 2.0, 1.6, 2.1, 1.75))
    down = np.linspace(-1, 1, 5)[:, None] * half
    angle = np.broadcast_to(across / 6.5, down.shape)
    way = np.clip(chart.down(angle, np.full(down.shape, start + 0.02), down), 0, 2)
    height = rise + 0.25 * np.cos(np.linspace(-1.5, 1.5, 5))[:, None]
    return sheet(chart, angle, way, height, period)


def button_strip(chart: Chart, start: float, height: float, period: float) -> Mesh:
    """The doubled edge of a shirt, from the way `start` down."""
    ways = np.linspace(start, WAIST, 9)
    return _strip(chart, ways, np.full(9, 1.5), np.full(9, height), period)


def buttons(chart: Chart, start: float, height: float) -> Mesh:
    """Small discs down the front, from the way `start`."""
    meshes = []
    for middle in np.arange(start + 0.05, 1.9, 0.36):
        turn = np.linspace(0, 2 * np.pi, 9)
        radius = np.array([0.02, 0.55, 0.62])[:, None]
        angle = -radius * np.sin(turn) / 8.5
        front = np.full(angle.shape, middle)
        way = chart.down(angle, front, radius * np.cos(turn))
        rise = np.array([0.45, 0.4, 0.1])[:, None] + height + 0 * angle
        meshes.append(sheet(chart, angle, way, rise, 4.0))
    return join(meshes)


def cords(chart: Chart, start: float, height: float, lengths: tuple[float, float]) -> Mesh:
    """The two cords of a hood; `lengths` in ways."""
    meshes = []
    for side, length in zip((1, -1), lengths, strict=True):
        way = np.linspace(start, start + length, 7)[:, None]
        across = np.linspace(-1, 1, 4)
        angle = side * 0.33 + across * 0.035 + 0.03 * np.sin(7 * way + side)
        rise = height + 0.35 * np.cos(across * 1.4) + 0 * way
        meshes.append(sheet(chart, angle, way + 0 * across, rise, 3.0))
    return join(meshes)
