"""Run detector and parts over a dataset's photos, in batches: one mask for each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lineament.errors import RecordError
from lineament.evaluation.prediction_cache import file_digest
from lineament.evaluation.predictions import BATCH_PHOTOS, Progress
from lineament.evaluation.square_photo import square_photo
from lineament.face import ByteArray, FaceParts, FloatArray
from lineament.parsing.part_schemes import PartScheme, find_part_scheme
from lineament.weights import DetectorBox, PartsOutput, WeightRecord

if TYPE_CHECKING:
    from lineament.datasets.labelled_parts import LabelledParts
    from lineament.detection import Detector

BoxSource = Literal["detector", "picture"]
"""Where the boxes are from; `picture` makes the whole square photo the network's crop."""


class PartEstimates(Protocol):
    """What parts are asked of; `lineament.parsing.estimator` has the real one."""

    @property
    def record(self) -> WeightRecord: ...

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[list[FaceParts]]:
        """Ni parts for the (Ni,4) boxes of every photo."""


@dataclass(frozen=True, slots=True, eq=False)
class PartPredictions:
    """What was predicted for N square photos.

    Attributes:
        masks: (N,S,S) uint8 class numbers of the record's scheme, in pixels of the square photo.
        found: (N,) whether a face was found; without one, all is background.
    """

    masks: ByteArray
    found: NDArray[np.bool_]


def parts_scheme(record: WeightRecord) -> PartScheme:
    """The scheme that a record's masks are of.

    Raises:
        RecordError: the record gives no parts.
    """
    output = record.networks[-1].output
    if not isinstance(output, PartsOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} and gives {output.kind}, expected a "
            "weight of task parsing"
        )
    return find_part_scheme(output.scheme)


def predict_parts(
    photos: Sequence[LabelledParts],
    estimator: PartEstimates,
    detector: Detector | None,
    size: int,
    progress: Progress | None = None,
) -> PartPredictions:
    """Parse every photo on its square canvas, batch by batch.

    Args:
        photos: their truth is not looked at.
        estimator: the parts under test.
        detector: finds the faces, of which the one with the largest box is parsed; None makes
            the whole square the network's crop.
        size: side of the square, see `lineament.evaluation.square_photo`.
        progress: called after every batch.

    Raises:
        ImageError: a picture cannot be read.
        RecordError: no box makes the network look at the whole picture.
    """
    masks = np.zeros((len(photos), size, size), dtype=np.uint8)
    found = np.zeros(len(photos), dtype=np.bool_)
    whole = None if detector else whole_square_box(estimator.record, size)[None]
    for start in range(0, len(photos), BATCH_PHOTOS):
        batch = [
            square_photo(photo.read_image(), size) for photo in photos[start : start + BATCH_PHOTOS]
        ]
        if detector:
            boxes = [largest_box(one.boxes) for one in detector.detect(batch)]
        else:
            assert whole is not None
            boxes = [whole] * len(batch)
        for place, faces in enumerate(estimator.estimate(batch, boxes), start):
            for face in faces:
                masks[place] = face.full(size, size)
                found[place] = True
        if progress:
            progress(start + len(batch), len(photos))
    return PartPredictions(masks, found)


def largest_box(boxes: FloatArray) -> FloatArray:
    """Of (K,4) boxes x1 y1 x2 y2 the one of the greatest area, the first of equals: (0 or 1,4)."""
    if not len(boxes):
        return np.empty((0, 4), dtype=np.float32)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return boxes[[int(areas.argmax())]]


def whole_square_box(record: WeightRecord, size: int) -> FloatArray:
    """The box (4,) of which a record's rule makes exactly the square photo of `size` pixels.

    Raises:
        RecordError: the rule does not start from a box.
    """
    rule = record.networks[0].input.crop
    if not isinstance(rule, DetectorBox):
        raise RecordError(
            f"weight {record.name}: got the crop rule {rule.rule!r}, expected detector_box for "
            "--boxes picture"
        )
    x, y = (size - 1) / 2, (size - 1) / 2 - rule.down * size
    half = size / rule.scale / 2
    return np.array([x - half, y - half, x + half, y + half], dtype=np.float32)


def parts_digest(photos: Sequence[LabelledParts]) -> str:
    """sha256 over what predictions depend on: names, pictures, and the size of the masks, to
    which a dataset may shrink its pictures (by the bytes of each first mask file).

    Raises:
        DataError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for photo in photos:
        digest.update(json.dumps([photo.name, photo.image.suffix]).encode())
        digest.update(file_digest(photo.image))
        digest.update(file_digest(photo.mask_files[0]))
    return digest.hexdigest()
