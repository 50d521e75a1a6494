"""Reader of the ORL faces (AT&T): 40 people, ten grey pictures of each, every pair of them.

Source: Samaria and Harter, "Parameterisation of a Stochastic Model for Human Face
Identification", 2nd IEEE Workshop on Applications of Computer Vision, 1994; credit Olivetti
Research Laboratory.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.datasets.layout import check_part, dataset_folder
from lineament.datasets.pgm_file import read_pgm
from lineament.datasets.verification_pairs import PictureFiles, VerificationPairs
from lineament.errors import DataError

DATASET = "ORL"
PARTS = ("all",)
PEOPLE, EACH = 40, 10


def read_orl(folder: Path | str, part: str = "all") -> VerificationPairs:
    """All 79,800 pairs of the 400 pictures, 1,800 of them of one person, in one fold.

    The pictures, `s1/1.pgm` to `s40/10.pgm`, are 92 x 112 heads as they were taken, grey repeated
    in three channels; they are not aligned.

    Raises:
        ConfigError: no such part.
        DataError: the folder or one of the pictures is missing; when a picture is read, it is
            damaged.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    names = tuple(
        f"s{person}/{number}" for person in range(1, PEOPLE + 1) for number in range(1, EACH + 1)
    )
    paths = [root / f"{name}.pgm" for name in names]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise DataError(
            f"{DATASET}: {len(missing)} of {len(paths)} pictures are missing in {root}, the first "
            f"is {missing[0]}; expected s1/1.pgm to s{PEOPLE}/{EACH}.pgm"
        )
    people = np.repeat(np.arange(PEOPLE, dtype=np.int64), EACH)
    pairs = np.column_stack(np.triu_indices(len(paths), 1)).astype(np.int64)
    return VerificationPairs(
        name="orl",
        pictures=PictureFiles(paths, read_pgm),
        pairs=pairs,
        same=people[pairs[:, 0]] == people[pairs[:, 1]],
        fold=np.zeros(len(pairs), np.int64),
        aligned=False,
        people=people,
        names=names,
    )
