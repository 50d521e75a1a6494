"""Pictures of drawn faces, in place of composed ones: a light ellipse with eyes, nose and mouth."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.picture_source import PlainPicture

POINTS = np.array([[-0.2, -0.12], [0.2, -0.12], [0.0, 0.08], [-0.15, 0.28], [0.15, 0.28]])
"""From the middle of the box, in its sides."""


class DrawnFaces:
    """A `PictureMaker`: one to three faces of random sizes before noise."""

    def __init__(self, width: int = 96, height: int = 64, largest: float = 44.0) -> None:
        self.width, self.height, self.largest = width, height, largest

    def picture(self, seed: int, /) -> PlainPicture:
        random = np.random.default_rng([seed, 3])
        image = random.integers(40, 90, (self.height, self.width, 3)).astype(np.uint8)
        count = int(random.integers(1, 4))
        boxes, points = [], []
        for number in range(count):
            # Side by side, so that no face hides another.
            room = self.width / count
            side = random.uniform(14, min(self.largest, room - 2))
            x = room * number + random.uniform(side / 2, room - side / 2)
            y = random.uniform(side / 2, self.height - side / 2)
            middle = np.array([x, y])
            five = middle + POINTS * side
            cv2.ellipse(image, (_px(middle), (side, side), 0), (200, 170, 140), -1)
            for point in five[[0, 1, 3, 4]]:
                cv2.circle(image, _whole(point), max(1, round(side / 14)), (20, 20, 30), -1)
            cv2.circle(image, _whole(five[2]), max(1, round(side / 20)), (255, 240, 230), -1)
            boxes.append([*(middle - side / 2), *(middle + side / 2)])
            points.append(five)
        faces = LabelledFaces(
            np.array(boxes, np.float32), np.array(points, np.float32), np.zeros(count, np.bool_)
        )
        return PlainPicture(image, faces)


def _px(point: np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _whole(point: np.ndarray) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))
