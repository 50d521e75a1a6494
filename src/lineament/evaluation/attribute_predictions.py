"""Run detector and attributes over the pictures of a dataset, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError, WeightError
from lineament.evaluation.attribute_samples import AttributeSample
from lineament.evaluation.matching import truth_box
from lineament.evaluation.predictions import Progress, photo_batches, read_ahead
from lineament.evaluation.skin_tone import typology_angle
from lineament.face import ByteArray, FaceAttributes, FloatArray
from lineament.landmarks.schemes import FIVE, find_scheme
from lineament.weights import AttributeHead, AttributesOutput, WeightRecord

if TYPE_CHECKING:
    from lineament.detection import Detector

BoxSource = Literal["detector", "truth", "dataset", "picture"]
"""Where a face's box is from; `picture`: the whole picture is the box of its one face."""


class AttributeEstimates(Protocol):
    """What attributes are asked of; `lineament.attributes.estimator` has the real one."""

    @property
    def record(self) -> WeightRecord: ...

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> Sequence[Sequence[FaceAttributes]]:
        """For each photo the attributes of each of its (Ni,4) boxes."""


@dataclass(frozen=True, slots=True, eq=False)
class AttributePredictions:
    """Every face predicted in every picture, K in all, in the order of the pictures.

    Attributes:
        photo: (K,) int64, index of the sample whose picture it is.
        boxes: (K,4) float32, x1 y1 x2 y2 in photo pixels, best score of a picture first.
        scores: (K,) float32; 1 where the box did not come from a detector.
        probabilities: (K,C) float64, those of all heads side by side, in the record's order.
        angles: (K,3) float32 yaw, pitch and roll in degrees; NaN where the head gives none.
        points: (K,L,2) float32 in photo pixels; L is 0 where the head gives none.
        typology: (K,) float32 individual typology angle of the skin in degrees; NaN where five
            points of the face are not known.
    """

    photo: NDArray[np.int64]
    boxes: FloatArray
    scores: FloatArray
    probabilities: NDArray[np.float64]
    angles: FloatArray
    points: FloatArray
    typology: FloatArray

    def rows_of(self, photo: int) -> slice:
        """Places of the predictions of one picture."""
        first, last = np.searchsorted(self.photo, [photo, photo + 1])
        return slice(int(first), int(last))


def attributes_output(record: WeightRecord) -> AttributesOutput:
    """What the record's first network gives, or a ValueError where that is not attributes."""
    output = record.networks[0].output
    if not isinstance(output, AttributesOutput):
        raise ValueError(f"weight {record.name} gives {output.kind}, expected attributes")
    return output


def columns_of(heads: Sequence[AttributeHead]) -> dict[str, slice]:
    """Columns of `AttributePredictions.probabilities` by task."""
    columns, start = {}, 0
    for head in heads:
        columns[head.task] = slice(start, start + len(head.classes))
        start += len(head.classes)
    return columns


def predict_attributes(
    samples: Sequence[AttributeSample],
    estimator: AttributeEstimates,
    detector: Detector | None,
    source: BoxSource,
    progress: Progress | None = None,
) -> AttributePredictions:
    """Attributes of every face that the detector finds, or of one given box in each picture.

    Raises:
        ImageError: a picture cannot be read.
        DataError: a face has no box of the kind that was asked for.
        WeightError: a probability, an angle or a point is not a finite number.
    """
    output = attributes_output(estimator.record)
    photo: list[int] = []
    boxes = [np.empty((0, 4), np.float32)]
    scores = [np.empty(0, np.float32)]
    faces: list[FaceAttributes] = []
    typology: list[float] = []
    done = 0
    for batch in photo_batches(_pictures(samples)):
        start, done = done, done + len(batch)
        fives: list[FloatArray | None]
        if detector is None:
            here = [
                given_box(sample, image, source)[None]
                for sample, image in zip(samples[start:done], batch, strict=True)
            ]
            scores += [np.ones(1, np.float32)] * len(batch)
            fives = [None] * len(batch)
        else:
            detections = detector.detect(batch)
            here = [found.boxes for found in detections]
            scores += [found.scores for found in detections]
            fives = [five for found in detections for five in found.five_points]
        for place, rows in enumerate(here, start):
            photo += [place] * len(rows)
        boxes += here
        flat = [face for found in estimator.estimate(batch, here) for face in found]
        images = [image for image, rows in zip(batch, here, strict=True) for _ in rows]
        for image, face, five in zip(images, flat, fives, strict=True):
            typology.append(_typology(image, face, five))
        faces += flat
        if progress:
            progress(done, len(samples))
    made = AttributePredictions(
        photo=np.array(photo, dtype=np.int64),
        boxes=np.concatenate(boxes).astype(np.float32),
        scores=np.concatenate(scores).astype(np.float32),
        probabilities=_probabilities(faces, output.heads),
        angles=_angles(faces),
        points=_points(faces, output),
        typology=np.array(typology, dtype=np.float32),
    )
    for name in ("probabilities", "points"):
        if not np.isfinite(getattr(made, name)).all():
            raise WeightError(
                f"weight {estimator.record.name}: got NaN or infinity among the {name}, expected "
                "finite numbers; check its input contract or its training"
            )
    return made


def given_box(sample: AttributeSample, image: ByteArray, source: BoxSource) -> FloatArray:
    """The box (4,) x1 y1 x2 y2 of a face that no detector found.

    Raises:
        DataError: the dataset gives neither points nor a box, as far as `source` needs them.
    """
    if source == "picture":
        height, width = image.shape[:2]
        return np.array([-0.5, -0.5, width - 0.5, height - 0.5], dtype=np.float32)
    if source == "truth":
        for scheme, points in sample.points.items():
            return truth_box(points, find_scheme(scheme))
    elif sample.box is not None:
        return sample.box
    need = "points" if source == "truth" else "box"
    raise DataError(
        f"face {sample.name} has no {need} of its dataset, expected one for --boxes {source}; "
        "choose --boxes detector or --boxes picture"
    )


def _pictures(samples: Sequence[AttributeSample]) -> Iterator[ByteArray]:
    paths = [sample.picture for sample in samples if isinstance(sample.picture, Path)]
    if len(paths) == len(samples):
        return read_ahead(paths)
    return (sample.read() for sample in samples)


def _typology(image: ByteArray, face: FaceAttributes, five: FloatArray | None) -> float:
    """By the detector's five points, or by the head's own where there is no detector."""
    if five is None and face.landmarks is not None and face.landmarks.scheme == FIVE.name:
        five = face.landmarks.points
    return float("nan") if five is None else typology_angle(image, five)


def _probabilities(
    faces: Sequence[FaceAttributes], heads: Sequence[AttributeHead]
) -> NDArray[np.float64]:
    rows = [
        [face.choices[head.task].probabilities[name] for head in heads for name in head.classes]
        for face in faces
    ]
    width = sum(len(head.classes) for head in heads)
    return np.array(rows, dtype=np.float64).reshape(len(faces), width)


def _angles(faces: Sequence[FaceAttributes]) -> FloatArray:
    rows = [
        (face.pose.yaw, face.pose.pitch, face.pose.roll) if face.pose else (np.nan,) * 3
        for face in faces
    ]
    return np.array(rows, dtype=np.float32).reshape(len(faces), 3)


def _points(faces: Sequence[FaceAttributes], output: AttributesOutput) -> FloatArray:
    count = output.points.count if output.points else 0
    rows = [face.landmarks.points for face in faces if face.landmarks is not None]
    return np.array(rows, dtype=np.float32).reshape(len(faces), count, 2)
