"""Reader of LaPa: 22,176 faces with eleven classes.

Protocol: Liu et al., "A New Dataset and Boundary-Attention Semantic Segmentation for Face
Parsing", AAAI 2020. The 106 points of the release are not read. What it calls left lies on the
viewer's left.
"""

from __future__ import annotations

from pathlib import Path

from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.palette_masks import NumberedParts, paired

DATASET = "LaPa"
SPLITS = ("train", "validation", "test")
FOLDERS = {"train": "train", "validation": "val", "test": "test"}
PLACES = (".", "LaPa")


def read_lapa(folder: Path | str, split: str = "train") -> list[NumberedParts]:
    """All faces of `train` (18,176), `validation` (2,000) or `test` (2,000) by name.

    Raises:
        ConfigError: no such split.
        DataError: a folder is missing or empty, a picture has no mask or a mask no picture.
    """
    check_part(split, SPLITS, DATASET)
    root = dataset_folder(folder, DATASET)
    places = [f"{place}/{FOLDERS[split]}" for place in PLACES]
    part = first_that_is(root, places, DATASET, f"folder {FOLDERS[split]}")
    return [
        NumberedParts(picture, f"{split}/{name}", split, "lapa-11", mask)
        for picture, name, mask in paired(part / "images", part / "labels", DATASET)
    ]
