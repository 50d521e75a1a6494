"""One picture with a class for every pixel: what every reader of a parsing dataset returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from lineament import image as picture_file
from lineament.errors import ConfigError, DataError
from lineament.face import ByteArray
from lineament.parsing.part_schemes import UNKNOWN, find_part_scheme

HELD_OUT = 8
"""Of a set without lists of its own, the last 1/8 of the pictures in their order validates."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledParts(ABC):
    """One picture with the part of every pixel.

    Picture and mask are of the same size; a dataset whose masks are smaller shrinks its pictures.

    Attributes:
        image: path of the picture.
        name: unique within what one reader returned.
        subset: part of the dataset that the picture is from.
        scheme: a name that `lineament.parsing.part_schemes.find_part_scheme` knows.
    """

    image: Path
    name: str
    subset: str
    scheme: str

    @property
    @abstractmethod
    def mask_files(self) -> tuple[Path, ...]:
        """The files that the mask is made of."""

    @abstractmethod
    def mask(self) -> ByteArray:
        """Class numbers of `scheme`: (H,W) uint8, 255 where the dataset does not say the class.

        Raises:
            DataError: a file is missing, damaged, of another size, or holds a number that is no
                class; the message names the file.
        """

    def read_image(self) -> ByteArray:
        """The picture: (H,W,3) uint8 RGB, H and W as those of the mask.

        Raises:
            ImageError: the picture cannot be read.
        """
        return picture_file.read(self.image)

    def read(self) -> tuple[ByteArray, ByteArray]:
        """Picture (H,W,3) and mask (H,W).

        Raises:
            ImageError, DataError: as `read_image` and `mask`, or they differ in size.
        """
        picture, mask = self.read_image(), self.mask()
        if picture.shape[:2] != mask.shape:
            raise DataError(
                f"{self.mask_files[0]}: got a mask of {size_of(mask)} pixels, expected "
                f"{size_of(picture)} as its picture {self.image}"
            )
        return picture, mask


def size_of(array: ByteArray) -> str:
    """Width x height, as messages say it."""
    return f"{array.shape[1]} x {array.shape[0]}"


def check_classes(mask: ByteArray, scheme: str, path: Path) -> ByteArray:
    """The mask, or a DataError where it holds a number that is no class of the scheme."""
    count = len(find_part_scheme(scheme).classes)
    found = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    wrong = [str(number) for number in found if count <= number != UNKNOWN]
    if wrong:
        raise DataError(
            f"{path}: got the number{'s' * (len(wrong) > 1)} {', '.join(wrong)}, expected 0 to "
            f"{count - 1} of {scheme}, or {UNKNOWN} where the class is not known"
        )
    return mask


def split_in_order(items: Sequence[Item], split: str, dataset: str) -> list[Item]:
    """`all`, `train` (the first 7/8) or `validation` (the others) of pictures in their order.

    Raises:
        ConfigError: no such split.
        DataError: it would be empty.
    """
    border = len(items) - len(items) // HELD_OUT
    parts = {"all": items, "train": items[:border], "validation": items[border:]}
    if split not in parts:
        raise ConfigError(f"{dataset} has no part {split!r}; there are {', '.join(parts)}")
    if not parts[split]:
        raise DataError(
            f"{dataset}: the part {split!r} of {len(items)} pictures is empty; "
            f"expected {HELD_OUT} pictures or more"
        )
    return list(parts[split])
