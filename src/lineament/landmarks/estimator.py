"""Landmarks at inference: crops in, points in photo pixels out.

Each stage of a record cuts its own crop from the photo: the first by the detector's box, the
following by the points of the stage before. Nothing of a stage but its points goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.contract import check_contract
from lineament.errors import RecordError
from lineament.face import ByteArray, FloatArray
from lineament.face_crops import cut, face_batches, in_photos
from lineament.landmarks.crops import Square, box_square, points_square
from lineament.landmarks.schemes import Scheme, find_scheme
from lineament.runtime import Session
from lineament.weights import (
    DetectorBox,
    InputContract,
    PointsLayout,
    PointsOutput,
    TurnedPoints,
    WeightRecord,
    find_record,
)

DEFAULT_LANDMARKS = "light-68"


@dataclass(frozen=True)
class LandmarkStage:
    """One network of a record, opened."""

    session: Session
    input: InputContract
    output: PointsOutput
    crop: DetectorBox | TurnedPoints

    def points(self, crops: FloatArray) -> FloatArray:
        """(N,3,S,S) float32 network input -> (N,L,2) float32 points in crop pixels."""
        raw = self.session.run({self.input.name: crops}, [self.output.name])[0]
        return points_in_crops(raw, self.output, self.input)


class LandmarkEstimator:
    """Points of faces, batched over faces and photos; safe to call from many threads.

    Args:
        record: a record of task `landmarks`.
        device, threads: as for `lineament.runtime.Session`.

    Raises:
        RecordError: the record is of another task, its crops cannot follow one another, or a
            network does not fit its contract.
        WeightError: a network's bytes are missing or damaged.
        DeviceError: the device would not really run.
    """

    def __init__(
        self, record: WeightRecord, *, device: str = "auto", threads: int | None = None
    ) -> None:
        self.record = record
        self.stages = tuple(
            _open(record, number, device, threads) for number in range(len(record.networks))
        )
        self.scheme = self.stages[-1].output.scheme

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[FloatArray]:
        """Points of every face of every photo.

        Args:
            images: photos, each (H,W,3) uint8 RGB.
            boxes: for each photo the detector's boxes (Ni,4), x1 y1 x2 y2 in photo pixels.

        Returns:
            For each photo (Ni,L,2) float32 in photo pixels.
        """
        empty = np.empty((0, self.stages[-1].output.count, 2), dtype=np.float32)
        parts = [self._batch(*batch) for batch in face_batches(images, boxes)]
        points = np.concatenate([empty, *parts])
        ends = np.cumsum([len(rows) for rows in boxes])
        return np.split(points, ends[:-1]) if len(boxes) else []

    def _batch(self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]) -> FloatArray:
        """Points (N,L,2) of one face in each of N photos."""
        found = list(boxes)
        for number, stage in enumerate(self.stages):
            squares = self._squares(number, found)
            crops, affines = cut(images, squares, stage.input)
            found = list(in_photos(stage.points(crops), affines))
        return np.stack(found)

    def _squares(self, number: int, found: Sequence[FloatArray]) -> list[Square]:
        rule = self.stages[number].crop
        if isinstance(rule, DetectorBox):
            return [box_square(rule, box) for box in found]
        scheme: Scheme = find_scheme(self.stages[number - 1].output.scheme)
        return [points_square(rule, points, scheme) for points in found]


def points_in_crops(raw: FloatArray, layout: PointsLayout, contract: InputContract) -> FloatArray:
    """What a graph gave, (N, 2 x count), as (N,L,2) float32 points in crop pixels."""
    if layout.order == "x_then_y":
        points = raw.reshape(len(raw), 2, layout.count).transpose(0, 2, 1)
    else:
        points = raw.reshape(len(raw), layout.count, 2)
    if layout.unit == "unit_square":
        assert contract.size is not None
        points = points * contract.size - 0.5
    return np.ascontiguousarray(points, dtype=np.float32)


def load_landmarks(
    name_or_path: str | Path = DEFAULT_LANDMARKS,
    *,
    device: str = "auto",
    threads: int | None = None,
) -> LandmarkEstimator:
    """Open a landmark weight by its shipped name or by the path of a record of one's own."""
    return LandmarkEstimator(find_record(name_or_path), device=device, threads=threads)


def _open(record: WeightRecord, number: int, device: str, threads: int | None) -> LandmarkStage:
    network = record.networks[number]
    if record.task != "landmarks" or not isinstance(network.output, PointsOutput):
        raise RecordError(
            f"weight {record.name} is of task {record.task} with output {network.output.kind}; "
            "the landmark head needs task 'landmarks' and output 'points'"
        )
    crop = network.input.crop
    wanted = DetectorBox if number == 0 else DetectorBox | TurnedPoints
    if not isinstance(crop, wanted):
        allowed = "detector_box" if number == 0 else "detector_box or turned_points"
        raise RecordError(
            f"weight {record.name}, stage {number + 1}: crop rule {crop.rule!r} cannot be used "
            f"there, expected {allowed}"
        )
    if isinstance(crop, TurnedPoints):
        before = record.networks[number - 1].output
        assert isinstance(before, PointsOutput)
        find_scheme(before.scheme)
    session = Session(record.model_bytes(number), device=device, threads=threads, keep_memory=True)
    check_contract(session, record, number)
    assert isinstance(crop, DetectorBox | TurnedPoints)
    return LandmarkStage(session, network.input, network.output, crop)
