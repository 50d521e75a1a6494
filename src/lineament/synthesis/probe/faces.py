"""Rendered faces as the probe holds them: all in memory."""

from __future__ import annotations

import logging
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.synthesis.parts import Part
from lineament.synthesis.probe.classes import classes_of
from lineament.synthesis.shard_arrays import load_shards
from lineament.training.augmentation.sample import Sample

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """N rendered faces.

    Attributes:
        images: (N,S,S,3) uint8 RGB.
        points: (N,68,2) float32 picture pixels, pixel centres at integers.
        masks: (N,S,S) uint8 `Part` numbers.
    """

    images: ByteArray
    points: FloatArray
    masks: ByteArray

    def __len__(self) -> int:
        return len(self.images)

    def sample(self, index: int) -> Sample:
        """One face with a mask (S,S) of the numbers of `classes.CLASSES`."""
        classes = classes_of(self.masks[index])
        return Sample(self.images[index], self.points[index], classes, f"face {index}")

    def checksum(self) -> str:
        """CRC-32 of pictures and answers, in hexadecimal: tells a folder that was made anew."""
        total = 0
        for array in (self.images, self.points, self.masks):
            total = zlib.crc32(np.ascontiguousarray(array).data, total)
        return f"{total:08x}"

    def part(self, first: int, end: int) -> Faces:
        """The faces from `first` to before `end`, without a copy."""
        return Faces(self.images[first:end], self.points[first:end], self.masks[first:end])


def read_faces(folder: Path, count: int, size: int) -> Faces:
    """The first `count` samples of a folder of shards.

    Raises:
        DataError: no such folder, no shard or a damaged one, fewer samples than asked for,
            pictures of another size, or points or parts that are none.
    """
    if not folder.is_dir():
        raise DataError(
            f"no folder {folder}; make it with `lineament synth generate RECIPE --out {folder}`"
        )
    log.info("reading %d renderings of %s", count, folder)
    arrays = load_shards(folder, count)
    if len(arrays) < count:
        raise DataError(
            f"{folder} holds {len(arrays)} samples, {count} are asked for (to learn from and to "
            "validate); generate more, or ask for fewer with --count"
        )
    side = arrays.images.shape[1]
    if side != size:
        raise DataError(
            f"{folder} holds pictures of {side} pixels, the probe takes {size}; generate that size"
        )
    finite = np.isfinite(arrays.points68).all(axis=(1, 2))
    if not finite.all():
        raise DataError(f"{folder}: points of sample {arrays.keys[finite.argmin()]} are not finite")
    highest = arrays.masks.max(axis=(1, 2))
    if highest.max() >= len(Part):
        raise DataError(
            f"{folder}: the mask of sample {arrays.keys[highest.argmax()]} holds {highest.max()}, "
            f"the highest part is {len(Part) - 1}"
        )
    return Faces(arrays.images, arrays.points68, arrays.masks)
