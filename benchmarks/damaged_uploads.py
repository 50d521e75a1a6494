"""Uploads that no honest client sends: damaged pictures, bombs, wrong types, broken forms."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2

from lineament.face import ByteArray
from lineament.image import read

KINDS = ("truncated", "flipped", "spliced", "bomb", "wrong type", "wrong form", "wrong value")
OPERATIONS = ("/v1/analyze", "/v1/verify", "/v1/gallery/search", "/v1/gallery/enrol")
FILES = {
    "/v1/analyze": ("picture",),
    "/v1/verify": ("first", "second"),
    "/v1/gallery/search": ("picture",),
    "/v1/gallery/enrol": ("pictures",),
}
STRANGE = (
    "",
    "-1",
    "nan",
    "1e999",
    "ears",
    "\0",
    "../../etc/passwd",
    "http://127.0.0.1/",
    "9" * 99,
)


class Upload(NamedTuple):
    """One request.

    Attributes:
        kind: one of `KINDS`.
        path: of the operation.
        content_type: header.
        body: bytes.
    """

    kind: str
    path: str
    content_type: str
    body: bytes


class DamagedUploads:
    """Makes them, each from its number alone.

    Args:
        pictures: files that the damaged ones are made of.
        seed: another one gives other uploads.
        side: pictures are scaled down to this longer side first, so that undamaged parts cost
            the networks little.
    """

    def __init__(self, pictures: Sequence[Path], seed: int = 0, side: int = 160) -> None:
        self._seed = seed
        self._whole = [
            bytes(cv2.imencode(suffix, _scaled(read(path), side))[1])
            for path in pictures
            for suffix in (".jpg", ".png", ".webp", ".bmp", ".tiff")
        ]

    def make(self, number: int) -> Upload:
        """The upload of a number."""
        dice = random.Random(f"{self._seed} {number}")
        kind = KINDS[number % len(KINDS)]
        path = dice.choice(OPERATIONS)
        whole = dice.choice(self._whole)
        fields = {"name": "fuzz"} if path.endswith("enrol") else {}
        if kind == "wrong form":
            return self._wrong_form(dice, path, whole, fields)
        if kind == "wrong value":
            known = ("heads", "min_score", "fmr", "top", "fpir", "tags", "name", "retention_days")
            fields[dice.choice((*known, "unknown"))] = dice.choice(STRANGE)
            data = whole
        elif kind == "truncated":
            data = whole[: dice.randrange(len(whole))]
        elif kind == "flipped":
            data = _flipped(whole, dice)
        elif kind == "spliced":
            other = dice.choice(self._whole)
            data = whole[: dice.randrange(len(whole))] + other[dice.randrange(len(other)) :]
        elif kind == "bomb":
            data = _bomb(dice)
        else:
            data = dice.choice(
                [
                    b"%PDF-1.7\n",
                    b"GIF89a",
                    b"<svg onload='x'/>",
                    b"PK\3\4",
                    b"\x7fELF",
                    b"http://a/b",
                ]
            ) + dice.randbytes(dice.randrange(500))
        boundary = f"b{dice.getrandbits(64):x}"
        body = _form(boundary, fields, dict.fromkeys(FILES[path], data))
        return Upload(kind, path, f"multipart/form-data; boundary={boundary}", body)

    def _wrong_form(
        self, dice: random.Random, path: str, whole: bytes, fields: dict[str, str]
    ) -> Upload:
        boundary = f"b{dice.getrandbits(64):x}"
        body = _form(boundary, fields, dict.fromkeys(FILES[path], whole))
        kind = f"multipart/form-data; boundary={boundary}"
        match dice.randrange(8):
            case 0:
                body = body[: dice.randrange(len(body))]
            case 1:
                kind = "multipart/form-data"
            case 2:
                kind = dice.choice(
                    ["application/json", "image/jpeg", "", "multipart/mixed", "\t;;="]
                )
            case 3:
                kind = f"multipart/form-data; boundary={boundary[:-1]}"
            case 4:
                body = _flipped(body[:200], dice) + body[200:]
            case 5:
                body = b""
            case 6:
                body = _form(boundary, {}, {f"x{number}": b"1" for number in range(100)})
            case _:
                body = dice.randbytes(dice.randrange(2000))
        return Upload("wrong form", path, kind, body)


def _scaled(image: ByteArray, side: int) -> ByteArray:
    scale = side / max(image.shape[:2])
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(smaller, cv2.COLOR_RGB2BGR).astype("uint8")


def _flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    # Half of the flips fall into the first bytes, where headers lie.
    for _ in range(dice.randint(1, 12)):
        reach = min(len(changed), 600) if dice.random() < 0.5 else len(changed)
        changed[dice.randrange(reach)] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _bomb(dice: random.Random) -> bytes:
    """A small PNG that says or holds far more pixels than it has bytes."""
    side = dice.choice([5_000, 8_000, 30_000, 100_000, 2**31 - 1])
    header = struct.pack(">IIBBBBB", side, side, 8, dice.choice([0, 2, 6]), 0, 0, 0)
    content = zlib.compress(bytes(dice.choice([100, 2_000_000])), 9)
    chunks = ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _form(boundary: str, fields: dict[str, str], files: dict[str, bytes]) -> bytes:
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    texts = [f'{begin}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    sent = [
        f'{begin}"{name}"; filename="x"\r\n\r\n'.encode() + data + b"\r\n"
        for name, data in files.items()
    ]
    return b"".join([*texts, *sent, f"--{boundary}--\r\n".encode()])
