"""Reading Qt's binary resource files (.rcc), in which some packages keep their pictures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from lineament.errors import DataError

MAGIC = b"qres"
VERSIONS = (1, 2, 3)
ZLIB, FOLDER, ZSTANDARD = 1, 2, 4
"""Flags of an entry of the tree."""

LARGEST_FILE = 100 * 2**20


def resource_files(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file of a resource file, as its tree orders them.

    Files that are compressed by Zstandard are passed over.

    Args:
        content: of the .rcc file; versions 1 to 3 of the format.

    Raises:
        DataError: it is no resource file, is of another version, or is damaged.
    """
    try:
        if content[:4] != MAGIC:
            raise DataError("not a Qt resource file: it does not begin with 'qres'")
        version, tree, data, names = struct.unpack_from(">4I", content, 4)
        if version not in VERSIONS:
            raise DataError(f"a Qt resource file of version {version}, expected 1, 2 or 3")
        entry_size = 14 if version == 1 else 22
        entries = (min(data, names) if tree < min(data, names) else len(content)) // entry_size
        waiting = [(0, "")]
        for _ in range(max(entries, 1) + 1):
            if not waiting:
                return
            number, folder = waiting.pop()
            entry = tree + number * entry_size
            name_place, flags = struct.unpack_from(">IH", content, entry)
            path = f"{folder}/{_name(content, names + name_place)}" if number else ""
            if flags & FOLDER:
                count, first = struct.unpack_from(">2I", content, entry + 6)
                if count > len(content) // entry_size:
                    raise DataError(f"a damaged Qt resource file: a folder of {count} entries")
                waiting += ((first + child, path) for child in reversed(range(count)))
            elif not flags & ZSTANDARD:
                (place,) = struct.unpack_from(">I", content, entry + 10)
                yield path.removeprefix("/"), _file(content, data + place, bool(flags & ZLIB))
        raise DataError("a damaged Qt resource file: its folders hold one another")
    except (struct.error, UnicodeDecodeError, zlib.error) as error:
        raise DataError(f"a damaged Qt resource file: {error}") from error


def _name(content: bytes, place: int) -> str:
    (length,) = struct.unpack_from(">H", content, place)
    return content[place + 6 : place + 6 + 2 * length].decode("utf-16-be")


def _file(content: bytes, place: int, compressed: bool) -> bytes:
    (length,) = struct.unpack_from(">I", content, place)
    stored = content[place + 4 : place + 4 + length]
    if len(stored) < length:
        raise DataError(f"a damaged Qt resource file: {len(stored)} bytes of a file of {length}")
    if not compressed:
        return stored
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(stored[4:], LARGEST_FILE)
    if not unpacker.eof:
        raise DataError(f"a Qt resource file holds a file of more than {LARGEST_FILE} bytes")
    return unpacked
