"""A plain face, files in the 300-W layout, and networks that stand in for the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from lineament.detection.detector import Detections
from lineament.weights import WeightRecord

WIDTHS = {"afw/a": 150, "afw/b": 151, "helen/trainset/c": 152, "helen/trainset/d": 153}
"""Every picture has a width of its own, by which the stand-in detector knows it."""

HEIGHT = 140


def unit_face() -> np.ndarray:
    """(68,2) points of a plain frontal face whose tight box is the unit square."""
    turn = np.linspace(0, np.pi, 17)
    jaw = np.stack([0.5 - 0.5 * np.cos(turn), 0.2 + 0.8 * np.sin(turn)], axis=1)
    brow = np.stack([np.linspace(-0.15, 0.15, 5), [0.06, 0.02, 0.0, 0.02, 0.04]], axis=1)
    bridge = np.stack([np.full(4, 0.5), np.linspace(0.2, 0.5, 4)], axis=1)
    nostrils = np.stack([np.linspace(0.4, 0.6, 5), [0.55, 0.57, 0.58, 0.57, 0.55]], axis=1)
    eye_turn = np.pi - np.arange(6) * np.pi / 3
    eye = np.stack([0.1 * np.cos(eye_turn), -0.04 * np.sin(eye_turn)], axis=1)
    lip_turn = np.pi - np.arange(12) * np.pi / 6
    outer = np.stack([0.18 * np.cos(lip_turn), -0.08 * np.sin(lip_turn)], axis=1)
    inner_turn = np.pi - np.arange(8) * np.pi / 4
    inner = np.stack([0.12 * np.cos(inner_turn), -0.04 * np.sin(inner_turn)], axis=1)
    parts = [
        jaw,
        brow + np.array([0.28, 0]),
        brow[::-1] * [-1, 1] + np.array([0.72, 0]),
        bridge,
        nostrils,
        eye + np.array([0.28, 0.2]),
        eye + np.array([0.72, 0.2]),
        outer + np.array([0.5, 0.76]),
        inner + np.array([0.5, 0.76]),
    ]
    return np.concatenate(parts)


def face_in(box: Sequence[float], unit: np.ndarray | None = None) -> np.ndarray:
    x1, y1, x2, y2 = box
    return ((unit_face() if unit is None else unit) * [x2 - x1, y2 - y1] + [x1, y1]).astype(
        np.float32
    )


def true_box(width: int) -> tuple[float, float, float, float]:
    """Box of the true points of the picture of this width."""
    return (30.0 + width - 150, 25.0, 110.0 + width - 150, 115.0)


def write_pts(path: Path, points: np.ndarray) -> None:
    rows = "".join(f"{x + 1:.4f} {y + 1:.4f}\n" for x, y in points)
    path.write_text(f"version: 1\nn_points:  {len(points)}\n{{\n{rows}}}\n")


def write_picture(path: Path, width: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(width).integers(0, 255, (HEIGHT, width, 3), dtype=np.uint8)
    assert cv2.imwrite(str(path), noise)


def record(task: str, sha256: str) -> WeightRecord:
    crop = {"rule": "detector_box", "scale": 1.3}
    points = {
        "kind": "points",
        "name": "points",
        "count": 68,
        "scheme": "ibug-68",
        "order": "pairs",
        "unit": "input_pixels",
    }
    contract = {"name": "x", "colour": "RGB", "mean": [0, 0, 0], "std": [1, 1, 1]}
    network = {
        "source": {"kind": "file", "path": "none.onnx"},
        "sha256": sha256 * 64,
        "input": {**contract, "size": 64, "crop": crop},
        "output": points,
    }
    return WeightRecord.model_validate(
        {
            "name": f"stand-in-{task}",
            "task": task,
            "description": "d",
            "licence": "l",
            "trained_on": "t",
            "real_faces": False,
            "third_party": False,
            "networks": [network],
        }
    )


@dataclass
class StandInDetector:
    """Finds, in a picture of a known width, the boxes that it was told."""

    boxes: dict[int, list[tuple[float, float, float, float]]]
    record: WeightRecord = field(default_factory=lambda: record("detection", "d"))
    provider: str = "stand-in"
    calls: int = 0

    def detect(self, images: Sequence[np.ndarray]) -> list[Detections]:
        self.calls += 1
        return [self._one(np.array(self.boxes[image.shape[1]], np.float32)) for image in images]

    def _one(self, boxes: np.ndarray) -> Detections:
        boxes = boxes.reshape(-1, 4)
        scores = np.linspace(0.9, 0.6, len(boxes), dtype=np.float32)
        return Detections(boxes, scores, np.zeros((len(boxes), 5, 2), np.float32))


@dataclass
class StandInLandmarks:
    """Puts a face into every box, the plain one or another, moved by `shift` of the box's sides."""

    shift: tuple[float, float] = (0.0, 0.0)
    sha256: str = "a"
    scheme: str = "ibug-68"
    unit: np.ndarray = field(default_factory=unit_face)
    calls: int = 0

    @property
    def record(self) -> WeightRecord:
        return record("landmarks", self.sha256)

    def estimate(
        self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]
    ) -> list[np.ndarray]:
        assert len(images) == len(boxes)
        self.calls += 1
        return [
            np.array([self._one(box) for box in faces], np.float32).reshape(-1, len(self.unit), 2)
            for faces in boxes
        ]

    def _one(self, box: np.ndarray) -> np.ndarray:
        return face_in(box, self.unit) + np.array(self.shift) * [box[2] - box[0], box[3] - box[1]]
