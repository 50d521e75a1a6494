"""Hairstyles that come as finished meshes with the assets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.asset_types import Head, Indices, Piece, Wear
from lineament.synthesis.hair.under_hat import Cut
from lineament.synthesis.mesh import Mesh, Triangles, vertex_normals
from lineament.synthesis.posed_head import PosedHead

PIECES = {
    "long straight": ("long01",),
    "ponytail": ("ponytail01",),
    "crop": ("short01", "short04"),
    "side part": ("short01", "short04"),
    "bowl": ("short02",),
}
"""Pieces of the assets that look like a style; the others are shells that look like helmets."""

WORN_SHARE = 0.4
"""How often somebody with such a style wears the piece."""

MIDDLE = np.array([0.0, 4.0, 0.0], np.float32)
"""Middle of the head, about which pieces are made larger or smaller."""

OPAQUE = 100


@dataclass(frozen=True)
class WornHair:
    """One piece, and the same mirrored, with a grey texture.

    Attributes:
        vertices: two (P,3) float32 arrays, the second mirrored; so are the next three.
        triangles, texcoords, bind_index: as in `Piece`.
        bind_weight: (P,K) float32.
        texture: (S,S,4) uint8 as finish HAIR takes it.
    """

    vertices: tuple[FloatArray, FloatArray]
    triangles: tuple[Triangles, Triangles]
    texcoords: tuple[FloatArray, FloatArray]
    bind_index: tuple[Indices, Indices]
    bind_weight: FloatArray
    texture: ByteArray

    def mesh(self, posed: PosedHead, mirrored: bool, scale: float, cut: Cut | None) -> Mesh:
        """It on a person; without what is under a hat."""
        side = int(mirrored)
        sized = MIDDLE + (self.vertices[side] - MIDDLE) * np.float32(scale)
        vertices = posed.bound(sized, self.bind_index[side], self.bind_weight)
        triangles, texcoords = self.triangles[side], self.texcoords[side]
        if cut is not None:
            bare = ~cut(vertices)[triangles].any(axis=1)
            triangles, texcoords = triangles[bare], texcoords[bare]
        return Mesh(vertices, triangles, texcoords, vertex_normals(vertices, triangles))


def worn_hair(head: Head, wear: Wear) -> dict[str, WornHair]:
    """The pieces of `PIECES` that the assets have, by name."""
    names = sorted({name for pieces in PIECES.values() for name in pieces} & set(wear.hair))
    flip = np.array([-1, 1, 1], np.float32)
    opposite = cKDTree(head.vertices).query(head.vertices * flip)[1].astype(np.int32)
    return {name: _worn(wear.hair[name], opposite, flip) for name in names}


def _worn(piece: Piece, opposite: Indices, flip: FloatArray) -> WornHair:
    texcoords = piece.texcoords.astype(np.float32)
    return WornHair(
        (piece.vertices, piece.vertices * flip),
        (piece.triangles, np.ascontiguousarray(piece.triangles[:, ::-1])),
        (texcoords, np.ascontiguousarray(texcoords[:, ::-1])),
        (piece.bind_index, opposite[piece.bind_index]),
        piece.bind_weight.astype(np.float32),
        _grey(piece.texture),
    )


def _grey(texture: ByteArray) -> ByteArray:
    """The brightness of a picture, so that its opaque part is 115 on average."""
    bright = texture[..., :3].mean(axis=2)
    bright = bright * (115 / max(1.0, float(bright[texture[..., 3] > OPAQUE].mean())))
    grey = texture.copy()
    grey[..., :3] = np.clip(0.35 * 115 + 0.65 * bright, 0, 255)[..., None]
    return grey
