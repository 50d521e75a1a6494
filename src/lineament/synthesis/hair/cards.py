"""Strands made visible: ribbons with a picture of hairs on them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Indices
from lineament.synthesis.hair.strand_texture import COLUMNS
from lineament.synthesis.mesh import Mesh, Triangles


def ribbons(
    lines: FloatArray,
    outwards: FloatArray,
    widths: FloatArray,
    columns: Indices,
    bulge: float = 0.0,
    shown: NDArray[np.bool_] | None = None,
) -> Mesh:
    """Ribbons that lie flat on the head along strands.

    Args:
        lines: (N,K,3) float32 strands from root to tip.
        outwards: (N,K,3) float32 unit vectors away from the head.
        widths: (N,) float32 centimetres at the widest.
        columns: (N,) which strand of the atlas each shows.
        bulge: how far the middle stands out, as a share of the width; 0 makes flat ribbons with
            two points across, anything else bent ones with three.
        shown: (N,K-1) which segments there are; None for all.

    Returns:
        Up to N * (K - 1) * 2 triangles, twice that if bent; the vertices of a ribbon follow each
        other, from root to tip.
    """
    count, points = lines.shape[:2]
    across = 3 if bulge else 2
    vertices = np.empty((count, points, across, 3), np.float32)
    normals = np.empty_like(vertices)
    _spread(lines, outwards, widths.astype(np.float32), bulge, vertices, normals)
    triangles, grid = _topology(count, points, across)
    flat = np.tile(grid, (count, 1, 1))
    start = columns.astype(np.float32) / COLUMNS
    flat[..., 0] = flat[..., 0] / COLUMNS + np.repeat(start, len(grid))[:, None]
    if shown is not None:
        kept = np.tile(np.repeat(shown, across - 1, axis=1), (1, 2)).ravel()
        triangles, flat = triangles[kept], flat[kept]
    return Mesh(vertices.reshape(-1, 3), triangles, flat, normals.reshape(-1, 3))


@lru_cache(maxsize=32)
def _topology(count: int, points: int, across: int) -> tuple[Triangles, FloatArray]:
    """Triangles of all ribbons, and texture coordinates (T,3,2) within the strand of one."""
    k, a = (grid.ravel() for grid in np.mgrid[: points - 1, : across - 1])
    corner = k * across + a
    quads = [
        (corner, corner + across, corner + across + 1),
        (corner, corner + across + 1, corner + 1),
    ]
    one = np.concatenate([np.stack(quad, axis=1) for quad in quads])
    u = 0.03 + 0.94 * (one % across) / (across - 1)
    v = 0.998 - 0.996 * (one // across) / (points - 1)
    start = np.arange(count)[:, None, None] * points * across
    triangles = (one[None] + start).reshape(-1, 3).astype(np.int32)
    return triangles, np.stack([u, v], axis=-1).astype(np.float32)


@njit(cache=True, fastmath=True)
def _spread(
    lines: FloatArray,
    outwards: FloatArray,
    widths: FloatArray,
    bulge: float,
    vertices: FloatArray,
    normals: FloatArray,
) -> None:
    points, across = lines.shape[1], vertices.shape[2]
    side = np.zeros(3)
    for n in range(lines.shape[0]):
        for k in range(points):
            before, after = max(k - 1, 0), min(k + 1, points - 1)
            tx = lines[n, after, 0] - lines[n, before, 0]
            ty = lines[n, after, 1] - lines[n, before, 1]
            tz = lines[n, after, 2] - lines[n, before, 2]
            ox, oy, oz = outwards[n, k, 0], outwards[n, k, 1], outwards[n, k, 2]
            side[0] = ty * oz - tz * oy
            side[1] = tz * ox - tx * oz
            side[2] = tx * oy - ty * ox
            size = np.sqrt(side[0] ** 2 + side[1] ** 2 + side[2] ** 2) + 1e-6
            t = k / (points - 1)
            half = 0.5 * widths[n] * (0.75 + 0.25 * min(1.0, 4 * t)) * (1.0 - 0.45 * t * t)
            for a in range(across):
                place = 2.0 * a / (across - 1) - 1.0
                raised = bulge * widths[n] * (1.0 - place * place)
                for i in range(3):
                    out = outwards[n, k, i]
                    turned = side[i] / size * place
                    vertices[n, k, a, i] = lines[n, k, i] + turned * half + out * raised
                    normals[n, k, a, i] = (out + 0.55 * turned) / np.sqrt(1 + 0.3 * place * place)
