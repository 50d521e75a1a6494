"""Masks as PNG files: the numbers that a grey or a palette picture holds, without their colours."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import DataError, ImageError
from lineament.face import ByteArray
from lineament.picture_file.damage import check_stored
from lineament.picture_file.header import png_chunks, read_header
from lineament.picture_file.opencv_log import silenced

GREY, PALETTE = 0, 3
KINDS = {GREY: "grey", 2: "colour", PALETTE: "palette", 4: "grey with alpha", 6: "colour and alpha"}


def read_mask(path: Path) -> ByteArray:
    """The numbers in a PNG of 1 to 8 bits: (H,W) uint8.

    They are the grey values as stored (0 and 1 with one bit) or the places in the palette.

    Raises:
        DataError: the file is missing, damaged, no PNG, or neither grey nor with a palette.
    """
    try:
        data = path.read_bytes()
        header = read_header(data)
        if header.format != "PNG":
            raise ImageError(f"it is a {header.format} file, expected PNG")
        check_stored(data, header)
        bits, kind = data[24], data[25]
        if kind not in (GREY, PALETTE) or bits > 8:
            raise ImageError(
                f"it is a {KINDS.get(kind, 'strange')} PNG of {bits} bits, expected a grey or "
                "palette PNG of 8 bits or fewer that holds numbers of classes"
            )
        return _decoded(data, bits)
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file; expected a mask") from error
    except OSError as error:
        raise DataError(f"cannot read the mask {path}: {error.strerror}") from error
    except ImageError as error:
        raise DataError(f"cannot read the mask {path}: {error}") from error


def _decoded(data: bytes, bits: int) -> ByteArray:
    with silenced():
        mask = cv2.imdecode(np.frombuffer(_as_grey(data), np.uint8), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise ImageError("it is damaged")
    # Fewer bits are spread over 0 to 255 when they are decoded.
    return np.asarray(mask // (255 // (2**bits - 1)), dtype=np.uint8)


def _as_grey(data: bytes) -> bytes:
    """The same PNG with the kind `grey`: its values are then the places in the palette."""
    parts = [data[:8]]
    for name, start, end in png_chunks(data):
        content = data[start:end]
        if name == b"IHDR":
            content = content[:9] + bytes([GREY]) + content[10:]
        if name in (b"IHDR", b"IDAT", b"IEND"):
            checksum = zlib.crc32(name + content)
            parts.append(struct.pack(">I", len(content)) + name + content)
            parts.append(struct.pack(">I", checksum))
    return b"".join(parts)
