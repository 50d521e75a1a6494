"""Batches of augmented samples, a function of the recipe and the iteration alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.landmarks.crops import Square
from lineament.landmarks.schemes import IBUG_68
from lineament.synthesis.probe.classes import BACKGROUND, SKIN
from lineament.synthesis.probe.faces import Faces
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.occlusion import MaskClasses
from lineament.training.augmentation.options import Augmentation
from lineament.training.augmentation.sample import Sample


class ProbeBatches:
    """Training data of the probe, see `training.loop.Batches`.

    The square that strays is the whole picture of S pixels. No class changes its name in a
    mirror, since left and right parts are one class.

    Args:
        faces: all faces to learn from.
        batch: number of pictures of one step over all processes.
    """

    def __init__(self, faces: Faces, batch: int, augmentation: Augmentation, seed: int) -> None:
        self.faces, self.size_of_batch, self.seed = faces, batch, seed
        size = faces.images.shape[1]
        self.square = Square(np.full(2, (size - 1) / 2, dtype=np.float32), float(size), 0.0)
        self.augmenter = Augmenter(
            augmentation,
            size,
            IBUG_68.mirror_index,
            mask_size=size // 2,
            classes=MaskClasses(BACKGROUND, SKIN),
        )

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """`image` (N,S,S,3) uint8, `points` (N,68,2) float32, `classes` (N,S/2,S/2) int64."""
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        samples = [self._sample(place) for place in places]
        masks = [sample.mask for sample in samples if sample.mask is not None]
        return {
            "image": np.stack([sample.image for sample in samples]),
            "points": np.stack([sample.points for sample in samples]),
            "classes": np.stack(masks).astype(np.int64),
        }

    def _sample(self, place: int) -> Sample:
        epoch, position = divmod(place, len(self.faces))
        random = np.random.default_rng([self.seed, place])
        sample = self.faces.sample(int(self._order(epoch)[position]))
        return self.augmenter.augmented(sample, self.square, random, self._other_picture)

    def _other_picture(self, number: float) -> ByteArray:
        return np.asarray(self.faces.images[int(number * len(self.faces))])

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        shuffled = np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.faces))
        return np.asarray(shuffled, dtype=np.intp)
