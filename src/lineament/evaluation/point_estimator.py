"""Any weight that gives points, asked for its points alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineament.attributes.estimator import AttributeEstimator
from lineament.errors import RecordError
from lineament.evaluation.predictions import Estimator
from lineament.face import ByteArray, FloatArray
from lineament.landmarks.estimator import LandmarkEstimator
from lineament.weights import AttributesOutput, WeightRecord


def point_estimator(
    record: WeightRecord, *, device: str = "auto", threads: int | None = None
) -> Estimator:
    """Open a record of task `landmarks`, or one of task `attributes` that gives points too.

    Raises:
        RecordError: the record gives no points.
        WeightError: a network's bytes are missing or damaged.
    """
    if record.task == "attributes":
        return PointsOfAttributes(AttributeEstimator(record, device=device, threads=threads))
    return LandmarkEstimator(record, device=device, threads=threads)


class PointsOfAttributes:
    """The points that an attribute network gives beside its answers.

    Raises:
        RecordError: it gives none.
    """

    def __init__(self, estimator: AttributeEstimator) -> None:
        self.estimator = estimator
        self.record = estimator.record
        output = self.record.networks[0].output
        assert isinstance(output, AttributesOutput)
        if output.points is None:
            raise RecordError(
                f"weight {self.record.name} gives attributes but no points; choose one that does"
            )
        self.scheme, self.count = output.points.scheme, output.points.count

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[FloatArray]:
        """For each photo (Ni,L,2) float32 in photo pixels, one row for each of its boxes."""
        empty = np.empty((0, self.count, 2), dtype=np.float32)
        found = []
        for faces in self.estimator.estimate(images, boxes):
            rows = [face.landmarks.points[None] for face in faces if face.landmarks is not None]
            found.append(np.concatenate([empty, *rows]))
        return found
