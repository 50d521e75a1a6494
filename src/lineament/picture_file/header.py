"""Size and orientation of a picture from its header alone, before any decoding.

Reads JPEG, PNG, WebP, BMP and TIFF; whatever the bytes are, it raises nothing but `ImageError`.
The messages name no file: the caller knows which one it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from lineament.errors import ImageError
from lineament.picture_file.kind import FORMATS, described, recognised
from lineament.picture_file.tiff_header import read_tiff
from lineament.picture_file.tiff_tags import orientation

MOST_PARTS = 100_000
MOST_SCANS = 500
"""More parts or scans than any program writes, so that hostile files cost no time."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture's header says.

    Attributes:
        format: one of `kind.FORMATS`.
        width: pixels of a row as stored, before the orientation is applied.
        height: rows as stored.
        orientation: EXIF orientation, 1 to 8.
        colour_only: the file's alpha, if any, is to be left alone.
        premultiplied: the decoded colours are already multiplied by alpha.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    colour_only: bool = False
    premultiplied: bool = False


def read_header(data: bytes) -> Header:
    """Header of a picture.

    Raises:
        ImageError: the bytes are of none of the formats, or the header is damaged or cut off,
            or describes a picture without pixels or of a kind that cannot be read.
    """
    kind = recognised(data)
    if kind is None:
        raise ImageError(
            f"its bytes look like {described(data)}, expected one of {', '.join(FORMATS)}"
        )
    try:
        header = _READERS[kind](data)
    except (struct.error, IndexError) as error:
        raise ImageError(f"its {kind} header is truncated or damaged") from error
    if header.width < 1 or header.height < 1:
        raise ImageError(f"its {kind} header says {header.width} x {header.height} pixels")
    return header


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the content of each JPEG segment up to the end marker.

    The end marker (0xD9) comes last, with the place behind it.

    Raises:
        ImageError: the bytes end before the end marker.
    """
    position, scans = 2, 0
    for _ in range(MOST_PARTS):
        found = _MARKER.search(data, position)
        if found is None:
            raise ImageError("it is truncated: the JPEG data stop before their end marker")
        marker, position = data[found.start() + 1], found.end()
        if marker == 0xD9:
            yield marker, position, position
            return
        length = int.from_bytes(data[position : position + 2], "big")
        end = position + max(length, 2)
        if end > len(data):
            raise ImageError("it is truncated: the JPEG data stop within a segment")
        yield marker, position + 2, end
        position = end
        scans += marker == 0xDA
        if scans > MOST_SCANS:
            break
    raise ImageError("it is damaged: a JPEG with more segments or scans than any camera writes")


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of the content of each PNG chunk up to IEND, which comes last.

    Raises:
        ImageError: the bytes end before the IEND chunk.
    """
    position = 8
    for _ in range(MOST_PARTS):
        if position + 12 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            break
        yield name, position + 8, end
        if name == b"IEND":
            return
        position = end + 4
    else:
        raise ImageError(f"it is damaged: a PNG of more than {MOST_PARTS:,} chunks")
    raise ImageError("it is truncated: the PNG data stop before their IEND chunk")


def bare_png(data: bytes) -> bytes:
    """The same PNG without metadata, profiles and animation, over which libpng may stumble."""
    chunks = list(png_chunks(data))
    if all(name in _DRAWN for name, _, _ in chunks):
        return data
    return data[:8] + b"".join(data[start - 8 : end + 4] for n, start, end in chunks if n in _DRAWN)


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of the content of each chunk of a WebP file.

    Raises:
        ImageError: the file is shorter than its header or a chunk says.
    """
    stop = struct.unpack_from("<I", data, 4)[0] + 8
    if stop > len(data):
        raise ImageError(
            f"it is truncated: {len(data)} bytes are there, its WebP header says {stop}"
        )
    position = 12
    for _ in range(MOST_PARTS):
        if position + 8 > stop:
            return
        name, length = struct.unpack_from("<4sI", data, position)
        end = position + 8 + length
        if end > stop:
            raise ImageError("it is truncated: the WebP data stop within a chunk")
        yield name, position + 8, end
        position = end + length % 2
    raise ImageError(f"it is damaged: a WebP of more than {MOST_PARTS:,} chunks")


def _jpeg(data: bytes) -> Header:
    turned = 1
    for marker, start, end in jpeg_segments(data):
        if marker == 0xE1 and data.startswith(b"Exif\0\0", start):
            turned = orientation(data[start + 6 : end])
        elif marker in _FRAMES:
            precision, height, width = struct.unpack_from(">BHH", data, start)
            if precision != 8:
                raise ImageError(
                    f"it is a JPEG of {precision} bits per sample, expected 8; "
                    "save it as 16-bit PNG or 8-bit JPEG"
                )
            return Header("JPEG", width, height, turned)
        elif marker == 0xDA:
            break
    raise ImageError("it is damaged: a JPEG without a frame header")


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise ImageError("it is damaged: a PNG that does not start with its IHDR chunk")
    width, height = struct.unpack_from(">II", data, 16)
    turned = 1
    for name, start, end in png_chunks(data):
        if name == b"eXIf":
            turned = orientation(data[start:end].removeprefix(b"Exif\0\0"))
    return Header("PNG", width, height, turned)


def _webp(data: bytes) -> Header:
    size: tuple[int, int] | None = None
    turned = 1
    for name, start, end in webp_chunks(data):
        if name == b"EXIF":
            turned = orientation(data[start:end].removeprefix(b"Exif\0\0"))
        elif size is None and name == b"VP8X":
            low_w, high_w, low_h, high_h = struct.unpack_from("<HBHB", data, start + 4)
            size = (low_w + (high_w << 16) + 1, low_h + (high_h << 16) + 1)
        elif size is None and name == b"VP8L":
            signature, packed = struct.unpack_from("<BI", data, start)
            if signature != 0x2F:
                raise ImageError("it is damaged: the signature of its lossless WebP data is wrong")
            size = ((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
        elif size is None and name == b"VP8 ":
            if data[start + 3 : start + 6] != b"\x9d\x01\x2a":
                raise ImageError("it is damaged: its WebP data do not start with a key frame")
            width, height = struct.unpack_from("<HH", data, start + 6)
            size = (width & 0x3FFF, height & 0x3FFF)
    if size is None:
        raise ImageError("it is damaged: a WebP without a picture")
    return Header("WebP", *size, turned)


def _bmp(data: bytes) -> Header:
    (pixels_at,) = struct.unpack_from("<I", data, 10)
    (header_size,) = struct.unpack_from("<I", data, 14)
    if header_size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    elif 36 <= header_size <= 4096:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    else:
        raise ImageError(f"it is damaged: its BMP header claims {header_size} bytes")
    height = abs(height)
    if compression in (0, 3, 6) and width > 0:
        needed = pixels_at + (width * bits + 31) // 32 * 4 * height
        if needed > len(data):
            raise ImageError(
                f"it is truncated: {len(data)} bytes are there, its BMP header says {needed}"
            )
    return Header("BMP", width, height)


def _tiff(data: bytes) -> Header:
    tiff = read_tiff(data)
    return Header(
        "TIFF",
        tiff.width,
        tiff.height,
        tiff.orientation,
        tiff.colour_only,
        tiff.premultiplied,
    )


_READERS = {"JPEG": _jpeg, "PNG": _png, "WebP": _webp, "BMP": _bmp, "TIFF": _tiff}
