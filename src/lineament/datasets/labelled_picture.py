"""A picture with any number of faces whose boxes are known: what detectors learn from and meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray


@dataclass(frozen=True, eq=False)
class LabelledFaces:
    """The faces of one picture; coordinates in its pixels, centres at integers, y down.

    Attributes:
        boxes: (N,4) float32 x1 y1 x2 y2 from forehead to chin and from cheek to cheek, as WIDER
            FACE draws them; they may reach over the border.
        five_points: (N,5,2) float32 in the order of `lineament.face.FIVE_POINTS`; NaN where a
            point is not known.
        ignored: (N,) bool: neither missing such a face nor finding it counts, as it is too small,
            hidden or blurred to be sure of.

    Raises:
        ValueError: arrays of other shapes or types, or that do not belong together.
    """

    boxes: FloatArray
    five_points: FloatArray
    ignored: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.boxes)
        wanted = {
            "boxes": ((count, 4), np.float32),
            "five_points": ((count, 5, 2), np.float32),
            "ignored": ((count,), np.bool_),
        }
        for name, (shape, kind) in wanted.items():
            array = getattr(self, name)
            if array.shape != shape or array.dtype != kind:
                raise ValueError(
                    f"{name}: got {array.dtype} {array.shape}, expected {np.dtype(kind)} {shape}"
                )

    def __len__(self) -> int:
        return len(self.boxes)

    @property
    def sides(self) -> FloatArray:
        """(N,) size of each box as the root of width x height; 0 for a box without area."""
        extent = np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 0)
        return np.asarray(np.sqrt(np.prod(extent, axis=1)), dtype=np.float32)


NOBODY = LabelledFaces(
    np.zeros((0, 4), np.float32), np.zeros((0, 5, 2), np.float32), np.zeros(0, np.bool_)
)
"""A picture without people."""
