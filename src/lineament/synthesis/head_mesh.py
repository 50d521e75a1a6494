"""The head of the assets split into surfaces: what never changes from person to person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.material import Finish, Material, linear
from lineament.synthesis.mesh import Triangles
from lineament.synthesis.parts import Part
from lineament.synthesis.skin.lashes import lash_texture

FACE, SKULL, LEFT_EYE, RIGHT_EYE, SOCKETS, CAVITY, GUMS, TEETH, LASHES = range(9)
"""Surfaces of the head, in the order of its materials; SKULL is skull, neck and shoulders."""

ASSET_MATERIALS = {
    FACE: "M_Face",
    LEFT_EYE: "M_ScleraLeft",
    RIGHT_EYE: "M_ScleraRight",
    GUMS: "M_GumsTongue",
    TEETH: "M_Teeth",
    LASHES: "M_EyeLashes",
}
BEHIND_LIPS = (GUMS, TEETH)


@dataclass(frozen=True)
class HeadMesh:
    """T triangles of all surfaces, sorted by surface.

    Attributes:
        triangles: (T,3) int32 vertex ids of the head.
        texcoords: (T,3,2) float32 fractions within the surface's own texture, v up.
        surface: (T,) int32.
        canonical: (V,3) float32 vertices of the neutral head.
    """

    triangles: Triangles
    texcoords: FloatArray
    surface: NDArray[np.int32]
    canonical: FloatArray

    def without(self, *surfaces: int) -> HeadMesh:
        """The same without some surfaces."""
        kept = ~np.isin(self.surface, surfaces)
        columns = (self.triangles[kept], self.texcoords[kept], self.surface[kept])
        return HeadMesh(*columns, self.canonical)


def split_head(head: Head) -> HeadMesh:
    """Sort the triangles of a head by surface.

    Raises:
        DataError: it lacks a material of the ICT-FaceKit head.
    """
    chosen: list[tuple[int, NDArray[np.intp]]] = []
    back = np.flatnonzero(head.has_material("M_BackHead"))
    for surface in range(LASHES + 1):
        if surface in ASSET_MATERIALS:
            chosen.append((surface, np.flatnonzero(head.has_material(ASSET_MATERIALS[surface]))))
        elif surface == SKULL:
            inner = _pieces(head, back)
            chosen += [(kind, back[inner == kind]) for kind in (SKULL, SOCKETS, CAVITY)]
    chosen.sort(key=lambda entry: entry[0])
    rows = np.concatenate([rows for _, rows in chosen])
    return HeadMesh(
        np.ascontiguousarray(head.triangles[rows]),
        (head.texcoords[head.triangle_texcoords[rows]] % 1.0).astype(np.float32),
        np.concatenate([np.full(len(rows), kind, np.int32) for kind, rows in chosen]),
        head.vertices,
    )


def _pieces(head: Head, back: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which surface each triangle of the back of the head is of: it is four separate pieces."""
    triangles = head.triangles[back]
    count = len(head.vertices)
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    piece = connected_components(graph, directed=False)[1][triangles[:, 0]]
    kinds = np.empty(len(triangles), np.intp)
    for number in np.unique(piece):
        place = head.vertices[triangles[piece == number]].reshape(-1, 3)
        if place[:, 1].max() > 8:
            kinds[piece == number] = SKULL
        else:
            kinds[piece == number] = CAVITY if abs(place[:, 0].mean()) < 1 else SOCKETS
    return kinds


_INSIDE: dict[str, Any] = {"casts_shadow": False}
_WET: dict[str, Any] = {**_INSIDE, "wrap": 0.3, "specular": 0.35, "gloss": 40.0}


def head_materials() -> list[Material]:
    """One for each surface; colours that depend on the person are put in later."""
    return [
        Material(Finish.SKIN, Part.SKIN, specular=1.0),
        Material(Finish.SKIN, Part.SKIN, specular=0.6),
        Material(Finish.EYE, Part.LEFT_EYE, specular=0.4, gloss=160.0, wrap=0.25, **_INSIDE),
        Material(Finish.EYE, Part.RIGHT_EYE, specular=0.4, gloss=160.0, wrap=0.25, **_INSIDE),
        Material(Finish.PLAIN, Part.SKIN, linear(120, 70, 60), wrap=0.3, **_INSIDE),
        Material(Finish.PLAIN, Part.MOUTH, (0.10, 0.02, 0.02), **_INSIDE),
        Material(Finish.PLAIN, Part.MOUTH, (0.30, 0.085, 0.085), **_WET),
        Material(Finish.PLAIN, Part.MOUTH, (0.58, 0.53, 0.44), **_WET),
        Material(
            *(Finish.PLAIN, Part.SKIN, (0.012, 0.01, 0.01)),
            texture=lash_texture(1),
            two_sided=True,
            casts_shadow=False,
        ),
    ]
