"""Whole-number tags of the first directory of TIFF bytes (TIFF 6.0, and BigTIFF).

A TIFF picture is laid out so, and so is the EXIF block of a JPEG, PNG or WebP file.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass

from lineament.errors import ImageError

ORIENTATION = 274
MOST_VALUES = 1 << 20

_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@dataclass(frozen=True, slots=True)
class Tag:
    """Values of one tag, where its value field starts, and the `struct` code of one value."""

    values: tuple[int, ...]
    field: int
    code: str


def read_tags(data: bytes, wanted: Collection[int]) -> dict[int, Tag]:
    """The wanted tags that the first directory holds as whole numbers.

    Args:
        data: bytes that start with the byte-order mark `II` or `MM`.
        wanted: numbers of the tags.

    Raises:
        ImageError: the bytes are not a TIFF structure, or it reaches over their end.
    """
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        raise ImageError("its TIFF byte-order mark is neither II nor MM")
    version = _number(data, 2, order + "H")
    if version == 42:
        directory, entry, count_code, size_code = _number(data, 4, order + "I"), 12, "H", "I"
    elif version == 43:
        directory, entry, count_code, size_code = _number(data, 8, order + "Q"), 20, "Q", "Q"
    else:
        raise ImageError(f"its TIFF version is {version}, expected 42 or 43")
    count = _number(data, directory, order + count_code)
    start = directory + struct.calcsize(order + count_code)
    if start + count * entry > len(data):
        raise ImageError("it is truncated: its TIFF directory reaches over the end of the file")
    tags: dict[int, Tag] = {}
    for position in range(start, start + count * entry, entry):
        number, kind = struct.unpack_from(order + "HH", data, position)
        if number not in wanted or number in tags or kind not in _CODES:
            continue
        length = _number(data, position + 4, order + size_code)
        field = position + 4 + struct.calcsize(order + size_code)
        code = order + _CODES[kind]
        tags[number] = Tag(_values(data, field, length, code, order + size_code), field, code)
    return tags


def orientation(data: bytes) -> int:
    """EXIF orientation 1 to 8 of TIFF bytes; 1 where there is none or it makes no sense."""
    try:
        tag = read_tags(data, {ORIENTATION}).get(ORIENTATION)
    except ImageError:
        return 1
    return oriented(tag)


def oriented(tag: Tag | None) -> int:
    """Orientation 1 to 8 that a tag holds, 1 where it holds none."""
    return tag.values[0] if tag and tag.values and 1 <= tag.values[0] <= 8 else 1


def without_orientation(data: bytes) -> bytes:
    """The same TIFF bytes, upright as they are stored."""
    tag = read_tags(data, {ORIENTATION}).get(ORIENTATION)
    if tag is None or len(tag.values) != 1:
        return data
    copy = bytearray(data)
    struct.pack_into(tag.code, copy, tag.field, 1)
    return bytes(copy)


def _values(data: bytes, field: int, length: int, code: str, size_code: str) -> tuple[int, ...]:
    if length > MOST_VALUES:
        raise ImageError(f"it is damaged: a TIFF tag claims {length} values")
    size = length * struct.calcsize(code)
    if size > struct.calcsize(size_code):
        field = _number(data, field, size_code)
    if field + size > len(data):
        raise ImageError("it is truncated: a TIFF tag's values lie beyond the end of the file")
    return struct.unpack_from(f"{code[0]}{length}{code[1]}", data, field)


def _number(data: bytes, position: int, code: str) -> int:
    if position + struct.calcsize(code) > len(data):
        raise ImageError("it is truncated: its TIFF directory lies beyond the end of the file")
    value: int = struct.unpack_from(code, data, position)[0]
    return value
