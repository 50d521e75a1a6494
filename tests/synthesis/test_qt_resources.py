"""Qt resource files: files and folders, compressed or not, and damage."""

from __future__ import annotations

import struct
import zlib

import pytest
from qt_resource_file import resource_file

from lineament.errors import DataError
from lineament.synthesis.background.qt_resources import resource_files

CONTENTS = {"a.png": b"picture", "b.txt": b"text", "c.zst": b"zstd"}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_files_of_every_version(version: int) -> None:
    found = dict(resource_files(resource_file(CONTENTS, version)))
    assert found == {"pics/a.png": b"picture", "pics/b.txt": b"text", "d": b"last"}


def test_damage_is_told() -> None:
    whole = resource_file(CONTENTS)
    for content, words in (
        (b"nothing at all", "does not begin"),
        (whole[:4] + struct.pack(">I", 9) + whole[8:], "version 9"),
        (whole[:30], "damaged"),
        (whole.replace(b"picture", b"pict"), "damaged"),
        (whole.replace(zlib.compress(b"text")[:2], b"??"), "damaged"),
    ):
        with pytest.raises(DataError, match=words):
            list(resource_files(content))


def test_folders_within_one_another_end() -> None:
    whole = bytearray(resource_file(CONTENTS))
    struct.pack_into(">II", whole, 20 + 22 + 6, 3, 0)
    with pytest.raises(DataError, match="one another"):
        list(resource_files(bytes(whole)))
