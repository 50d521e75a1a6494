"""A parser that answers with masks it was told, photos labelled by palette masks, and a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from stand_ins import record

from lineament.face import FaceParts
from lineament.weights import WeightRecord


def parts_record(scheme: str, scale: float = 1.6, down: float = 0.1) -> WeightRecord:
    plain = record("parsing", "c").model_dump(mode="json")
    network = plain["networks"][0]
    network["input"]["crop"] = {"rule": "detector_box", "scale": scale, "down": down}
    network["output"] = {
        "kind": "parts",
        "name": "parts",
        "scheme": scheme,
        "size": 16,
        "values": "logits",
    }
    return WeightRecord.model_validate(plain)


@dataclass
class StandInParts:
    """Gives a photo, known by its brightest value, the mask that it was told, in the whole photo.

    Attributes:
        masks: (S,S) class numbers by that value.
    """

    masks: Mapping[int, np.ndarray]
    record: WeightRecord
    calls: int = 0
    shapes: list[tuple[int, ...]] = field(default_factory=list)
    boxes: list[list[float]] = field(default_factory=list)

    def estimate(
        self, images: Sequence[np.ndarray], boxes: Sequence[np.ndarray]
    ) -> list[list[FaceParts]]:
        self.calls += 1
        return [
            [self._one(image, box) for box in rows]
            for image, rows in zip(images, boxes, strict=True)
        ]

    def _one(self, image: np.ndarray, box: np.ndarray) -> FaceParts:
        self.shapes.append(image.shape)
        self.boxes.append(box.tolist())
        height, width = image.shape[:2]
        scheme = self.record.networks[0].output.scheme
        return FaceParts(scheme, (0, 0, width, height), self.masks[int(image.max())])


@dataclass
class BrightnessDetector:
    """Finds, in a photo of a known brightest value, the boxes that it was told."""

    boxes: Mapping[int, Sequence[Sequence[float]]]
    record: WeightRecord = field(default_factory=lambda: record("detection", "d"))
    provider: str = "stand-in"

    def detect(self, images: Sequence[np.ndarray]) -> list:
        from lineament.detection.detector import Detections

        found = []
        for image in images:
            boxes = np.array(self.boxes[int(image.max())], np.float32).reshape(-1, 4)
            scores = np.linspace(0.9, 0.6, len(boxes), dtype=np.float32)
            found.append(Detections(boxes, scores, np.zeros((len(boxes), 5, 2), np.float32)))
        return found


def write_labelled(root: Path, masks: Mapping[int, np.ndarray]) -> Path:
    """A folder of palette masks: photo NNN.png is grey of that value, with its mask."""
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for value, mask in masks.items():
        photo = np.full((*mask.shape, 3), value, np.uint8)
        assert cv2.imwrite(str(root / "images" / f"{value}.png"), photo)
        assert cv2.imwrite(str(root / "masks" / f"{value}.png"), mask)
    return root
