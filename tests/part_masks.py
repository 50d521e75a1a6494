"""Made-up masks as files: grey and palette PNGs of any number of bits, written byte by byte."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np


def write_png(path: Path, mask: np.ndarray, bits: int = 8, palette: bool = False) -> Path:
    """A mask (H,W) of numbers below 2**bits, grey or with a palette of which no two are alike."""
    height, width = mask.shape
    per_byte = 8 // bits
    padded = np.zeros((height, -(-width // per_byte) * per_byte), np.uint8)
    padded[:, :width] = mask
    packed = np.zeros((height, padded.shape[1] // per_byte), np.uint8)
    for place in range(per_byte):
        packed |= padded[:, place::per_byte] << (8 - bits * (place + 1))
    rows = b"".join(b"\0" + row.tobytes() for row in packed)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 3 if palette else 0, 0, 0, 0))]
    if palette:
        colours = np.random.default_rng(0).permutation(2**bits * 3) % 256
        chunks.append((b"PLTE", colours.astype(np.uint8).tobytes()))
        chunks.append((b"tRNS", b"\0"))
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))
    return path


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def write_photo(path: Path, height: int = 12, width: int = 16, seed: int = 0) -> Path:
    """A PNG or JPEG of noise, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    assert cv2.imwrite(str(path), noise)
    return path
