"""Reader of AFLW-19: the 24,386 faces of AFLW whose 19 points Zhu et al. revised.

Protocol: Zhu et al., "Unconstrained Face Alignment via Cascaded Compositional Learning" (CCL),
CVPR 2016; pictures of Koestinger et al., "Annotated Facial Landmarks in the Wild", 2011. All 19
points have coordinates, hidden ones too. The coordinates are taken as they stand in the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_face import LabelledFace, numbered
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.matlab_file import read_mat5
from lineament.errors import DataError
from lineament.landmarks.schemes import AFLW_19

DATASET = "AFLW-19"
PARTS = ("train", "test", "frontal")
FILE = "AFLWinfo_release.mat"
NAMES = ("bbox", "data", "mask_new", "nameList", "ra")
PICTURES = ("data/flickr", "flickr", ".")
TRAIN_FACES = 20_000
"""The first so many of the release's random order train, the others test."""


def read_aflw19(folder: Path | str, part: str = "train") -> list[LabelledFace]:
    """Faces in the release's random order.

    Parts: `train` (20,000); `test` (4,386, "full"); `frontal`, those of the test of which all 19
    points are visible. `subset` is `train`, or `frontal` or `turned` in the test. `box` is the
    release's, whose side is the protocol's face size.

    Raises:
        ConfigError: no such part, or scipy is not installed.
        DataError: no such folder or file, a variable of another shape, a value that is not
            finite, a box without area, or a missing picture.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    path = root / FILE
    found = read_mat5(path, NAMES, DATASET)
    names = [_text(path, row, cell) for row, cell in enumerate(np.ravel(found["nameList"]))]
    count = len(names)
    if count <= TRAIN_FACES:
        raise DataError(
            f"{path}: got {count} faces, expected more than {TRAIN_FACES}: those train and the "
            "others test"
        )
    order = _order(path, found["ra"], count)
    points = _table(path, found, "data", (count, 38)).reshape(count, 2, 19).transpose(0, 2, 1)
    boxes = _table(path, found, "bbox", (count, 4))[:, [0, 2, 1, 3]]
    flat = np.flatnonzero((boxes[:, :2] >= boxes[:, 2:]).any(axis=1))
    if len(flat):
        raise DataError(
            f"{path}: row {flat[0] + 1} of bbox is {found['bbox'][flat[0]].tolist()}, expected "
            "left < right and top < bottom"
        )
    mask = _table(path, found, "mask_new", (count, 19))
    if not np.isin(mask, (0, 1)).all():
        raise DataError(f"{path}: mask_new has other values than 0 (hidden) and 1 (visible)")
    pictures = first_that_is(root, PICTURES, DATASET, "folder of pictures")
    chosen = _rows(part, order, names, (mask == 1).all(axis=1))
    if not chosen:
        raise DataError(f"{path}: no face of the part {part!r}, expected some")
    return [
        LabelledFace(
            image=_picture(path, pictures, names[row]),
            points=points[row],
            subset=subset,
            name=name,
            scheme=AFLW_19.name,
            box=boxes[row],
            visible=mask[row] == 1,
        )
        for row, subset, name in chosen
    ]


def _rows(
    part: str, order: NDArray[np.intp], names: list[str], frontal: NDArray[np.bool_]
) -> list[tuple[int, str, str]]:
    """Row, subset and unique name of every face of a part."""
    if part == "train":
        subsets = {int(row): "train" for row in order[:TRAIN_FACES]}
    else:
        subsets = {int(row): "frontal" if frontal[row] else "turned" for row in order[TRAIN_FACES:]}
    unique = numbered(
        f"{subset}/{names[row].rpartition('.')[0]}" for row, subset in subsets.items()
    )
    return [
        (row, subset, name)
        for (row, subset), name in zip(subsets.items(), unique, strict=True)
        if part != "frontal" or subset == "frontal"
    ]


def _text(path: Path, row: int, cell: Any) -> str:
    words = np.ravel(cell)
    if len(words) != 1 or not isinstance(words[0], str):
        raise DataError(f"{path}: row {row + 1} of nameList is {cell!r}, expected a picture's name")
    return str(words[0])


def _order(path: Path, ra: Any, count: int) -> NDArray[np.intp]:
    """The random order of the rows, counted from 0."""
    order = np.ravel(ra)
    if order.dtype.kind not in "iuf" or sorted(order.tolist()) != list(range(1, count + 1)):
        raise DataError(
            f"{path}: ra has {order.size} values, expected every number from 1 to {count} once"
        )
    return order.astype(np.intp) - 1


def _table(
    path: Path, found: dict[str, Any], name: str, shape: tuple[int, int]
) -> NDArray[np.float32]:
    table = np.asarray(found[name])
    if table.shape != shape or table.dtype.kind not in "iufb":
        raise DataError(f"{path}: {name} is {table.dtype} {table.shape}, expected numbers {shape}")
    with np.errstate(over="ignore"):
        values = table.astype(np.float32)
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong):
        raise DataError(f"{path}: row {wrong[0] + 1} of {name} has a value that is not finite")
    return values


def _picture(path: Path, pictures: Path, name: str) -> Path:
    image = pictures / name
    if not image.is_file():
        raise DataError(
            f"{path}: its picture {image} is missing; expected the folders 0, 2 and 3 of AFLW in "
            "data/flickr, in flickr or beside the file"
        )
    return image
