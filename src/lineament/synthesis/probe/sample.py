"""What the probe learns from: one rendered face, before and after augmentation."""

from __future__ import annotations

from dataclasses import dataclass

from lineament.face import ByteArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture with its answers.

    Attributes:
        image: (S,S,3) uint8 RGB.
        points: (68,2) float32 picture pixels, pixel centres at integers.
        classes: (M,M) uint8 numbers of `classes.CLASSES` over the same square, M = S or S/2.
    """

    image: ByteArray
    points: FloatArray
    classes: ByteArray
