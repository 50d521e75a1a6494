"""Faces to train landmarks on: pictures, points and the detector's boxes as arrays on disk."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TrainingFaces:
    """N faces, in parts of pictures of one size.

    Attributes:
        images: parts (Ni,S,S,3) uint8 RGB that follow one another; S may differ between parts.
        points: (N,L,2) float32 picture pixels, pixel centres at integers.
        boxes: (N,4) float32 x1 y1 x2 y2, the detector's; a row of NaN where it found none.
        groups: (N,) int64: faces of one person or of one photo have the same number.
    """

    images: tuple[ByteArray, ...]
    points: FloatArray
    boxes: FloatArray
    groups: NDArray[np.int64]

    def __post_init__(self) -> None:
        count = sum(len(part) for part in self.images)
        lengths = {count, len(self.points), len(self.boxes), len(self.groups)}
        if len(lengths) != 1:
            raise ValueError(
                f"{count} pictures, {len(self.points)} rows of points, {len(self.boxes)} boxes "
                f"and {len(self.groups)} groups; expected as many of each"
            )

    def __len__(self) -> int:
        return len(self.points)

    def image(self, index: int) -> ByteArray:
        """(S,S,3) uint8 RGB."""
        for part in self.images:
            if index < len(part):
                return np.asarray(part[index])
            index -= len(part)
        raise IndexError(index)


def joined(several: list[TrainingFaces]) -> TrainingFaces:
    """All faces as one sequence; groups of different members stay apart."""
    groups, first = [], 0
    for faces in several:
        _, numbers = np.unique(faces.groups, return_inverse=True)
        groups.append(numbers.astype(np.int64) + first)
        first += int(numbers.max()) + 1
    return TrainingFaces(
        tuple(part for faces in several for part in faces.images),
        np.concatenate([faces.points for faces in several]),
        np.concatenate([faces.boxes for faces in several]),
        np.concatenate(groups),
    )


def remembered(
    cache: Path, facts: Mapping[str, Any], make: Callable[[Path], None]
) -> dict[str, NDArray[Any]]:
    """Arrays of a folder under `cache`, made once for the same facts.

    Of several processes that want them at once, one makes them and the others wait.

    Args:
        facts: plain data that decides what the arrays hold.
        make: writes `NAME.npy` files into the folder that it is given.

    Returns:
        The arrays by name, mapped from disk.

    Raises:
        DataError: the folder cannot be written or read.
    """
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    folder = cache / key
    try:
        if not folder.is_dir():
            cache.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / f"{key}.lock"):
                if not folder.is_dir():
                    _make(folder, facts, make)
        return {
            path.stem: np.load(path, mmap_mode="r", allow_pickle=False)
            for path in sorted(folder.glob("*.npy"))
        }
    except OSError as error:
        raise DataError(f"cannot keep faces in {cache}: {error}; choose another cache") from error
    except ValueError as error:
        raise DataError(f"{folder} is damaged ({error}); remove it") from error


def _make(folder: Path, facts: Mapping[str, Any], make: Callable[[Path], None]) -> None:
    # Made beside its place, so that what was broken off is never taken for whole.
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    unfinished.mkdir()
    try:
        make(unfinished)
        (unfinished / "facts.json").write_text(json.dumps(facts, indent=2) + "\n")
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
