"""Labelled photographs as faces to train on: for published recipes and comparison only.

What is trained on them is research: it does not ship.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_dataset
from lineament.detection import Detector
from lineament.errors import DataError
from lineament.evaluation.holdout import holdout
from lineament.evaluation.matching import face_extent
from lineament.face import ByteArray, FloatArray
from lineament.geometry import crop_affine, move, warp
from lineament.image import read
from lineament.landmarks.found_boxes import found_boxes
from lineament.landmarks.schemes import Scheme, find_scheme
from lineament.landmarks.training_faces import TrainingFaces, remembered
from lineament.strict import Strict

log = logging.getLogger(__name__)

SURROUNDINGS = 2.4
"""Side of the square that is kept of a photo, in units of the larger side of the points' box."""

CHUNK = 64


class PhotoSource(Strict):
    """A published dataset; one sixth of its photos is held out and validates.

    Attributes:
        dataset: name of its reader, such as `300w`.
        size: side in pixels at which the surroundings of a face are kept.
        held_out: one photo in so many validates; 0 trains on all.
        subsets: only subsets whose names begin so; empty: all.
    """

    kind: Literal["photos"]
    dataset: str
    folder: Path
    part: str | None = None
    size: int = Field(gt=0, default=256)
    held_out: int = Field(ge=0, default=6)
    subsets: tuple[str, ...] = ()

    def read(
        self, scheme: Scheme, detector: Detector, cache: Path
    ) -> tuple[TrainingFaces, TrainingFaces]:
        """Faces to train on and faces to validate on; no photo is in both.

        Raises:
            DataError: the dataset is not there, not in its layout, or of other points.
        """
        faces = read_dataset(self.dataset, self.folder, self.part)
        if self.subsets:
            faces = [face for face in faces if face.subset.startswith(self.subsets)]
        if not faces:
            raise DataError(f"{self.folder} has no face of the subsets {', '.join(self.subsets)}")
        if faces[0].scheme != scheme.name:
            raise DataError(
                f"{self.dataset} is labelled with {faces[0].scheme}, the recipe wants {scheme.name}"
            )
        validates = holdout(faces, self.held_out) if self.held_out else np.zeros(len(faces), bool)
        return (
            self._arrays(
                [f for f, kept in zip(faces, validates, strict=True) if not kept], detector, cache
            ),
            self._arrays(
                [f for f, kept in zip(faces, validates, strict=True) if kept], detector, cache
            ),
        )

    def _arrays(
        self, faces: Sequence[LabelledFace], detector: Detector, cache: Path
    ) -> TrainingFaces:
        count = len(faces[0].points) if faces else 0
        if not faces:
            return TrainingFaces(
                (),
                np.empty((0, count, 2), np.float32),
                np.empty((0, 4), np.float32),
                np.empty(0, np.int64),
            )
        listing = hashlib.sha256()
        for face in faces:
            listing.update(face.name.encode() + face.points.tobytes())
        facts = {
            "photos": self.dataset,
            "folder": str(self.folder.resolve()),
            "size": self.size,
            "faces": listing.hexdigest(),
            "detector": detector.record.networks[0].sha256,
        }
        arrays = remembered(cache, facts, lambda place: _extract(faces, self.size, place, detector))
        return TrainingFaces(
            (arrays["images"],),
            np.asarray(arrays["points"]),
            np.asarray(arrays["boxes"]),
            np.arange(len(faces), dtype=np.int64),
        )


def _extract(faces: Sequence[LabelledFace], size: int, place: Path, detector: Detector) -> None:
    log.info("cutting %d faces out of their photos", len(faces))
    scheme = find_scheme(faces[0].scheme)
    shape = (len(faces), size, size, 3)
    images = np.lib.format.open_memmap(place / "images.npy", "w+", np.uint8, shape)
    points = np.empty((len(faces), *faces[0].points.shape), np.float32)
    boxes = np.empty((len(faces), 4), np.float32)
    with ThreadPoolExecutor(2) as pool:
        for first in range(0, len(faces), CHUNK):
            some = faces[first : first + CHUNK]
            photos = list(pool.map(lambda face: read(face.image), some))
            extents = [face_extent(face.points, scheme).reshape(2, 2) for face in some]
            found = found_boxes(detector, photos, extents)
            for row, (face, photo, box) in enumerate(zip(some, photos, found, strict=True), first):
                images[row], points[row], boxes[row] = _cut(photo, face.points, box, size)
    images.flush()
    np.save(place / "points.npy", points)
    np.save(place / "boxes.npy", boxes)
    log.info("the detector found %.1f %% of them", 100 * np.isfinite(boxes).all(axis=1).mean())


def _cut(
    photo: ByteArray, points: FloatArray, box: FloatArray, size: int
) -> tuple[ByteArray, FloatArray, FloatArray]:
    """The surroundings of a face at `size` pixels, with points and box in their pixels."""
    low, high = points.min(axis=0), points.max(axis=0)
    side = SURROUNDINGS * max(float((high - low).max()), 1.0)
    affine = crop_affine((low + high) / 2, side, 0.0, size)
    return warp(photo, affine, size), move(affine, points), move(affine, box.reshape(2, 2)).ravel()
