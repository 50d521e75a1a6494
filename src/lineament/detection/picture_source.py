"""What a detector's training pictures are asked of: anything that makes one from a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.face import ByteArray


class LabelledPicture(Protocol):
    """A picture and its faces.

    Attributes:
        image: (H,W,3) uint8 RGB.
        faces: in its pixels.
    """

    @property
    def image(self) -> ByteArray: ...

    @property
    def faces(self) -> LabelledFaces: ...


class PictureMaker(Protocol):
    """Makes pictures of one size; the same number gives the same picture in every process."""

    def picture(self, seed: int, /) -> LabelledPicture: ...


@dataclass(frozen=True, eq=False)
class PlainPicture:
    """A `LabelledPicture` that holds no more than that."""

    image: ByteArray
    faces: LabelledFaces
