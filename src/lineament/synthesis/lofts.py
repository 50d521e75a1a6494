"""Many small tubes and bars as one mesh, quickly: their triangles are worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.mesh import Mesh, Triangles, make_mesh

Points = NDArray[np.floating[Any]]
"""Coordinates or other numbers of any precision; meshes take them as float32."""


@lru_cache(maxsize=256)
def _loft_triangles(rows: int, around: int) -> Triangles:
    row, column = (grid.ravel() for grid in np.mgrid[: rows - 1, :around])
    after = (column + 1) % around
    low, low_next = row * around + column, row * around + after
    pair = [np.stack([low, low_next, low_next + around], axis=1)]
    pair.append(np.stack([low, low_next + around, low + around], axis=1))
    return np.concatenate(pair).astype(np.int32)


@lru_cache(maxsize=256)
def _loft_texcoords(rows: int, around: int) -> FloatArray:
    row, column = (grid.ravel() for grid in np.mgrid[: rows - 1, :around])
    u, v = np.stack([column, column + 1]) / around, np.stack([row, row + 1]) / max(rows - 1, 1)
    corners = [[(0, 0), (1, 0), (1, 1)], [(0, 0), (1, 1), (0, 1)]]
    halves = [np.stack([np.stack([u[i], v[j]], axis=1) for i, j in half], 1) for half in corners]
    return np.concatenate(halves).astype(np.float32)


def joined_lofts(stacks: Sequence[Points]) -> Mesh:
    """One mesh of surfaces through closed rings, each stack (R,N,3).

    A surface faces outwards if its rings run counter-clockwise seen from the side to which the
    sequence of rings goes. Texture: u round, v along, 0 to 1.
    """
    triangles, texcoords = [], []
    start = 0
    for stack in stacks:
        rows, around = stack.shape[:2]
        triangles.append(_loft_triangles(rows, around) + np.int32(start))
        texcoords.append(_loft_texcoords(rows, around))
        start += rows * around
    vertices = np.concatenate([stack.reshape(-1, 3) for stack in stacks]).astype(np.float32)
    return make_mesh(vertices, np.concatenate(triangles), np.concatenate(texcoords))


@lru_cache(maxsize=16)
def _circle(sides: int) -> tuple[Points, Points]:
    angle = 2 * np.pi * np.arange(sides) / sides
    return np.cos(angle)[:, None], np.sin(angle)[:, None]


def round_rings(path: Points, radius: float | Points, sides: int = 6) -> Points:
    """Rings (N,sides,3) of a round tube about a line (N,3); `radius` one or one per point."""
    ahead = np.empty(path.shape)
    ahead[1:-1] = path[2:] - path[:-2]
    ahead[0], ahead[-1] = path[1] - path[0], path[-1] - path[-2]
    ahead /= np.sqrt((ahead * ahead).sum(axis=1, keepdims=True)) + 1e-9
    hint = (0.0, 0.0, 1.0) if abs(ahead[:, 2]).max() < 0.95 else (0.31, 0.94, 0.14)
    side = _cross(np.array([hint]), ahead)
    side /= np.sqrt((side * side).sum(axis=1, keepdims=True)) + 1e-9
    up = _cross(ahead, side)
    cos, sin = _circle(sides)
    reach = np.asarray(radius, dtype=np.float64).reshape(-1, 1, 1)
    return np.asarray(path[:, None] + reach * (side[:, None] * cos + up[:, None] * sin))


def capped(rings: Points) -> Points:
    """Rings (R+2,N,3) with both ends drawn together to a point."""
    first, last = rings[:1].mean(axis=1, keepdims=True), rings[-1:].mean(axis=1, keepdims=True)
    shape = (1, *rings.shape[1:])
    return np.concatenate([np.broadcast_to(first, shape), rings, np.broadcast_to(last, shape)])


def _cross(a: Points, b: Points) -> Points:
    """Cross products of rows, without the checks that make numpy's own slow on few rows."""
    x, y, z = a.T
    p, q, r = b.T
    return np.stack([y * r - z * q, z * p - x * r, x * q - y * p], axis=1)
