"""The assets that faces are made of: where they lie, and reading them.

Only the head is always needed; the other files are optional. docs/synthesis.md tells what they
are and where they are from.
"""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import numpy as np

from lineament.errors import DataError, ImageError
from lineament.image import read as read_image
from lineament.synthesis.array_file import ArrayFile
from lineament.synthesis.asset_types import Head, Modes, Piece, Skins, TextureMaps, Wear
from lineament.synthesis.build_record import PREFIX

VARIABLE = "LINEAMENT_ASSETS"
DEFAULT = Path("..") / "shared" / "assets"
HEAD, MODES, WEAR, TEXTURE_MAPS = "head.npz", "modes.npz", "wear.npz", "uv.npz"
SKINS = "skins"
SKIN_SIDE = 512
PIECE_ARRAYS = ("vertices", "triangles", "texcoords", "texture", "bind_index", "bind_weight")


def assets_folder(folder: Path | None = None) -> Path:
    """Where the assets are looked for: `folder`, else LINEAMENT_ASSETS, else ../shared/assets.

    The last is relative to the current working folder: beside the checkout, if that is where the
    process runs.
    """
    return folder if folder is not None else Path(os.environ.get(VARIABLE) or DEFAULT)


def find_assets(folder: Path | None = None) -> Path:
    """The folder of `assets_folder`, if the one file that is always needed, the head, is there.

    Raises:
        DataError: it is not.
    """
    place = assets_folder(folder)
    if not (place / HEAD).is_file():
        raise DataError(
            f"no {HEAD} in {place}: the synthesis assets are files converted from ICT-FaceKit "
            f"(MIT) and MakeHuman assets (CC0); build them with 'lineament synth assets build', or "
            f"give their folder with --assets or {VARIABLE}"
        )
    return place


def read_head(folder: Path) -> Head:
    """Read `head.npz`.

    Raises:
        DataError: the file is missing or damaged, or an array is not what `Head` says.
    """
    with ArrayFile(folder / HEAD) as file:
        vertices = file.array("vertices", np.float32, "vertices", 3)
        count = len(vertices)
        texcoords = file.array("texcoords", np.float32, "texcoords", 2)
        materials = file.strings("materials", "materials")
        corners = ("triangles", 3)
        return Head(
            vertices=vertices,
            triangles=file.array("triangles", np.int32, *corners, below=count),
            texcoords=texcoords,
            triangle_texcoords=file.array(
                "triangle_texcoords", np.int32, *corners, below=len(texcoords)
            ),
            triangle_material=file.array(
                "triangle_material", np.uint8, "triangles", below=len(materials)
            ),
            materials=materials,
            identity=file.array("identity", np.float16, "identities", count, 3),
            expression=file.array("expression", np.float16, "expressions", count, 3),
            expression_names=file.strings("expression_names", "expressions"),
            landmark68=file.array("landmark68", np.int32, 68, below=count),
        )


def read_modes(folder: Path, vertices: int | None = None) -> Modes:
    """Read `modes.npz`.

    Args:
        folder: folder of the assets.
        vertices: how many vertices the head has; None leaves that comparison out.

    Raises:
        DataError: the file is missing or damaged, or an array is not what `Modes` says.
    """
    with ArrayFile(folder / MODES, **_known(vertices)) as file:
        names = [mode.name for mode in fields(Modes)]
        return Modes(**{name: file.array(name, np.float16, "vertices", 3) for name in names})


def read_wear(folder: Path, vertices: int | None = None) -> Wear:
    """Read `wear.npz`; arguments and errors as for `read_modes`."""
    wear: dict[str, dict[str, Piece]] = {"hair": {}, "hat": {}}
    with ArrayFile(folder / WEAR) as file:
        names = [name for name in file.names if not name.startswith(PREFIX)]
        for name in names:
            kind, _, rest = name.partition("/")
            piece, _, array = rest.partition("/")
            if kind not in wear or not piece or array not in PIECE_ARRAYS:
                raise DataError(
                    f"{file.path}: got array {name!r}, expected hair/NAME/... or hat/NAME/... "
                    f"ending in one of {', '.join(PIECE_ARRAYS)}; convert the file again"
                )
            if piece not in wear[kind]:
                wear[kind][piece] = _piece(file, f"{kind}/{piece}", vertices)
    if not names:
        raise DataError(f"{file.path} holds neither hair nor hats; convert or copy it again")
    return Wear(hair=wear["hair"], hats=wear["hat"])


def _piece(file: ArrayFile, name: str, head_vertices: int | None) -> Piece:
    points = file.array(f"{name}/vertices", np.float32, f"{name} vertices", 3)
    count = len(points)
    triangles = file.array(f"{name}/triangles", np.int32, f"{name} triangles", 3, below=count)
    binding = (count, f"{name} binding")
    return Piece(
        vertices=points,
        triangles=triangles,
        texcoords=file.array(f"{name}/texcoords", np.float16, len(triangles), 3, 2),
        texture=file.array(f"{name}/texture", np.uint8, "side", "side", 4),
        bind_index=file.array(f"{name}/bind_index", np.int32, *binding, below=head_vertices),
        bind_weight=file.array(f"{name}/bind_weight", np.float16, *binding),
    )


def read_texture_maps(folder: Path, vertices: int | None = None) -> TextureMaps:
    """Read `uv.npz`; arguments and errors as for `read_modes`."""
    with ArrayFile(folder / TEXTURE_MAPS, **_known(vertices)) as file:
        return TextureMaps(
            labels=file.array("labels", np.uint8, "label side", "label side"),
            landmark_uv=file.array("landmark_uv", np.float32, 68, 2),
            canonical_position=file.array("canonical_position", np.float16, "side", "side", 3),
            face_mask=file.array("face_mask", np.uint8, "side", "side"),
            outer_outline=file.array("outer_outline", np.float32, "outline", 2),
            ambient_occlusion=file.array("ambient_occlusion", np.float32, "vertices"),
        )


def _known(vertices: int | None) -> dict[str, int]:
    return {} if vertices is None else {"vertices": vertices}


def skin_files(folder: Path) -> list[Path]:
    """The skin pictures of a folder of assets, in the order of their names."""
    return sorted((folder / SKINS).glob("*.png"))


def read_skins(folder: Path) -> Skins:
    """Read all pictures `skins/*.png`.

    Raises:
        DataError: there is none, or one is damaged or not 512 x 512.
    """
    paths = skin_files(folder)
    if not paths:
        raise DataError(f"no *.png in {folder / SKINS}; copy the skins there or do without")
    pictures = np.empty((len(paths), SKIN_SIDE, SKIN_SIDE, 3), np.uint8)
    for picture, path in zip(pictures, paths, strict=True):
        try:
            skin = read_image(path)
        except ImageError as error:
            raise DataError(f"{error}; convert or copy it again") from error
        if skin.shape != picture.shape:
            raise DataError(
                f"{path} is {skin.shape[1]} x {skin.shape[0]} pixels, expected "
                f"{SKIN_SIDE} x {SKIN_SIDE}; convert it again"
            )
        picture[:] = skin
    return Skins(tuple(path.stem for path in paths), pictures)
