"""Pictures that the tests of reading make: encoded by other libraries than the package's."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from lineament.face import ByteArray

RED, GREEN, BLUE, SAND = (200, 30, 40), (20, 220, 60), (30, 60, 230), (240, 240, 100)


def quarters(width: int = 64, height: int = 48) -> ByteArray:
    """(height,width,3) RGB whose four quarters differ, so that every turn of it shows."""
    image = np.empty((height, width, 3), np.uint8)
    middle_x, middle_y = width // 2, height // 2
    image[:middle_y, :middle_x], image[:middle_y, middle_x:] = RED, GREEN
    image[middle_y:, :middle_x], image[middle_y:, middle_x:] = BLUE, SAND
    return image


def noise(width: int = 160, height: int = 120) -> ByteArray:
    """(height,width,3) RGB without a flat spot, so that compressed data are spread over it."""
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(image: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    """Bytes of a picture as Pillow writes them."""
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(image: NDArray[Any], **options: Any) -> bytes:
    """Bytes of a picture as tifffile writes them."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, image, **options)
    return buffer.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its data do not have."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + data + png_chunk(b"IEND", b"")


def bmp32(bgra: ByteArray, *, alpha: bool) -> bytes:
    """A 32-bit BMP: plain, whose fourth byte means nothing, or with an alpha mask (V4 header)."""
    height, width = bgra.shape[:2]
    size = 108 if alpha else 40
    compression = 3 if alpha else 0
    header = struct.pack("<IiiHHIIiiII", size, width, height, 1, 32, compression, 0, 0, 0, 0, 0)
    if alpha:
        masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        header += masks + b"BGRs" + bytes(48)
    start = 14 + len(header)
    content = bgra[::-1].tobytes()
    return struct.pack("<2sIHHI", b"BM", start + len(content), 0, 0, start) + header + content
