"""Reader of MAFL: 20,000 faces of CelebA with five points and forty attributes.

Protocol: Zhang et al., "Learning Deep Representation for Face Alignment with Auxiliary
Attributes", PAMI 2016; pictures and labels of Liu et al., "Deep Learning Face Attributes in the
Wild", ICCV 2015, aligned and cropped to 178 x 218. CelebA's "left eye" is the one on the
picture's left, so that its order is that of `lineament.face.FIVE_POINTS`. The coordinates are
whole numbers and taken as they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.text_list import Line, read_list
from lineament.face import FloatArray
from lineament.landmarks.schemes import FIVE

DATASET = "MAFL"
PARTS = ("train", "test")
LISTS = {"train": "training.txt", "test": "testing.txt"}
PICTURES = ("Img/img_align_celeba", "img_align_celeba")
COORDINATES = (
    "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y "
    "leftmouth_x leftmouth_y rightmouth_x rightmouth_y"
)


def read_mafl(folder: Path | str, part: str = "train") -> list[LabelledFace]:
    """All faces of `train` (19,000) or `test` (1,000) in the order of the list.

    `subset` is the part. `attributes` has CelebA's forty in lower case, such as `male` and
    `wearing_hat`, each a bool.

    Raises:
        ConfigError: no such part.
        DataError: no such folder or file, a missing picture, a name that a list has twice or
            CelebA does not have, or a malformed line.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    file = LISTS[part]
    path = first_that_is(root, [f"MAFL/{file}", file], DATASET, f"list {file}")
    pictures = first_that_is(root, PICTURES, DATASET, "folder of aligned CelebA pictures")
    columns, points = _table(root, "list_landmarks_align_celeba.txt")
    if columns.text.split() != COORDINATES.split():
        raise columns.wrong(repr(columns.text.strip()), repr(COORDINATES))
    columns, flags = _table(root, "list_attr_celeba.txt")
    keys = [name.lower() for name in columns.text.split()]
    lines = _by_name(read_list(path, DATASET))
    return [
        _face(line, name, pictures, part, _rows(line, points, flags), keys)
        for name, line in lines.items()
    ]


def _face(
    line: Line, name: str, pictures: Path, part: str, rows: Sequence[Line], keys: Sequence[str]
) -> LabelledFace:
    points, flags = rows
    return LabelledFace(
        image=line.picture(pictures, name),
        points=_points(points),
        subset=part,
        name=f"{part}/{Path(name).stem}",
        scheme=FIVE.name,
        attributes=_flags(flags, keys),
    )


def _table(root: Path, file: str) -> tuple[Line, dict[str, Line]]:
    """Line of the column names, and the line of every picture, of one of CelebA's tables."""
    path = first_that_is(root, [f"Anno/{file}", file], DATASET, f"table {file}")
    lines = read_list(path, DATASET)
    if len(lines) < 3:
        raise lines[-1].wrong("the end of the file", "a count, the column names and the pictures")
    count, columns, *rows = lines
    if count.text.strip() != str(len(rows)):
        raise count.wrong(f"count {count.text.strip()!r}", f"{len(rows)}, as many as rows follow")
    return columns, _by_name(rows)


def _by_name(lines: Sequence[Line]) -> dict[str, Line]:
    """Lines by their first word."""
    found: dict[str, Line] = {}
    for line in lines:
        name = line.text.split(maxsplit=1)[0]
        if name in found:
            raise line.wrong(
                f"{name} again", f"each picture once (first in line {found[name].number})"
            )
        found[name] = line
    return found


def _rows(line: Line, *tables: dict[str, Line]) -> list[Line]:
    """The lines of the tables about the picture that a line of the list names."""
    (name,) = line.words(1, "the name of a picture")
    for table in tables:
        if name not in table:
            path = next(iter(table.values())).path
            raise line.wrong(repr(name), f"a picture that {path} has")
    return [table[name] for table in tables]


def _points(line: Line) -> FloatArray:
    _, *numbers = line.words(11, "picture, x and y of 5 points")
    return line.numbers(numbers, "coordinate of a point").reshape(5, 2)


def _flags(line: Line, keys: Sequence[str]) -> dict[str, bool]:
    _, *words = line.words(1 + len(keys), f"picture and {len(keys)} attributes")
    return {
        key: line.choice(word, ("-1", "1"), key) == 1 for key, word in zip(keys, words, strict=True)
    }
