"""Outlines of lenses, drawn by hand on a square from -1 to 1: x away from the nose, y up."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from lineament.synthesis.lofts import Points

OUTLINE_POINTS = 40


def _superellipse(power: float) -> Points:
    angle = 2 * np.pi * np.arange(OUTLINE_POINTS) / OUTLINE_POINTS
    cos, sin = np.cos(angle), np.sin(angle)
    radius = (np.abs(cos) ** power + np.abs(sin) ** power) ** (-1 / power)
    return np.stack([cos * radius, sin * radius], axis=1).astype(np.float32)


def _through(*points: tuple[float, float]) -> Points:
    """A smooth closed curve through points in counter-clockwise order, evenly sampled."""
    knots = np.array([*points, points[0]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1) ** 0.5)])
    fine = CubicSpline(length, knots, bc_type="periodic")(np.linspace(0, length[-1], 400))
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    even = np.linspace(0, along[-1], OUTLINE_POINTS, endpoint=False)
    return np.stack([np.interp(even, along, axis) for axis in fine.T], axis=1).astype(np.float32)


OUTLINES = {
    "round": _superellipse(2.0),
    "oval": _superellipse(2.4),
    "rectangle": _superellipse(4.5),
    "square": _superellipse(3.4),
    "wayfarer": _through(
        *((1.0, 0.3), (1.0, 0.88), (0.5, 0.98), (-0.2, 0.93), (-0.85, 0.78), (-0.96, 0.1)),
        *((-0.75, -0.7), (-0.25, -0.97), (0.3, -0.96), (0.74, -0.6)),
    ),
    "aviator": _through(
        *((1.0, 0.4), (0.85, 0.86), (0.3, 1.0), (-0.3, 0.98), (-0.85, 0.75), (-0.97, 0.25)),
        *((-0.72, -0.4), (-0.25, -0.88), (0.25, -1.0), (0.68, -0.8), (0.95, -0.2)),
    ),
    "cat-eye": _through(
        *((1.0, 0.5), (1.08, 1.02), (0.6, 0.9), (0.0, 0.72), (-0.6, 0.62), (-0.95, 0.25)),
        *((-0.9, -0.3), (-0.55, -0.8), (-0.05, -0.98), (0.45, -0.85), (0.85, -0.25)),
    ),
    "wrap": _through(
        *((1.05, 0.15), (0.95, 0.5), (0.4, 0.82), (-0.3, 0.86), (-0.92, 0.6), (-1.0, 0.0)),
        *((-0.8, -0.6), (-0.35, -0.95), (0.25, -0.85), (0.8, -0.4)),
    ),
}
"""(40,2) float32 of each form, counter-clockwise for the person's left lens."""

ONE_PIECE = _through(
    *((1.0, 0.1), (0.9, 0.75), (0.5, 0.96), (0.0, 0.92), (-0.5, 0.96), (-0.9, 0.75), (-1.0, 0.1)),
    *((-0.88, -0.6), (-0.55, -0.96), (-0.3, -0.84), (-0.15, -0.36), (0.0, -0.22)),
    *((0.15, -0.36), (0.3, -0.84), (0.55, -0.96), (0.88, -0.6)),
)
"""(40,2) the single lens of goggles, with its notch for the nose."""
