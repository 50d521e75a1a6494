"""Taking the photographs of the project's table out of Debian packages into a prepared folder."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.image import read, write
from lineament.synthesis.background.debian_package import archived_files, unpacked_files
from lineament.synthesis.background.licences import (
    Picture,
    PreparedPicture,
    catalogue,
    write_licences,
)

LONG_SIDE = 640


@dataclass(frozen=True)
class ImportReport:
    """What became of the pictures of the table.

    Attributes:
        written: those that now lie in the prepared folder.
        absent: those whose file was in no package.
        different: those whose file was found, but with other bytes than the table expects.
    """

    written: tuple[PreparedPicture, ...]
    absent: tuple[Picture, ...]
    different: tuple[Picture, ...]


def import_photographs(
    packages: Path,
    out: Path,
    pictures: Iterable[Picture] | None = None,
    on_package: Callable[[str], object] = lambda _: None,
) -> ImportReport:
    """Write the pictures, made small, and `licences.toml` into a folder.

    Args:
        packages: folder of .deb files, of unpacked packages, or one unpacked package.
        out: folder to write to; made if it is not there.
        pictures: the table; by default the project's own.
        on_package: told the name of each package before its pictures are looked for.

    Raises:
        DataError: there is no folder `packages`, an archive is damaged, or no picture was found.
        ImageError: a picture cannot be decoded or written.
    """
    if not packages.is_dir():
        raise DataError(f"no folder {packages}: expected a folder of Debian packages")
    wanted = tuple(catalogue() if pictures is None else pictures)
    found: dict[str, bytes] = {}
    seen: set[str] = set()
    for picture, content in _candidates(packages, wanted, on_package):
        seen.add(picture.name)
        if hashlib.sha256(content).hexdigest() == picture.sha256:
            found.setdefault(picture.name, content)
    if not found:
        names = sorted({picture.package for picture in wanted})
        raise DataError(
            f"no picture of the table is in the packages of {packages}; put some of these there, "
            f"as `apt-get download` saves them: {', '.join(names)}"
        )
    out.mkdir(parents=True, exist_ok=True)
    written = [
        _prepare(picture, found[picture.name], out) for picture in wanted if picture.name in found
    ]
    write_licences(out, written)
    missing = [picture for picture in wanted if picture.name not in found]
    return ImportReport(
        written=tuple(written),
        absent=tuple(picture for picture in missing if picture.name not in seen),
        different=tuple(picture for picture in missing if picture.name in seen),
    )


def _candidates(
    folder: Path, wanted: Iterable[Picture], on_package: Callable[[str], object]
) -> Iterator[tuple[Picture, bytes]]:
    """Pictures with the bytes of each file that could be theirs."""
    by_package: dict[str, dict[str, Picture]] = defaultdict(dict)
    for picture in wanted:
        by_package[picture.package][picture.path] = picture
    for package, by_path in by_package.items():
        on_package(package)
        for path, picture in by_path.items():
            for content in unpacked_files(folder, path):
                yield picture, content
        for archive in sorted(folder.glob(f"{package}_*.deb")):
            for path, content in archived_files(archive, by_path):
                yield by_path[path], content


def _prepare(picture: Picture, content: bytes, out: Path) -> PreparedPicture:
    target = out / picture.name
    write(target, _smaller(read(content)))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    return PreparedPicture(**picture.model_dump(), prepared_sha256=digest)


def _smaller(image: ByteArray) -> ByteArray:
    """Bring the longer side to at most `LONG_SIDE` pixels."""
    height, width = image.shape[:2]
    scale = LONG_SIDE / max(height, width)
    if scale >= 1:
        return image
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
