"""What bytes look like, judged by how they start and never by a file's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

FORMATS = ("JPEG", "PNG", "WebP", "BMP", "TIFF")
"""Names of the formats that `lineament.image` reads."""

_READ: Sequence[tuple[str, int, bytes]] = (
    ("JPEG", 0, b"\xff\xd8\xff"),
    ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
    ("TIFF", 0, b"II\x2a\x00"),
    ("TIFF", 0, b"MM\x00\x2a"),
    ("TIFF", 0, b"II\x2b\x00"),
    ("TIFF", 0, b"MM\x00\x2b"),
    ("WebP", 8, b"WEBP"),
    ("BMP", 0, b"BM"),
)

_FOREIGN: Sequence[tuple[str, int, bytes]] = (
    ("a GIF picture", 0, b"GIF8"),
    ("an AVIF picture", 4, b"ftypavif"),
    ("an AVIF picture", 4, b"ftypavis"),
    ("a HEIC picture", 4, b"ftyphei"),
    ("a HEIC picture", 4, b"ftyphev"),
    ("a HEIF picture", 4, b"ftypmif1"),
    ("a HEIF picture", 4, b"ftypmsf1"),
    ("an MP4 or QuickTime video", 4, b"ftyp"),
    ("a Matroska or WebM video", 0, b"\x1a\x45\xdf\xa3"),
    ("an AVI video", 8, b"AVI "),
    ("a JPEG XL picture", 0, b"\xff\x0a"),
    ("a JPEG XL picture", 0, b"\x00\x00\x00\x0cJXL "),
    ("a JPEG 2000 picture", 0, b"\x00\x00\x00\x0cjP  "),
    ("a JPEG 2000 picture", 0, b"\xff\x4f\xff\x51"),
    ("a Photoshop document", 0, b"8BPS"),
    ("an icon", 0, b"\x00\x00\x01\x00"),
    ("an OpenEXR picture", 0, b"\x76\x2f\x31\x01"),
    ("a Radiance HDR picture", 0, b"#?"),
    ("a NumPy array", 0, b"\x93NUMPY"),
    ("a PDF document", 0, b"%PDF"),
    ("a ZIP archive", 0, b"PK\x03\x04"),
    ("a gzip archive", 0, b"\x1f\x8b"),
)


def recognised(data: bytes) -> str | None:
    """One of `FORMATS`, or None where the bytes start like none of them."""
    for name, offset, magic in _READ:
        if data.startswith(magic, offset) and (name != "WebP" or data.startswith(b"RIFF")):
            return name
    return None


def described(data: bytes) -> str:
    """What bytes of another format seem to be, such as `a GIF picture` or `a text file`."""
    if not data:
        return "an empty file"
    for name, offset, magic in _FOREIGN:
        if data.startswith(magic, offset):
            return name
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if re.match(rb"P[1-7]\s", data):
        return "a PNM picture"
    if not any(data[:512]):
        return "a file of zero bytes only"
    return "a text file" if _is_text(data[:512]) else f"unknown bytes ({data[:8].hex(' ')})"


def _is_text(start: bytes) -> bool:
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(start) or len(start) < 512:
            return False
        text = start[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\r\n\f" for character in text)
