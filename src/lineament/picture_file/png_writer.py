"""PNG files that `lineament.image.write` does not write: class numbers with a palette, and alpha.

PNG, third edition (W3C 2025), chunks IHDR, PLTE, IDAT and IEND, no interlace.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ImageError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE, _RGBA = 3, 6
_SUB = 1
"""Filter of a row: each byte is stored as the difference from that of the pixel before."""


def write_palette(
    path: Path, mask: NDArray[np.uint8], palette: Sequence[tuple[int, int, int]]
) -> None:
    """Write class numbers as a PNG that shows each in its colour.

    Args:
        path: the file, whose folder exists.
        mask: (H,W) uint8 class numbers.
        palette: RGB of each class.

    Raises:
        ImageError: the mask has no pixel, or the place does not allow it.
        ValueError: the mask has another type or rank, or a number without a colour.
    """
    if mask.dtype != np.uint8 or mask.ndim != 2:
        raise ValueError(f"a mask needs uint8 (H, W), got {mask.dtype} {mask.shape}")
    if mask.size and int(mask.max()) >= len(palette):
        raise ValueError(f"the mask holds {int(mask.max())}, the palette {len(palette)} colours")
    rows = np.pad(mask, ((0, 0), (1, 0)))
    _write(path, mask.shape, _PALETTE, rows.tobytes(), bytes(np.array(palette, np.uint8)))


def write_rgba(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a picture with alpha.

    Args:
        path: the file, whose folder exists.
        image: (H,W,4) uint8 RGBA, alpha not multiplied in.

    Raises:
        ImageError: the picture has no pixel, or the place does not allow it.
        ValueError: the array has another type or shape.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 4:
        raise ValueError(f"a picture with alpha needs uint8 (H, W, 4), got {image.shape}")
    steps = np.array(image)
    steps[:, 1:] -= image[:, :-1]
    flat = steps.reshape(image.shape[0], -1)
    rows = np.pad(flat, ((0, 0), (1, 0)), constant_values=_SUB)
    _write(path, image.shape[:2], _RGBA, rows.tobytes(), None)


def _write(
    path: Path, shape: tuple[int, ...], colour: int, rows: bytes, palette: bytes | None
) -> None:
    height, width = shape
    if not height * width:
        raise ImageError(f"cannot write {path}: the picture has no pixels ({width} x {height})")
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    if palette is not None:
        chunks.insert(1, (b"PLTE", palette))
    data = _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ImageError(f"cannot write {path}: {error.strerror or error}") from error


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
