"""A fixed number of training pictures, made once and kept on disk."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.picture_source import LabelledPicture, PictureMaker, PlainPicture
from lineament.landmarks.training_faces import remembered
from lineament.runtime import usable_cores

log = logging.getLogger(__name__)

FEW = 500
"""Pictures up to which it does not pay to start more processes."""

CHUNK = 8
"""Pictures that a process makes at a time."""


class KeptPictures:
    """A `PictureMaker` that gives the same `count` pictures again and again, in random order.

    Args:
        maker: makes them, from the numbers `first` on; all have one size. If they are many, a
            copy of it in a process for each core.
        cache: folder in which they are kept.
        facts: plain data that decides what they show.

    Raises:
        DataError: the folder cannot be written or read.
    """

    def __init__(
        self, maker: PictureMaker, first: int, count: int, cache: Path, facts: Mapping[str, Any]
    ) -> None:
        self.count = count
        known = {"detection pictures": count, "first": first, **facts}
        self.arrays = remembered(cache, known, lambda folder: _make(maker, first, count, folder))

    def picture(self, seed: int, /) -> PlainPicture:
        """The picture that the number draws."""
        number = int(np.random.default_rng([seed, 7]).integers(self.count))
        start, end = self.arrays["edges"][number : number + 2]
        faces = LabelledFaces(
            *(np.array(self.arrays[name][start:end]) for name in ("boxes", "points", "ignored"))
        )
        return PlainPicture(np.array(self.arrays["images"][number]), faces)


def _make(maker: PictureMaker, first: int, count: int, folder: Path) -> None:
    images = None
    faces = []
    for number, made in enumerate(_pictures(maker, range(first, first + count))):
        if images is None:
            shape = (count, *made.image.shape)
            images = np.lib.format.open_memmap(folder / "images.npy", "w+", np.uint8, shape)
        images[number] = made.image
        faces.append(made.faces)
        if (number + 1) % 1000 == 0:
            log.info("%d of %d pictures made", number + 1, count)
    assert images is not None
    images.flush()
    np.save(folder / "boxes.npy", np.concatenate([one.boxes for one in faces]))
    np.save(folder / "points.npy", np.concatenate([one.five_points for one in faces]))
    np.save(folder / "ignored.npy", np.concatenate([one.ignored for one in faces]))
    np.save(folder / "edges.npy", np.cumsum([0, *(len(one) for one in faces)]))


def _pictures(maker: PictureMaker, numbers: range) -> Iterator[LabelledPicture]:
    """The pictures of these numbers in their order."""
    cores = usable_cores()
    if len(numbers) <= FEW or cores == 1:
        yield from map(maker.picture, numbers)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_hold, initargs=(maker,)) as pool:
        yield from pool.map(_picture, numbers, chunksize=CHUNK)


_held: list[PictureMaker] = []


def _hold(maker: PictureMaker) -> None:
    _held.append(maker)


def _picture(number: int) -> PlainPicture:
    made = _held[0].picture(number)
    return PlainPicture(made.image, made.faces)
