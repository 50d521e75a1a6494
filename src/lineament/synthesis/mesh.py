"""Triangle meshes: the value that every piece of a scene is made of, and simple ways to make one.

Lengths in centimetres in the frame of the head: x to the person's left, y up, z forward. The
rasteriser takes a triangle for front-facing when its corners run counter-clockwise seen from
outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray

Triangles = NDArray[np.int32]


@dataclass(frozen=True)
class Mesh:
    """P vertices, T triangles.

    Attributes:
        vertices: (P,3) float32 centimetres.
        triangles: (T,3) int32.
        texcoords: (T,3,2) float32 u, v of each corner, v up; textures repeat.
        normals: (P,3) float32 unit vectors, outwards.
    """

    vertices: FloatArray
    triangles: Triangles
    texcoords: FloatArray
    normals: FloatArray


def make_mesh(
    vertices: FloatArray,
    triangles: Triangles,
    texcoords: FloatArray | None = None,
    normals: FloatArray | None = None,
) -> Mesh:
    """A mesh from arrays of any numeric type; texture coordinates default to zero, normals to the
    area-weighted means of the triangles round a vertex."""
    vertices = np.ascontiguousarray(vertices, dtype=np.float32)
    triangles = np.ascontiguousarray(triangles, dtype=np.int32)
    if texcoords is None:
        texcoords = np.zeros((len(triangles), 3, 2), np.float32)
    if normals is None:
        normals = vertex_normals(vertices, triangles)
    texcoords = np.ascontiguousarray(texcoords, dtype=np.float32)
    return Mesh(vertices, triangles, texcoords, np.ascontiguousarray(normals, dtype=np.float32))


def vertex_normals(vertices: FloatArray, triangles: Triangles) -> FloatArray:
    """(P,3) float32 unit normals: area-weighted means of the triangles round each vertex; zero
    where a vertex has no triangle."""
    normals = np.zeros_like(vertices)
    _accumulate_normals(vertices, triangles, normals)
    return normals


@njit(cache=True, fastmath=True, error_model="numpy")
def _accumulate_normals(vertices: FloatArray, triangles: Triangles, normals: FloatArray) -> None:
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x1 = vertices[b, 0] - vertices[a, 0]
        y1 = vertices[b, 1] - vertices[a, 1]
        z1 = vertices[b, 2] - vertices[a, 2]
        x2 = vertices[c, 0] - vertices[a, 0]
        y2 = vertices[c, 1] - vertices[a, 1]
        z2 = vertices[c, 2] - vertices[a, 2]
        nx = y1 * z2 - z1 * y2
        ny = z1 * x2 - x1 * z2
        nz = x1 * y2 - y1 * x2
        for vertex in (a, b, c):
            normals[vertex, 0] += nx
            normals[vertex, 1] += ny
            normals[vertex, 2] += nz
    for vertex in range(normals.shape[0]):
        x, y, z = normals[vertex, 0], normals[vertex, 1], normals[vertex, 2]
        length = np.sqrt(x * x + y * y + z * z)
        if length > 1e-12:
            normals[vertex, 0] = x / length
            normals[vertex, 1] = y / length
            normals[vertex, 2] = z / length


def loft(rings: FloatArray, *, closed: bool = True, repeats: tuple[float, float] = (1, 1)) -> Mesh:
    """A surface through R rings of N points each.

    Args:
        rings: (R,N,3); the surface faces outwards if the rings run counter-clockwise seen from
            the side to which the sequence of rings goes.
        closed: whether the last point of a ring is joined with its first.
        repeats: how often a texture repeats round a ring (u) and along the rings (v).
    """
    count, around = rings.shape[:2]
    spans = around if closed else around - 1
    row, column = (grid.ravel() for grid in np.mgrid[: count - 1, :spans])
    after = (column + 1) % around
    low, low_next = row * around + column, row * around + after
    high, high_next = low + around, low_next + around
    triangles = np.concatenate(
        [np.stack([low, low_next, high_next], axis=1), np.stack([low, high_next, high], axis=1)]
    )
    u = np.stack([column, column + 1]) / spans * repeats[0]
    v = np.stack([row, row + 1]) / max(count - 1, 1) * repeats[1]
    corner = {name: np.stack([u[i], v[j]], axis=1) for name, i, j in _CORNERS}
    texcoords = np.concatenate(
        [
            np.stack([corner["low"], corner["low_next"], corner["high_next"]], axis=1),
            np.stack([corner["low"], corner["high_next"], corner["high"]], axis=1),
        ]
    )
    return make_mesh(rings.reshape(-1, 3), triangles, texcoords)


_CORNERS = (("low", 0, 0), ("low_next", 1, 0), ("high", 0, 1), ("high_next", 1, 1))


def tube(
    path: FloatArray, radius: float | FloatArray, *, closed: bool = False, sides: int = 6
) -> Mesh:
    """A tube round a polyline (N,3); `radius` in centimetres, one or one per point.

    Its ends are open. Texture: u round, v along, 0 to 1.
    """
    path = np.asarray(path, dtype=np.float64)
    if closed:
        ahead = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        ahead = np.gradient(path, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-9)
    hint = np.where(np.abs(ahead[:, 1:2]) > 0.9, [[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]])
    side = np.cross(hint, ahead)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(ahead, side)
    angle = 2 * np.pi * np.arange(sides) / sides
    spokes = side[:, None] * np.cos(angle)[:, None] + up[:, None] * np.sin(angle)[:, None]
    reach = np.broadcast_to(np.asarray(radius, dtype=np.float64), len(path))[:, None, None]
    rings = path[:, None] + spokes * reach
    if closed:
        rings = np.concatenate([rings, rings[:1]])
    return loft(rings.astype(np.float32))


def join(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate(
            [mesh.triangles + np.int32(start) for mesh, start in zip(meshes, starts, strict=True)]
        ),
        np.concatenate([mesh.texcoords for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
    )
