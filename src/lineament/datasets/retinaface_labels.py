"""The five points that the authors of RetinaFace labelled on faces of WIDER FACE (`label.txt`).

Deng et al., "RetinaFace: Single-Shot Multi-Level Face Localisation in the Wild", CVPR 2020. A line
`# EVENT/PICTURE.jpg`, then one for each face: left, upper, width, height; five times x, y and a
flag that is -1 where the point is not known; how sharp the face is. Faces of the validation list
have the box alone.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from lineament.datasets.text_list import Line, read_list
from lineament.face import FloatArray

logger = logging.getLogger(__name__)

DATASET = "RetinaFace's labels of WIDER FACE"
PLACES = ("retinaface_gt_v1.1/{part}/label.txt", "{part}/label.txt")
EXPECTED = "left, upper, width, height, five times x y flag, sharpness; or the first four"

Box = tuple[float, ...]
KnownPoints = dict[Box, FloatArray]
"""(5,2) points of the faces of one picture by their box, left, upper, width and height."""


def read_known_points(root: Path, part: str) -> dict[str, KnownPoints]:
    """Points by the picture's name without suffix; nothing where there is no such file.

    Raises:
        DataError: a malformed line, or a face before the first picture.
    """
    for place in PLACES:
        path = root / place.format(part=part)
        if path.is_file():
            return _read(path)
    return {}


def five_points_of(boxes: FloatArray, known: KnownPoints | None) -> FloatArray:
    """(N,5,2) points of faces by their (N,4) boxes; NaN where none are known."""
    points = np.full((len(boxes), 5, 2), np.nan, dtype=np.float32)
    for place, box in enumerate(boxes if known else ()):
        of_box = (known or {}).get(_key(box))
        if of_box is not None:
            points[place] = of_box
    return points


def _read(path: Path) -> dict[str, KnownPoints]:
    found: dict[str, KnownPoints] = {}
    current: KnownPoints | None = None
    for line in read_list(path, DATASET):
        text = line.text.strip()
        if text.startswith("#"):
            name = Path(text[1:].strip()).with_suffix("").as_posix()
            current = found.setdefault(name, {})
        elif current is None:
            raise line.wrong(repr(text[:60]), "`# ` and the name of the first picture")
        else:
            _add(current, line)
    logger.info("%s: points of %d faces", path, sum(map(len, found.values())))
    return found


def _add(faces: KnownPoints, line: Line) -> None:
    words = line.text.split()
    if len(words) not in (4, 20):
        raise line.wrong(f"{len(words)} values", f"20 or 4: {EXPECTED}")
    values = line.numbers(words, EXPECTED)
    if len(words) == 4:
        return
    table = values[4:19].reshape(5, 3)
    points = np.where(table[:, 2:] < 0, np.float32(np.nan), table[:, :2])
    if not np.isnan(points).all():
        faces[_key(values[:4])] = points.astype(np.float32)


def _key(box: FloatArray) -> Box:
    return tuple(float(value) for value in box)
