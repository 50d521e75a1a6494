"""MakeHuman's base mesh, laid over the head of ICT-FaceKit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.errors import DataError
from lineament.synthesis.asset_build.obj_file import Floats, ObjMesh, read_obj
from lineament.synthesis.asset_build.originals import Originals
from lineament.synthesis.asset_types import Head, Indices

SOURCE = "https://github.com/makehumancommunity/makehuman"
LICENCE = "CC0 1.0 (LICENSE.md there, sections C and D)"
ASSETS_SOURCE = "https://github.com/makehumancommunity/makehuman-assets"
ASSETS_LICENCE = "CC0 1.0 (notice in the files)"
DATA = "makehuman/data"
BASE = f"{DATA}/3dobjs/base.obj"
BODY = "body"

SCALE = 10.2
"""Centimetres of the head of ICT-FaceKit per decimetre, the unit of MakeHuman: its neutral head is
that of an average of all people, a little smaller."""

EYES = (0.0, 7.284, 1.245)
"""Half-way between the eyeballs of the base mesh."""

HEAD_ABOVE = -19.0
HEAD_BESIDE = 14.0
"""Body triangles higher than the one and nearer to the middle than the other are the head, in
centimetres."""

EYEBALLS = ("M_ScleraLeft", "M_IrisLeft", "M_ScleraRight", "M_IrisRight")


@dataclass(frozen=True)
class BaseMesh:
    """MakeHuman's base mesh; lengths in centimetres in the frame of the head.

    Attributes:
        original: (P,3) float64 vertices in MakeHuman's unit, body and helper geometry.
        vertices: (P,3) float64 the same, laid over the head.
        shift: (3,) float64 what is added to lay it there, after scaling.
        body: ids of the vertices of the body's surface, in order.
        triangles: (T,3) int32 of the head's skin.
        texcoords: (T,3,2) float64 u, v of each corner, v up.
    """

    original: Floats
    vertices: Floats
    shift: Floats
    body: Indices
    triangles: Indices
    texcoords: Floats


def makehuman_originals(folder: Path) -> Originals:
    """A checkout of MakeHuman; only files that are not under the AGPL alone are read from it."""
    how = f"get it again from {SOURCE}"
    return Originals(folder, SOURCE, LICENCE, how, released_as_cc0=True)


def makehuman_assets_originals(folder: Path) -> Originals:
    """A checkout of MakeHuman's assets, likewise."""
    how = f"get it again from {ASSETS_SOURCE}"
    return Originals(folder, ASSETS_SOURCE, ASSETS_LICENCE, how, released_as_cc0=True)


def read_base_mesh(originals: Originals, head: Head) -> BaseMesh:
    """Read the base mesh and lay its eyes over those of the head.

    Raises:
        DataError: the file is missing, malformed, or has no body with texture at the head.
    """
    original = originals.read(BASE)
    mesh = read_obj(original)
    if BODY not in mesh.groups:
        groups = ", ".join(mesh.groups[:6])
        raise DataError(
            f"{original.path} has no group {BODY!r}, but {groups}; expected MakeHuman's base "
            f"mesh: {originals.how_to_get}"
        )
    shift = _eyes(head) - np.array(EYES) * SCALE
    placed = mesh.vertices * SCALE + shift
    is_body = mesh.triangle_group == mesh.groups.index(BODY)
    middle = placed[mesh.triangles].mean(axis=1)
    is_head = is_body & (middle[:, 1] > HEAD_ABOVE) & (np.abs(middle[:, 0]) < HEAD_BESIDE)
    if not is_head.any() or mesh.triangle_texcoords[is_head].min() < 0:
        raise DataError(
            f"{original.path} has no textured {BODY!r} where the head is expected (eyes at "
            f"{EYES}); use MakeHuman's base mesh hm08: {originals.how_to_get}"
        )
    return BaseMesh(
        original=mesh.vertices,
        vertices=placed,
        shift=shift,
        body=np.unique(mesh.triangles[is_body]),
        triangles=mesh.triangles[is_head],
        texcoords=_corner_texcoords(mesh)[is_head],
    )


def _corner_texcoords(mesh: ObjMesh) -> Floats:
    return mesh.texcoords[mesh.triangle_texcoords]


def _eyes(head: Head) -> Floats:
    chosen = np.logical_or.reduce([head.has_material(name) for name in EYEBALLS])
    eyeballs = np.unique(head.triangles[chosen])
    return np.asarray(head.vertices[eyeballs].astype(np.float64).mean(axis=0))
