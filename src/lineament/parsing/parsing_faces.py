"""Faces to learn parsing from: square pictures, their masks and the detector's boxes, on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.parsing.part_schemes import UNKNOWN, PartScheme


class KeptFaces(NamedTuple):
    """Pictures of one size with their masks, as one source keeps them.

    Attributes:
        pictures: (N,S,S,3) uint8 RGB, mapped from disk.
        masks: (N,S,S) uint8 class numbers of the source's own scheme, mapped from disk.
        table: (256,) uint8, the class that each of those numbers becomes.
    """

    pictures: ByteArray
    masks: ByteArray
    table: ByteArray


@dataclass(frozen=True, eq=False)
class ParsingFaces:
    """N faces with masks in one scheme.

    Attributes:
        kept: parts that follow one another; S may differ between them.
        boxes: (N,4) float32 x1 y1 x2 y2, the detector's, in pixels of the kept pictures; a row of
            NaN where it found none.
        groups: (N,) int64: pictures of one person or of one photo have the same number.
        scheme: of the masks that `mask` gives.

    Raises:
        ValueError: the arrays do not belong together.
    """

    kept: tuple[KeptFaces, ...]
    boxes: FloatArray
    groups: NDArray[np.int64]
    scheme: PartScheme

    def __post_init__(self) -> None:
        for part in self.kept:
            shape = part.pictures.shape
            if part.masks.shape != shape[:3] or shape[1] != shape[2] or part.table.shape != (256,):
                raise ValueError(
                    f"pictures {shape}, masks {part.masks.shape} and table {part.table.shape} do "
                    "not belong together; expected (N,S,S,3), (N,S,S) and (256,)"
                )
        count = sum(len(part.pictures) for part in self.kept)
        if {len(self.boxes), len(self.groups)} != {count}:
            raise ValueError(
                f"{count} pictures, {len(self.boxes)} boxes and {len(self.groups)} groups; "
                "expected as many of each"
            )

    def __len__(self) -> int:
        return len(self.boxes)

    def picture(self, index: int) -> ByteArray:
        """(S,S,3) uint8 RGB."""
        part, row = self._place(index)
        return np.asarray(part.pictures[row])

    def mask(self, index: int) -> ByteArray:
        """(S,S) uint8 class numbers of the scheme, 255 where the class is not known."""
        part, row = self._place(index)
        return np.asarray(cv2.LUT(np.asarray(part.masks[row]), part.table), dtype=np.uint8)

    def _place(self, index: int) -> tuple[KeptFaces, int]:
        for part in self.kept:
            if index < len(part.pictures):
                return part, index
            index -= len(part.pictures)
        raise IndexError(index)


def no_faces(scheme: PartScheme) -> ParsingFaces:
    """None at all."""
    return ParsingFaces((), np.empty((0, 4), np.float32), np.empty(0, np.int64), scheme)


def joined_parts(several: Sequence[ParsingFaces]) -> ParsingFaces:
    """All faces as one sequence; groups of different members stay apart.

    Raises:
        ValueError: the members differ in scheme, or there is none.
    """
    names = {faces.scheme.name for faces in several}
    if len(names) != 1:
        raise ValueError(f"expected faces of one scheme to join, got {sorted(names)}")
    groups, first = [], 0
    for faces in several:
        found, numbers = np.unique(faces.groups, return_inverse=True)
        groups.append(numbers.astype(np.int64) + first)
        first += len(found)
    return ParsingFaces(
        tuple(part for faces in several for part in faces.kept),
        np.concatenate([faces.boxes for faces in several]),
        np.concatenate(groups),
        several[0].scheme,
    )


def class_table(source: PartScheme, target: PartScheme) -> ByteArray:
    """(256,) uint8: what each number of a mask in `source` is in `target`.

    255 for what is unknown, for what the source does not tell apart and the target does, and for
    numbers that are no class.
    """
    numbers = np.arange(len(source.classes), dtype=np.uint8)
    table = np.full(256, UNKNOWN, np.uint8)
    table[: len(numbers)] = source.converted(numbers, target)
    return table
