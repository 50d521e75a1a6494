"""Reader of any folder of pictures with a mask of class numbers each, as a grey or palette PNG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lineament.datasets.labelled_parts import LabelledParts, check_classes, split_in_order
from lineament.datasets.layout import check_part, dataset_folder
from lineament.datasets.mask_file import read_mask
from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.image import SUFFIXES
from lineament.parsing.part_schemes import find_part_scheme

DATASET = "palette masks"
SPLITS = ("all", "train", "validation")
PICTURES, MASKS = "images", "masks"


@dataclass(frozen=True, slots=True, eq=False)
class NumberedParts(LabelledParts):
    """One picture whose mask holds class numbers.

    Attributes:
        file: path of the mask.
    """

    file: Path

    @property
    def mask_files(self) -> tuple[Path, ...]:
        """The mask."""
        return (self.file,)

    def mask(self) -> ByteArray:
        """The numbers of the file: (H,W) uint8.

        Raises:
            DataError: it cannot be read, or a number is neither a class nor 255.
        """
        return check_classes(read_mask(self.file), self.scheme, self.file)


def read_palette_masks(
    folder: Path | str, split: str = "all", scheme: str = "celebamask-19"
) -> list[NumberedParts]:
    """All pictures of `images` with the masks of the same name in `masks`, by name.

    `train` is the first 7/8 of them, `validation` the others.

    Args:
        scheme: name of the part scheme whose numbers the masks hold.

    Raises:
        ConfigError: no such split or scheme.
        DataError: a folder is missing or empty, a picture has no mask or a mask no picture.
    """
    check_part(split, SPLITS, DATASET)
    find_part_scheme(scheme)
    root = dataset_folder(folder, DATASET)
    faces = [
        NumberedParts(picture, name, "all", scheme, mask)
        for picture, name, mask in paired(root / PICTURES, root / MASKS, DATASET)
    ]
    return split_in_order(faces, split, f"{DATASET} in {root}")


def paired(pictures: Path, masks: Path, dataset: str) -> list[tuple[Path, str, Path]]:
    """Picture, name and mask of all pictures of a folder, by name.

    Raises:
        DataError: a folder is missing or empty, two pictures share a name, a picture has no mask
            or a mask no picture.
    """
    for folder in (pictures, masks):
        if not folder.is_dir():
            raise DataError(
                f"{dataset}: no folder {folder}; expected pictures in {pictures} and a mask "
                f"NAME.png of each in {masks}"
            )
    found: dict[str, Path] = {}
    for path in sorted(pictures.iterdir()):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            if path.stem in found:
                raise DataError(
                    f"{path}: {found[path.stem].name} has the same name; expected one picture of "
                    f"each mask, remove one"
                )
            found[path.stem] = path
    if not found:
        raise DataError(f"{dataset}: {pictures} holds no pictures; expected NAME.jpg or NAME.png")
    drawn = {path.stem: path for path in masks.glob("*.png") if not path.name.startswith(".")}
    for name in sorted(found.keys() | drawn.keys()):
        if name not in drawn:
            raise DataError(f"{found[name]}: its mask {masks / f'{name}.png'} is missing")
        if name not in found:
            raise DataError(f"{drawn[name]}: its picture {pictures / name}.jpg is missing")
    return [(found[name], name, drawn[name]) for name in sorted(found)]
