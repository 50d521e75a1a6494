"""What augmentation takes and gives: a picture with its points and perhaps its mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture with its labels, before or after augmentation.

    Attributes:
        image: (H,W,3) uint8 RGB.
        points: (L,2) float32 pixels of the image, pixel centres at integers; L may be 0.
        mask: uint8 class numbers over the same area: (H,W) in a photo, (M,M) in a crop.
        name: what errors call it.
    """

    image: ByteArray
    points: FloatArray
    mask: ByteArray | None = None
    name: str = ""


def check(sample: Sample, points: int) -> None:
    """Refuse a photo's labels that cannot be true.

    Args:
        points: the number of points that are expected.

    Raises:
        DataError: the points are not finite or not of this number, or the mask is not of the
            photo's size.
    """
    if sample.points.shape != (points, 2):
        raise DataError(
            f"points of sample {sample.name!r} have shape {sample.points.shape}, expected "
            f"({points}, 2); mend its labels or leave it out"
        )
    finite = np.isfinite(sample.points).all(axis=1)
    if not finite.all():
        raise DataError(
            f"point {int(finite.argmin())} of sample {sample.name!r} is "
            f"{sample.points[finite.argmin()].tolist()}, expected finite numbers; mend its labels "
            "or leave it out"
        )
    if sample.mask is not None and sample.mask.shape != sample.image.shape[:2]:
        raise DataError(
            f"the mask of sample {sample.name!r} has shape {sample.mask.shape}, its picture "
            f"{sample.image.shape[:2]}; make the mask of the picture's size"
        )
