"""One thing cut out from its background: a person, or something that a face is taken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.attributes import Attributes

Kind = Literal["bust", "close-up", "back", "statue", "mask", "hand", "clothes", "hair", "hat"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""`bust` is a person down to the chest, `close-up` one whose shoulders the frame cuts off; `back`
the back of a head; `statue` a head of stone, bronze or wood with blank eyes; `mask` its face
alone, with holes for the eyes. The others are what their names say, with nobody in them."""

PEOPLE: tuple[Kind, ...] = ("bust", "close-up")
"""The kinds that count as faces. Nothing else does: who asks for faces asks for people."""

DIRECTIONS = 32
LEVELS = 4
"""A cut-out is kept at its size and at a half, a quarter and an eighth of it."""


@dataclass(frozen=True, eq=False)
class CutOut:
    """A square picture without background; coordinates in its pixels, centres at integers.

    Attributes:
        image: (S,S,4) uint8 gamma-encoded RGB, not multiplied by the coverage, and coverage.
        kind: what it is.
        points: (5,2) float32 in the order of `lineament.face.FIVE_POINTS`.
        seen: (5,) bool: the point is in the picture and nothing lies in front.
        outline: (32,2) float32 corners of the face from forehead to chin and cheek to cheek; only
            of `PEOPLE` is it the outline of a face that is seen.
        attributes: of the person.
        identity, scene: seeds.

    Raises:
        ValueError: an array of another shape or type, or an unknown kind.
    """

    image: ByteArray
    kind: Kind
    points: FloatArray
    seen: NDArray[np.bool_]
    outline: FloatArray
    attributes: Attributes
    identity: int
    scene: int

    def __post_init__(self) -> None:
        side = len(self.image)
        wanted = {
            "image": ((side, side, 4), np.uint8),
            "points": ((5, 2), np.float32),
            "seen": ((5,), np.bool_),
            "outline": ((DIRECTIONS, 2), np.float32),
        }
        for name, (shape, kind) in wanted.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != kind:
                raise ValueError(
                    f"{name}: got {array.dtype} {array.shape}, expected {np.dtype(kind)} {shape}"
                )
        if self.kind not in KINDS:
            raise ValueError(f"kind: got {self.kind!r}, expected one of {', '.join(KINDS)}")

    @property
    def box(self) -> FloatArray:
        """(4,) float32 x1 y1 x2 y2 of the face, see `face_outline`."""
        return np.concatenate([self.outline.min(axis=0), self.outline.max(axis=0)])
