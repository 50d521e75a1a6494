"""Writes one WebDataset shard: a tar file that appears under its name only when it is whole."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from lineament.errors import DataError

PART = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class ShardWriter:
    """Use it in a `with` block; the end of the block publishes the shard.

    The bytes depend on the members alone: no time, user or host is written. Until the end they
    lie in `PATH.part`, which is synchronised to the disk and then renamed. An error within the
    block removes that file; one left by a killed process is overwritten.

    Args:
        path: the shard; its folder must exist.
        samples: how many are to come, to tell what a full disk lacks.

    Raises:
        DataError: the file cannot be written; where the disk is full, the message says how much
            the shard needs and that the run can be resumed.
    """

    def __init__(self, path: Path, samples: int) -> None:
        self.path = path
        self.part = path.with_name(path.name + PART)
        self.samples = samples
        self.added = 0
        try:
            self._file = self.part.open("wb")
        except OSError as error:
            raise self._error(error) from error
        self._tar = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.USTAR_FORMAT)

    def add(self, key: str, files: Mapping[str, bytes]) -> None:
        """Write the members `KEY.EXTENSION` of one sample."""
        try:
            for extension, content in files.items():
                member = tarfile.TarInfo(f"{key}.{extension}")
                member.size = len(content)
                self._tar.addfile(member, io.BytesIO(content))
        except OSError as error:
            raise self._error(error) from error
        self.added += 1

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            self._publish()
        except OSError as fault:
            reported = self._error(fault)
            self._abandon()
            raise reported from fault

    def _publish(self) -> None:
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.replace(self.path)
        synchronise_folder(self.path.parent)

    def _abandon(self) -> None:
        with contextlib.suppress(OSError):  # what it still holds back is not wanted
            self._file.close()
        self.part.unlink(missing_ok=True)

    def _error(self, error: OSError) -> DataError:
        reason = f"cannot write {self.part}: {error.strerror}"
        if error.errno not in _FULL:
            return DataError(reason)
        need = ""
        if self.added:
            size = self._file.tell() / self.added * self.samples
            free = shutil.disk_usage(self.path.parent).free
            need = f" (the shard needs about {size / 1e6:.0f} MB, {free / 1e6:.0f} MB are free)"
        return DataError(
            f"{reason}{need}; finished shards are kept: make room and run the same command again"
        )


def synchronise_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
