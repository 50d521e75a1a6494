"""What a detector finds on the pictures of a set, as arrays that can be kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.detection_picture import DetectionPicture
from lineament.detection.detector import Detections
from lineament.errors import DataError, ImageError
from lineament.evaluation.prediction_cache import file_digest
from lineament.evaluation.predictions import Progress, photo_batches, read_ahead
from lineament.face import FloatArray
from lineament.picture_file.header import read_header

if TYPE_CHECKING:
    from lineament.detection import Detector


@dataclass(frozen=True, slots=True, eq=False)
class DetectionPredictions:
    """Every detection in P pictures, K in all, in the order of the pictures.

    Attributes:
        picture: (K,) int64, index of its picture.
        boxes: (K,4) float32 x1 y1 x2 y2, best score of a picture first.
        scores: (K,) float32.
        five_points: (K,5,2) float32; NaN where a detector gives none.
        sizes: (P,2) int64, height and width of each picture.
    """

    picture: NDArray[np.int64]
    boxes: FloatArray
    scores: FloatArray
    five_points: FloatArray
    sizes: NDArray[np.int64]

    @staticmethod
    def of(found: Sequence[Detections], sizes: Sequence[tuple[int, int]]) -> DetectionPredictions:
        """From one entry for each picture."""
        joined = Detections.join(found)
        return DetectionPredictions(
            picture=np.repeat(np.arange(len(found)), [len(one) for one in found]).astype(np.int64),
            boxes=joined.boxes.astype(np.float32),
            scores=joined.scores.astype(np.float32),
            five_points=joined.five_points.astype(np.float32),
            sizes=np.array(sizes, dtype=np.int64).reshape(-1, 2),
        )

    def pictures(self) -> list[Detections]:
        """One entry for each picture."""
        edges = np.searchsorted(self.picture, np.arange(len(self.sizes) + 1))
        return [
            Detections(self.boxes[a:b], self.scores[a:b], self.five_points[a:b])
            for a, b in pairwise(edges)
        ]


def predict_detections(
    pictures: Sequence[DetectionPicture], detector: Detector, progress: Progress | None = None
) -> DetectionPredictions:
    """Run a detector over all pictures, in batches, while a thread reads on.

    Args:
        pictures: their faces are not looked at.
        progress: called after every batch.

    Raises:
        ImageError: a picture cannot be read.
    """
    found: list[Detections] = []
    sizes: list[tuple[int, int]] = []
    for batch in photo_batches(read_ahead([picture.image for picture in pictures])):
        found += detector.detect(batch)
        sizes += [photo.shape[:2] for photo in batch]
        if progress:
            progress(len(found), len(pictures))
    return DetectionPredictions.of(found, sizes)


def detection_digest(pictures: Sequence[DetectionPicture]) -> str:
    """sha256 over names and bytes of the pictures, in the listing's order.

    Raises:
        DataError: a picture cannot be read.
    """
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(json.dumps([picture.name, picture.image.suffix]).encode())
        digest.update(file_digest(picture.image))
    return digest.hexdigest()


def picture_size(picture: DetectionPicture) -> tuple[int, int]:
    """(height, width) from the file's header, as it is shown.

    Raises:
        DataError: the picture cannot be read.
    """
    try:
        header = read_header(picture.image.read_bytes())
    except (ImageError, OSError) as error:
        raise DataError(f"cannot read {picture.image}: {error}") from error
    if header.orientation > 4:
        return header.width, header.height
    return header.height, header.width
