"""Records of a RecordIO file (.rec), the container of MXNet, read and written without MXNet.

Format (dmlc-core): every record is the word 0xced7230a, a word whose upper three bits say which
part of a record follows (0 whole, 1 first, 2 middle, 3 last) and whose lower 29 bits say its
length in bytes, the content, and zeros up to a multiple of four. Where the content itself holds
the word at a multiple of four the writer cuts it there and leaves the word out; the reader puts
it back between the parts. All words are little-endian.

A record of a picture starts with 24 bytes: flag (uint32), label (float32), two identifiers
(uint64); with a flag above 0 so many float32 follow, which are the label instead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lineament.errors import DataError

MAGIC = b"\x0a\x23\xd7\xce"
WHOLE, FIRST, MIDDLE, LAST = range(4)
LONGEST = (1 << 29) - 1
HEAD = 8
_WORDS = struct.Struct("<4sI")
_PICTURE = struct.Struct("<IfQQ")


class Record(NamedTuple):
    """A record of a picture.

    Attributes:
        label: one number or several.
        identifier: the first of the two.
        content: the encoded picture; empty in records that only tell something.
    """

    label: tuple[float, ...]
    identifier: int
    content: bytes


class Place(NamedTuple):
    """Where a record stands.

    Attributes:
        path: the file.
        key: the record's number in the index, or among all records where there is no index.
        offset: its first byte.
    """

    path: Path
    key: int
    offset: int

    def wrong(self, what: str) -> DataError:
        """The error to raise about this record."""
        return DataError(f"{self.path}: record {self.key} at byte {self.offset}: {what}")


def read_content(file: BinaryIO, place: Place, limit: int | None = None) -> bytes:
    """The content of the record that starts at a place, its parts put together.

    Args:
        file: the open file of the place; it is left behind the last part that was read.
        limit: no more than about so many bytes are needed: the rest of the record is not read.

    Raises:
        DataError: the record is cut off, does not start there, or its parts are in disorder; the
            message names it.
    """
    file.seek(place.offset)
    parts: list[bytes] = []
    held = 0
    while True:
        kind, length = _head(file, place)
        if kind not in ((MIDDLE, LAST) if parts else (WHOLE, FIRST)):
            raise place.wrong(
                f"got part {kind} of a record as its {'next' if parts else 'first'} one; the file "
                "is damaged, or the index belongs to another file"
            )
        wanted = length if limit is None else min(length, limit - held)
        part = file.read(wanted)
        if len(part) < wanted:
            raise place.wrong(f"cut off: {len(part)} of {length} bytes of its data are there")
        parts.append(part)
        held += len(part) + len(MAGIC)
        if kind in (WHOLE, LAST) or (limit is not None and held >= limit):
            return MAGIC.join(parts)
        file.seek(-length % 4, 1)


def unpacked(content: bytes, place: Place) -> Record:
    """A picture's record; DataError where it is too short for what its head says."""
    if len(content) < _PICTURE.size:
        raise place.wrong(f"its {len(content)} bytes are no picture record, which starts with 24")
    flag, label, identifier, _ = _PICTURE.unpack_from(content)
    rest = content[_PICTURE.size :]
    if not flag:
        return Record((label,), identifier, rest)
    if len(rest) < 4 * flag:
        raise place.wrong(f"it claims a label of {flag} numbers in {len(rest)} bytes")
    return Record(struct.unpack_from(f"<{flag}f", rest), identifier, rest[4 * flag :])


def packed(record: Record) -> bytes:
    """The content of a picture's record; one number is the label itself, more follow the head."""
    if len(record.label) == 1:
        return _PICTURE.pack(0, record.label[0], record.identifier, 0) + record.content
    head = _PICTURE.pack(len(record.label), 0.0, record.identifier, 0)
    return head + struct.pack(f"<{len(record.label)}f", *record.label) + record.content


def record_bytes(content: bytes) -> bytes:
    """A whole record as it stands in the file.

    Raises:
        ValueError: a part is longer than the format can say.
    """
    parts = list(_cut(content))
    found = []
    for number, part in enumerate(parts):
        if len(part) > LONGEST:
            raise ValueError(f"a record holds at most {LONGEST:,} bytes, got {len(part):,}")
        kind = WHOLE
        if len(parts) > 1:
            kind = FIRST if number == 0 else LAST if number == len(parts) - 1 else MIDDLE
        found.append(_WORDS.pack(MAGIC, kind << 29 | len(part)) + part + bytes(-len(part) % 4))
    return b"".join(found)


def record_places(path: Path) -> Iterable[Place]:
    """Every record of a file by its order, for files without an index.

    Raises:
        DataError: the file cannot be read, or a record is damaged or cut off.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            key, offset = 0, 0
            while offset < size:
                place = Place(path, key, offset)
                file.seek(offset)
                kind = FIRST
                while kind in (FIRST, MIDDLE):
                    kind, length = _head(file, place)
                    offset = file.seek(length + -length % 4, 1)
                    if offset - (-length % 4) > size:
                        raise place.wrong(f"cut off: it ends {offset - size} bytes behind the file")
                yield place
                key += 1
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _head(file: BinaryIO, place: Place) -> tuple[int, int]:
    """Kind and length of the part that starts where the file stands."""
    head = file.read(HEAD)
    if len(head) < HEAD:
        raise place.wrong(f"cut off: {len(head)} of the {HEAD} bytes of its head are there")
    magic, word = _WORDS.unpack(head)
    if magic != MAGIC:
        raise place.wrong(
            f"got {magic.hex()}, expected {MAGIC.hex()} at the start of a record; the file is "
            "damaged, or the index belongs to another file"
        )
    return word >> 29, word & LONGEST


def _cut(content: bytes) -> Iterator[bytes]:
    """The content between the places, multiples of four, where it holds the magic word."""
    start = found = 0
    while (found := content.find(MAGIC, found)) >= 0:
        if found % 4:
            found += 1
            continue
        yield content[start:found]
        start = found = found + len(MAGIC)
    yield content[start:]
