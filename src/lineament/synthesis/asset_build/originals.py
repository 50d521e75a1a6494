"""A folder of originals: reads its files, packed or not, and notes what was read."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path

from lineament.errors import DataError
from lineament.synthesis.asset_build.git_revision import git_revision
from lineament.synthesis.build_record import Origin

LFS_POINTER = b"version https://git-lfs.github.com/spec/"
HEADER_BYTES = 4096


@dataclass(frozen=True)
class Original:
    """One file: its path, for messages, and its unpacked content."""

    path: Path
    content: bytes

    @property
    def is_lfs_pointer(self) -> bool:
        """Whether git-lfs has not fetched the file, so that only a pointer to it is here."""
        return self.content.startswith(LFS_POINTER)


class Originals:
    """A checkout of a public project.

    Args:
        folder: where the project's files are.
        source: address of the project.
        licence: of the files that will be read.
        how_to_get: a sentence for messages about a missing file.
        released_as_cc0: refuse text files that name the AGPL and not CC0 in their heads.
    """

    def __init__(
        self,
        folder: Path,
        source: str,
        licence: str,
        how_to_get: str,
        *,
        released_as_cc0: bool = False,
    ) -> None:
        self.folder = folder
        self.source = source
        self.licence = licence
        self.how_to_get = how_to_get
        self.released_as_cc0 = released_as_cc0
        self.revision = git_revision(folder)
        self._digests: dict[str, str] = {}

    def start_record(self) -> Originals:
        """The same folder with nothing read yet, for the record of another asset."""
        return Originals(
            self.folder,
            self.source,
            self.licence,
            self.how_to_get,
            released_as_cc0=self.released_as_cc0,
        )

    @property
    def origin(self) -> Origin:
        """What has been read so far."""
        return Origin(self.source, self.revision, self.licence, dict(self._digests))

    def find(self, name: str) -> Path | None:
        """Path of a file of this name or of its gzipped form, or None."""
        for path in (self.folder / name, self.folder / f"{name}.gz"):
            if path.is_file():
                return path
        return None

    def names(self, folder: str, suffix: str) -> list[str]:
        """Names within the project of all files in one of its folders, in alphabetical order.

        Args:
            folder: name of the folder within the project, `.` for the project itself.
            suffix: how the names end; gzipped files are listed without their `.gz`.
        """
        place = self.folder / folder
        found = {path.name.removesuffix(".gz") for path in place.glob("*") if path.is_file()}
        prefix = "" if folder == "." else f"{folder}/"
        return [f"{prefix}{name}" for name in sorted(found) if name.endswith(suffix)]

    def read(self, name: str) -> Original:
        """Read a file and note its checksum.

        Raises:
            DataError: it is missing, unreadable, cut off, empty, not fetched by git-lfs, or under
                another licence than the project's release.
        """
        path = self.find(name)
        if path is None:
            raise DataError(f"{self.folder / name}: there is no such file; {self.how_to_get}")
        try:
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path} is cut off or damaged ({error}); {self.how_to_get}") from error
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        if not content:
            raise DataError(f"{path} is empty (0 bytes); {self.how_to_get}")
        original = Original(path, content)
        if self.released_as_cc0 and not original.is_lfs_pointer:
            _refuse_agpl(original)
        self._digests[name] = hashlib.sha256(content).hexdigest()
        return original


def _refuse_agpl(original: Original) -> None:
    head = original.content[:HEADER_BYTES]
    if (b"AGPL" in head or b"Affero" in head) and b"CC0" not in head:
        raise DataError(
            f"{original.path} says in its head that it is under the AGPL, expected CC0; use a "
            f"checkout of MakeHuman later than its CC0 release of September 2020"
        )
