"""What keeps strands from being smooth curves: they cling together, wave and curl."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray

LOCKS = 6
"""Strands in a lock, on average."""

SETTLED = 4.0
"""Centimetres from the root within which waves begin."""

DRAWN = 3.6
"""Points of a strand from crest to crest, at the least."""


def clumped(
    lines: FloatArray,
    roots: FloatArray,
    strength: NDArray[np.floating],
    random: np.random.Generator,
) -> FloatArray:
    """Strands (N,K,3) drawn towards the nearest of the first few, more so at their tips.

    Args:
        roots: (N,3) where they grow; strands far apart do not come together.
        strength: (N,) 0 leaves a strand as it is, 1 joins the tips.
    """
    count, points = lines.shape[:2]
    leaders = max(1, count // LOCKS)
    size = np.einsum("nd,nd->n", roots, roots)
    apart = size[:leaders] - 2 * roots @ roots[:leaders].T
    leader = apart.argmin(axis=1)
    gap = np.linalg.norm(roots - roots[leader], axis=1)
    near = np.clip(1.5 - gap / 2.5, 0, 1)
    share = strength * near * random.uniform(0.5, 1.0, count)
    along = np.linspace(0, 1, points)[None, :, None] ** 1.5
    target = lines[leader]
    beside = (lines[:, :1] - target[:, :1]) * 0.25
    pull = np.minimum(np.linalg.norm(target + beside - lines, axis=2, keepdims=True), 6.0)
    share = share[:, None, None] * along * np.clip(1.6 - pull / 4, 0, 1)
    return np.asarray(lines + (target + beside - lines) * share, dtype=np.float32)


def waved(
    lines: FloatArray,
    outwards: FloatArray,
    swing: NDArray[np.floating],
    wave: float,
    random: np.random.Generator,
) -> FloatArray:
    """Strands (N,K,3) swung round their course.

    Args:
        outwards: (N,K,3) unit vectors away from the head.
        swing: (N,) centimetres to each side.
        wave: centimetres from crest to crest, or more if the points are too far apart for it.
    """
    count = len(lines)
    length = (wave * random.uniform(0.75, 1.3, count)).astype(np.float32)
    phase = random.uniform(0, 2 * np.pi, count).astype(np.float32)
    moved = np.empty_like(lines)
    _wave(lines, outwards, np.asarray(swing, dtype=np.float32), length, phase, moved)
    return moved


@njit(cache=True, fastmath=True)
def _wave(
    lines: FloatArray,
    outwards: FloatArray,
    swing: FloatArray,
    length: FloatArray,
    phase: FloatArray,
    moved: FloatArray,
) -> None:
    points = lines.shape[1]
    for n in range(lines.shape[0]):
        whole = 0.0
        for k in range(1, points):
            whole += _gap(lines[n, k - 1], lines[n, k])
        turn = 2 * np.pi / max(length[n], DRAWN * whole / (points - 1))
        travelled = 0.0
        for k in range(points):
            before, after = max(k - 1, 0), min(k + 1, points - 1)
            if k > 0:
                travelled += _gap(lines[n, before], lines[n, k])
            tx = lines[n, after, 0] - lines[n, before, 0]
            ty = lines[n, after, 1] - lines[n, before, 1]
            tz = lines[n, after, 2] - lines[n, before, 2]
            ox, oy, oz = outwards[n, k, 0], outwards[n, k, 1], outwards[n, k, 2]
            sx, sy, sz = ty * oz - tz * oy, tz * ox - tx * oz, tx * oy - ty * ox
            reach = swing[n] * min(1.0, travelled / SETTLED)
            angle = travelled * turn + phase[n]
            across = reach * np.sin(angle) / (np.sqrt(sx * sx + sy * sy + sz * sz) + 1e-6)
            up = reach * 0.5 * (1 + np.cos(angle))
            moved[n, k, 0] = lines[n, k, 0] + sx * across + ox * up
            moved[n, k, 1] = lines[n, k, 1] + sy * across + oy * up
            moved[n, k, 2] = lines[n, k, 2] + sz * across + oz * up


@njit(cache=True, fastmath=True)
def _gap(first: FloatArray, second: FloatArray) -> float:
    x, y, z = first[0] - second[0], first[1] - second[1], first[2] - second[2]
    return float(np.sqrt(x * x + y * y + z * z))


def tufts(
    roots: FloatArray,
    normals: FloatArray,
    heights: FloatArray,
    length: FloatArray,
    points: int,
    random: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Short strands (N,K,3) of tight curls that lie every way, and the directions (N,K,3) away from
    the head; `heights` (N,) above their roots and `length` (N,) in centimetres."""
    count = len(roots)
    way = random.standard_normal((count, 3))
    way -= 0.85 * normals * np.einsum("nd,nd->n", way, normals)[:, None]
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    share = np.linspace(-0.5, 0.5, points)[None, :, None]
    middle = roots + normals * heights[:, None]
    reach = length[:, None, None] * random.uniform(0.7, 1.3, (count, 1, 1))
    bow = normals[:, None] * (0.25 - share**2) * 0.2
    lines = middle[:, None] + (way[:, None] * share + bow) * reach
    outwards = np.repeat(normals[:, None], points, axis=1)
    return lines.astype(np.float32), np.ascontiguousarray(outwards, dtype=np.float32)
