"""One person's head with one expression: what everything that is worn is fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head, Indices

FACE_VERTICES = 9409
"""The head's first vertices are the outer face."""

OUTSIDE_VERTICES = 11248
"""Face, skull, ears, neck and shoulders; sockets, mouth, eyes and lashes follow."""

LEFT_EYE_VERTICES = slice(21451, 22221)
RIGHT_EYE_VERTICES = slice(23021, 23791)


@dataclass(frozen=True)
class PosedHead:
    """Attributes:
    head: the neutral head of the assets.
    vertices: (V,3) float32 centimetres: the person's shape with the expression.
    normals: (V,3) float32.
    """

    head: Head
    vertices: FloatArray
    normals: FloatArray

    @cached_property
    def offset(self) -> FloatArray:
        """(V,3) how far each vertex lies from the neutral head."""
        return np.asarray(self.vertices - self.head.vertices)

    @cached_property
    def landmarks(self) -> FloatArray:
        """(68,3) the mesh authors' vertices of the iBUG points; good enough to hang things on."""
        return np.asarray(self.vertices[self.head.landmark68])

    @cached_property
    def eye_centres(self) -> FloatArray:
        """(2,3) centres of the eyeballs, the person's left one first."""
        centres = []
        for eye in (LEFT_EYE_VERTICES, RIGHT_EYE_VERTICES):
            ball = self.vertices[eye]
            low, high = ball.min(axis=0), ball.max(axis=0)
            centre = (low + high) / 2
            centre[2] = low[2] + (high[0] - low[0]) / 2
            centres.append(centre)
        return np.array(centres, np.float32)

    def bound(self, vertices: FloatArray, index: Indices, weight: FloatArray) -> FloatArray:
        """Vertices (P,3) of a worn piece moved with the head vertices (P,K) that they follow."""
        moved = np.einsum("pk,pkd->pd", weight.astype(np.float32), self.offset[index])
        return np.asarray(vertices + moved, dtype=np.float32)
