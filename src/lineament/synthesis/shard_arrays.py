"""All samples of a dataset in memory, for training that shuffles freely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.synthesis.attributes import Attributes
from lineament.synthesis.rendering import Flags
from lineament.synthesis.sample_file import Sample
from lineament.synthesis.shard_reader import find_shards, read_shard


@dataclass(frozen=True, eq=False)
class FaceArrays:
    """N samples in the order of their keys; `Rendering` describes the frame of the coordinates.

    Attributes:
        images: (N,S,S,3) uint8 RGB.
        masks: (N,S,S) uint8.
        points68: (N,68,2) float32. visible68: (N,68) bool.
        points98: (N,98,2) float32. visible98: (N,98) bool.
        points5: (N,5,2) float32.
        boxes: (N,4) float32.
        identities, scenes: (N,) int64 seeds.
        attributes: N of them.
        keys: names of the samples.
    """

    images: ByteArray
    masks: ByteArray
    points68: FloatArray
    visible68: Flags
    points98: FloatArray
    visible98: Flags
    points5: FloatArray
    boxes: FloatArray
    identities: NDArray[np.int64]
    scenes: NDArray[np.int64]
    attributes: list[Attributes]
    keys: list[str]

    def __len__(self) -> int:
        return len(self.keys)


_COLUMNS = {
    "images": "image",
    "masks": "mask",
    "boxes": "box",
    "identities": "identity",
    "scenes": "scene",
}
"""Name in `Rendering` where it is another."""

_LISTS = {"attributes", "keys"}


def load_shards(folder: Path, limit: int | None = None) -> FaceArrays:
    """Read the first `limit` samples of a folder, or all.

    Raises:
        DataError: there is no shard, one is damaged, or pictures differ in size.
    """
    paths = find_shards(folder)
    samples = islice(_samples(paths), limit)
    arrays: dict[str, NDArray[Any]] = {}
    attributes: list[Attributes] = []
    keys: list[str] = []
    room = 0
    for place, sample in enumerate(samples):
        if place == room:
            room = min(max(2 * room, 1024), limit or 1 << 62)
            _grow(arrays, sample, room)
        rendering = sample.rendering
        for name, array in arrays.items():
            value = getattr(rendering, _COLUMNS.get(name, name))
            if np.shape(value) != array.shape[1:]:
                raise DataError(
                    f"{folder}: sample {sample.key} is {np.shape(value)}, those before it are "
                    f"{array.shape[1:]}; read pictures of one size at a time"
                )
            array[place] = value
        attributes.append(rendering.attributes)
        keys.append(sample.key)
    held = {name: array[: len(keys)] for name, array in arrays.items()}
    return FaceArrays(**held, attributes=attributes, keys=keys)


def _samples(paths: list[Path]) -> Iterator[Sample]:
    for path in paths:
        yield from read_shard(path)


def _grow(arrays: dict[str, NDArray[Any]], sample: Sample, room: int) -> None:
    """Make room in place; pages that are not yet written cost no memory."""
    for field in fields(FaceArrays):
        if field.name in _LISTS:
            continue
        if field.name in arrays:
            old = arrays[field.name]
            old.resize((room, *old.shape[1:]), refcheck=False)
        else:
            value = np.asarray(getattr(sample.rendering, _COLUMNS.get(field.name, field.name)))
            arrays[field.name] = np.zeros((room, *value.shape), value.dtype)
