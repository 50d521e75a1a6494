"""Reader of WFLW: 98 points, a box and six attributes of 10,000 faces.

Protocol: Wu et al., "Look at Boundary: A Boundary-Aware Face Alignment Algorithm", CVPR 2018. The
coordinates are taken as they stand in the file.
"""

from __future__ import annotations

from pathlib import Path

from lineament.datasets.labelled_face import LabelledFace, numbered
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.text_list import Line, read_list
from lineament.landmarks.schemes import WFLW_98

DATASET = "WFLW"
PARTS = ("train", "test")
ATTRIBUTES = ("pose", "expression", "illumination", "make_up", "occlusion", "blur")
"""Each True where the face is of that difficult subset: a large pose, an exaggerated expression,
extreme light, make-up, occlusion, blur."""

LISTS = ("WFLW_annotations/list_98pt_rect_attr_train_test", "list_98pt_rect_attr_train_test", ".")
VALUES = 2 * WFLW_98.count + 4 + len(ATTRIBUTES) + 1
EXPECTED = "196 coordinates, 4 of the rectangle, 6 attributes and the picture's name"


def read_wflw(folder: Path | str, part: str = "train") -> list[LabelledFace]:
    """All faces of `train` (7,500) or `test` (2,500) in the order of the list.

    `subset` is the part; the six difficult subsets overlap and stand in `attributes`, see
    `ATTRIBUTES`.

    Raises:
        ConfigError: no such part.
        DataError: no such folder or list, a missing picture, or a malformed line.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    name = f"list_98pt_rect_attr_{part}.txt"
    path = first_that_is(root, [f"{place}/{name}" for place in LISTS], DATASET, f"list {name}")
    pictures = first_that_is(root, ["WFLW_images"], DATASET, "folder of pictures")
    lines = read_list(path, DATASET)
    words = [line.words(VALUES, EXPECTED) for line in lines]
    names = numbered(f"{part}/{row[-1].rpartition('.')[0]}" for row in words)
    return [
        _face(line, row, line.picture(pictures, row[-1]), part, name)
        for line, row, name in zip(lines, words, names, strict=True)
    ]


def _face(line: Line, words: list[str], image: Path, part: str, name: str) -> LabelledFace:
    points = line.numbers(words[:196], "coordinate of a point")
    box = line.numbers(words[196:200], "rectangle")
    if not (box[:2] < box[2:]).all():
        raise line.wrong(f"rectangle {' '.join(words[196:200])}", "x1 < x2 and y1 < y2")
    codes = zip(ATTRIBUTES, words[200:206], strict=True)
    return LabelledFace(
        image=image,
        points=points.reshape(-1, 2),
        subset=part,
        name=name,
        scheme=WFLW_98.name,
        box=box,
        attributes={key: line.choice(word, ("0", "1"), key) == 1 for key, word in codes},
    )
