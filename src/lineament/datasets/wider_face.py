"""Reader of WIDER FACE: 32,203 pictures of 61 events with 393,703 faces in boxes.

Protocol: Yang et al., "WIDER FACE: A Face Detection Benchmark", CVPR 2016. The coordinates are
taken as they stand in the file: left, upper, width, height.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.block_list import Block, read_blocks
from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.labelled_picture import LabelledFaces
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.retinaface_labels import KnownPoints, five_points_of, read_known_points
from lineament.datasets.wider_face_subsets import SUBSETS, Listing, read_subsets
from lineament.errors import DataError

DATASET = "WIDER FACE"
PARTS = ("val", "train")
EXPECTED = "left, upper, width, height, blur, expression, illumination, invalid, occlusion, pose"
INVALID = 7
"""Column of the flag of faces that are left out of every score."""


def read_wider_face(folder: Path | str, part: str = "val") -> DetectionSet:
    """The pictures of `val` (3,226) or `train` (12,880) in the order of the official list.

    A face whose flag says `invalid`, or whose box has no area, is ignored. `kept` has the faces
    of `easy`, `medium` and `hard` where the folder holds the official lists of them. Five points
    are those of RetinaFace's `label.txt` where it lies there.

    Raises:
        ConfigError: no such part, or scipy, which the lists of the subsets need, is missing.
        DataError: no such folder or list, a malformed line, a wrong count or a missing picture.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    name = f"wider_face_{part}_bbx_gt.txt"
    path = first_that_is(root, (f"wider_face_split/{name}", name), DATASET, "list of faces")
    pictures = first_that_is(
        root, (f"WIDER_{part}/images", f"WIDER_{part}", "images"), DATASET, "folder of pictures"
    )
    blocks = read_blocks(path, DATASET)
    names = [Path(block.name.text.strip()).with_suffix("").as_posix() for block in blocks]
    tables = [block.numbers(10, EXPECTED) for block in blocks]
    listing: Listing = {name: len(table) for name, table in zip(names, tables, strict=True)}
    if len(listing) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise DataError(f"{path}: got {twice} with two suffixes, expected it once")
    subsets = read_subsets(root, listing) if part == "val" else {}
    points = read_known_points(root, part)
    found = tuple(
        _picture(block, name, table, pictures, subsets.get(name, {}), points.get(name))
        for block, name, table in zip(blocks, names, tables, strict=True)
    )
    return DetectionSet(
        name="wider-face",
        pictures=found,
        truth="the boxes of WIDER FACE",
        protocol="wider-face" if subsets else "own",
    )


def _picture(
    block: Block,
    name: str,
    table: NDArray[np.float32],
    folder: Path,
    kept: dict[str, NDArray[np.bool_]],
    points: KnownPoints | None,
) -> DetectionPicture:
    corner, size = table[:, :2], table[:, 2:4]
    boxes = np.concatenate([corner, corner + size], axis=1)
    return DetectionPicture(
        image=block.name.picture(folder, block.name.text.strip()),
        name=name,
        faces=LabelledFaces(
            boxes=boxes,
            five_points=five_points_of(table[:, :4], points),
            ignored=(table[:, INVALID] != 0) | (size <= 0).any(axis=1),
        ),
        kept={subset: kept[subset] for subset in SUBSETS if subset in kept},
    )
