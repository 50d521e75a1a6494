"""Qt resource files as its resource compiler writes them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from lineament.synthesis.background.qt_resources import FOLDER, ZLIB, ZSTANDARD


def resource_file(contents: Mapping[str, bytes], version: int = 2) -> bytes:
    """A tree of the file `d` and of the files of the folder `pics`.

    A name that ends in `.txt` is compressed by zlib, one that ends in `.zst` is said to be by
    Zstandard.
    """
    header = 20 + 4 * (version == 3)
    stamp = b"" if version == 1 else bytes(8)
    names, data, files = b"", b"", b""
    places = {}
    for name in ("pics", "d", *contents):
        places[name] = len(names)
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    for name, body in {"d": b"last", **contents}.items():
        flags = ZLIB if name.endswith(".txt") else ZSTANDARD if name.endswith(".zst") else 0
        files += struct.pack(">IHHHI", places[name], flags, 0, 0, len(data)) + stamp
        if flags == ZLIB:
            body = struct.pack(">I", len(body)) + zlib.compress(body)
        data += struct.pack(">I", len(body)) + body
    tree = struct.pack(">IHII", 0, FOLDER, 2, 1) + stamp
    tree += struct.pack(">IHII", places["pics"], FOLDER, len(contents), 3) + stamp + files
    order = (header, header + len(tree), header + len(tree) + len(data))
    start = b"qres" + struct.pack(">4I", version, *order) + bytes(header - 20)
    return start + tree + data + names
