"""Where the texels of the two skin textures lie on the head.

Tile 0 is the face with ears and throat, tile 1 the skull, nape and shoulders. Textures are y down,
S texels a side; the centre of texel (row, column) has the texture coordinates
((column + 0.5) / S, 1 - (row + 0.5) / S).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.geometry_buffers import tabulate
from lineament.synthesis.head_mesh import FACE, SKULL, HeadMesh, split_head
from lineament.synthesis.material import Finish, Material
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import FACE_VERTICES
from lineament.synthesis.raster import NOTHING, empty_fragments, rasterise

SIDE = 512
FACE_TILE, SKULL_TILE = 0, 1

TEXELS_PER_CM = 17.5
"""Of a 512-texel face texture, at cheeks, brows and forehead; the nose has fewer, 11."""

STEEPEST_TANGENT = 3.0
"""Dual tangents longer than this times their median belong to folds and are shortened."""

FRONT = 1.0
"""Centimetres forward of which `TextureSpace.seen_from_front` looks for the surface."""


@dataclass(frozen=True)
class TextureSpace:
    """Attributes:
    head: the neutral head.
    mesh: its surfaces.
    position: (2,S,S,3) float32 centimetres on the neutral head; beyond the borders of a tile as
        at the nearest texel within.
    inside: (2,S,S) bool where the tiles hold skin.
    slope_u, slope_v: (2,S,S,3) float32: a height h in centimetres bends the normal by
        dh/dcolumn * slope_u + dh/drow * slope_v; zero outside.
    """

    head: Head
    mesh: HeadMesh
    position: FloatArray
    inside: NDArray[np.bool_]
    slope_u: FloatArray
    slope_v: FloatArray

    @property
    def side(self) -> int:
        return int(self.position.shape[1])

    @cached_property
    def landmarks(self) -> FloatArray:
        """(68,2) float32 column, row of the mesh authors' iBUG points in the face tile."""
        rows = np.flatnonzero(self.mesh.surface == FACE)
        corners, texcoords = self.mesh.triangles[rows].ravel(), self.mesh.texcoords[rows]
        place = np.zeros((FACE_VERTICES, 2), np.float32)
        place[corners] = texcoords.reshape(-1, 2)
        return self.texels(place[self.head.landmark68])

    def texels(self, texcoords: FloatArray) -> FloatArray:
        """Column, row (...,2) of texture coordinates."""
        texcoords = np.asarray(texcoords)
        across = np.stack([texcoords[..., 0], 1 - texcoords[..., 1]], axis=-1)
        return np.asarray(across * self.side - 0.5, dtype=np.float32)

    @cached_property
    def normal(self) -> FloatArray:
        """(2,S,S,3) float32 unit normals, outwards."""
        across, down = _steps(self.position)
        normal = np.cross(across, -down)
        length = np.linalg.norm(normal, axis=-1, keepdims=True)
        return np.asarray(normal / np.maximum(length, 1e-9), dtype=np.float32)

    @cached_property
    def _front(self) -> tuple[cKDTree, NDArray[np.intp]]:
        place = self.position[FACE_TILE]
        seen = self.inside[FACE_TILE] & (place[..., 2] > FRONT)
        seen &= (self.normal[FACE_TILE][..., 2] > 0.0) & (np.abs(place[..., 0]) < 7.4)
        texels = np.argwhere(seen)
        return cKDTree(place[seen][:, :2]), texels

    def seen_from_front(self, places: NDArray[np.floating]) -> FloatArray:
        """Column, row (N,2) in the face tile of places (N,2), x and y in centimetres, as a viewer
        in front of the neutral face sees them."""
        tree, texels = self._front
        distance, nearest = tree.query(np.asarray(places), k=12)
        depth = self.position[FACE_TILE][tuple(texels[nearest].transpose(2, 0, 1))][..., 2]
        near = distance < distance[:, :1] + 0.06
        near &= depth > np.where(near, depth, -np.inf).max(axis=1, keepdims=True) - 0.5
        share = near / near.sum(axis=1, keepdims=True)
        found = np.einsum("nk,nkd->nd", share, texels[nearest].astype(np.float64))
        return np.asarray(found[:, ::-1], dtype=np.float32)


def texture_space(head: Head, side: int = SIDE) -> TextureSpace:
    """Lay out the textures of a head, `side` texels wide; takes about a second.

    Raises:
        DataError: the head is not that of ICT-FaceKit.
    """
    if len(head.vertices) <= FACE_VERTICES:
        raise DataError(
            f"got a head of {len(head.vertices)} vertices, expected that of ICT-FaceKit; "
            "read its head.npz"
        )
    mesh = split_head(head)
    tiles = [_tile(mesh, surface, side) for surface in (FACE, SKULL)]
    position = np.stack([tile[0] for tile in tiles])
    inside = np.stack([tile[1] for tile in tiles])
    slope_u, slope_v = _duals(position, inside)
    return TextureSpace(head, mesh, position, inside, slope_u, slope_v)


def _tile(mesh: HeadMesh, surface: int, side: int) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Positions (S,S,3) on the neutral head, and where the tile holds anything."""
    rows = np.flatnonzero(mesh.surface == surface)
    count = len(rows)
    texcoords = mesh.texcoords[rows]
    xy = np.stack([texcoords[..., 0], 1 - texcoords[..., 1]], axis=-1).reshape(-1, 2) * side - 0.5
    fragments = empty_fragments(side, side)
    rasterise(
        np.ascontiguousarray(xy, dtype=np.float32),
        np.ones(3 * count, np.float32),
        np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
        texcoords,
        np.zeros(count, np.int32),
        np.ones(1, np.bool_),
        tabulate([Material(Finish.PLAIN, Part.SKIN, two_sided=True)]),
        False,
        fragments,
    )
    inside = fragments.triangle != NOTHING
    weights = fragments.weights[inside]
    weights = np.concatenate([weights, 1 - weights.sum(axis=1, keepdims=True)], axis=1)
    corners = mesh.canonical[mesh.triangles[rows[fragments.triangle[inside]]]]
    position = np.zeros((side, side, 3), np.float32)
    position[inside] = np.einsum("nk,nkd->nd", weights, corners)
    return filled_outwards(position, inside), inside


def filled_outwards(values: FloatArray, inside: NDArray[np.bool_]) -> FloatArray:
    """Values (S,S,...) with each texel outside taking that of the nearest inside."""
    row, column = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    return np.asarray(values[row, column])


def _steps(position: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Change of position (2,S,S,3) from texel to texel, to the right and downwards."""
    down, across = np.gradient(position, axis=(1, 2))
    return np.asarray(across), np.asarray(down)


def _duals(position: FloatArray, inside: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    across, down = _steps(position)
    e, g = (across * across).sum(-1), (down * down).sum(-1)
    f = (across * down).sum(-1)
    area = np.maximum(e * g - f * f, 1e-9)[..., None]
    slope_u = -(g[..., None] * across - f[..., None] * down) / area
    slope_v = -(e[..., None] * down - f[..., None] * across) / area
    for slope in (slope_u, slope_v):
        length = np.linalg.norm(slope, axis=-1, keepdims=True)
        longest = STEEPEST_TANGENT * np.median(length[inside])
        slope *= np.minimum(1.0, longest / np.maximum(length, 1e-9))
        slope[~inside] = 0
    return slope_u.astype(np.float32), slope_v.astype(np.float32)
