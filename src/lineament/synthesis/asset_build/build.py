"""The flow: read the originals, compute each asset, put all in place at the end."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineament.errors import ConfigError, DataError
from lineament.image import write as write_picture
from lineament.synthesis import assets
from lineament.synthesis.asset_build.ambient_occlusion import DIRECTIONS
from lineament.synthesis.asset_build.archive import (
    Arrays,
    plain_arrays,
    wear_arrays,
    write_archive,
)
from lineament.synthesis.asset_build.ict import ict_originals, read_head_originals
from lineament.synthesis.asset_build.makehuman import (
    BaseMesh,
    makehuman_assets_originals,
    makehuman_originals,
    read_base_mesh,
)
from lineament.synthesis.asset_build.originals import Originals
from lineament.synthesis.asset_build.progress import Progress, silent
from lineament.synthesis.asset_build.register import DEFAULTS as REGISTRATION
from lineament.synthesis.asset_build.register import (
    Registration,
    RegistrationSettings,
    register,
)
from lineament.synthesis.asset_build.skins import (
    FOLDERS,
    NAME_PART,
    make_skin_baker,
    read_skin_picture,
)
from lineament.synthesis.asset_build.targets import make_modes
from lineament.synthesis.asset_build.texture_maps import make_texture_maps
from lineament.synthesis.asset_build.wear import make_wear
from lineament.synthesis.asset_types import Head
from lineament.synthesis.build_record import RECORD_FILE, Origin, write_record


@dataclass(frozen=True)
class Folders:
    """Checkouts of the public originals; without MakeHuman only head and texture maps are built.

    Attributes:
        ict_facekit: of ICT-FaceKit.
        makehuman: of MakeHuman: modes and skins.
        makehuman_assets: of MakeHuman's assets: hair and hats, and skins that `makehuman` lacks;
            needs `makehuman`, whose base mesh they are bound to.
    """

    ict_facekit: Path
    makehuman: Path | None = None
    makehuman_assets: Path | None = None

    def __post_init__(self) -> None:
        if self.makehuman_assets and not self.makehuman:
            raise ConfigError(
                "got MakeHuman's assets without MakeHuman, expected both: hair is bound to its "
                "base mesh; give --makehuman too"
            )


@dataclass(frozen=True)
class BuildSettings:
    """How thoroughly to build; the defaults are those of the assets that are given out.

    Attributes:
        registration: of the head to MakeHuman's base mesh.
        directions: from how many directions light comes, for the ambient occlusion.
    """

    registration: RegistrationSettings = REGISTRATION
    directions: int = DIRECTIONS


DEFAULTS = BuildSettings()


@dataclass(frozen=True)
class BuiltFile:
    """A file that was built: its name within the folder, bytes and SHA-256."""

    name: str
    size: int
    sha256: str


def build_assets(
    folders: Folders,
    out: Path,
    *,
    force: bool = False,
    partial: bool = False,
    settings: BuildSettings = DEFAULTS,
    progress: Progress = silent,
) -> list[BuiltFile]:
    """Build the assets of the originals.

    Nothing is put in place before everything is built; each file then appears at once. What a
    build does not make, such as `modes.npz` without MakeHuman, is left as it is.

    Args:
        folders: the originals.
        out: folder of the assets; made if it is not there.
        force: replace files that are there already.
        partial: see `read_head_originals`.
        settings: how thoroughly to build.
        progress: told how far each stage is.

    Returns:
        the files, skins included.

    Raises:
        DataError: an original is missing or damaged, or a file is there already.
        ConfigError: the folders do not go together.
    """
    _refuse_to_replace(folders, out, force)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=out) as name:
        place = Path(name)
        place.chmod(0o755)
        _Builder(folders, place, settings, progress).build(partial)
        return _put_in_place(place, out)


class _Builder:
    def __init__(
        self,
        folders: Folders,
        place: Path,
        settings: BuildSettings,
        progress: Progress,
    ) -> None:
        self.folders = folders
        self.place = place
        self.settings = settings
        self.progress = progress

    def build(self, partial: bool) -> None:
        ict = ict_originals(self.folders.ict_facekit)
        head = read_head_originals(ict, partial=partial, progress=self.progress)
        self._write(assets.HEAD, plain_arrays(head), [ict])
        maps = make_texture_maps(head, directions=self.settings.directions, progress=self.progress)
        self._write(assets.TEXTURE_MAPS, plain_arrays(maps), [ict])
        if self.folders.makehuman:
            self._build_makehuman(head, ict, makehuman_originals(self.folders.makehuman))

    def _build_makehuman(self, head: Head, ict: Originals, makehuman: Originals) -> None:
        base = read_base_mesh(makehuman, head)
        registration = register(head, base, self.settings.registration, self.progress)
        targets = makehuman.start_record()
        modes = make_modes(targets, head, base, registration, self.progress)
        self._write(assets.MODES, plain_arrays(modes), [ict, makehuman, targets])
        extra = None
        if self.folders.makehuman_assets:
            extra = makehuman_assets_originals(self.folders.makehuman_assets)
            textures = makehuman.start_record()
            wear = make_wear(textures, extra, head, base, registration, self.progress)
            self._write(assets.WEAR, wear_arrays(wear), [ict, makehuman, textures, extra])
        self._bake_skins(head, base, registration, [makehuman, *([extra] if extra else [])])

    def _bake_skins(
        self, head: Head, base: BaseMesh, registration: Registration, places: list[Originals]
    ) -> None:
        """Bake the pictures of the first checkout that has any."""
        found = [(place.start_record(), _skin_names(place)) for place in places]
        originals, names = next((pair for pair in found if pair[1]), found[0])
        if not names:
            raise DataError(
                f"neither {' nor '.join(FOLDERS)} in {places[0].folder} has pictures "
                f"*{NAME_PART}*.png, expected skins; {places[0].how_to_get}"
            )
        baker = make_skin_baker(head, base, registration)
        folder = self.place / assets.SKINS
        folder.mkdir()
        for number, name in enumerate(names):
            baked = baker.bake(read_skin_picture(originals.read(name)))
            write_picture(folder / f"{number:02d}.png", baked)
            self.progress("baking skins", number + 1, len(names))
        write_record(folder, _origins([places[0], originals]))

    def _write(self, name: str, arrays: Arrays, originals: Sequence[Originals]) -> None:
        write_archive(self.place / name, arrays, _origins(originals))


def _skin_names(originals: Originals) -> list[str]:
    names = [name for folder in FOLDERS for name in originals.names(folder, ".png")]
    return [name for name in names if NAME_PART in name]


def _origins(originals: Sequence[Originals]) -> list[Origin]:
    """One origin per project, with the inputs of all its records."""
    merged: dict[str, Origin] = {}
    for origin in (each.origin for each in originals):
        known = merged.get(origin.source)
        inputs = {**(known.inputs if known else {}), **origin.inputs}
        merged[origin.source] = Origin(origin.source, origin.revision, origin.licence, inputs)
    return [origin for origin in merged.values() if origin.inputs]


def _refuse_to_replace(folders: Folders, out: Path, force: bool) -> None:
    names = [assets.HEAD, assets.TEXTURE_MAPS]
    names += [assets.MODES, assets.SKINS] if folders.makehuman else []
    names += [assets.WEAR] if folders.makehuman_assets else []
    there = [name for name in names if (out / name).exists()]
    if there and not force:
        raise DataError(
            f"{out} has {', '.join(there)} already; give another folder, or --force to replace them"
        )


def _put_in_place(place: Path, out: Path) -> list[BuiltFile]:
    built = [
        BuiltFile(path.relative_to(place).as_posix(), path.stat().st_size, _sha256(path))
        for path in sorted(place.rglob("*"))
        if path.is_file()
    ]
    for path in sorted(place.iterdir()):
        if path.is_dir() and (out / path.name).exists():
            (out / path.name).replace(place / f"old-{path.name}")
        path.replace(out / path.name)
    shutil.rmtree(place / f"old-{assets.SKINS}", ignore_errors=True)
    return [file for file in built if not file.name.endswith(RECORD_FILE)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
