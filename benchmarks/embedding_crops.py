"""Crops for the benchmark of embeddings: of a folder, or made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from lineament import read_image
from lineament.errors import DataError
from lineament.face import ByteArray

PICTURES = 32
"""Crops whose embeddings are compared, and that go through a network in one call."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


def smooth_pictures(count: int, size: int = 112) -> ByteArray:
    """Random coloured clouds with a little noise, (count,size,size,3) uint8.

    Quantisation moves the embeddings of faces, of clouds and of noise about equally far.
    """
    random = np.random.default_rng(0)
    clouds = [
        cv2.resize(random.uniform(0, 255, (7, 7, 3)), (size, size), interpolation=cv2.INTER_CUBIC)
        for _ in range(count)
    ]
    noisy = np.stack(clouds) + random.normal(0, 6, (count, size, size, 3))
    return np.asarray(np.rint(noisy.clip(0, 255)), dtype=np.uint8)


def pictures_of(folder: Path, size: int = 112) -> ByteArray:
    """At most 32 aligned crops of a folder, at even steps over it, (N,size,size,3) uint8."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(f"{folder} holds no picture ({', '.join(SUFFIXES)})")
    places = np.linspace(0, len(files) - 1, min(PICTURES, len(files))).round().astype(int)
    return scaled_to([read_image(files[place]) for place in places], size)


def scaled_to(pictures: Iterable[ByteArray], size: int) -> ByteArray:
    """Pictures (H,W,3) as (N,size,size,3) uint8."""
    scaled = [cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA) for one in pictures]
    return np.asarray(np.stack(scaled), dtype=np.uint8)
