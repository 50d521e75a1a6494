"""A folder that appears under its name only when it is whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineament.errors import DataError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `out` at the end of the block.

    An error within the block removes it; a killed process leaves `.NAME.` and random letters
    beside `out`, which may be removed.

    Raises:
        DataError: `out` exists and is not an empty folder, or writing fails, as on a full disk.
    """
    out = out.absolute()
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise DataError(f"{out} exists already; give a new folder or empty this one")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise DataError(f"cannot write to {out.parent}: {error.strerror}") from error
    unfinished = room / out.name  # `room` itself is closed to others
    try:
        unfinished.mkdir()
        yield unfinished
        if out.exists():
            out.rmdir()
        unfinished.rename(out)
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
