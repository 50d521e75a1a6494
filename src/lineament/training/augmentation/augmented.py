"""The whole of augmentation: a square strays, is cut once, mirrored, hidden in part and spoiled.

Random numbers come from a generator that the caller seeds by sample, so that a resumed run sees
the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.landmarks.crops import Square
from lineament.training.augmentation.cut import cut
from lineament.training.augmentation.occlusion import (
    MaskClasses,
    Occluder,
    draw_occluder,
    occluded,
)
from lineament.training.augmentation.options import Augmentation
from lineament.training.augmentation.sample import Sample, check
from lineament.training.augmentation.spoiling import Faults, draw_faults, spoiled
from lineament.training.augmentation.straying import mirrored, strayed

OtherPicture = Callable[[float], ByteArray]
"""Gives another picture (H,W,3) uint8 RGB for a random number from 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """All random choices for one sample.

    Attributes:
        square: where the crop is cut, in photo pixels.
        mirrors: whether it is mirrored then.
    """

    square: Square
    mirrors: bool
    occluder: Occluder | None
    faults: Faults


@dataclass(frozen=True, eq=False)
class Augmenter:
    """Cuts crops out of photos, augmented or plain.

    Attributes:
        size: side S of the crops in pixels.
        mirror_index: (L,) for each point the index of its mirror image.
        mask_mirror: (C,) uint8, for each class of the masks that of its mirror image; None:
            every class is its own.
        mask_size: side of the crops' masks in pixels; `size` if None.
        classes: what occlusion does to masks.
    """

    options: Augmentation
    size: int
    mirror_index: NDArray[np.intp]
    mask_mirror: ByteArray | None = None
    mask_size: int | None = None
    classes: MaskClasses = field(default_factory=MaskClasses)

    def plain(self, sample: Sample, square: Square) -> Sample:
        """The crop without any augmentation, as at inference.

        Raises:
            DataError: the sample's points are not finite or not L, or its mask has not the
                photo's size.
        """
        check(sample, len(self.mirror_index))
        return cut(sample, square, self.size, mask_size=self.mask_size)

    def augmented(
        self,
        sample: Sample,
        square: Square,
        random: np.random.Generator,
        other: OtherPicture | None = None,
    ) -> Sample:
        """The crop after random changes; where none are asked for, the plain crop.

        Args:
            sample: a photo with its labels.
            square: where the crop rule would cut, in photo pixels.
            other: asked for a picture that hides part of the face; None: the crop itself, upside
                down, does.

        Raises:
            DataError: as `plain`.
        """
        check(sample, len(self.mirror_index))
        return self.apply(sample, self.draw(square, random), other)

    def draw(self, square: Square, random: np.random.Generator) -> Draw:
        """The random choices for one sample."""
        stray, mirrors = strayed(square, self.options.straying, random)
        occluder = draw_occluder(self.options.occlusion, self.size, random)
        return Draw(stray, mirrors, occluder, draw_faults(self.options.spoiling, self.size, random))

    def apply(self, sample: Sample, draw: Draw, other: OtherPicture | None = None) -> Sample:
        """The crop after the changes of `draw`."""
        crop = cut(sample, draw.square, self.size, self.options.border, self.mask_size)
        if draw.mirrors:
            crop = mirrored(crop, self.mirror_index, self.mask_mirror)
        if draw.occluder is not None:
            picture = crop.image[::-1]
            if other is not None and draw.occluder.filling == "picture":
                picture = _of_side(other(draw.occluder.other), self.size)
            crop = occluded(crop, draw.occluder, picture, self.classes)
        return replace(crop, image=spoiled(crop.image, draw.faults))


def _of_side(image: ByteArray, size: int) -> ByteArray:
    if image.shape[:2] == (size, size):
        return image
    resized = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, dtype=np.uint8)
