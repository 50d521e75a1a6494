"""A picture of a group with its faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.face import ByteArray


@dataclass(frozen=True, eq=False)
class GroupPicture:
    """Attributes:
    image: (H,W,3) uint8 RGB.
    faces: all of which something is seen; boxes and points may reach over the border, and no
        point is unknown. Those that are hardly seen are `ignored`.
    seen: (N,5) bool: the point is in the picture and nothing lies in front of it.
    """

    image: ByteArray
    faces: LabelledFaces
    seen: NDArray[np.bool_]
