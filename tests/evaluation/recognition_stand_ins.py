"""An embedder that reads a direction from a crop's colour, and pictures that have one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from stand_ins import record

from lineament.datasets.verification_pairs import VerificationPairs
from lineament.detection.detector import NO_FACES, Detections
from lineament.recognition.alignment import TEMPLATE
from lineament.recognition.estimator import Embedded
from lineament.weights import WeightRecord

SIDE = 112


def embedding_record(**more: object) -> WeightRecord:
    plain = record("recognition", "e").model_dump(mode="json")
    network = plain["networks"][0]
    network["input"]["size"] = SIDE
    network["input"]["crop"] = {"rule": "five_points", "template": "arcface-112"}
    network["output"] = {
        "kind": "embedding",
        "name": "embedding",
        "dimension": 3,
        "mirrored": False,
        **more.pop("output", {}),
    }
    return WeightRecord.model_validate({**plain, **more})


def coloured(direction: Sequence[float], side: int = SIDE, length: float = 100) -> np.ndarray:
    """A picture of one colour, which is grey moved along a direction of RGB."""
    unit = np.asarray(direction, float) / np.linalg.norm(direction)
    colour = np.rint(128 + length * unit).astype(np.uint8)
    return np.tile(colour, (side, side, 1))


def turned(degrees: float, **more: float) -> np.ndarray:
    """A picture whose direction lies in the plane of red and green."""
    return coloured([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0], **more)


@dataclass
class StandInEmbedder:
    """The direction of the colour in the middle of each crop."""

    record: WeightRecord = field(default_factory=embedding_record)
    size: int = SIDE
    calls: int = 0

    def features(self, crops: np.ndarray) -> Embedded:
        assert crops.dtype == np.uint8 and crops.shape[1:] == (self.size, self.size, 3)
        self.calls += 1
        middle = self.size // 2
        colours = crops[:, middle, middle].astype(np.float32) - 128
        return Embedded(colours / 50, None)


@dataclass
class PlateDetector:
    """Finds a face as large as an aligned crop round each of the middles it was told, in pictures
    of a known width.

    Attributes:
        middles: by width the x and y of the faces' middles.
    """

    middles: dict[int, list[tuple[float, float]]]
    record: WeightRecord = field(default_factory=lambda: record("detection", "d"))
    provider: str = "stand-in"
    calls: int = 0

    def detect(self, images: Sequence[np.ndarray]) -> list[Detections]:
        self.calls += 1
        return [self._one(self.middles[image.shape[1]]) for image in images]

    def _one(self, middles: list[tuple[float, float]]) -> Detections:
        if not middles:
            return NO_FACES
        at = np.array(middles, np.float32)
        half = SIDE / 2
        boxes = np.concatenate([at - half, at + half], axis=1)
        points = (TEMPLATE - (SIDE - 1) / 2)[None] + at[:, None]
        scores = np.linspace(0.9, 0.6, len(at), dtype=np.float32)
        return Detections(boxes, scores, points.astype(np.float32))


ANGLES = [0, 10, 90, 105, 180, 200, 270, 290]
"""Four people with two pictures each."""


def small_set(**more) -> VerificationPairs:
    """Two folds of two genuine and two impostor pairs, 10, 15, 20, 20 and 70 to 80 degrees."""
    rows = [(0, 1), (2, 3), (1, 2), (3, 4), (4, 5), (6, 7), (5, 6), (7, 0)]
    same = [True, True, False, False] * 2
    made = {
        "name": "plates",
        "pictures": [turned(angle) for angle in ANGLES],
        "pairs": np.array(rows),
        "same": np.array(same),
        "fold": np.repeat([0, 1], 4),
        "aligned": True,
    }
    return VerificationPairs(**(made | more))


def crowd(count: int = 60, seed: int = 0, **more) -> VerificationPairs:
    """Sixty people with two pictures each, about their own directions; every pair."""
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(count), 2)
    own = rng.normal(size=(count, 3))[people] + 0.25 * rng.normal(size=(2 * count, 3))
    pairs = np.array([(i, j) for i in range(2 * count) for j in range(i)])
    made = {
        "name": "crowd",
        "pictures": [coloured(one, length=60 + 60 * rng.random()) for one in own],
        "pairs": pairs,
        "same": people[pairs[:, 0]] == people[pairs[:, 1]],
        "fold": np.zeros(len(pairs), np.int64),
        "aligned": True,
        "people": people,
    }
    return VerificationPairs(**(made | more))
