"""Reader of LFW's pairs: ten folds of 300 genuine and 300 impostor pairs, and its two dev lists.

Protocol: Huang et al., "Labeled Faces in the Wild", University of Massachusetts, Technical
Report 07-49, 2007; lists `pairs.txt` (View 2), `pairsDevTrain.txt` and `pairsDevTest.txt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lineament.datasets.identity_folder import ALIGNMENT
from lineament.datasets.layout import check_part, dataset_folder, first_that_is
from lineament.datasets.text_list import Line, read_list
from lineament.datasets.verification_pairs import PictureFiles, VerificationPairs

DATASET = "LFW"
LISTS = {"view2": "pairs.txt", "dev-train": "pairsDevTrain.txt", "dev-test": "pairsDevTest.txt"}
PLACES = ("aligned", "lfw", "lfw_funneled", "lfw-deepfunneled", "lfw_home/lfw_funneled", ".")
"""Where the people's folders may be, the first that holds the first picture of the list."""

SUFFIXES = (".jpg", ".png")
MOST_FOLDS = 100

_SAME = "NAME NUMBER NUMBER (two pictures of one person)"
_DIFFERENT = "NAME NUMBER NAME NUMBER (pictures of two people)"


def read_lfw_pairs(folder: Path | str, part: str = "view2") -> VerificationPairs:
    """The pairs of one list, in its order.

    `view2` has the folds of the list; the dev lists, whose first line is one number, are one
    fold. A picture that several pairs show is held once. The pictures count as aligned where
    `lineament align` made their folder.

    Args:
        folder: with the list, and the people's folders in one of `PLACES`: `NAME/NAME_0001.jpg`.
        part: a key of `LISTS`.

    Raises:
        ConfigError: no such part.
        DataError: a file is missing, or a line is malformed; the message names file and line.
    """
    check_part(part, tuple(LISTS), DATASET)
    root = dataset_folder(folder, DATASET)
    first, *lines = read_list(root / LISTS[part], DATASET)
    folds, each = _counts(first)
    expected = folds * 2 * each
    if len(lines) != expected:
        raise first.wrong(
            f"{first.text.strip()!r} before {len(lines)} pairs",
            f"{folds} x 2 x {each} = {expected} pairs",
        )
    rows = [_row(line, number // each % 2 == 0) for number, line in enumerate(lines)]
    pictures = _folder(root, rows[0][0], lines[0])
    places: dict[tuple[str, int], int] = {}
    paths: list[Path] = []
    for line, row in zip(lines, rows, strict=True):
        for shown in row:
            if shown not in places:
                places[shown] = len(paths)
                paths.append(_path(pictures, shown, line))
    numbers = {name: number for number, name in enumerate(sorted({name for name, _ in places}))}
    people = np.array([numbers[name] for name, _ in places], np.int64)
    pairs = np.array([[places[one], places[other]] for one, other in rows], np.int64)
    return VerificationPairs(
        name="lfw" if part == "view2" else f"lfw-{part}",
        pictures=PictureFiles(paths),
        pairs=pairs,
        same=people[pairs[:, 0]] == people[pairs[:, 1]],
        fold=np.repeat(np.arange(folds, dtype=np.int64), 2 * each),
        aligned=(pictures / ALIGNMENT).is_file(),
        people=people,
        names=tuple(path.stem for path in paths),
    )


def _counts(line: Line) -> tuple[int, int]:
    """Folds, and genuine pairs of each."""
    words = line.text.split()
    if len(words) not in (1, 2) or not all(word.isascii() and word.isdigit() for word in words):
        raise line.wrong(repr(line.text.strip()), "FOLDS PAIRS, or PAIRS for one fold")
    numbers = [int(word) for word in words]
    folds, each = numbers if len(numbers) == 2 else (1, numbers[0])
    if not (0 < folds <= MOST_FOLDS and each > 0):
        raise line.wrong(repr(line.text.strip()), f"1 to {MOST_FOLDS} folds of one pair or more")
    return folds, each


def _row(line: Line, same: bool) -> tuple[tuple[str, int], tuple[str, int]]:
    words = line.text.split()
    if same:
        name, one, other = line.words(3, _SAME)
        row = (name, _number(line, one)), (name, _number(line, other))
        if one == other:
            raise line.wrong(f"picture {one} of {name} twice", "two different pictures")
        return row
    if len(words) == 4 and words[0] == words[2]:
        raise line.wrong(f"{words[0]} twice", _DIFFERENT)
    name, one, other_name, other = line.words(4, _DIFFERENT)
    return (name, _number(line, one)), (other_name, _number(line, other))


def _number(line: Line, word: str) -> int:
    if not (word.isascii() and word.isdigit() and 0 < int(word) <= 9999):
        raise line.wrong(repr(word), "the number of a picture, 1 to 9999")
    return int(word)


def _names(shown: tuple[str, int]) -> Sequence[str]:
    name, number = shown
    return [f"{name}/{name}_{number:04d}{suffix}" for suffix in SUFFIXES]


def _folder(root: Path, shown: tuple[str, int], line: Line) -> Path:
    place = first_that_is(
        root,
        [f"{place}/{name}" for place in PLACES for name in _names(shown)],
        DATASET,
        f"first picture of {line.path.name}",
    )
    return place.parent.parent


def _path(pictures: Path, shown: tuple[str, int], line: Line) -> Path:
    names = _names(shown)
    for name in names:
        if (pictures / name).is_file():
            return line.picture(pictures, name)
    return line.picture(pictures, names[0])
