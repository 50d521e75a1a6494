"""Training batches of landmark crops, a function of the recipe and the iteration alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.rendered import RenderedFaces
from lineament.face import FloatArray
from lineament.landmarks.crops import Square, box_square, points_square
from lineament.landmarks.schemes import Scheme
from lineament.training.augment import Augmentation, Sample, augmented, cut
from lineament.weights import DetectorBox, TurnedPoints

LandmarkCrop = DetectorBox | TurnedPoints


class LandmarkBatches:
    """Crops of faces cut by a record's crop rule, with their points.

    The rule `detector_box` cuts by the detector's box of each face, `turned_points` by the true
    points: the author's second option for the second stage, whose crops the augmentation strays
    as far as the first stage errs.

    Args:
        faces: the rendered faces; those in which the detector found no face are left out.
        chosen: (M,) indices of the faces to use.
        size: side of the crops in pixels.
        batch: number of crops of one step over all processes.
    """

    def __init__(
        self,
        faces: RenderedFaces,
        chosen: NDArray[np.intp],
        scheme: Scheme,
        crop: LandmarkCrop,
        size: int,
        batch: int,
        augmentation: Augmentation,
        seed: int,
    ) -> None:
        self.faces, self.scheme, self.crop = faces, scheme, crop
        self.size, self.size_of_batch = size, batch
        self.augmentation, self.seed = augmentation, seed
        found = np.isfinite(faces.boxes[chosen]).all(axis=1)
        self.chosen = chosen[found]

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """See `training.loop.Batches`; `target` is (N,2L), x1..xL, y1..yL in crop pixels."""
        first = iteration * self.size_of_batch
        places = range(first + rank, first + self.size_of_batch, world)
        return stacked([self._sample(place) for place in places])

    def mean_points(self, count: int = 500) -> FloatArray:
        """Mean (L,2) of the points of the first faces' plain crops."""
        plain = [cut_plain(self, int(index)).points for index in self.chosen[:count]]
        return np.asarray(np.mean(plain, axis=0), dtype=np.float32)

    def square(self, index: int) -> Square:
        if isinstance(self.crop, DetectorBox):
            return box_square(self.crop, self.faces.boxes[index])
        return points_square(self.crop, self.faces.points[index], self.scheme)

    def _sample(self, place: int) -> Sample:
        epoch, position = divmod(place, len(self.chosen))
        index = int(self.chosen[self._order(epoch)[position]])
        return augmented(
            self.faces.image(index),
            self.faces.points[index],
            self.square(index),
            self.size,
            self.scheme.mirror_index,
            self.augmentation,
            np.random.default_rng([self.seed, place]),
        )

    @lru_cache(maxsize=2)  # noqa: B019 - one instance lives as long as its run
    def _order(self, epoch: int) -> NDArray[np.intp]:
        shuffled = np.random.default_rng([self.seed, 1, epoch]).permutation(len(self.chosen))
        return np.asarray(shuffled, dtype=np.intp)


def cut_plain(batches: LandmarkBatches, index: int) -> Sample:
    """The crop of one face without augmentation."""
    faces = batches.faces
    return cut(faces.image(index), faces.points[index], batches.square(index), batches.size)


def stacked(samples: list[Sample]) -> dict[str, NDArray[Any]]:
    """Samples as the arrays of one batch."""
    points = np.stack([sample.points for sample in samples])
    return {
        "image": np.stack([sample.crop for sample in samples]),
        "target": np.ascontiguousarray(points.transpose(0, 2, 1).reshape(len(points), -1)),
    }
