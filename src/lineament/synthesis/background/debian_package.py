"""Reading files of Debian packages: unpacked trees and .deb archives (deb(5))."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Collection, Iterator
from pathlib import Path

from lineament.errors import DataError

MAGIC = b"!<arch>\n"
HEADER = 60
LARGEST_MEMBER = 2 * 2**30


def unpacked_files(folder: Path, path: str) -> Iterator[bytes]:
    """The bytes of a package's file in each unpacked tree.

    Args:
        folder: holds trees (`folder/NAME/usr/...`), or is one (`folder/usr/...`).
        path: of the file within the package.
    """
    trees = [folder, *sorted(place for place in folder.iterdir() if place.is_dir())]
    for tree in trees:
        if (tree / path).is_file():
            yield (tree / path).read_bytes()


def archived_files(archive: Path, paths: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those files of a .deb archive that are wanted.

    Raises:
        DataError: it is not a .deb archive, is damaged, or is compressed otherwise than by gzip,
            bzip2 or xz.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_data_member(archive))) as files:
            for entry in files:
                path = entry.name.removeprefix("./")
                content = files.extractfile(entry) if path in paths and entry.isfile() else None
                if content is not None:
                    yield path, content.read()
    except (tarfile.TarError, lzma.LZMAError, EOFError, OSError) as error:
        raise DataError(
            f"cannot read {archive}: {error}; download the package again, or unpack it with "
            "`dpkg-deb --extract`"
        ) from error


def _data_member(archive: Path) -> bytes:
    """The `data.tar.*` member of the outer ar(5) archive."""
    with archive.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DataError(f"{archive} is not a .deb archive; download the package again")
        while len(header := file.read(HEADER)) == HEADER:
            name = header[:16].decode("ascii", "replace").strip().rstrip("/")
            digits = header[48:58].decode("ascii", "replace").strip()
            size = int(digits) if digits.isdecimal() else LARGEST_MEMBER + 1
            if size > LARGEST_MEMBER:
                raise DataError(
                    f"{archive} is damaged: a part of {digits} bytes; download it again"
                )
            if name.startswith("data.tar"):
                if name.endswith(".zst"):
                    raise DataError(
                        f"{archive} is compressed by zstd, expected xz, bzip2 or gzip; unpack it "
                        "with `dpkg-deb --extract`"
                    )
                return file.read(size)
            file.seek(size + size % 2, 1)
    raise DataError(f"{archive} holds no data.tar; download the package again")
