"""Reader of MTFL: five points, gender, smile, glasses and pose of 12,995 faces.

Protocol: Zhang et al., "Facial Landmark Detection by Deep Multi-task Learning", ECCV 2014. Its
"left eye" is the one on the picture's left, the person's own right, so that its order is that of
`lineament.face.FIVE_POINTS`. The coordinates are taken as they stand in the file.
"""

from __future__ import annotations

from pathlib import Path

from lineament.datasets.labelled_face import LabelledFace, numbered
from lineament.datasets.layout import check_part, dataset_folder
from lineament.datasets.text_list import Line, read_list
from lineament.errors import DataError, ImageError
from lineament.face import FloatArray
from lineament.landmarks.schemes import FIVE
from lineament.picture_file.header import read_header

DATASET = "MTFL"
PARTS = ("train", "test")
LISTS = {"train": "training.txt", "test": "testing.txt"}

GENDERS = ("male", "female")
POSES = ("left profile", "left", "frontal", "right", "right profile")
"""Names of the codes 1 to 5. Left and right are the viewer's: of codes 1 and 2 the nose lies to
the left of the middle of the eyes in the picture."""

MOST_OUTSIDE = 0.5
"""How far outside its picture a point may lie, as a share of the picture's width or height: the
border may cut a face, but what lies farther away is a damaged number."""

EXPECTED = "picture, x of 5 points, y of 5 points, gender, smile, glasses, pose"


def read_mtfl(folder: Path | str, part: str = "train") -> list[LabelledFace]:
    """All faces of `train` (10,000 of LFW and the web) or `test` (2,995 of AFLW), as listed.

    `subset` is the folder of the picture, such as `lfw_5590`. `attributes` has `gender` (`male`
    or `female`), `smile` and `glasses` (bool), and `pose` (one of `POSES`).

    Raises:
        ConfigError: no such part.
        DataError: no such folder or list, a missing picture or one whose header is damaged, a
            malformed line, or a point farther outside its picture than `MOST_OUTSIDE`.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    lines = read_list(root / LISTS[part], DATASET)
    words = [line.words(15, EXPECTED) for line in lines]
    images = [line.picture(root, row[0]) for line, row in zip(lines, words, strict=True)]
    names = numbered(image.relative_to(root).with_suffix("").as_posix() for image in images)
    return [
        _face(line, row, image, root, name)
        for line, row, image, name in zip(lines, words, images, names, strict=True)
    ]


def _face(line: Line, words: list[str], image: Path, root: Path, name: str) -> LabelledFace:
    place = image.parent.relative_to(root).as_posix()
    gender, smile, glasses, pose = words[11:]
    points = line.numbers(words[1:11], "coordinate of a point").reshape(2, 5).T
    _check_near(line, points, image)
    return LabelledFace(
        image=image,
        points=points,
        subset=place if place != "." else root.resolve().name,
        name=name,
        scheme=FIVE.name,
        attributes={
            "gender": GENDERS[line.choice(gender, ("1", "2"), "gender")],
            "smile": line.choice(smile, ("1", "2"), "smile") == 0,
            "glasses": line.choice(glasses, ("1", "2"), "glasses") == 0,
            "pose": POSES[line.choice(pose, ("1", "2", "3", "4", "5"), "pose")],
        },
    )


def _check_near(line: Line, points: FloatArray, image: Path) -> None:
    """A DataError where a point lies too far outside the picture."""
    try:
        header = read_header(image.read_bytes())
    except (ImageError, OSError) as error:
        raise DataError(f"{line.path}:{line.number}: cannot read {image}: {error}") from error
    width, height = header.width, header.height
    if header.orientation > 4:
        width, height = height, width
    for number, (x, y) in enumerate(points.tolist(), 1):
        if abs(x / width - 0.5) > 0.5 + MOST_OUTSIDE or abs(y / height - 0.5) > 0.5 + MOST_OUTSIDE:
            raise line.wrong(
                f"point {number} at ({x:g}, {y:g})",
                f"points in or near its picture of {width} x {height} pixels, no more than half "
                "its width or height outside",
            )
