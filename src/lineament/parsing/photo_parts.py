"""Labelled photographs as faces to learn parsing from: for published recipes and comparison only.

What is trained on them is research: it does not ship.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from lineament.datasets.labelled_parts import LabelledParts, size_of
from lineament.datasets.part_readers import read_parts
from lineament.detection import Detector
from lineament.errors import ConfigError, DataError
from lineament.face import ByteArray, FloatArray
from lineament.geometry import move
from lineament.landmarks.crops import Square
from lineament.landmarks.found_boxes import found_boxes
from lineament.landmarks.training_faces import remembered
from lineament.parsing.parsing_faces import KeptFaces, ParsingFaces, class_table, no_faces
from lineament.parsing.part_schemes import UNKNOWN, PartScheme, find_part_scheme
from lineament.parsing.sides import sides_as_seen
from lineament.strict import Strict
from lineament.synthesis.parts import Part
from lineament.training.augmentation.cut import cut
from lineament.training.augmentation.sample import Sample

log = logging.getLogger(__name__)

FEATURES = frozenset(
    {Part.NOSE, Part.LEFT_EYE, Part.RIGHT_EYE, Part.LEFT_BROW, Part.RIGHT_BROW}
    | {Part.MOUTH, Part.UPPER_LIP, Part.LOWER_LIP}
)
"""The box that belongs to a photo has its middle among these."""

NO_POINTS = np.empty((0, 2), np.float32)
CHUNK = 32


class PhotoParts(Strict):
    """A published dataset of `datasets.part_readers`.

    Attributes:
        dataset: name of its reader, such as `celebamask_hq`.
        split: what is trained on.
        validation: the split that validates; absent: nothing of this source does.
        labelled_in: part scheme of the masks of a dataset that does not say so itself.
        keeps: `scaled`, the whole photo, so that its longer side fills the square; `padded`, the
            whole photo in its own pixels, as STN-iCNN pads HELEN's to 1024; `face`, the square
            round the detector's box, or all of a photo without one. Round a whole photo it
            is black and background; round what `face` keeps, edge pixels are repeated.
        room: side of the square of `face` in units of sqrt(width x height) of the box.
        size: side in pixels at which the square is kept; that of the canvas if None.
        limit: only the first so many pictures are trained on.
        sides: `seen` mends left and right of upright faces where labels exchange them, see
            `sides`; `labelled` leaves them as published.
    """

    kind: Literal["photos"]
    dataset: str
    folder: Path
    split: str = "train"
    validation: str | None = None
    labelled_in: str | None = None
    keeps: Literal["scaled", "padded", "face"] = "scaled"
    room: float = Field(gt=0, default=3.0)
    size: int | None = Field(gt=0, default=None)
    limit: int | None = Field(gt=0, default=None)
    sides: Literal["labelled", "seen"] = "labelled"

    def read(
        self, scheme: PartScheme, canvas: int, detector: Detector, cache: Path
    ) -> tuple[ParsingFaces, ParsingFaces]:
        """Faces to train on and faces to validate on.

        What is kept in `cache` does not depend on the recipe's scheme.

        Args:
            canvas: side in pixels of what the network sees.

        Raises:
            ConfigError: no such dataset, split or scheme, or the splits share a picture.
            DataError: the dataset is not there or not in its layout, a picture or mask of it is
                damaged, a mask has another size than its picture or numbers that are no class,
                a photo is larger than the square that it is padded to.
        """
        photos = self._photos(self.split)[: self.limit]
        kept = self._photos(self.validation) if self.validation is not None else []
        shared = {photo.image for photo in photos} & {photo.image for photo in kept}
        if shared:
            raise ConfigError(
                f"split {self.split!r} and validation {self.validation!r} of {self.folder} share "
                f"{len(shared)} pictures, such as {min(shared).name}; name two that share none"
            )
        training = self._faces(photos, scheme, canvas, detector, cache)
        held_out = no_faces(scheme)
        if kept:
            held_out = self._faces(kept, scheme, canvas, detector, cache)
        return training, held_out

    def _photos(self, split: str) -> list[LabelledParts]:
        photos = read_parts(self.dataset, self.folder, split, self.labelled_in)
        return sides_as_seen(photos) if self.sides == "seen" else photos

    def _faces(
        self,
        photos: Sequence[LabelledParts],
        scheme: PartScheme,
        canvas: int,
        detector: Detector,
        cache: Path,
    ) -> ParsingFaces:
        size = self.size or canvas
        listing = hashlib.sha256()
        for photo in photos:
            listing.update(photo.name.encode())
            for path in (photo.image, *photo.mask_files):
                status = path.stat()
                listing.update(f"{path.name} {status.st_size} {status.st_mtime_ns}".encode())
        facts = {
            "labelled photos": self.dataset,
            "folder": str(self.folder.resolve()),
            "keeps": [self.keeps, self.room if self.keeps == "face" else None, size],
            "photos": listing.hexdigest(),
            "scheme": photos[0].scheme,
            "detector": detector.record.networks[0].sha256,
        }
        if self.sides == "seen":
            facts["sides"] = self.sides
        arrays = remembered(
            cache, facts, lambda place: self._extract(photos, size, place, detector)
        )
        table = class_table(find_part_scheme(photos[0].scheme), scheme)
        kept = KeptFaces(arrays["pictures"], arrays["masks"], table)
        groups = np.arange(len(photos), dtype=np.int64)
        return ParsingFaces((kept,), np.asarray(arrays["boxes"]), groups, scheme)

    def _extract(
        self, photos: Sequence[LabelledParts], size: int, place: Path, detector: Detector
    ) -> None:
        log.info("keeping %d photos of %s at %d pixels", len(photos), self.dataset, size)
        shape = (len(photos), size, size)
        pictures = np.lib.format.open_memmap(place / "pictures.npy", "w+", np.uint8, (*shape, 3))
        masks = np.lib.format.open_memmap(place / "masks.npy", "w+", np.uint8, shape)
        boxes = np.empty((len(photos), 4), np.float32)
        scheme = find_part_scheme(photos[0].scheme)
        with ThreadPoolExecutor(2) as pool:
            for first in range(0, len(photos), CHUNK):
                some = photos[first : first + CHUNK]
                both = list(pool.map(lambda photo: photo.read(), some))
                extents = [features_extent(mask, scheme) for _, mask in both]
                found = found_boxes(detector, [picture for picture, _ in both], extents)
                for row, (picture, mask) in enumerate(both, first):
                    sample = Sample(picture, NO_POINTS, mask, str(photos[row].image))
                    kept, boxes[row] = self._kept(sample, found[row - first], size)
                    pictures[row], masks[row] = kept.image, kept.mask
                log.info("%d of %d photos", min(first + CHUNK, len(photos)), len(photos))
        pictures.flush()
        masks.flush()
        np.save(place / "boxes.npy", boxes)
        log.info("the detector found %.1f %% of them", 100 * np.isfinite(boxes).all(axis=1).mean())

    def _kept(self, sample: Sample, box: FloatArray, size: int) -> tuple[Sample, FloatArray]:
        """What is kept of one photo at `size` pixels, and the box in it."""
        side = max(sample.image.shape[:2])
        if self.keeps == "padded" and side > size:
            raise DataError(
                f"{sample.name}: got {size_of(sample.image)} pixels, expected at most {size} "
                "on each side to pad it without scaling; take keeps = 'scaled' or a larger size"
            )
        if self.keeps == "face" and np.isfinite(box).all():
            extent = np.maximum(box[2:] - box[:2], 1.0)
            room = self.room * float(np.sqrt(extent.prod()))
            middle = np.asarray((box[:2] + box[2:]) / 2, dtype=np.float32)
            square = Square(middle, room, 0.0)
        else:
            side = size if self.keeps == "padded" else side
            sample, corner = padded(sample, side)
            box = box + np.tile(corner, 2)
            square = Square(np.full(2, (side - 1) / 2, np.float32), float(side), 0.0)
        kept = cut(sample, square, size)
        return kept, move(square.affine(size), box.reshape(2, 2)).ravel()


def padded(sample: Sample, side: int) -> tuple[Sample, FloatArray]:
    """A photo and its mask in the middle of a black square, and (2,) where its corner is there.

    The corner lies on whole pixels, so that a photo that is not scaled is copied.
    """
    height, width = sample.image.shape[:2]
    left, top = (side - width) // 2, (side - height) // 2
    image = np.zeros((side, side, 3), np.uint8)
    mask = np.zeros((side, side), np.uint8)
    assert sample.mask is not None
    image[top : top + height, left : left + width] = sample.image
    mask[top : top + height, left : left + width] = sample.mask
    return replace(sample, image=image, mask=mask), np.array([left, top], np.float32)


def features_extent(mask: ByteArray, scheme: PartScheme) -> FloatArray:
    """(2,2) corners of the box round the features of a face; all of the picture without any."""
    classes = [n for n, members in enumerate(scheme.members) if FEATURES.issuperset(members)]
    rows, columns = np.nonzero(np.isin(mask, classes) & (mask != UNKNOWN))
    if not len(rows):
        return np.array([[0, 0], mask.shape[::-1]], np.float32)
    low, high = (columns.min(), rows.min()), (columns.max(), rows.max())
    return np.array([low, high], np.float32)
