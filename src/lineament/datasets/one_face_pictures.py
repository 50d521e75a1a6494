"""300-W and MTFL as sets that measure detectors: the labelled faces must be found.

Their photos may show more people than have labels, so that a detection elsewhere is neither right
nor wrong. They give points and no boxes; `points_to_box` makes these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.ibug300w import read_300w
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.labelled_picture import LabelledFaces
from lineament.datasets.mtfl import read_mtfl
from lineament.datasets.points_to_box import RULE_5, RULE_68, box_of_5, box_of_68
from lineament.face import FloatArray
from lineament.synthesis.points98 import five_points

ToBox = Callable[[FloatArray], FloatArray]


def read_300w_pictures(folder: Path | str, part: str = "all") -> DetectionSet:
    """300-W; five points are the middles of the eyes, nose tip and mouth corners of the 68.

    Raises:
        ConfigError, DataError: as `read_300w`.
    """
    faces = read_300w(folder, part)
    return DetectionSet(
        name="300w",
        pictures=_pictures(faces, box_of_68, five_points),
        truth=RULE_68,
        complete=False,
    )


def read_mtfl_pictures(folder: Path | str, part: str = "train") -> DetectionSet:
    """MTFL, whose five points are as they stand.

    Raises:
        ConfigError, DataError: as `read_mtfl`.
    """
    return DetectionSet(
        name="mtfl",
        pictures=_pictures(read_mtfl(folder, part), box_of_5, np.asarray),
        truth=RULE_5,
        complete=False,
    )


def _pictures(
    faces: Sequence[LabelledFace], to_box: ToBox, to_five: ToBox
) -> tuple[DetectionPicture, ...]:
    by_picture: dict[Path, list[LabelledFace]] = {}
    for face in faces:
        by_picture.setdefault(face.image, []).append(face)
    return tuple(
        DetectionPicture(
            image=image,
            name=here[0].name,
            faces=LabelledFaces(
                boxes=np.stack([to_box(face.points) for face in here]),
                five_points=np.stack([to_five(face.points) for face in here]),
                ignored=np.zeros(len(here), dtype=np.bool_),
            ),
        )
        for image, here in by_picture.items()
    )
