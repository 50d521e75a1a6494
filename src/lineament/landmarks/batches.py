"""Training batches of landmark crops, a function of the recipe and the iteration alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.landmarks.crops import Square, box_square, points_square
from lineament.landmarks.first_stage import FirstStage
from lineament.landmarks.schemes import Scheme
from lineament.landmarks.training_faces import TrainingFaces
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.options import Augmentation
from lineament.training.augmentation.sample import Sample
from lineament.weights import DetectorBox, TurnedPoints

LandmarkCrop = DetectorBox | TurnedPoints


class LandmarkBatches:
    """Crops of faces cut by a record's crop rule, with their points.

    The rule `detector_box` cuts by the detector's box of each face, `turned_points` by the points
    of the first stage, or by the true points where there is none: the author's second option for
    the second stage, whose crops the augmentation strays as far as the first stage errs.

    Args:
        faces: those in which the detector found no face are left out.
        chosen: (M,) indices of the faces to use; one that stands there twice is seen twice.
        size: side of the crops in pixels.
        batch: number of crops of one step over all processes.
        first_stage: whose points cut the crops of the rule `turned_points`.
    """

    def __init__(
        self,
        faces: TrainingFaces,
        chosen: NDArray[np.intp],
        scheme: Scheme,
        crop: LandmarkCrop,
        size: int,
        batch: int,
        augmentation: Augmentation,
        seed: int,
        first_stage: FirstStage | None = None,
    ) -> None:
        self.faces, self.scheme, self.crop = faces, scheme, crop
        self.first_stage = first_stage
        self.augmenter = Augmenter(augmentation, size, scheme.mirror_index)
        self.size_of_batch, self.seed = batch, seed
        found = np.isfinite(faces.boxes[chosen]).all(axis=1)
        self.chosen = chosen[found]

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """See `training.loop.Batches`; `target` is (N,2L), x1..xL, y1..yL in crop pixels."""
        return stacked([self._sample(place) for place in self.places(iteration, rank, world)])

    def places(self, iteration: int, rank: int, world: int) -> range:
        """Places in the run of the samples of one step."""
        first = iteration * self.size_of_batch
        return range(first + rank, first + self.size_of_batch, world)

    def index(self, place: int) -> int:
        """The face that stands at a place of the run."""
        epoch, position = divmod(place, len(self.chosen))
        return int(self.chosen[self._order(epoch)[position]])

    def random(self, place: int) -> np.random.Generator:
        """What the augmentation at a place of the run is drawn from."""
        return np.random.default_rng([self.seed, place])

    def mean_points(self, count: int = 500) -> FloatArray:
        """Mean (L,2) of the points of the first faces' plain crops."""
        plain = [cut_plain(self, int(index)).points for index in self.chosen[:count]]
        return np.asarray(np.mean(plain, axis=0), dtype=np.float32)

    def photo(self, index: int) -> Sample:
        """One face's picture and points, before it is cut."""
        return Sample(self.faces.image(index), self.faces.points[index], name=f"face {index}")

    def square(self, index: int, random: np.random.Generator | None = None) -> Square:
        """Where the crop rule cuts one face, in picture pixels; `random` strays the first stage."""
        box = self.faces.boxes[index]
        if isinstance(self.crop, DetectorBox):
            return box_square(self.crop, box)
        points = self.faces.points[index]
        if self.first_stage is not None:
            points = self.first_stage.points(self.faces.image(index), box, random)
        return points_square(self.crop, points, self.scheme)

    def _sample(self, place: int) -> Sample:
        index, random = self.index(place), self.random(place)
        square = self.square(index, random)
        return self.augmenter.augmented(self.photo(index), square, random, self._other_picture)

    def _other_picture(self, number: float) -> ByteArray:
        return self.faces.image(int(self.chosen[int(number * len(self.chosen))]))

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        shuffled = np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.chosen))
        return np.asarray(shuffled, dtype=np.intp)


def cut_plain(batches: LandmarkBatches, index: int) -> Sample:
    """The crop of one face without augmentation."""
    return batches.augmenter.plain(batches.photo(index), batches.square(index))


def stacked(samples: list[Sample]) -> dict[str, NDArray[Any]]:
    """Samples as the arrays of one batch."""
    points = np.stack([sample.points for sample in samples])
    return {
        "image": np.stack([sample.image for sample in samples]),
        "target": np.ascontiguousarray(points.transpose(0, 2, 1).reshape(len(points), -1)),
    }
