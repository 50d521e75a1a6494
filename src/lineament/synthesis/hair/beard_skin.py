"""The skin under a beard, lifted: the dense ground from which its single hairs stand off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.hair.head_space import HeadSpace
from lineament.synthesis.mesh import Mesh, Triangles
from lineament.synthesis.posed_head import PosedHead

GROWN = 0.12
"""Cover from which there is a ground."""

REPEATS = 7.0
"""How often the texture repeats round the head; a whole number."""


class BeardSkin:
    """The part of the face on which a beard can grow."""

    def __init__(self, head: Head, space: HeadSpace, grows: NDArray[np.bool_]) -> None:
        chosen = space.triangles[grows[space.triangles].any(axis=1)]
        self.vertices, flat = np.unique(chosen, return_inverse=True)
        self.triangles: Triangles = flat.reshape(-1, 3).astype(np.int32)
        self.neutral = head.vertices[self.vertices]
        x, y, z = self.neutral.T
        turn = np.arctan2(x, z + 2.0) / (2 * np.pi)
        self._across = (turn + 0.004 * np.sin(2.6 * y + 1.7 * x)).astype(np.float32) * REPEATS

    def mesh(self, posed: PosedHead, cover: FloatArray, lift: float) -> Mesh:
        """It on a person.

        Args:
            cover: (P,) how thick hair grows on each of its vertices, 0 to 1.
            lift: centimetres off the skin where it is thickest.
        """
        triangles = self.triangles[(cover > GROWN)[self.triangles].any(axis=1)]
        normals = posed.normals[self.vertices]
        rise = (0.02 + lift * cover**2)[:, None]
        vertices = (posed.vertices[self.vertices] + normals * rise).astype(np.float32)
        v = np.clip(cover, 0.002, 0.998)
        texcoords = np.stack([self._across[triangles], v[triangles]], axis=-1)
        return Mesh(vertices, triangles, texcoords.astype(np.float32), normals)
