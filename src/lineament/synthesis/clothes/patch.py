"""Meshes of grids of points: sheets of cloth."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.synthesis.mesh import Mesh, Triangles, vertex_normals

Reals = NDArray[np.floating[Any]]
"""Numbers of either float type: measures are worked out in float64, meshes hold float32."""


def patch(points: Reals, texcoords: Reals, *, closed: bool = False) -> Mesh:
    """A sheet through R rows of N points; its front is where rows run down and columns run right.

    Args:
        points: (R,N,3) centimetres.
        texcoords: (R,N,2) u, v of the points; (R,N+1,2) if `closed`: the last column joins on.
        closed: whether the last column is joined with the first.
    """
    rows, columns = points.shape[:2]
    triangles, corners = _grid(rows, columns, closed)
    vertices = np.ascontiguousarray(points.reshape(-1, 3), dtype=np.float32)
    return Mesh(
        vertices,
        triangles,
        np.ascontiguousarray(texcoords.reshape(-1, 2).astype(np.float32, copy=False)[corners]),
        vertex_normals(vertices, triangles),
    )


@lru_cache(maxsize=256)
def _grid(rows: int, columns: int, closed: bool) -> tuple[Triangles, NDArray[np.int32]]:
    """Triangles (T,3) of a grid and the rows of its texture coordinates at their corners."""
    spans = columns if closed else columns - 1
    row, column = (grid.ravel() for grid in np.mgrid[: rows - 1, :spans])

    def quads(width: int, after: NDArray[np.int64]) -> NDArray[np.int32]:
        high, high_next = row * width + column, row * width + after
        low, low_next = high + width, high_next + width
        first = np.stack([high, low, low_next], axis=1)
        return np.concatenate([first, np.stack([high, low_next, high_next], axis=1)]).astype(
            np.int32
        )

    triangles = quads(columns, (column + 1) % columns)
    return triangles, quads(columns + 1 if closed else columns, column + 1)


def chosen(mesh: Mesh, triangles: NDArray[np.bool_]) -> Mesh:
    """The triangles of a mesh for which a mask (T,) holds; its vertices stay."""
    return Mesh(
        mesh.vertices,
        np.ascontiguousarray(mesh.triangles[triangles]),
        np.ascontiguousarray(mesh.texcoords[triangles]),
        mesh.normals,
    )
