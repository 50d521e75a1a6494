"""What the files of the synthesis assets hold.

Lengths are in centimetres, x to the person's left, y up, z forward. Arrays keep the types of the
files: the shapes of the head take 25 MB as float16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray

Halves = NDArray[np.float16]
Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Head:
    """The neutral head and how it changes; V vertices, T triangles, C texture coordinates.

    Attributes:
        vertices: (V,3) float32 centimetres.
        triangles: (T,3) int32 vertex ids.
        texcoords: (C,2) float32 u, v with v up; the fraction is the position in the texture, the
            whole part numbers the tile.
        triangle_texcoords: (T,3) int32 rows of `texcoords`.
        triangle_material: (T,) uint8 indices into `materials`.
        materials: names such as `M_Face`.
        identity: (I,V,3) float16 offsets in centimetres, one shape per way in which people differ.
        expression: (E,V,3) float16 offsets in centimetres of each expression at full strength.
        expression_names: E names such as `jawOpen`.
        landmark68: (68,) int32 the vertex that the mesh's authors give for each iBUG point.
    """

    vertices: FloatArray
    triangles: Indices
    texcoords: FloatArray
    triangle_texcoords: Indices
    triangle_material: NDArray[np.uint8]
    materials: tuple[str, ...]
    identity: Halves
    expression: Halves
    expression_names: tuple[str, ...]
    landmark68: Indices

    def has_material(self, material: str) -> NDArray[np.bool_]:
        """Which triangles (T,) are of a material.

        Raises:
            DataError: the head has no such material.
        """
        if material not in self.materials:
            raise DataError(
                f"the head has no material {material!r}, expected one of "
                f"{', '.join(self.materials)}; use the head of ICT-FaceKit"
            )
        return np.asarray(self.triangle_material == self.materials.index(material))


@dataclass(frozen=True)
class Modes:
    """Offsets (V,3) float16 in centimetres on the head's vertices, each at full strength."""

    female: Halves
    old: Halves
    child: Halves
    heavy: Halves
    african: Halves
    asian: Halves
    caucasian: Halves


@dataclass(frozen=True)
class Piece:
    """A mesh that is worn on the head; P vertices, T triangles, K binding vertices.

    Attributes:
        vertices: (P,3) float32 centimetres, on the neutral head.
        triangles: (T,3) int32 ids of its own vertices.
        texcoords: (T,3,2) float16 u, v of each corner, v up.
        texture: (S,S,4) uint8 RGBA.
        bind_index: (P,K) int32 vertex ids of the head that a vertex follows.
        bind_weight: (P,K) float16 their shares, which add up to one.
    """

    vertices: FloatArray
    triangles: Indices
    texcoords: Halves
    texture: ByteArray
    bind_index: Indices
    bind_weight: Halves


@dataclass(frozen=True)
class Wear:
    """Hair and hats by name, in the order of the file; all textures are of one size."""

    hair: Mapping[str, Piece]
    hats: Mapping[str, Piece]


@dataclass(frozen=True)
class Skins:
    """Skin pictures in the layout of the face texture.

    Attributes:
        names: N names of the files, without suffix.
        pictures: (N,512,512,3) uint8 RGB.
    """

    names: tuple[str, ...]
    pictures: ByteArray


@dataclass(frozen=True)
class TextureMaps:
    """What is where in the face texture, y down; L and M are sides of maps in texels.

    Attributes:
        labels: (L,L) uint8 number of the part of the face.
        landmark_uv: (68,2) float32 iBUG points, in texels of `labels`.
        canonical_position: (M,M,3) float16 centimetres on the neutral head.
        face_mask: (M,M) uint8, 1 where the face is.
        outer_outline: (O,2) float32 outline of the face, in texels of `labels`.
        ambient_occlusion: (V,) float32 share of the light from all round that reaches a vertex of
            the head, 0 to 1.
    """

    labels: NDArray[np.uint8]
    landmark_uv: FloatArray
    canonical_position: Halves
    face_mask: NDArray[np.uint8]
    outer_outline: FloatArray
    ambient_occlusion: FloatArray
