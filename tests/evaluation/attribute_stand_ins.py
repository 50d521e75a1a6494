"""Networks that answer what a test tells them, known by the width of each picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from stand_ins import record

from lineament.attributes.tasks import find_task
from lineament.face import Choice, FaceAttributes, HeadPose, Landmarks
from lineament.weights import WeightRecord

FIVE_IN_BOX = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
"""Five points of a plain face, in sides of its box."""


def five_in(box: Sequence[float]) -> np.ndarray:
    x1, y1, x2, y2 = box
    return (FIVE_IN_BOX * [x2 - x1, y2 - y1] + [x1, y1]).astype(np.float32)


def attribute_record(
    tasks: Sequence[str], points: bool = True, classes: Mapping[str, Sequence[str]] | None = None
) -> WeightRecord:
    plain = record("attributes", "b").model_dump(mode="json")
    layout = {
        "name": "points",
        "count": 5,
        "scheme": "five-points",
        "order": "x_then_y",
        "unit": "input_pixels",
    }
    plain["networks"][0]["output"] = {
        "kind": "attributes",
        "points": layout if points else None,
        "heads": [
            {
                "task": task,
                "output": task,
                "classes": (classes or {}).get(task, find_task(task).classes),
            }
            for task in tasks
        ],
        "angles": "angles" if points else None,
    }
    return WeightRecord.model_validate(plain)


@dataclass
class StandInAttributes:
    """Gives, for every box of a picture of a known width, the probabilities that it was told.

    Attributes:
        answers: by width and task the probabilities of the classes in the record's order.
        yaw: of every face, in degrees.
        shift: of the points, in sides of the box.
    """

    answers: Mapping[int, Mapping[str, Sequence[float]]]
    record: WeightRecord
    yaw: float = 20.0
    shift: float = 0.0
    calls: int = 0
    boxes: list[list[float]] = field(default_factory=list)

    def estimate(
        self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]
    ) -> list[list[FaceAttributes]]:
        self.calls += 1
        return [
            [self._one(image.shape[1], box) for box in rows]
            for image, rows in zip(images, boxes, strict=True)
        ]

    def _one(self, width: int, box: np.ndarray) -> FaceAttributes:
        self.boxes.append(box.tolist())
        output = self.record.networks[0].output
        choices = {
            head.task: Choice.most_probable(
                dict(zip(head.classes, self.answers[width][head.task], strict=True))
            )
            for head in output.heads
        }
        if output.points is None:
            return FaceAttributes.from_choices(choices)
        return FaceAttributes.from_choices(
            choices,
            pose=HeadPose(self.yaw, 0.0, 0.0),
            landmarks=Landmarks(
                five_in(box) + np.float32([self.shift * (box[2] - box[0]), 0]), "five-points"
            ),
        )
