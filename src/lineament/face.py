"""The value types: what is known about a face.

Frame of all coordinates: pixels of the photo, x to the right, y down, the centre of the first
pixel at (0, 0). Left and right are the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]

FIVE_POINTS = ("right_eye", "left_eye", "nose_tip", "right_mouth_corner", "left_mouth_corner")
"""Order of `Face.five_points`. The person's right eye is on the left of an unmirrored photo."""


@dataclass(frozen=True, slots=True)
class Box:
    """Axis-parallel box in photo pixels; it may reach over the border of the photo.

    Raises:
        ValueError: a coordinate is not finite, or the box has no area.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        values = (self.x1, self.y1, self.x2, self.y2)
        if not np.isfinite(values).all():
            raise ValueError(f"a box needs four finite numbers, got {values}")
        if self.x2 <= self.x1 or self.y2 <= self.y1:
            raise ValueError(f"a box needs x1 < x2 and y1 < y2, got {values}")

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    def to_list(self) -> list[float]:
        """`[x1, y1, x2, y2]`, rounded to a hundredth of a pixel."""
        return [round(float(v), 2) for v in (self.x1, self.y1, self.x2, self.y2)]


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points of one face in the order of a published scheme.

    Attributes:
        points: (N,2) float32, x and y in photo pixels.
        scheme: name of the order of points, such as `ibug-68` (300-W).

    Raises:
        ValueError: the array has another shape or holds a number that is not finite.
    """

    points: FloatArray
    scheme: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points))

    def to_dict(self) -> dict[str, Any]:
        return {"scheme": self.scheme, "points": rounded(self.points)}


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one photo. A head that was not asked for leaves its field None.

    Attributes:
        box: the detector's box.
        score: the detector's confidence, 0 to 1.
        five_points: (5,2) float32 in photo pixels, in the order of `FIVE_POINTS`.
        landmarks: the points, if the landmark head ran.
    """

    box: Box
    score: float
    five_points: FloatArray
    landmarks: Landmarks | None = None

    def __post_init__(self) -> None:
        points = checked_points(self.five_points)
        if len(points) != 5:
            raise ValueError(f"five_points needs shape (5, 2), got {points.shape}")
        object.__setattr__(self, "five_points", points)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; docs/output.md describes every field."""
        return {
            "box": self.box.to_list(),
            "score": round(self.score, 4),
            "five_points": rounded(self.five_points),
            "landmarks": self.landmarks.to_dict() if self.landmarks else None,
        }


def checked_points(points: FloatArray) -> FloatArray:
    """The same points as (N,2) float32, finite, or a ValueError that says what was wrong."""
    array = np.asarray(points, dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"points need shape (N, 2), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("points must be finite numbers, got NaN or infinity")
    return array


def rounded(points: FloatArray) -> list[list[float]]:
    """Points as nested lists, to a hundredth of a pixel."""
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]
