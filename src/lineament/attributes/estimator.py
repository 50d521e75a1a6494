"""Attributes at inference: crops in, calibrated choices, turn and points in photo pixels out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.attributes.calibration import probabilities
from lineament.attributes.tasks import TASKS
from lineament.errors import RecordError
from lineament.face import ByteArray, Choice, FaceAttributes, FloatArray, HeadPose, Landmarks
from lineament.face_crops import BoxNetwork, in_photos
from lineament.landmarks.estimator import points_in_crops
from lineament.weights import AttributeHead, AttributesOutput, WeightRecord, find_record

DEFAULT_ATTRIBUTES = "attributes-112"


@dataclass(frozen=True, eq=False)
class AttributeScores:
    """What a network says of N faces, before any temperature.

    Attributes:
        logits: for each task (N,C) float32, in the order of the record's classes.
        points: (N,L,2) float32 in photo pixels; None where the record has none.
        angles: (N,3) float32 yaw, pitch and roll in degrees; None where the record has none.
    """

    logits: dict[str, FloatArray]
    points: FloatArray | None
    angles: FloatArray | None


class AttributeEstimator:
    """Attributes of faces, batched over faces and photos; safe to call from many threads.

    Args:
        record: a record of task `attributes` with one network.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: the record is of another task, its crop does not follow from the detector's
            box, a known task has other classes than `lineament.attributes.tasks.TASKS` says, or
            the network does not fit its contract.
        WeightError: the network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self, record: WeightRecord, *, device: str = "auto", threads: int | None = None
    ) -> None:
        self.record = record
        self._output = _checked(record)
        self._network = BoxNetwork(record, "attributes", device=device, threads=threads)
        self.session = self._network.session

    @property
    def heads(self) -> tuple[AttributeHead, ...]:
        """The questions that are answered."""
        return self._output.heads

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[list[FaceAttributes]]:
        """Attributes of every face of every photo.

        Args:
            images: photos, each (H,W,3) uint8 RGB.
            boxes: for each photo the detector's boxes (Ni,4), x1 y1 x2 y2 in photo pixels.

        Returns:
            For each photo Ni attributes, with probabilities by each head's temperature.

        Raises:
            WeightError: the network gives a number that is not finite.
        """
        scores = self.scores(images, boxes)
        chances = {
            head.task: probabilities(scores.logits[head.task], head.temperature)
            for head in self.heads
        }
        faces = iter(range(sum(len(rows) for rows in boxes)))
        return [[self._attributes(scores, chances, next(faces)) for _ in rows] for rows in boxes]

    def scores(self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]) -> AttributeScores:
        """The bare numbers for all N faces of all photos in their order, as for `estimate`.

        This is what temperatures are fitted on (`lineament.attributes.calibration`).
        """
        names = self._output.names
        raw: list[list[FloatArray]] = []
        points = self._output.points
        for _, arrays, affines in self._network.runs(images, boxes, names):
            if points:
                inside = points_in_crops(arrays[0], points, self._network.input)
                arrays[0] = np.stack(list(in_photos(inside, affines)))
            raw.append(arrays)
        empty = [np.empty((0, *shape), dtype=np.float32) for shape in self._shapes()]
        joined = [np.concatenate(parts) for parts in zip(empty, *raw, strict=True)]
        found = dict(zip(names, joined, strict=True))
        return AttributeScores(
            logits={head.task: found[head.output] for head in self.heads},
            points=found[points.name] if points else None,
            angles=found[self._output.angles] if self._output.angles else None,
        )

    def _shapes(self) -> list[tuple[int, ...]]:
        """Of one face, in the order of the output's names."""
        points = [(self._output.points.count, 2)] if self._output.points else []
        angles = [(3,)] if self._output.angles else []
        return [*points, *((len(head.classes),) for head in self.heads), *angles]

    def _attributes(
        self, scores: AttributeScores, chances: dict[str, NDArray[np.float64]], face: int
    ) -> FaceAttributes:
        choices = {}
        for head in self.heads:
            values = (float(value) for value in chances[head.task][face])
            choices[head.task] = Choice.most_probable(dict(zip(head.classes, values, strict=True)))
        pose = landmarks = None
        if scores.angles is not None:
            pose = HeadPose(*(float(angle) for angle in scores.angles[face]))
        if scores.points is not None:
            assert self._output.points is not None
            landmarks = Landmarks(scores.points[face], self._output.points.scheme)
        return FaceAttributes.from_choices(choices, pose=pose, landmarks=landmarks)


def load_attributes(
    name_or_path: str | Path = DEFAULT_ATTRIBUTES,
    *,
    device: str = "auto",
    threads: int | None = None,
) -> AttributeEstimator:
    """Open an attribute weight by its shipped name or by the path of a record of one's own."""
    return AttributeEstimator(find_record(name_or_path), device=device, threads=threads)


def _checked(record: WeightRecord) -> AttributesOutput:
    """The output of a record that can be run here."""
    output = record.networks[0].output
    if record.task != "attributes" or not isinstance(output, AttributesOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} with output {output.kind}; the "
            "attribute head needs task 'attributes' and output 'attributes'"
        )
    for head in output.heads:
        known = TASKS.get(head.task)
        if known and set(head.classes) != set(known.classes):
            raise RecordError(
                f"weight {record.name}: head {head.task} has the classes "
                f"{', '.join(head.classes)}, expected {', '.join(known.classes)} in any order; "
                "give a task of other classes a name of its own"
            )
    return output
