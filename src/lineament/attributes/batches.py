"""Training batches of face crops with points, labels and angles."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.attributes.attribute_faces import AttributeFaces
from lineament.attributes.tasks import UNKNOWN, find_task
from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.landmarks.batches import LandmarkBatches, cut_plain
from lineament.landmarks.schemes import Scheme
from lineament.training.augmentation.options import Augmentation, Spoiling, Straying
from lineament.training.augmentation.sample import Sample
from lineament.weights import DetectorBox

log = logging.getLogger(__name__)

AGGRESSIVE = Augmentation(
    straying=Straying(mirror=0.5, rotation=30, shift=0.15, scale=0.25),
    spoiling=Spoiling(gamma=0.2, contrast=0.15, brightness=0.05, grey=0.1, blur=0.2, jpeg=0.4),
)
"""Faces seen a million times, each time otherwise: turned by up to 30 degrees, moved so that some
lie partly outside, from close to so wide that collars show, compressed and mirrored."""

MIRRORED = np.array([-1, 1, -1], np.float32)
"""Signs of yaw, pitch and roll in a mirrored picture."""


class AttributeBatches(LandmarkBatches):
    """Crops of faces by the detector's boxes, with what is known of each.

    A crop is a function of seed and place in the run. What the augmentation does to a picture it
    does to the truth: a mirrored face swaps left and right points and the classes of each task,
    yaw and roll change sign; a crop that is turned adds its angle to the roll.

    Args:
        faces: those in which the detector found no face are left out, and the log counts them.
        scheme: order of the points, as many as the faces have.
        size: side of the crops in pixels.
        batch: number of crops of one step over all processes.
        chosen: (M,) indices of the faces to use; all by default. One that stands there twice is
            seen twice.

    Raises:
        DataError: the detector found none of the faces.
        ValueError: the faces have another number of points than the scheme.
    """

    def __init__(
        self,
        faces: AttributeFaces,
        scheme: Scheme,
        crop: DetectorBox,
        size: int,
        batch: int,
        augmentation: Augmentation,
        seed: int,
        chosen: NDArray[np.intp] | None = None,
    ) -> None:
        if faces.faces.points.shape[1] != scheme.count:
            raise ValueError(
                f"faces have {faces.faces.points.shape[1]} points, {scheme.name} {scheme.count}"
            )
        wanted = np.arange(len(faces)) if chosen is None else chosen
        super().__init__(faces.faces, wanted, scheme, crop, size, batch, augmentation, seed)
        missed = len(wanted) - len(self.chosen)
        if not len(self.chosen):
            raise DataError(
                f"the detector found none of the {len(wanted)} faces; look whether the pictures "
                "show faces, or name another detector"
            )
        log.info("%d of %d faces left out: the detector missed them", missed, len(wanted))
        self.attributes, self.with_points = faces, faces.with_points
        self.mirrors = [find_task(name).mirror for name in faces.tasks]

    def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, NDArray[Any]]:
        """Arrays of the N crops of one step for one of `world` processes.

        Returns:
            `image` (N,S,S,3) uint8 RGB; `points` (N,2L) float32 crop pixels, x1..xL y1..yL, all
            NaN of a face without points; `labels` (N,T) int64, -1 where unknown; `angles` (N,3)
            float32 yaw, pitch and roll in degrees, all NaN where unknown.
        """
        return _stacked([self._row(place) for place in self.places(iteration, rank, world)])

    def plain(self, indices: Sequence[int] | NDArray[np.intp]) -> dict[str, NDArray[Any]]:
        """As `batch`, of these faces and without augmentation, as at inference."""
        return _stacked([self._labelled(int(i), cut_plain(self, int(i))) for i in indices])

    def photo(self, index: int) -> Sample:
        """One face's picture and points before it is cut; zeros in place of unknown points."""
        points = np.nan_to_num(self.faces.points[index], nan=0.0)
        return Sample(self.faces.image(index), points, name=f"face {index}")

    def mean_points(self, count: int = 500) -> FloatArray:
        """Mean (L,2) of the points of plain crops, of the first faces that have any.

        Raises:
            DataError: no face has points.
        """
        known = self.chosen[self.with_points[self.chosen]][:count]
        if not len(known):
            raise DataError("no face has points; add a source with points")
        rows = self.plain(known)["points"]
        return np.asarray(rows.mean(axis=0).reshape(2, -1).T, dtype=np.float32)

    def _row(self, place: int) -> dict[str, NDArray[Any]]:
        index, random = self.index(place), self.random(place)
        draw = self.augmenter.draw(self.square(index), random)
        crop = self.augmenter.apply(self.photo(index), draw, self._other_picture)
        return self._labelled(index, crop, float(np.degrees(draw.square.angle)), draw.mirrors)

    def _labelled(
        self, index: int, crop: Sample, turn: float = 0.0, mirrors: bool = False
    ) -> dict[str, NDArray[Any]]:
        """A crop with its truth; `turn`: degrees by which it was turned clockwise in the photo."""
        angles = self.attributes.angles[index] + np.array([0, 0, turn], np.float32)
        labels = self.attributes.labels[index]
        if mirrors:
            angles = angles * MIRRORED
            labels = mirrored_labels(labels, self.mirrors)
        points = np.ascontiguousarray(crop.points.T).ravel()
        if not self.with_points[index]:
            points = np.full_like(points, np.nan)
        return {"image": crop.image, "points": points, "labels": labels, "angles": angles}


def mirrored_labels(
    labels: NDArray[np.int64], mirrors: Sequence[tuple[int, ...]]
) -> NDArray[np.int64]:
    """Labels (T,) of the mirrored face; `mirrors` has for each task the mirror of each class."""
    swapped = [
        label if label == UNKNOWN else mirror[label]
        for label, mirror in zip(labels.tolist(), mirrors, strict=True)
    ]
    return np.array(swapped, dtype=np.int64)


def _stacked(rows: Sequence[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
