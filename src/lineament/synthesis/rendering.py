"""One rendered face with all that is known of it, and what renders it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.attributes import Attributes

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rendering:
    """A square picture of one face; coordinates in its pixels, centres at integers, y down.

    Attributes:
        image: (S,S,3) uint8 RGB.
        mask: (S,S) uint8 numbers of `Part`.
        points68: (68,2) float32 x, y in the order of 300-W; may lie outside the picture.
        visible68: (68,) bool: nothing lies in front of the point and it is in the picture.
        points98: (98,2) float32 in the order of WFLW.
        visible98: (98,) bool.
        points5: (5,2) float32: right eye, left eye, tip of the nose, right and left corner of
            the mouth.
        box: (4,) float32 x1 y1 x2 y2, what the 68 points reach over.
        attributes: of the face.
        identity: seed of the person.
        scene: seed of all that is not the person.

    Raises:
        ValueError: an array of another shape or type.
    """

    image: ByteArray
    mask: ByteArray
    points68: FloatArray
    visible68: Flags
    points98: FloatArray
    visible98: Flags
    points5: FloatArray
    box: FloatArray
    attributes: Attributes
    identity: int
    scene: int

    def __post_init__(self) -> None:
        side = len(self.image)
        for field in fields(self):
            if field.name not in ARRAYS and field.name not in ("image", "mask"):
                continue
            array = getattr(self, field.name)
            shape, kind = ARRAYS.get(field.name, ((side, side), np.uint8))
            wanted = (*shape, 3) if field.name == "image" else shape
            if array.shape != wanted or array.dtype != kind:
                raise ValueError(
                    f"{field.name}: got {array.dtype} {array.shape}, expected "
                    f"{np.dtype(kind)} {wanted}"
                )

    @property
    def visible5(self) -> Flags:
        """(5,) bool: an eye as any point of its lids, the others as points 30, 48 and 54."""
        seen = self.visible68
        eyes = [seen[36:42].any(), seen[42:48].any()]
        return np.array([*eyes, seen[30], seen[48], seen[54]], dtype=np.bool_)

    @property
    def size(self) -> int:
        """Pixels of a side."""
        return len(self.image)


ARRAYS: dict[str, tuple[tuple[int, ...], type]] = {
    "points68": ((68, 2), np.float32),
    "visible68": ((68,), np.bool_),
    "points98": ((98, 2), np.float32),
    "visible98": ((98,), np.bool_),
    "points5": ((5, 2), np.float32),
    "box": ((4,), np.float32),
}
"""Shape and type of the arrays whose shape does not depend on the picture's size."""


class FaceEngine(Protocol):
    """What makes renderings: `lineament.synthesis.engine.Engine`.

    The same seeds give the same bytes, whatever was rendered before.
    """

    def identity(self, seed: int, years: float = 0.0) -> Any:
        """A person, to be handed to `render`, `years` older than the seed says; making one costs
        as much as some pictures."""
        ...

    def render(self, identity: Any, scene_seed: int) -> Any:
        """A `Rendering`; engines of other kinds of samples give those."""
        ...
