"""Reader of binary PGM pictures (P5, 8 bits), the format of the ORL faces."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray

_HEADER = re.compile(rb"P5(?:\s+|\s*#[^\n]*\n)+(\d{1,9})(?:\s+|\s*#[^\n]*\n)+(\d{1,9})"
                     rb"(?:\s+|\s*#[^\n]*\n)+(\d{1,9})\s")  # fmt: skip


def read_pgm(path: Path) -> ByteArray:
    """A grey picture as (H,W,3) uint8 RGB.

    Raises:
        DataError: the file is missing, no binary PGM of 8 bits, or shorter than it says.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    header = _HEADER.match(data)
    if header is None:
        raise DataError(f"{path}: got no header of a binary PGM, expected P5 WIDTH HEIGHT 255")
    width, height, brightest = (int(number) for number in header.groups())
    if brightest != 255:
        raise DataError(f"{path}: got a brightest value of {brightest}, expected 255")
    size = width * height
    if not size or len(data) - header.end() < size:
        raise DataError(
            f"{path}: got {len(data) - header.end()} bytes of pixels, expected "
            f"{width} x {height} = {size}; the file is cut off or damaged"
        )
    grey = np.frombuffer(data, np.uint8, size, header.end()).reshape(height, width)
    return np.repeat(grey[:, :, None], 3, axis=2)
