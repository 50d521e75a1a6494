"""What a set that measures detectors is made of: pictures whose faces are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.datasets.labelled_picture import LabelledFaces
from lineament.face import ByteArray, FloatArray

Kind = Literal["labelled", "people-free", "counted"]
"""`labelled`: faces have boxes. `people-free`: there is nobody. `counted`: only how many faces
there are is known."""

Protocol = Literal["own", "wider-face", "fddb"]
"""Which published scores a set has beside our own."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectionPicture:
    """One picture of a set that measures detectors.

    Attributes:
        image: path of the picture.
        name: unique in its set, with `/` between folders and without the file's suffix.
        faces: its labelled faces; none of a people-free or a counted picture.
        count: how many faces it shows; None where `faces` says it.
        ellipses: (N,5) float32 of FDDB's faces: long radius, short radius, angle of the long one
            from the x axis in radians, centre x, centre y; None elsewhere.
        kept: by the name of a published subset (N,) bool, the faces that it scores.
    """

    image: Path
    name: str
    faces: LabelledFaces
    count: int | None = None
    ellipses: FloatArray | None = None
    kept: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    def read(self) -> ByteArray:
        """The picture: (H,W,3) uint8 RGB.

        Raises:
            ImageError: it cannot be read.
        """
        return image.read(self.image)


@dataclass(frozen=True, slots=True, eq=False)
class DetectionSet:
    """Pictures of one kind.

    Attributes:
        name: of the reader.
        pictures: at least one.
        truth: in words, where the faces come from.
        kind: what is known of the pictures.
        complete: every face has a label, so that a detection elsewhere is a false positive.
        protocol: whose published scores the set has.
    """

    name: str
    pictures: tuple[DetectionPicture, ...]
    truth: str
    kind: Kind = "labelled"
    complete: bool = True
    protocol: Protocol = "own"

    def __len__(self) -> int:
        return len(self.pictures)
