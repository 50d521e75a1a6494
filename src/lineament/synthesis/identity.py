"""A person: shape and skin, the same in every scene."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head, Modes
from lineament.synthesis.fullness import fullness
from lineament.synthesis.head_mesh import HeadMesh
from lineament.synthesis.skin.painter import PersonSkin
from lineament.synthesis.traits import Traits


@dataclass(frozen=True, eq=False)
class Identity:
    """Attributes:
    traits: what the person is like.
    vertices: (V,3) float32 centimetres, the head without expression.
    skin: the painted skin, without what a scene adds.
    """

    traits: Traits
    vertices: FloatArray
    skin: PersonSkin

    @property
    def seed(self) -> int:
        """The person's number."""
        return self.traits.seed


class ShapeSpace:
    """Heads of people from their traits.

    Args:
        head: shapes of the identity.
        surfaces: of the same head.
        modes: shapes of age, gender presentation, weight and ancestry; None does without.
    """

    def __init__(self, head: Head, surfaces: HeadMesh, modes: Modes | None) -> None:
        self.neutral = head.vertices
        self.identity = head.identity.astype(np.float32).reshape(len(head.identity), -1)
        self.fullness = fullness(head.vertices, surfaces.triangles)
        self.modes: dict[str, FloatArray] = {}
        if modes is not None:
            names = [mode.name for mode in fields(modes)]
            self.modes = {name: getattr(modes, name).astype(np.float32) for name in names}

    def __call__(self, traits: Traits) -> FloatArray:
        """(V,3) float32 vertices of a person."""
        count = min(len(traits.shape), len(self.identity))
        offset = (traits.shape[:count] @ self.identity[:count]).reshape(self.neutral.shape)
        vertices = self.neutral + offset + np.float32(traits.fullness) * self.fullness
        for name, offsets in self.modes.items():
            vertices += np.float32(traits.modes[name]) * offsets
        return np.asarray(vertices, dtype=np.float32)
