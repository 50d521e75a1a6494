"""All surfaces of a scene in one set of arrays, as the rasteriser and the shader take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.material import Layer, Material
from lineament.synthesis.mesh import Triangles


class Geometry(NamedTuple):
    """P vertices, T triangles.

    Attributes:
        vertices: (P,3) float32 centimetres, in the frame of the head.
        normals: (P,3) float32.
        occlusion: (P,) float32.
        triangles: (T,3) int32.
        texcoords: (T,3,2) float32.
        material: (T,) int32 rows of the `MaterialTable`.
    """

    vertices: FloatArray
    normals: FloatArray
    occlusion: FloatArray
    triangles: Triangles
    texcoords: FloatArray
    material: NDArray[np.int32]


class MaterialTable(NamedTuple):
    """M materials column by column; textures lie end to end in `texels`.

    Attributes:
        texture: (M,2) int64 start in `texels` and side of each texture; side 0: none.
        texels: (N,4) uint8 RGBA.
        surface: (M,6) float32 specular, gloss, opacity, wrap, two-sided, casts shadow.
    """

    finish: NDArray[np.int32]
    part: NDArray[np.uint8]
    colour: FloatArray
    surface: FloatArray
    texture: NDArray[np.int64]
    texels: ByteArray


SPECULAR, GLOSS, OPACITY, WRAP, TWO_SIDED, CASTS_SHADOW = range(6)
"""Columns of `MaterialTable.surface`."""


def tabulate(materials: Sequence[Material]) -> MaterialTable:
    """The table of some materials; a texture that several share is stored once."""
    stored: dict[int, tuple[int, int]] = {}
    texels = [np.zeros((1, 4), np.uint8)]
    length = 1
    texture = np.zeros((len(materials), 2), np.int64)
    for row, material in enumerate(materials):
        picture = material.texture
        if picture is None:
            continue
        if id(picture) not in stored:
            stored[id(picture)] = (length, len(picture))
            texels.append(picture.reshape(-1, 4))
            length += len(texels[-1])
        texture[row] = stored[id(picture)]
    columns = [
        (m.specular, m.gloss, m.opacity, m.wrap, m.two_sided, m.casts_shadow) for m in materials
    ]
    return MaterialTable(
        np.array([m.finish for m in materials], np.int32),
        np.array([m.part for m in materials], np.uint8),
        np.array([m.colour for m in materials], np.float32),
        np.array(columns, np.float32),
        texture,
        np.concatenate(texels),
    )


def assemble(head: Geometry, layers: Sequence[Layer], first_material: int) -> Geometry:
    """The head and what is worn on it; layer number i has the material `first_material` + i."""
    start = len(head.vertices)
    columns: list[list[NDArray[np.generic]]] = [[column] for column in head]
    for number, layer in enumerate(layers):
        mesh, count = layer.mesh, len(layer.mesh.vertices)
        occlusion = np.ones(count, np.float32) if layer.occlusion is None else layer.occlusion
        columns[0].append(mesh.vertices)
        columns[1].append(mesh.normals)
        columns[2].append(occlusion.astype(np.float32, copy=False))
        columns[3].append(mesh.triangles + np.int32(start))
        columns[4].append(mesh.texcoords)
        columns[5].append(np.full(len(mesh.triangles), first_material + number, np.int32))
        start += count
    return Geometry(*(np.concatenate(column) for column in columns))
