"""One run at a time in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineament.errors import DataError

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the system frees it however the process ends.

    On systems without POSIX locks nothing is held.

    Raises:
        DataError: another run holds the folder.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DataError(
                f"another run writes into {folder}; wait for its end or choose another folder"
            ) from error
        yield
