"""Reader of CelebAMask-HQ (Lee et al., CVPR 2020): photos and one picture per part, as published.

Layout: `CelebA-HQ-img/N.jpg` and `CelebAMask-HQ-mask-anno/K/NNNNN_PART.png`, where a part that a
photo lacks has no file. As in the set's own tools, the parts are laid over one another in the
order of their numbers: a later one hides those before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.synthesis.parts import FILE_NAMES, Part

PHOTOS, MASKS = "CelebA-HQ-img", "CelebAMask-HQ-mask-anno"
PART_OF_NAME = {name: part for part, name in FILE_NAMES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPhoto:
    """One photo with the files of its parts.

    Attributes:
        image: path of the photo.
        parts: path of the mask of every part that it has.
    """

    image: Path
    parts: Mapping[Part, Path]

    @property
    def name(self) -> str:
        """Stem of the file, such as `17`, unique within the set."""
        return self.image.stem

    def mask(self) -> ByteArray:
        """`Part` numbers of all pixels: (H,W) uint8, usually 512 x 512.

        Raises:
            DataError: a file cannot be read, or the parts differ in size.
        """
        mask: ByteArray | None = None
        for part in sorted(self.parts):
            path = self.parts[part]
            drawn = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if drawn is None:
                raise DataError(
                    f"cannot read {path}: expected a PNG picture, white where the part is"
                )
            if mask is None:
                mask = np.zeros(drawn.shape, dtype=np.uint8)
            if drawn.shape != mask.shape:
                raise DataError(
                    f"{path} is {drawn.shape[1]} x {drawn.shape[0]} pixels, other parts of photo "
                    f"{self.name} are {mask.shape[1]} x {mask.shape[0]}; expected the same size"
                )
            mask[drawn > 0] = part
        assert mask is not None, "read_celebamask_hq leaves out no photo without parts unsaid"
        return mask


def read_celebamask_hq(folder: Path | str) -> list[LabelledPhoto]:
    """All photos of a folder in the official layout, by number.

    Raises:
        DataError: a folder is missing or empty, a file's name is not of the set, a photo has no
            part at all, or a part has no photo.
    """
    root = Path(folder)
    for needed in (root, root / PHOTOS, root / MASKS):
        if not needed.is_dir():
            raise DataError(
                f"CelebAMask-HQ: no folder {needed}; expected {PHOTOS} and {MASKS} in {root}"
            )
    photos = {}
    for path in (root / PHOTOS).iterdir():
        if path.suffix.lower() in (".jpg", ".png") and not path.name.startswith("."):
            photos[_number(path, path.stem)] = path
    if not photos:
        raise DataError(f"CelebAMask-HQ: {root / PHOTOS} holds no photos; expected N.jpg")
    parts: dict[int, dict[Part, Path]] = {}
    for path in sorted((root / MASKS).rglob("*.png")):
        stem, _, name = path.stem.partition("_")
        if name not in PART_OF_NAME:
            raise DataError(
                f"{path}: no part named {name!r}; expected NNNNN_PART.png with PART one of "
                f"{', '.join(PART_OF_NAME)}"
            )
        parts.setdefault(_number(path, stem), {})[PART_OF_NAME[name]] = path
    for number in sorted(photos.keys() | parts.keys()):
        if number not in parts:
            raise DataError(f"{photos[number]}: no part of it in {root / MASKS}")
        if number not in photos:
            stray = next(iter(parts[number].values()))
            raise DataError(f"{stray}: its photo {root / PHOTOS / f'{number}.jpg'} is missing")
    return [LabelledPhoto(photos[number], parts[number]) for number in sorted(photos)]


def _number(path: Path, digits: str) -> int:
    if not digits.isdecimal():
        raise DataError(f"{path}: got {digits!r}, expected the photo's number")
    return int(digits)
