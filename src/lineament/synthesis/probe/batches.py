"""Batches of augmented samples, a function of the recipe and the iteration alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.strict import Strict
from lineament.synthesis.probe.faces import Faces
from lineament.synthesis.probe.occlusion import Occlusion, occluded
from lineament.synthesis.probe.sample import Sample
from lineament.synthesis.probe.spoiling import Spoiling, spoiled
from lineament.synthesis.probe.straying import Straying, random_affine, strayed


class Augmentation(Strict):
    """All that is changed at random before the probe sees a picture."""

    straying: Straying = Straying()
    occlusion: Occlusion = Occlusion()
    spoiling: Spoiling = Spoiling()


class ProbeBatches:
    """Training data of the probe, see `training.loop.Batches`.

    Args:
        faces: all faces to learn from.
        batch: number of pictures of one step over all processes.
    """

    def __init__(self, faces: Faces, batch: int, augmentation: Augmentation, seed: int) -> None:
        self.faces, self.size_of_batch = faces, batch
        self.augmentation, self.seed = augmentation, seed

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """`image` (N,S,S,3) uint8, `points` (N,68,2) float32, `classes` (N,S/2,S/2) int64."""
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        samples = [self._sample(place) for place in places]
        return {
            "image": np.stack([sample.image for sample in samples]),
            "points": np.stack([sample.points for sample in samples]),
            "classes": np.stack([sample.classes for sample in samples]).astype(np.int64),
        }

    def _sample(self, place: int) -> Sample:
        epoch, position = divmod(place, len(self.faces))
        random = np.random.default_rng([self.seed, place])
        sample = self.faces.sample(int(self._order(epoch)[position]))
        size = sample.image.shape[0]
        moved = strayed(sample, *random_affine(self.augmentation.straying, size, random))
        other = self.faces.images[random.integers(len(self.faces))]
        hidden = occluded(moved, other, self.augmentation.occlusion, random)
        image = spoiled(hidden.image, self.augmentation.spoiling, random)
        return Sample(image, hidden.points, hidden.classes)

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        shuffled = np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.faces))
        return np.asarray(shuffled, dtype=np.intp)
