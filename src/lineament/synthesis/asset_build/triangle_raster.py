"""Fills triangles on a grid: which triangle covers a texel, and where within it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head, Indices

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Coverage:
    """What covers the texels of a square map of side S, y down.

    Attributes:
        corners: (N,3) int32 vertices of the triangle at each covered texel.
        weights: (N,3) float32 their shares, which add up to one.
        mask: (S,S) bool, True at the N covered texels, in the order of rows.
    """

    corners: Indices
    weights: FloatArray
    mask: NDArray[np.bool_]

    def spread(self, values: FloatArray) -> FloatArray:
        """Values (V,C) at the vertices become values (N,C) float32 at the covered texels."""
        parts = values[self.corners] * self.weights[:, :, None]
        return np.asarray(parts.sum(axis=1, dtype=np.float32), dtype=np.float32)


def texture_coverage(head: Head, material: str, side: int) -> Coverage:
    """Which triangles of a material cover the texels of its texture of `side` texels.

    Raises:
        DataError: the head has no such material.
    """
    chosen = head.has_material(material)
    places = head.texcoords[head.triangle_texcoords[chosen]] % 1.0
    across = (places[:, :, 0] * side).astype(np.float32).ravel()
    down = ((1 - places[:, :, 1]) * side).astype(np.float32).ravel()
    count = len(places)
    triangles = np.arange(3 * count, dtype=np.int32).reshape(count, 3)
    nearness = np.full((side, side), -np.inf, np.float32)
    triangle = np.full((side, side), -1, np.int32)
    weights = np.zeros((side, side, 3), np.float32)
    fill(across, down, np.zeros(3 * count, np.float32), triangles, nearness, triangle, weights)
    mask = triangle >= 0
    corners = head.triangles[chosen][triangle[mask]]
    return Coverage(corners, weights[mask], mask)


@njit(cache=True)
def fill(
    across: FloatArray,
    down: FloatArray,
    near: FloatArray,
    triangles: Indices,
    nearness: FloatArray,
    triangle: Indices,
    weights: FloatArray,
) -> None:
    """Fill triangles whose corners lie at (across, down); the greatest `near` wins, then the first.

    Args:
        across, down, near: (P,) float32; a texel's centre lies at its number and a half.
        triangles: (T,3) int32.
        nearness: (H,W) float32, written where a triangle is nearer.
        triangle: (H,W) int32, likewise.
        weights: (H,W,3) float32, likewise; a map of no size leaves them out.
    """
    height, width = nearness.shape
    keep = weights.size > 0
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, x1, y1, x2, y2 = across[a], down[a], across[b], down[b], across[c], down[c]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9:
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2) - 0.5)))
        right = min(width - 1, int(np.floor(max(x0, x1, x2) - 0.5)))
        top = max(0, int(np.ceil(min(y0, y1, y2) - 0.5)))
        bottom = min(height - 1, int(np.floor(max(y0, y1, y2) - 0.5)))
        for row in range(top, bottom + 1):
            y = row + 0.5
            for column in range(left, right + 1):
                x = column + 0.5
                first = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area
                second = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area
                third = 1.0 - first - second
                if first < 0 or second < 0 or third < 0:
                    continue
                nearer = first * near[a] + second * near[b] + third * near[c]
                if nearer <= nearness[row, column]:
                    continue
                nearness[row, column] = nearer
                triangle[row, column] = t
                if keep:
                    weights[row, column, 0] = first
                    weights[row, column, 1] = second
                    weights[row, column, 2] = third
