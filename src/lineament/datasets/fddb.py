"""Reader of FDDB: 5,171 faces in ellipses on 2,845 pictures, in ten folds.

Protocol: Jain and Learned-Miller, "FDDB: A Benchmark for Face Detection in Unconstrained
Settings", University of Massachusetts, UM-CS-2010-009. The coordinates are taken as they stand in
the files.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.datasets.block_list import Block, read_blocks
from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.labelled_picture import LabelledFaces
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.face import FloatArray

DATASET = "FDDB"
FOLDS = tuple(f"fold-{number:02}" for number in range(1, 11))
PARTS = ("all", *FOLDS)
EXPECTED = "long radius, short radius, angle, centre x, centre y, 1"


def read_fddb(folder: Path | str, part: str = "all") -> DetectionSet:
    """The pictures of all ten folds, which are scored together, or of one of them.

    A face's box is the upright one that its ellipse fills.

    Raises:
        ConfigError: no such part.
        DataError: no such folder, a missing list or picture, a malformed line, a wrong count, or
            an ellipse without area.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    lists = first_that_is(root, ("FDDB-folds", "."), DATASET, "folder of the folds")
    pictures = first_that_is(root, ("originalPics", "."), DATASET, "folder of pictures")
    found = []
    for fold in FOLDS if part == "all" else (part,):
        path = lists / f"FDDB-{fold}-ellipseList.txt"
        found += [_picture(block, pictures) for block in read_blocks(path, DATASET)]
    return DetectionSet(
        name="fddb",
        pictures=tuple(found),
        truth="the upright boxes that the ellipses of FDDB fill",
        protocol="fddb",
    )


def box_of_ellipse(ellipses: FloatArray) -> FloatArray:
    """(N,4) boxes x1 y1 x2 y2 that (N,5) ellipses, as `DetectionPicture` has them, fill."""
    long, short, angle, x, y = np.asarray(ellipses, dtype=np.float64).reshape(-1, 5).T
    across = np.hypot(long * np.cos(angle), short * np.sin(angle))
    down = np.hypot(long * np.sin(angle), short * np.cos(angle))
    return np.stack([x - across, y - down, x + across, y + down], axis=1).astype(np.float32)


def _picture(block: Block, folder: Path) -> DetectionPicture:
    ellipses = block.numbers(6, EXPECTED)[:, :5]
    for row, ellipse in zip(block.rows, ellipses, strict=True):
        if not (ellipse[:2] > 0).all():
            raise row.wrong(f"radii {ellipse[0]:g} and {ellipse[1]:g}", "radii above zero")
    name = block.name.text.strip()
    return DetectionPicture(
        image=block.name.picture(folder, f"{name}.jpg"),
        name=name,
        faces=LabelledFaces(
            boxes=box_of_ellipse(ellipses),
            five_points=np.full((len(ellipses), 5, 2), np.nan, dtype=np.float32),
            ignored=np.zeros(len(ellipses), dtype=np.bool_),
        ),
        ellipses=ellipses,
    )
