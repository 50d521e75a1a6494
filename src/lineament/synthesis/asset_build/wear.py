"""MakeHuman's hair and hats, put on the neutral head and bound to it."""

from __future__ import annotations

import logging
import posixpath

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.synthesis.asset_build.carry import carried, nearest_weights
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import DATA, SCALE, BaseMesh
from lineament.synthesis.asset_build.mhclo import Binding, read_mhclo
from lineament.synthesis.asset_build.obj_file import GET_AGAIN, Floats, read_obj
from lineament.synthesis.asset_build.originals import Originals
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.register import Registration
from lineament.synthesis.asset_build.rgba_picture import read_rgba
from lineament.synthesis.asset_types import Head, Indices, Piece, Wear

logger = logging.getLogger(__name__)
HAIR_FOLDER = "base/hair"
HATS = {
    "fedora": "base/clothes/fedora01/fedora.mhclo",
    "fedora_cocked": "base/clothes/fedora01/fedora_cocked.mhclo",
}
TEXTURE_SIDE = 512
PLAIN_GREY = 200

CARRIERS, CARRIER_SOFTNESS = 40, 1.0
"""A piece moves from the base mesh to the head with this many vertices of the skin."""

BINDERS, BINDER_SOFTNESS = 12, 0.7
"""On the head it follows this many."""


def make_wear(
    makehuman: Originals,
    assets: Originals,
    head: Head,
    base: BaseMesh,
    registration: Registration,
    progress: Progress = silent,
) -> Wear:
    """Put all heads of hair and the hats on the neutral head.

    Args:
        makehuman: checkout of MakeHuman, where some textures may be.
        assets: checkout of MakeHuman's assets.
        head: the head.
        base: MakeHuman's base mesh.
        registration: of the head to the base mesh.
        progress: told of each piece.

    Raises:
        DataError: a file is missing or malformed, or there is no hair at all.
    """
    hair = {name: f"{HAIR_FOLDER}/{name}/{name}.mhclo" for name in _folders_with_mhclo(assets)}
    if not hair:
        raise DataError(
            f"{assets.folder / HAIR_FOLDER} has no NAME/NAME.mhclo, expected heads of hair; "
            f"{assets.how_to_get}"
        )
    pieces = []
    for name in (*hair.values(), *HATS.values()):
        pieces.append(_piece(name, makehuman, assets, head, base, registration))
        progress("putting on hair and hats", len(pieces), len(hair) + len(HATS))
    return Wear(
        hair=dict(zip(hair, pieces, strict=False)),
        hats=dict(zip(HATS, pieces[len(hair) :], strict=True)),
    )


def _folders_with_mhclo(assets: Originals) -> list[str]:
    folders = sorted(path.name for path in (assets.folder / HAIR_FOLDER).glob("*"))
    return [name for name in folders if assets.find(f"{HAIR_FOLDER}/{name}/{name}.mhclo")]


def _piece(
    name: str,
    makehuman: Originals,
    assets: Originals,
    head: Head,
    base: BaseMesh,
    registration: Registration,
) -> Piece:
    folder, file = posixpath.split(name)
    original = assets.read(name)
    binding = read_mhclo(original, len(base.original))
    obj = assets.read(f"{folder}/{binding.obj_file or file.replace('.mhclo', '.obj')}")
    mesh = read_obj(obj)
    if len(mesh.vertices) != len(binding.vertices):
        raise DataError(
            f"{obj.path} has {len(mesh.vertices)} vertices, but {original.path} binds "
            f"{len(binding.vertices)}; they do not belong together: {GET_AGAIN}"
        )
    if mesh.triangle_texcoords.min() < 0:
        raise DataError(f"{obj.path} has faces without texture coordinates; {GET_AGAIN}")
    vertices = put_on(binding.places(base.original) * SCALE + base.shift, registration)
    index, weights = bind(vertices, head)
    return Piece(
        vertices=vertices.astype(np.float32),
        triangles=mesh.triangles,
        texcoords=mesh.texcoords[mesh.triangle_texcoords].astype(np.float16),
        texture=_texture(folder, binding, makehuman, assets),
        bind_index=index,
        bind_weight=weights.astype(np.float16),
    )


def put_on(points: Floats, registration: Registration) -> Floats:
    """Points (N,3) round the base mesh move with its skin to the neutral head, in centimetres."""
    index, weights = nearest_weights(registration.places, points, CARRIERS, CARRIER_SOFTNESS)
    return points + carried(registration.displacement, index, weights)


def bind(vertices: Floats, head: Head) -> tuple[Indices, Floats]:
    """The skin vertices (N,12) that each of the vertices (N,3) follows, and their shares."""
    skin = head.vertices[:SKIN_VERTICES].astype(np.float64)
    return nearest_weights(skin, vertices, BINDERS, BINDER_SOFTNESS)


def _texture(folder: str, binding: Binding, makehuman: Originals, assets: Originals) -> ByteArray:
    """The piece's picture (512,512,4); plain grey where it is not there."""
    name = posixpath.basename(folder)
    for originals, place in _texture_places(folder, binding, makehuman, assets):
        if originals.find(place):
            original = originals.read(place)
            if not original.is_lfs_pointer:
                size = (TEXTURE_SIDE, TEXTURE_SIDE)
                return np.asarray(
                    cv2.resize(read_rgba(original), size, interpolation=cv2.INTER_AREA)
                )
    logger.warning("no texture for %s (is git-lfs installed?): a plain grey is taken", name)
    return np.full((TEXTURE_SIDE, TEXTURE_SIDE, 4), PLAIN_GREY, np.uint8)


def _texture_places(
    folder: str, binding: Binding, makehuman: Originals, assets: Originals
) -> list[tuple[Originals, str]]:
    """Where a piece's picture may be, the likeliest first."""
    places = []
    material = posixpath.normpath(posixpath.join(folder, binding.material))
    if binding.material and assets.find(material):
        picture = _diffuse_texture(assets.read(material).content)
        if picture:
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(material), picture))
            places.append((assets, beside))
    for originals, where in ((assets, folder), (makehuman, folder.replace("base", DATA, 1))):
        places += [(originals, name) for name in originals.names(where, "diffuse.png")]
    return places


def _diffuse_texture(material: bytes) -> str:
    """The picture that a .mhmat file names."""
    for line in material.decode("utf-8", "replace").splitlines():
        key, _, value = line.strip().partition(" ")
        if key == "diffuseTexture":
            return value.strip()
    return ""
