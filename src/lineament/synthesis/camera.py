"""Where the head is turned and how it is framed: drawn for a scene, and the projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from lineament.face import FloatArray

HEAD_MIDDLE = np.array([0.0, 2.0, 2.0], np.float32)
"""What the camera looks at and the head turns about, in centimetres."""

WIDE_YAW_SHARE = 0.25


@dataclass(frozen=True)
class Camera:
    """Attributes:
    yaw, pitch, roll: radians. Positive yaw turns the face to the person's left, positive pitch
        lowers the nose, positive roll raises the person's left side.
    distance: centimetres from the head's middle to the lens.
    margin: side of the picture in units of the larger side of the landmarks' box.
    shift: (2,) of the face's middle from the picture's middle, as shares of the picture's side.
    """

    yaw: float
    pitch: float
    roll: float
    distance: float
    margin: float
    shift: tuple[float, float]

    @property
    def rotation(self) -> FloatArray:
        """(3,3) float32 from the frame of the head to that of the camera."""
        (cy, sy), (cp, sp), (cr, sr) = (
            (np.cos(angle), np.sin(angle)) for angle in (self.yaw, self.pitch, self.roll)
        )
        about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
        about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        return np.asarray(about_z @ about_x @ about_y, dtype=np.float32)

    @property
    def position(self) -> FloatArray:
        """(3,) float32 of the lens, in the frame of the head."""
        return np.asarray(HEAD_MIDDLE + self.distance * self.rotation[2], dtype=np.float32)

    def view(self, vertices: FloatArray) -> FloatArray:
        """(P,3) positions in the frame of the camera, which stands at 0 and looks along -z."""
        rotation = self.rotation
        shift = np.array([0, 0, -self.distance], np.float32) - rotation @ HEAD_MIDDLE
        return transform(vertices, np.column_stack([rotation, shift]).astype(np.float32))


@njit(cache=True, fastmath=True)
def transform(vertices: FloatArray, matrix: FloatArray) -> FloatArray:
    """Vertices (P,3) through an affine (3,4); (P,3) float32."""
    moved = np.empty(vertices.shape, np.float32)
    for p in range(vertices.shape[0]):
        x, y, z = vertices[p, 0], vertices[p, 1], vertices[p, 2]
        for i in range(3):
            moved[p, i] = matrix[i, 0] * x + matrix[i, 1] * y + matrix[i, 2] * z + matrix[i, 3]
    return moved


@njit(cache=True, fastmath=True)
def project(viewed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Picture plane (P,2), y down, at distance one, and nearness (P,) = 1 / depth; 0 behind."""
    plane = np.empty((len(viewed), 2), np.float32)
    nearness = np.zeros(len(viewed), np.float32)
    for p in range(len(viewed)):
        depth = -viewed[p, 2]
        near = np.float32(1.0) / max(depth, np.float32(1.0))
        plane[p, 0], plane[p, 1] = viewed[p, 0] * near, -viewed[p, 1] * near
        if depth > 1.0:
            nearness[p] = near
    return plane, nearness


def sample_camera(
    random: np.random.Generator, margin: tuple[float, float], max_yaw: float
) -> Camera:
    """Draw one; `max_yaw` in degrees. Most faces are near to frontal, a quarter turn evenly."""
    limit = np.radians(max_yaw)
    wide = random.random() < WIDE_YAW_SHARE
    yaw = random.uniform(-limit, limit) if wide else random.normal(0, 0.35)
    return Camera(
        yaw=float(np.clip(yaw, -limit, limit)),
        pitch=float(np.clip(random.normal(0.02, 0.19), -0.7, 0.7)),
        roll=float(random.normal(0, 0.17)),
        distance=float(np.exp(random.uniform(np.log(38), np.log(220)))),
        margin=float(random.uniform(*margin)),
        shift=(float(random.uniform(-0.08, 0.08)), float(random.uniform(-0.08, 0.08))),
    )
