"""Debian packages with tiny pictures, unpacked or as .deb archives, and the table of them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lineament.image import write
from lineament.synthesis.background.licences import Picture

LICENCES = ("CC0-1.0", "CC-BY-SA-4.0", "CC0-1.0")


def write_unpacked(folder: Path, package: str = "wallpapers") -> tuple[Picture, ...]:
    """Write an unpacked package of three pictures, the first larger than is kept; their table."""
    random = np.random.default_rng(5)
    pictures = []
    for number, licence in enumerate(LICENCES):
        path = f"usr/share/{package}/{number}.png"
        size = (480, 960, 3) if number == 0 else (60, 90, 3)
        target = folder / package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, random.integers(0, 256, size, np.uint8))
        pictures.append(
            Picture(
                name=f"picture-{number}.jpg",
                kind="photograph",
                title=f"Picture {number}",
                author='Somebody "Else"',
                licence=licence,
                stated_in="debian/copyright",
                package=package,
                version="1.0-1",
                path=path,
                sha256=hashlib.sha256(target.read_bytes()).hexdigest(),
            )
        )
    return tuple(pictures)


def write_table(path: Path, pictures: Iterable[Picture]) -> None:
    """Write a table of pictures as `lineament synth backgrounds import --table` reads it."""
    lines: list[str] = []
    for picture in pictures:
        lines += [
            "[[picture]]",
            *(f"{k} = {json.dumps(v)}" for k, v in picture.model_dump().items()),
        ]
    path.write_text("\n".join(lines) + "\n")


def pack(tree: Path, archive: Path, member: str = "data.tar.xz") -> None:
    """Pack a tree into a .deb archive as dpkg-deb lays it out."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:xz") as files:
        files.add(tree, arcname=".")
    members = (("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), (member, data.getvalue()))
    archive.write_bytes(b"!<arch>\n" + b"".join(_member(*entry) for entry in members))


def _member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
    return header + content + b"\n" * (len(content) % 2)
