"""Training batches of aligned faces, a function of the recipe and the iteration alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.identity_pictures import IdentityPictures, Labels
from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.landmarks.crops import Square
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.options import Augmentation
from lineament.training.augmentation.sample import Sample

NO_POINTS = np.empty((0, 2), np.float32)
NO_INDEX = np.empty(0, np.intp)


class IdentityBatches:
    """Aligned crops with the numbers of their people.

    Args:
        size: side of the crops in pixels; pictures of another side are scaled.
        batch: number of crops of one step over all processes.
        per_person: so many pictures of one person stand side by side in the order, as triplets
            need them; absent: all pictures in random order, each once an epoch.

    Raises:
        DataError: there is no picture, or `per_person` does not divide the batch.
    """

    def __init__(
        self,
        faces: IdentityPictures,
        size: int,
        batch: int,
        augmentation: Augmentation,
        seed: int,
        per_person: int | None = None,
    ) -> None:
        if not len(faces):
            raise DataError("there is no picture to make batches of; add a source")
        if per_person and batch % per_person:
            raise DataError(
                f"a batch of {batch} holds no whole number of people with {per_person} pictures "
                "each; choose a multiple"
            )
        self.faces, self.size, self.size_of_batch = faces, size, batch
        self.seed, self.per_person = seed, per_person
        self.augmenter = Augmenter(augmentation, size, NO_INDEX)
        self._people = by_person(faces.labels) if per_person else []

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """Arrays of the N crops of one step for one of `world` processes.

        Returns:
            `image` (N,S,S,3) uint8 RGB, `label` (N,) int64, and `draw` (1,) int64, from which
            what is changed on the device is drawn.
        """
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        numbers = [self.number(place) for place in places]
        return {
            "image": np.stack(
                [self._crop(n, place) for n, place in zip(numbers, places, strict=True)]
            ),
            "label": self.faces.labels[numbers],
            "draw": np.random.default_rng([self.seed, 2, iteration, rank]).integers(2**31, size=1),
        }

    def plain(self, number: int) -> ByteArray:
        """One crop without augmentation, as at inference."""
        sample, square = self._photo(number)
        return self.augmenter.plain(sample, square).image

    def number(self, place: int) -> int:
        """The picture that stands at a place of the run."""
        order = self._order(place // self._epoch)
        return int(order[place % self._epoch])

    @property
    def _epoch(self) -> int:
        """Places of one epoch."""
        if not self.per_person:
            return len(self.faces)
        return len(self._people) * self.per_person

    def _crop(self, number: int, place: int) -> ByteArray:
        sample, square = self._photo(number)
        random = np.random.default_rng([self.seed, place])
        return self.augmenter.augmented(sample, square, random, self._other_picture).image

    def _photo(self, number: int) -> tuple[Sample, Square]:
        image = self.faces.picture(number)
        side = len(image)
        square = Square(np.full(2, (side - 1) / 2, np.float32), float(side), 0.0)
        return Sample(image, NO_POINTS, name=f"picture {number}"), square

    def _other_picture(self, number: float) -> ByteArray:
        return self.faces.picture(int(number * len(self.faces)))

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        random = np.random.default_rng([self.seed, 1, epoch])
        if not self.per_person:
            return np.asarray(random.permutation(len(self.faces)), dtype=np.intp)
        people = [self._people[i] for i in random.permutation(len(self._people))]
        chosen = [
            random.choice(own, self.per_person, replace=len(own) < self.per_person)
            for own in people
        ]
        return np.concatenate(chosen).astype(np.intp)


def by_person(labels: Labels) -> list[NDArray[np.intp]]:
    """Numbers of each person's pictures."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.cumsum(np.bincount(labels))[:-1])
