"""Reader of HELEN's parts: 2,330 faces with eleven probability maps each.

Protocol: Smith et al., "Exemplar-Based Face Parsing", CVPR 2013, the release
`SmithCVPR2013_dataset_resized` or `_original`. Each map is a grey picture, 255 where the class is
certain. What the release calls left lies on the viewer's left.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament.datasets.labelled_parts import LabelledParts, size_of
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.mask_file import read_mask
from lineament.datasets.text_list import Line, read_list
from lineament.errors import DataError
from lineament.face import ByteArray

DATASET = "HELEN parsing"
SPLITS = ("train", "validation", "test")
LISTS = {"train": "exemplars.txt", "validation": "tuning.txt", "test": "testing.txt"}
PLACES = (".", "SmithCVPR2013_dataset_resized", "SmithCVPR2013_dataset_original")

FEATURES = range(2, 10)
"""Maps of brows, eyes, nose, lips and inner mouth."""

SURROUNDINGS = (0, 1, 10)
"""Maps of background, skin and hair."""

MAPS = 11


@dataclass(frozen=True, slots=True, eq=False)
class HelenParts(LabelledParts):
    """One face of HELEN, labelled in `helen-11`.

    Attributes:
        maps: paths of the eleven maps in the order of their numbers.
    """

    maps: tuple[Path, ...]

    @property
    def mask_files(self) -> tuple[Path, ...]:
        """The eleven maps."""
        return self.maps

    def mask(self) -> ByteArray:
        """The surest class of every pixel: (H,W) uint8 numbers of `helen-11`.

        A pixel is the surest of the eight features unless the rest, 255 less their sum, is as
        sure as that; so STN-iCNN makes its nine classes. The rest is background, skin or hair,
        whichever is surest; of equals the first.

        Raises:
            DataError: a map cannot be read, or the maps differ in size.
        """
        maps = [read_mask(path) for path in self.maps]
        for path, one in zip(self.maps, maps, strict=True):
            if one.shape != maps[0].shape:
                raise DataError(
                    f"{path}: got {size_of(one)} pixels, expected {size_of(maps[0])} as the other "
                    f"maps of {self.name}"
                )
        features = np.stack([maps[number] for number in FEATURES]).astype(np.int32)
        rest = np.stack([maps[number] for number in SURROUNDINGS])
        around = np.array(SURROUNDINGS, np.uint8)[rest.argmax(axis=0)]
        surest = (features.argmax(axis=0) + FEATURES.start).astype(np.uint8)
        inside = features.max(axis=0) > 255 - features.sum(axis=0)
        return np.asarray(np.where(inside, surest, around), dtype=np.uint8)


def read_helen_parsing(folder: Path | str, split: str = "train") -> list[HelenParts]:
    """All faces of a split in the order of its list.

    `train` is the exemplars (2,000), `validation` the tuning list (230), `test` the last 100.

    Raises:
        ConfigError: no such split.
        DataError: no such folder or list, a malformed line, a missing picture or map.
    """
    check_part(split, SPLITS, DATASET)
    root = dataset_folder(folder, DATASET)
    name = LISTS[split]
    path = first_that_is(root, [f"{place}/{name}" for place in PLACES], DATASET, f"list {name}")
    return [_face(line, path.parent, split) for line in read_list(path, DATASET)]


def _face(line: Line, root: Path, split: str) -> HelenParts:
    words = [word.strip() for word in line.text.split(",")]
    if len(words) != 2 or not words[1]:
        raise line.wrong(repr(line.text), "a number, a comma and the picture's name")
    name = words[1]
    picture = line.picture(root / "images", f"{name}.jpg")
    maps = tuple(root / "labels" / name / f"{name}_lbl{number:02}.png" for number in range(MAPS))
    for path in maps:
        if not path.is_file():
            raise DataError(
                f"{line.path}:{line.number}: the map {path} is missing; expected {MAPS} of them, "
                f"{name}_lbl00.png to {name}_lbl{MAPS - 1}.png"
            )
    return HelenParts(picture, f"{split}/{name}", split, "helen-11", maps)
