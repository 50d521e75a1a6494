"""Left and right of labelled faces, as labelled and as seen.

Of CelebAMask-HQ's photos one in fourteen has every left part labelled right and the other way
round, as if it had been mirrored after it was labelled. No network can tell which ones; it only
learns to doubt. In an upright face the person's left parts lie on the right of the picture, so the
labels can be mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament.datasets.labelled_parts import LabelledParts
from lineament.face import ByteArray
from lineament.parsing.part_schemes import PartScheme, find_part_scheme


def mirror_table(scheme: PartScheme) -> ByteArray:
    """(256,) uint8: the class of each class's mirror image; every other number stays."""
    table = np.arange(256, dtype=np.uint8)
    table[: len(scheme.classes)] = scheme.mirror
    return table


def exchanged(mask: ByteArray, scheme: PartScheme) -> bool:
    """Whether left parts lie, on the whole, left of their right counterparts.

    Args:
        mask: (H,W) uint8 class numbers of an upright face.

    Returns:
        False also where no pair is seen whole.
    """
    away = 0.0
    for number, name in enumerate(scheme.classes):
        if name.startswith("left_"):
            left = np.flatnonzero((mask == number).any(axis=0))
            right = np.flatnonzero((mask == scheme.mirror[number]).any(axis=0))
            if len(left) and len(right):
                away += float(left.mean() - right.mean())
    return away < 0


def as_seen(mask: ByteArray, scheme: PartScheme) -> ByteArray:
    """The mask of an upright face (H,W), its left and right classes mended where exchanged."""
    if not exchanged(mask, scheme):
        return mask
    return np.asarray(cv2.LUT(mask, mirror_table(scheme)), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class SeenSides(LabelledParts):
    """A labelled photo of an upright face with its sides mended."""

    labelled: LabelledParts

    @property
    def mask_files(self) -> tuple[Path, ...]:
        return self.labelled.mask_files

    def read_image(self) -> ByteArray:
        return self.labelled.read_image()

    def mask(self) -> ByteArray:
        return as_seen(self.labelled.mask(), find_part_scheme(self.scheme))


def sides_as_seen(photos: Sequence[LabelledParts]) -> list[LabelledParts]:
    """The photos, each with its left and right classes mended where they are exchanged."""
    return [
        SeenSides(photo.image, photo.name, photo.subset, photo.scheme, photo) for photo in photos
    ]
