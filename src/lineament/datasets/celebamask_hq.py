"""Reader of CelebAMask-HQ (Lee et al., CVPR 2020): photos and one picture per part, as published.

Layout: `CelebA-HQ-img/N.jpg` and `CelebAMask-HQ-mask-anno/K/NNNNN_PART.png`, where a part that a
photo lacks has no file. As in the set's own tools, the parts are laid over one another in the
order of their numbers: a later one hides those before. The masks are of 512 pixels, the photos of
1024: these are shrunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament import image as picture_file
from lineament.datasets.labelled_parts import LabelledParts, size_of, split_in_order
from lineament.datasets.layout import check_part
from lineament.errors import DataError, ImageError
from lineament.face import ByteArray
from lineament.picture_file.header import read_header
from lineament.synthesis.parts import FILE_NAMES, Part

DATASET = "CelebAMask-HQ"
STN_ICNN = {
    "stn-train": range(2000),
    "stn-validation": range(2000, 2200),
    "stn-test": range(2200, 2400),
}
"""Numbers of the photos that the authors of STN-iCNN (Yin et al., 2021) used."""

SPLITS = ("all", "train", "validation", *STN_ICNN)

PHOTOS, MASKS = "CelebA-HQ-img", "CelebAMask-HQ-mask-anno"
PART_OF_NAME = {name: part for part, name in FILE_NAMES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPhoto(LabelledParts):
    """One photo with the files of its parts; `name` is its number, such as `17`.

    Attributes:
        parts: path of the mask of every part that it has.
    """

    parts: Mapping[Part, Path]

    @property
    def mask_files(self) -> tuple[Path, ...]:
        """The files of its parts in the order in which they are laid over one another."""
        return tuple(self.parts[part] for part in sorted(self.parts))

    def read_image(self) -> ByteArray:
        """The photo at the masks' size, (H,W,3) uint8 RGB, shrunk by area where it is larger.

        Raises:
            ImageError: the photo cannot be read.
            DataError: it is smaller than its masks, of another shape, or a mask cannot be read.
        """
        photo = picture_file.read(self.image)
        path = self.mask_files[0]
        try:
            header = read_header(path.read_bytes())
        except (OSError, ImageError) as error:
            raise DataError(
                f"cannot read {path}: {error}; expected a PNG picture, white where the part is"
            ) from error
        (height, width), size = photo.shape[:2], (header.width, header.height)
        if (width, height) == size:
            return photo
        if width < header.width or width * header.height != height * header.width:
            raise DataError(
                f"{self.image} is {size_of(photo)} pixels, its masks are {size[0]} x {size[1]}; "
                "expected a photo of that size, or a larger one of the same shape"
            )
        return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

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


def read_celebamask_hq(folder: Path | str, split: str = "all") -> list[LabelledPhoto]:
    """The photos of a folder in the official layout, by number.

    `train` is the first 7/8 of the photos that are there, `validation` the others; `stn-train`,
    `stn-validation` and `stn-test` are those with the numbers that the authors of STN-iCNN used.

    Raises:
        ConfigError: no such split.
        DataError: a folder is missing or empty, a file's name is not of the set, a photo has no
            part at all, or a part has no photo; the split is empty.
    """
    check_part(split, SPLITS, DATASET)
    photos = _all_photos(Path(folder))
    if split not in STN_ICNN:
        return split_in_order(photos, split, f"{DATASET} in {folder}")
    numbers = STN_ICNN[split]
    chosen = [photo for photo in photos if int(photo.name) in numbers]
    if not chosen:
        raise DataError(
            f"{DATASET}: {folder} holds none of the photos {numbers.start} to {numbers.stop - 1}, "
            f"expected for {split}; take another split"
        )
    return chosen


def _all_photos(root: Path) -> list[LabelledPhoto]:
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
    return [
        LabelledPhoto(photos[number], photos[number].stem, "all", "celebamask-19", parts[number])
        for number in sorted(photos)
    ]


def _number(path: Path, digits: str) -> int:
    if not digits.isdecimal():
        raise DataError(f"{path}: got {digits!r}, expected the photo's number")
    return int(digits)
