"""Small round solids of which jewellery is made, as stacks of rings."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.lofts import Points, round_rings

BALL_RINGS = 6


def ball(centre: Points, radius: float, sides: int = 8) -> Points:
    """Rings (6,sides,3) of a ball."""
    return _turned(centre, radius * _BALL, sides, np.array([0.0, 1.0, 0.0]))


def solid(centre: Points, profile: Points, down: Points, sides: int = 8) -> Points:
    """Rings of a solid of revolution about `down`; `profile` (R,2) holds how far below `centre`
    each ring lies, falling, and its radius."""
    return _turned(centre, profile * np.array([-1, 1]), sides, -down)


def balls(centres: Points, radius: float) -> list[Points]:
    """One ball for each of the centres (N,3); coarser ones, for long strings of them."""
    unit = _turned(np.zeros(3), radius * _BEAD, 6, np.array([0.0, 1, 0]))
    return list(centres[:, None, None] + unit)


def hoop(centre: Points, radius: float, thickness: float, across: Points, down: Points) -> Points:
    """Rings of a closed hoop in the plane of two unit vectors."""
    turn = 2 * np.pi * np.arange(25) / 24
    path = centre + radius * (np.cos(turn)[:, None] * -down + np.sin(turn)[:, None] * across)
    rings = round_rings(np.concatenate([path[-2:-1], path, path[1:2]]), 0.5 * thickness, 6)
    return rings[1:-1]


_LATITUDE = np.linspace(-0.5 * np.pi, 0.5 * np.pi, BALL_RINGS)
_BALL = np.stack([np.sin(_LATITUDE), np.cos(_LATITUDE)], axis=1)
_BEAD = np.array([[-1.0, 0.0], [-0.7, 0.71], [0.0, 1.0], [0.7, 0.71], [1.0, 0.0]])


def _turned(centre: Points, profile: Points, sides: int, axis: Points) -> Points:
    hint = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(hint, axis)
    across /= np.linalg.norm(across)
    beside = np.cross(axis, across)
    turn = 2 * np.pi * np.arange(sides) / sides
    circle = np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * beside
    return np.asarray(
        centre + profile[:, :1, None] * axis + profile[:, 1:, None] * circle, dtype=np.float64
    )
