"""Labelled photographs as faces to learn attributes from: for research and comparison only.

What is trained on them does not ship.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from lineament.attributes.attribute_faces import AttributeFaces, labels_of, log_known
from lineament.attributes.held_out_photos import held_out_count, held_out_share
from lineament.attributes.photo_answers import photo_answers
from lineament.datasets.attributed_face import AttributedFace
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_faces
from lineament.detection import Detector
from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, crop_affine, move, warp
from lineament.image import read
from lineament.landmarks.found_boxes import found_boxes
from lineament.landmarks.schemes import FIVE, Scheme
from lineament.landmarks.training_faces import TrainingFaces, remembered
from lineament.strict import Strict

log = logging.getLogger(__name__)

PhotoFace = LabelledFace | AttributedFace

SURROUNDINGS = 3.0
"""Side of the square that is kept of a photo, in units of sqrt(width x height) of the detector's
box: a crop of 1.3 boxes that is turned by 30 degrees, grown by a quarter and moved by a sixth of
its side still lies within."""

REACH = 0.25
"""How far from the box of a face's points, in units of its longer side, the middle of the
detector's box may lie: that of a profile lies behind the points."""

CHUNK = 64


class PhotoAttributes(Strict):
    """A published dataset of `datasets.readers`.

    Attributes:
        dataset: name of its reader: `mtfl`, `mafl` or `utkface`; of any other no label is known.
        size: side in pixels at which the surroundings of a face are kept.
        held_out: one photo in so many validates, cut as by `evaluation.holdout`.
        held_out_count: so many photos validate, cut by their names (`held_out_photos`). Where
            neither is given, none validates.
        validation_count: so many of the photos that come after those of `held_out_count`
            validate instead; the latter then neither train nor validate: they are for the report
            alone, and nothing that is chosen by validation has seen them.
        limit: only the first so many faces of the reader's list are used.
    """

    kind: Literal["photos"]
    dataset: str
    folder: Path
    part: str | None = None
    size: int = Field(gt=0, default=224)
    held_out: int | None = Field(ge=2, default=None)
    held_out_count: int | None = Field(gt=0, default=None)
    validation_count: int | None = Field(gt=0, default=None)
    limit: int | None = Field(gt=0, default=None)

    @model_validator(mode="after")
    def _one_cut(self) -> PhotoAttributes:
        if self.held_out is not None and self.held_out_count is not None:
            raise ValueError("held_out and held_out_count both cut the photos; give one of them")
        if self.validation_count is not None and self.held_out_count is None:
            raise ValueError("validation_count comes after held_out_count; give that as well")
        return self

    def read(
        self, tasks: tuple[str, ...], detector: Detector, cache: Path, scheme: Scheme = FIVE
    ) -> tuple[AttributeFaces, AttributeFaces]:
        """Faces to train on and faces to validate on; no photo is in both.

        What is kept in `cache` does not depend on the tasks.

        Args:
            scheme: order of the points; a dataset without points fits any.

        Raises:
            ConfigError: no such dataset, part or task, or as many photos as are held out.
            DataError: the dataset is not there, not in its layout, or of other points.
        """
        labels_of([], tasks)
        faces: list[PhotoFace] = list(read_faces(self.dataset, self.folder, self.part))
        faces = faces[: self.limit]
        for face in faces[:1]:
            if isinstance(face, LabelledFace) and face.scheme != scheme.name:
                raise DataError(
                    f"{self.dataset} is labelled with {face.scheme}, the recipe wants {scheme.name}"
                )
        trains, validates = self._cut([face.image for face in faces])
        training, held_out = (
            self._with_labels(
                [face for face, wanted in zip(faces, part, strict=True) if wanted],
                *(tasks, detector, cache, scheme),
            )
            for part in (trains, validates)
        )
        log_known(training, f"photos of {self.dataset} to train on")
        return training, held_out

    def _cut(self, pictures: Sequence[Path]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(N,) which pictures train, and (N,) which validate."""
        none = np.zeros(len(pictures), np.bool_)
        if self.held_out is not None:
            kept, reported = held_out_share(pictures, self.held_out), none
        elif self.held_out_count is not None and self.validation_count is not None:
            kept = held_out_count(pictures, self.held_out_count + self.validation_count)
            reported = held_out_count(pictures, self.held_out_count)
        elif self.held_out_count is not None:
            kept, reported = held_out_count(pictures, self.held_out_count), none
        else:
            kept = reported = none
        return ~kept, kept & ~reported

    def _with_labels(
        self,
        faces: Sequence[PhotoFace],
        tasks: tuple[str, ...],
        detector: Detector,
        cache: Path,
        scheme: Scheme,
    ) -> AttributeFaces:
        known = [photo_answers(self.dataset, face.attributes) for face in faces]
        angles = np.full((len(faces), 3), np.nan, np.float32)
        arrays = self._arrays(faces, detector, cache, scheme)
        return AttributeFaces(arrays, labels_of(known, tasks), tasks, angles)

    def _arrays(
        self, faces: Sequence[PhotoFace], detector: Detector, cache: Path, scheme: Scheme
    ) -> TrainingFaces:
        if not faces:
            return TrainingFaces(
                (),
                np.empty((0, scheme.count, 2), np.float32),
                np.empty((0, 4), np.float32),
                np.empty(0, np.int64),
            )
        listing = hashlib.sha256()
        for face in faces:
            listing.update(face.name.encode())
            if isinstance(face, LabelledFace):
                listing.update(face.points.tobytes())
        facts = {
            "photos": self.dataset,
            "folder": str(self.folder.resolve()),
            "size": self.size,
            "surroundings": SURROUNDINGS,
            "reach": REACH,
            "faces": listing.hexdigest(),
            "detector": detector.record.networks[0].sha256,
        }
        arrays = remembered(cache, facts, lambda place: _extract(faces, self.size, place, detector))
        points = np.full((len(faces), scheme.count, 2), np.nan, np.float32)
        if "points" in arrays:
            points = np.asarray(arrays["points"])
        photos = [str(face.image) for face in faces]
        groups = np.unique(photos, return_inverse=True)[1].astype(np.int64)
        return TrainingFaces((arrays["images"],), points, np.asarray(arrays["boxes"]), groups)


def _extract(faces: Sequence[PhotoFace], size: int, place: Path, detector: Detector) -> None:
    log.info("finding %d faces and cutting them out of their photos", len(faces))
    shape = (len(faces), size, size, 3)
    images = np.lib.format.open_memmap(place / "images.npy", "w+", np.uint8, shape)
    boxes = np.empty((len(faces), 4), np.float32)
    points = []
    with ThreadPoolExecutor(2) as pool:
        for first in range(0, len(faces), CHUNK):
            some = faces[first : first + CHUNK]
            photos = list(pool.map(lambda face: read(face.image), some))
            places = [_where(face, photo) for face, photo in zip(some, photos, strict=True)]
            found = found_boxes(detector, photos, places)
            for row, (face, photo, box) in enumerate(zip(some, photos, found, strict=True), first):
                affine = _surroundings(photo, box, size)
                images[row] = warp(photo, affine, size)
                boxes[row] = move(affine, box.reshape(2, 2)).ravel()
                if isinstance(face, LabelledFace):
                    points.append(move(affine, face.points))
            log.info("%d of %d faces", min(first + CHUNK, len(faces)), len(faces))
    images.flush()
    np.save(place / "boxes.npy", boxes)
    if points:
        np.save(place / "points.npy", np.stack(points))
    log.info("the detector found %.1f %% of them", 100 * np.isfinite(boxes).all(axis=1).mean())


def _where(face: PhotoFace, photo: ByteArray) -> FloatArray:
    """(2,2) corners of the part of a photo in which the middle of the face's box lies.

    It is the box of the points with some reach; of a face without points, the middle half of the
    photo.
    """
    if isinstance(face, LabelledFace):
        low, high = face.points.min(axis=0), face.points.max(axis=0)
        reach = REACH * (high - low).max()
        return np.stack([low - reach, high + reach])
    size = np.array([photo.shape[1], photo.shape[0]], np.float32)
    return np.stack([size / 4, 3 * size / 4])


def _surroundings(photo: ByteArray, box: FloatArray, size: int) -> Affine:
    """Affine from a photo to what is kept of it: round the box; without one, all of it."""
    if not np.isfinite(box).all():
        height, width = photo.shape[:2]
        return crop_affine(((width - 1) / 2, (height - 1) / 2), max(width, height), 0.0, size)
    width, height = np.maximum(box[2:] - box[:2], 1.0)
    side = SURROUNDINGS * float(np.sqrt(width * height))
    return crop_affine((box[:2] + box[2:]) / 2, side, 0.0, size)
