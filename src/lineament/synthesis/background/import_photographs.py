"""Taking the photographs of a table out of Debian packages into a prepared folder."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from lineament.synthesis.background.qt_resources import resource_files

LONG_SIDE = 640
WITHIN = "!"
"""What stands in a `path` between a file of the package and the path within that file."""


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
    long_side: int = LONG_SIDE,
    on_package: Callable[[str], object] = lambda _: None,
) -> ImportReport:
    """Write the pictures, made small, and `licences.toml` into a folder.

    Args:
        packages: folder of .deb files, of unpacked packages, or one unpacked package.
        out: folder to write to; made if it is not there.
        pictures: the table; by default the project's own of backgrounds.
        long_side: pixels to which the longer side of larger pictures is brought.
        on_package: told the name of each package before its pictures are looked for.

    Raises:
        DataError: there is no folder `packages`, an archive is damaged, the table is empty, or no
            picture was found.
        ImageError: a picture cannot be decoded or written.
    """
    if not packages.is_dir():
        raise DataError(f"no folder {packages}: expected a folder of Debian packages")
    wanted = tuple(catalogue() if pictures is None else pictures)
    if not wanted:
        raise DataError("got a table without a picture, expected at least one")
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
        _prepare(picture, found[picture.name], out, long_side)
        for picture in wanted
        if picture.name in found
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
    by_package: dict[str, dict[str, dict[str, Picture]]] = defaultdict(lambda: defaultdict(dict))
    for picture in wanted:
        file, _, inside = picture.path.partition(WITHIN)
        by_package[picture.package][file][inside] = picture
    for package, by_file in by_package.items():
        on_package(package)
        for file, by_path in by_file.items():
            for content in unpacked_files(folder, file):
                yield from _within(content, by_path)
        for archive in sorted(folder.glob(f"{package}_*.deb")):
            for file, content in archived_files(archive, by_file):
                yield from _within(content, by_file[file])


def _within(content: bytes, by_path: Mapping[str, Picture]) -> Iterator[tuple[Picture, bytes]]:
    """The picture that a file of a package is, or those that lie within it."""
    if "" in by_path:
        yield by_path[""], content
    if any(by_path):
        for path, inside in resource_files(content):
            if path in by_path:
                yield by_path[path], inside


def _prepare(picture: Picture, content: bytes, out: Path, long_side: int) -> PreparedPicture:
    target = out / picture.name
    write(target, _smaller(read(content), long_side))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    return PreparedPicture(**picture.model_dump(), prepared_sha256=digest)


def _smaller(image: ByteArray, long_side: int) -> ByteArray:
    """Bring the longer side to at most so many pixels."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return image
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
