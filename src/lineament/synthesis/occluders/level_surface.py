"""The surface where a field is zero, as a mesh: naive surface nets (Gibson, MICCAI 1998)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.lofts import Points
from lineament.synthesis.mesh import Triangles

Field = Callable[[Points], Points]

CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
EDGES = [
    (a, b) for a in range(8) for b in range(a + 1, 8) if np.abs(CORNERS[a] - CORNERS[b]).sum() == 1
]


def level_surface(field: Field, low: Points, high: Points, cell: float) -> tuple[Points, Triangles]:
    """Vertices (P,3) and triangles (T,3), counter-clockwise from outside, of where `field` is zero.

    Args:
        field: takes points (...,3), gives values (...), negative inside.
        low, high: (3,) corners of a box that holds the surface.
        cell: side of the cells of the grid.
    """
    counts = np.ceil((np.asarray(high) - low) / cell).astype(int) + 1
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in counts), indexing="ij"), axis=-1)
    value = field(low + grid * cell)
    shape = counts - 1
    total, hits = np.zeros((*shape, 3)), np.zeros(shape)
    for a, b in EDGES:
        first, second = (
            value[tuple(slice(o, o + n) for o, n in zip(CORNERS[c], shape, strict=True))]
            for c in (a, b)
        )
        crossing = (first < 0) != (second < 0)
        share = np.where(crossing, first / np.where(crossing, first - second, 1), 0)[..., None]
        total += np.where(crossing[..., None], CORNERS[a] * (1 - share) + CORNERS[b] * share, 0)
        hits += crossing
    used = hits > 0
    number = np.full(shape, -1)
    number[used] = np.arange(used.sum())
    vertices = low + cell * (np.argwhere(used) + total[used] / hits[used][:, None])
    quads = [_quads(value < 0, number, axis) for axis in range(3)]
    corners = np.concatenate(quads)
    triangles = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    return vertices, triangles.astype(np.int32)


def _quads(inside: NDArray[np.bool_], number: NDArray[np.intp], axis: int) -> NDArray[np.intp]:
    """(Q,4) cells round every edge of the grid along an axis that crosses the surface."""
    inside, number = np.moveaxis(inside, axis, 0), np.moveaxis(number, axis, 0)
    crossing = inside[:-1, 1:-1, 1:-1] != inside[1:, 1:-1, 1:-1]
    i, j, k = np.nonzero(crossing)
    around = [number[i, j + a, k + b] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    quads = np.stack(around, axis=1)
    outwards = inside[i, j + 1, k + 1] ^ (axis == 1)
    return np.where(outwards[:, None], quads, quads[:, ::-1])
