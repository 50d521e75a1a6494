"""Whether the synthesis assets are there and sound, with licence and source of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from lineament.errors import DataError
from lineament.strict import Strict
from lineament.synthesis import assets
from lineament.synthesis.array_file import ArrayFile
from lineament.synthesis.build_record import Origin, read_folder_record, read_record
from lineament.toml_file import read_toml

PROVENANCE = Path(__file__).with_name("assets.toml")


class Provenance(Strict):
    """What one asset is and where it is from.

    Attributes:
        name: file, or folder of pictures, within the folder of the assets.
        needed: nothing can be made without it.
    """

    name: str
    needed: bool
    content: str
    source: str
    licence: str


class _Table(Strict):
    asset: tuple[Provenance, ...]


@dataclass(frozen=True)
class AssetState:
    """What a look at one asset found.

    Attributes:
        provenance: what it should be.
        state: `ok`; `absent`: an optional one that is not there; `broken`: anything else.
        arrays: shape and type in words, such as `(26719, 3) float32`, by name of the array; what
            can be told of a broken file.
        sha256: of each file, by its name; empty where it cannot be read.
        origins: what the asset says that it was built from; empty if it does not say.
        message: what is wrong and what to do; empty if `ok`.
    """

    provenance: Provenance
    state: Literal["ok", "absent", "broken"]
    arrays: Mapping[str, str] = field(default_factory=dict)
    sha256: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    message: str = ""


@cache
def provenance() -> tuple[Provenance, ...]:
    """The package's table of the assets, the head first."""
    table = read_toml(PROVENANCE, "table of the assets", DataError)
    return _Table.model_validate(table).asset


def check_assets(folder: Path) -> list[AssetState]:
    """Read all assets of a folder and compare each with the head; takes a second or two.

    Args:
        folder: folder of the assets; a file that is missing or damaged is a state, not an error.

    Returns:
        the state of each asset, in the order of `provenance`.
    """
    try:
        vertices = len(assets.read_head(folder).vertices)
    except DataError:
        vertices = None
    return [_state(folder, asset, vertices) for asset in provenance()]


def _state(folder: Path, asset: Provenance, vertices: int | None) -> AssetState:
    path = folder / asset.name
    pictures = asset.name == assets.SKINS
    files = assets.skin_files(folder) if pictures else [path] if path.exists() else []
    if not files and not asset.needed:
        return AssetState(asset, "absent", message=f"{path} is not there; it is optional")
    sha256 = {file.relative_to(folder).as_posix(): _sha256(file) for file in files}
    arrays: dict[str, str] = {}
    origins: tuple[Origin, ...] = ()
    try:
        arrays = _pictures(folder) if pictures else _described(path)
        _read(folder, asset.name, vertices)
        origins = read_folder_record(path) if pictures else _recorded(path)
    except DataError as error:
        return AssetState(asset, "broken", arrays, sha256, message=str(error))
    return AssetState(asset, "ok", arrays, sha256, origins)


def _read(folder: Path, name: str, vertices: int | None) -> None:
    """Read an archive by the reader of its name; `_pictures` has read the skins already."""
    match name:
        case assets.HEAD:
            assets.read_head(folder)
        case assets.MODES:
            assets.read_modes(folder, vertices)
        case assets.WEAR:
            assets.read_wear(folder, vertices)
        case assets.TEXTURE_MAPS:
            assets.read_texture_maps(folder, vertices)


def _described(path: Path) -> dict[str, str]:
    with ArrayFile(path) as file:
        return file.described()


def _recorded(path: Path) -> tuple[Origin, ...]:
    with ArrayFile(path) as file:
        return read_record(file)


def _pictures(folder: Path) -> dict[str, str]:
    skins = assets.read_skins(folder)
    words = f"{skins.pictures.shape[1:]} {skins.pictures.dtype}"
    return {f"{name}.png": words for name in skins.names}


def _sha256(path: Path) -> str:
    """In hexadecimal digits; empty where the file cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
