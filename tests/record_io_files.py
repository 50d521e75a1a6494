"""RecordIO files made by hand, by the words of the format's description."""

from __future__ import annotations

import struct
from pathlib import Path

from people_pictures import noise, png

PICTURES = [png(noise(number)) for number in range(5)]


def part(content: bytes, kind: int = 0) -> bytes:
    """One part of a record, by the words of the format's description."""
    head = struct.pack("<II", 0xCED7230A, kind << 29 | len(content))
    return head + content + b"\0" * ((4 - len(content) % 4) % 4)


def picture(label, content: bytes, identifier: int = 0) -> bytes:
    if isinstance(label, tuple):
        head = struct.pack("<IfQQ", len(label), 0.0, identifier, 0)
        return head + struct.pack(f"<{len(label)}f", *label) + content
    return struct.pack("<IfQQ", 0, label, identifier, 0) + content


def write(folder: Path, records: dict[int, bytes], index: bool = True) -> Path:
    offset, lines = 0, []
    with (folder / "train.rec").open("wb") as file:
        for key, record in records.items():
            lines.append(f"{key}\t{offset}")
            offset += file.write(record)
    if index:
        (folder / "train.idx").write_text("\n".join(lines) + "\n")
    return folder / "train.rec"


def headed(labels=(7, 7, 7, 40, 40)) -> dict[int, bytes]:
    """As insightface packs: a head, pictures 1 to 5, a record for each of two people."""
    records = {0: part(picture((6.0, 8.0), b""))}
    for key, (label, content) in enumerate(zip(labels, PICTURES, strict=True), 1):
        records[key] = part(picture(float(label), content, key))
    records[6] = part(picture((1.0, 4.0), b"", 6))
    records[7] = part(picture((4.0, 6.0), b"", 7))
    return records


def offsets(folder) -> list[int]:
    return [int(line.split()[1]) for line in (folder / "train.idx").read_text().splitlines()]
