"""Where the members of plain tar files lie, so that samples can be read in any order."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lineament.errors import DataError

BLOCK = 512


class Member(NamedTuple):
    """A file within a tar file.

    Attributes:
        tar: the tar file.
        name: as it stands there, `KEY.EXTENSION`.
        offset, size: of its content in bytes.
    """

    tar: Path
    name: str
    offset: int
    size: int

    @property
    def split(self) -> tuple[str, str]:
        """Key and extension: WebDataset cuts the last part of the name at its first dot."""
        folder, slash, base = self.name.rpartition("/")
        stem, _, extension = base.partition(".")
        return f"{folder}{slash}{stem}", extension.lower()

    def read(self) -> bytes:
        """The content.

        Raises:
            DataError: it cannot be read; the message names file and member.
        """
        try:
            with self.tar.open("rb") as file:
                file.seek(self.offset)
                content = file.read(self.size)
        except OSError as error:
            raise DataError(f"cannot read {self.tar}: {error.strerror}") from error
        if len(content) < self.size:
            raise self.wrong(f"cut off: {len(content)} of {self.size} bytes are there")
        return content

    def wrong(self, what: str) -> DataError:
        """The error to raise about this member."""
        return DataError(f"{self.tar}: {self.name}: {what}")


def members(path: Path) -> Iterator[Member]:
    """The files of an uncompressed tar file in their order; hidden ones are left out.

    Raises:
        DataError: the file is cut off, damaged, compressed or no tar file; the message names the
            member behind which it broke off.
    """
    last = ""
    try:
        size = path.stat().st_size
        with tarfile.open(path, "r:") as tar:
            for entry in tar:
                last = f" at or after member {entry.name!r}"
                if entry.offset_data + entry.size > size:
                    raise DataError(f"{path} is cut off{last}; make or fetch the file again")
                if not entry.isfile() or entry.name.rpartition("/")[2].startswith("."):
                    continue
                yield Member(path, entry.name, entry.offset_data, entry.size)
            # Without its end of empty blocks a tar file that was cut between two members would
            # pass for a whole one.
            with path.open("rb") as file:
                file.seek(max(size - 2 * BLOCK, 0))
                end = file.read()
            if len(end) < 2 * BLOCK or any(end):
                raise DataError(f"{path} is cut off{last}; make or fetch the file again")
    except (tarfile.TarError, OSError) as error:
        raise DataError(
            f"{path} is cut off or no plain tar file{last}: {error}; compressed files have to be "
            "unpacked first"
        ) from error
