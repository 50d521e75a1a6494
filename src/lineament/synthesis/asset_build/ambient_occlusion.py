"""How much of the light from all round reaches each vertex of the neutral head."""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.triangle_raster import Floats, fill
from lineament.synthesis.asset_types import Head, Indices
from lineament.synthesis.mesh import vertex_normals

OPAQUE = ("M_Face", "M_BackHead", "M_ScleraLeft", "M_ScleraRight", "M_Teeth", "M_GumsTongue")
DIRECTIONS = 240
SIDE = 384
"""Texels of a side of the map of depths."""

SPAN = 44.0
"""Centimetres that a side of the map covers."""

CENTRE_Y = -2.0
TOLERANCE = 0.25
"""How far behind the nearest surface a vertex still counts as lit, in centimetres."""


def ambient_occlusion(
    head: Head, *, directions: int = DIRECTIONS, progress: Progress = silent
) -> FloatArray:
    """The lit share of each vertex, by maps of depth from many directions.

    Args:
        head: the neutral head is taken.
        directions: from how many directions light comes, evenly spread over the sphere.
        progress: told of each direction.

    Returns:
        (V,) float32 from 0 to 1, weighted by the cosine to the normal; 0 for vertices without a
        triangle of an opaque material.

    Raises:
        DataError: the head lacks a material.
    """
    opaque = np.logical_or.reduce([head.has_material(name) for name in OPAQUE])
    triangles = np.ascontiguousarray(head.triangles[opaque])
    normals = vertex_normals(head.vertices, triangles)
    lit = np.zeros(len(head.vertices))
    whole = np.zeros(len(head.vertices))
    for done, direction in enumerate(_sphere(directions), start=1):
        facing = np.maximum(normals @ direction, 0)
        lit += facing * _is_visible(head.vertices, triangles, direction)
        whole += facing
        progress("shading the head", done, directions)
    return np.asarray(lit / np.maximum(whole, 1e-6), dtype=np.float32)


def _sphere(count: int) -> FloatArray:
    """(N,3) float32 unit vectors along a golden spiral."""
    place = np.arange(count) + 0.5
    polar = np.arccos(1 - 2 * place / count)
    turn = np.pi * (1 + np.sqrt(5)) * place
    vectors = [np.cos(turn) * np.sin(polar), np.cos(polar), np.sin(turn) * np.sin(polar)]
    return np.stack(vectors, axis=1).astype(np.float32)


def _is_visible(vertices: FloatArray, triangles: Indices, direction: FloatArray) -> Floats:
    """Whether each vertex is seen from a direction: 1 or 0."""
    hint = np.array([0.0, 1.0, 0.0] if abs(direction[1]) < 0.9 else [1.0, 0.0, 0.0])
    aside = np.cross(hint, direction)
    aside /= np.linalg.norm(aside)
    upward = np.cross(direction, aside)
    scale = SIDE / SPAN
    across = (vertices @ aside * scale + SIDE / 2).astype(np.float32)
    down = ((vertices - [0, CENTRE_Y, 0]) @ upward * scale + SIDE / 2).astype(np.float32)
    near = (vertices @ direction).astype(np.float32)
    nearest = np.full((SIDE, SIDE), -np.inf, np.float32)
    triangle = np.empty((SIDE, SIDE), np.int32)
    fill(across, down, near, triangles, nearest, triangle, np.empty((0, 0, 3), np.float32))
    row = np.clip(down.astype(np.int64), 0, SIDE - 1)
    column = np.clip(across.astype(np.int64), 0, SIDE - 1)
    return np.asarray(nearest[row, column] < near + TOLERANCE, dtype=np.float64)
