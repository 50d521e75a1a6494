"""How a head is turned, seen from the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class HeadPose:
    """How a head is turned, in degrees, seen along the line from the camera to the head.

    Attributes:
        yaw: positive: the person turns to their own left, to the right in the picture.
        pitch: positive: the person looks up.
        roll: positive: the person's left side is raised, so that the head leans to the left in
            the picture, counter-clockwise.

    Raises:
        ValueError: an angle is not finite.
    """

    yaw: float
    pitch: float
    roll: float

    def __post_init__(self) -> None:
        if not np.isfinite((self.yaw, self.pitch, self.roll)).all():
            raise ValueError(f"angles must be finite, got {self}")

    @property
    def rotation(self) -> NDArray[np.float64]:
        """(3,3) from the frame of the head to that of the camera, both with x to the right of
        the picture for a person who faces it, y up and z towards the camera: yaw first, then
        pitch, then roll."""
        yaw, pitch, roll = np.radians((self.yaw, -self.pitch, self.roll))
        about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
        return np.asarray(np.array(about_z) @ about_x @ about_y, dtype=np.float64)

    def to_dict(self) -> dict[str, float]:
        """The angles, rounded to a hundredth of a degree."""
        angles = {"yaw": self.yaw, "pitch": self.pitch, "roll": self.roll}
        return {name: round(float(angle), 2) for name, angle in angles.items()}
