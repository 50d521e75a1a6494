"""What every face detector takes and gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.face import ByteArray, FloatArray
from lineament.weights import WeightRecord

DEFAULT_LONGEST_SIDE = 2048
DEFAULT_TILE = 2048


@dataclass(frozen=True, slots=True)
class Detections:
    """The faces of one photo, best score first.

    Attributes:
        boxes: (N,4) float32, x1 y1 x2 y2 in photo pixels; a box may reach over the border.
        scores: (N,) float32, 0 to 1.
        five_points: (N,5,2) float32, x and y in photo pixels, in the order of
            `lineament.face.FIVE_POINTS`.

    Raises:
        ValueError: the shapes do not belong together.
    """

    boxes: FloatArray
    scores: FloatArray
    five_points: FloatArray

    def __post_init__(self) -> None:
        count = len(self.scores)
        expected = {"boxes": (count, 4), "scores": (count,), "five_points": (count, 5, 2)}
        for name, shape in expected.items():
            got = getattr(self, name).shape
            if got != shape:
                raise ValueError(f"{name} needs shape {shape}, got {got}")

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def sides(self) -> FloatArray:
        """(N,) size of each box as the root of width x height; 0 for a box without area."""
        extent = np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 0)
        return np.asarray(np.sqrt(np.prod(extent, axis=1)), dtype=np.float32)

    def take(self, index: NDArray[Any]) -> Detections:
        """The faces that an index or mask array picks, in its order."""
        return Detections(self.boxes[index], self.scores[index], self.five_points[index])

    @staticmethod
    def join(parts: Sequence[Detections]) -> Detections:
        """All faces of several lists, in order; none for an empty sequence."""
        parts = [NO_FACES, *parts]
        return Detections(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.five_points for part in parts]),
        )


NO_FACES = Detections(
    np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32)
)


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """What counts as a face, and how closely to look.

    Attributes:
        min_score: faces below this score are dropped, 0 to 1. The scores of CenterFace run
            lower than those of RetinaFace: 0.4 suits it better when faces are small.
        smallest_face: faces whose box is smaller than this are dropped, in photo pixels (the root
            of width x height); a higher value lets large photos be searched on a smaller copy.
        longest_side: photos are searched on a copy whose longer side is at most this many pixels;
            None searches at full size, where time grows with the photo.
        most_faces: of a photo, those of the best scores are kept; None keeps all.
        tile: a copy of more than this many pixels squared is searched in overlapping tiles of
            this side, so that memory stays bounded; None searches every copy at once.

    Raises:
        ConfigError: a value is out of range.
    """

    min_score: float = 0.6
    smallest_face: float = 0.0
    longest_side: int | None = DEFAULT_LONGEST_SIDE
    tile: int | None = DEFAULT_TILE
    most_faces: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise ConfigError(f"min_score must be 0 to 1, got {self.min_score}")
        if not (self.smallest_face >= 0 and math.isfinite(self.smallest_face)):
            raise ConfigError(
                f"smallest_face must be zero or more photo pixels, got {self.smallest_face}"
            )
        if self.longest_side is not None and self.longest_side < 32:
            raise ConfigError(
                f"longest_side must be at least 32 pixels, or None for no cap, "
                f"got {self.longest_side}"
            )
        if self.most_faces is not None and self.most_faces < 1:
            raise ConfigError(
                f"most_faces must be at least 1, or None for all, got {self.most_faces}"
            )
        if self.tile is not None and self.tile < 1:
            raise ConfigError(f"tile must be a side in pixels, or None, got {self.tile}")


class Detector(Protocol):
    """Finds faces in photos.

    Attributes:
        record: the weight in use.
        provider: the ONNX Runtime provider in use.
    """

    record: WeightRecord
    provider: str

    def detect(self, images: Sequence[ByteArray]) -> list[Detections]:
        """Faces of each photo, in the order of `images`; batched over photos.

        Args:
            images: photos (H,W,3) uint8 RGB of any sizes.

        Raises:
            ImageError: an array is not (H,W,3) uint8.
        """
        ...

    def with_min_score(self, min_score: float) -> Detector:
        """A detector of the same network that gives the faces of at least this score.

        Raises:
            ConfigError: the score is not 0 to 1.
        """
        ...
