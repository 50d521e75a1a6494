"""Reader of 300-W and its kin: pictures with iBUG `.pts` files of 68 points beside them.

Protocol: Sagonas et al., "300 Faces In-The-Wild Challenge", 2013. The files count pixels the
Matlab way, with the middle of the top left pixel at (1, 1); here it is at (0, 0), so that 1 is
taken off both coordinates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.layout import check_part
from lineament.errors import DataError
from lineament.face import FloatArray
from lineament.landmarks.schemes import IBUG_68

SCHEME = IBUG_68.name
POINTS = IBUG_68.count
DATASET = "300-W"
PARTS = {
    "all": (),
    "train": ("afw", "trainset"),
    "full": ("testset", "ibug"),
    "common": ("testset",),
    "challenging": ("ibug",),
}
"""Last names of the folders of each part; `all` has every folder."""

PICTURES = frozenset({".jpg", ".jpeg", ".png"})


def read_300w(folder: Path | str, part: str = "all") -> list[LabelledFace]:
    """Faces of a folder in the official layout, sorted by subset and file name.

    Every picture (.jpg, .jpeg, .png) needs a `.pts` file of the same stem beside it, and the
    other way round. Other files and hidden ones are passed over. `subset` is the sub-folder that
    holds the picture, with `/` between its parts, such as `afw` or `helen/trainset`; the name of
    the dataset's folder for a picture right inside it.

    Parts: `all`; `train` (3,148: afw and the trainsets), `common` (554: the testsets),
    `challenging` (135: ibug) and `full` (689: common and challenging).

    Raises:
        ConfigError: no such part.
        DataError: no such folder, no face of the part in it, a picture or a `.pts` file without
            its partner, two pictures of one stem, or a malformed `.pts` file.
    """
    check_part(part, tuple(PARTS), DATASET)
    root = Path(folder)
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise DataError(
            f"300-W: {root} {what}; expected a folder with sub-folders such as afw, helen and "
            "lfpw, each with pictures and .pts files"
        )
    faces = []
    subsets = []
    for place in sorted(_folders(root), key=lambda path: path.relative_to(root).parts):
        subset = place.relative_to(root).as_posix() if place != root else root.resolve().name
        pairs = _pairs(place)
        if pairs:
            subsets.append(subset)
        if part == "all" or subset.rpartition("/")[2] in PARTS[part]:
            faces += [_face(picture, points, subset) for picture, points in pairs]
    if not subsets:
        raise DataError(
            f"300-W: {root} holds no pictures with .pts files; expected NAME.jpg or NAME.png "
            "with NAME.pts beside it, in this folder or in its sub-folders"
        )
    if not faces:
        raise DataError(
            f"300-W: no face of the part {part!r} in {root}; got the folders "
            f"{', '.join(subsets)}, expected one named {' or '.join(PARTS[part])}"
        )
    return faces


def _face(picture: Path, points: Path, subset: str) -> LabelledFace:
    return LabelledFace(
        picture, read_pts(points), subset, name=f"{subset}/{picture.stem}", scheme=SCHEME
    )


def read_pts(path: Path) -> FloatArray:
    """The 68 points of one `.pts` file: (68,2) float32, pixel centres at integers.

    Raises:
        DataError: the file cannot be read, or a line is not what the format asks for; the
            message names the file and the line.
    """
    try:
        text = path.read_text(encoding="ascii")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: not a text file (byte {error.start}); expected an iBUG .pts file"
        ) from error
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    _expect(path, lines, 0, "version", "version: 1")
    count = _expect(path, lines, 1, "n_points", f"n_points: {POINTS}")
    if count != str(POINTS):
        raise DataError(
            f"{path}:{lines[1][0]}: got n_points {count!r}, expected {POINTS}; this reader takes "
            "the 68-point mark-up only"
        )
    _expect(path, lines, 2, "{", "{")
    ends = [place for place, (_, line) in enumerate(lines) if line == "}"]
    if not ends:
        raise DataError(f"{path}:{lines[-1][0]}: the file ends without a closing }}")
    body, rest = lines[3 : ends[0]], lines[ends[0] + 1 :]
    if rest:
        raise DataError(f"{path}:{rest[0][0]}: got {rest[0][1]!r} after }}, expected nothing")
    values = [_two_numbers(path, number, line) for number, line in body]
    if len(values) != POINTS:
        raise DataError(
            f"{path}:{lines[ends[0]][0]}: got {len(values)} points before }}, expected {POINTS} "
            "as n_points says"
        )
    return (np.array(values, dtype=np.float64) - 1).astype(np.float32)


def _folders(root: Path) -> Iterator[Path]:
    """The root and every folder below it that is not hidden; links are followed, loops cut."""
    seen = set()
    for place, below, _ in os.walk(root, followlinks=True, onerror=_unreadable):
        seen.add(os.path.realpath(place))
        below[:] = [
            name
            for name in below
            if not name.startswith(".") and os.path.realpath(Path(place, name)) not in seen
        ]
        yield Path(place)


def _unreadable(error: OSError) -> None:
    raise DataError(f"300-W: cannot read the folder {error.filename}: {error.strerror}") from error


def _pairs(place: Path) -> list[tuple[Path, Path]]:
    """Picture and `.pts` file of every stem of one folder, sorted by stem."""
    pictures: dict[str, Path] = {}
    points: dict[str, Path] = {}
    for path in sorted(place.iterdir()):
        suffix = path.suffix.lower()
        if path.name.startswith(".") or not path.is_file():
            continue
        if suffix in PICTURES:
            if path.stem in pictures:
                raise DataError(
                    f"{path}: two pictures share the points of {path.stem}.pts (the other is "
                    f"{pictures[path.stem].name}); remove one"
                )
            pictures[path.stem] = path
        elif suffix == ".pts":
            points[path.stem] = path
    _refuse([points[stem] for stem in points if stem not in pictures], "picture (.jpg or .png)")
    _refuse([pictures[stem] for stem in pictures if stem not in points], ".pts file")
    return [(pictures[stem], points[stem]) for stem in sorted(pictures)]


def _refuse(alone: list[Path], partner: str) -> None:
    if alone:
        more = f" (and {len(alone) - 1} more in this folder)" if len(alone) > 1 else ""
        raise DataError(
            f"{alone[0]}: missing {partner} of the same name beside it{more}; expected the "
            "official 300-W layout, where both always stand together"
        )


def _expect(path: Path, lines: list[tuple[int, str]], place: int, key: str, example: str) -> str:
    """The value after `key:` of one header line."""
    number, line = lines[place] if place < len(lines) else (len(lines) + 1, "the end of the file")
    found, _, value = line.partition(":")
    if found.strip() != key:
        raise DataError(f"{path}:{number}: got {line!r}, expected {example!r}")
    return value.strip()


def _two_numbers(path: Path, number: int, line: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in line.split())
    except ValueError as error:
        raise DataError(f"{path}:{number}: got {line!r}, expected two numbers, x and y") from error
    if not np.isfinite([x, y]).all():
        raise DataError(f"{path}:{number}: got {line!r}, expected two finite numbers, x and y")
    return x, y
