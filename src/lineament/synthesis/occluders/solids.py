"""Slabs, turned solids and blobs of which held things are made, as stacks of rings."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.lofts import Points

Stacks = list[Points]


def slab(centre: Points, size: Points, corner: float = 0.6) -> Stacks:
    """Stacks of a flat box with round corners: front, edge and back, so that its edges are sharp.

    Args:
        centre: (3,). size: (3,) full lengths; the last one is the thickness.
        corner: radius of the round corners.
    """
    half = 0.5 * np.asarray(size, dtype=np.float64)
    turn = np.linspace(0, 0.5 * np.pi, 4)
    quarter = np.stack([np.cos(turn), np.sin(turn)], axis=1) * corner
    inner = half[:2] - corner
    signs = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    outline = []
    for number, sign in enumerate(signs):
        points = quarter * sign + inner * sign
        outline.append(points if number % 2 == 0 else points[::-1])
    flat = np.concatenate(outline)
    front = np.column_stack([flat, np.full(len(flat), half[2])]) + centre
    back = front - [0, 0, size[2]]
    middle = np.zeros_like(front) + centre
    top = np.array([0, 0, half[2]])
    rim = 0.97
    return [
        np.stack(
            [
                front,
                middle + rim * (front - middle) + [0, 0, (1 - rim) * half[2]],
                middle + top,
            ]
        ),
        np.stack([back, front]),
        np.stack([middle - [0, 0, half[2]], back]),
    ]


def turned(start: Points, axis: Points, profile: Points, sides: int = 16) -> Points:
    """Rings (R,sides,3) of a solid of revolution: `profile` (R,2) holds the distance of each ring
    along the unit vector `axis` from `start`, and its radius."""
    axis = np.asarray(axis, dtype=np.float64)
    hint = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(hint, axis)
    across /= np.linalg.norm(across)
    beside = np.cross(axis, across)
    turn = 2 * np.pi * np.arange(sides) / sides
    circle = np.cos(turn)[:, None] * across + np.sin(turn)[:, None] * beside
    profile = np.asarray(profile, dtype=np.float64)
    return np.asarray(start + profile[:, :1, None] * axis + profile[:, 1:, None] * circle)


def blob(centre: Points, radii: Points, rings: int = 9, sides: int = 14) -> Points:
    """Rings of an ellipsoid with half axes `radii` (3,) along x, y, z."""
    latitude = np.linspace(-0.5 * np.pi, 0.5 * np.pi, rings)
    profile = np.stack([np.sin(latitude), np.cos(latitude)], axis=1)
    return turned(np.zeros(3), np.array([0.0, 1, 0]), profile, sides) * radii + centre
