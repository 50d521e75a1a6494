"""Reader of IJB-B and IJB-C as insightface's packages lay them out, for 1:1 and 1:N protocols.

Protocols: Whitelam et al., "IARPA Janus Benchmark-B Face Dataset", CVPRW 2017; Maze et al.,
"IARPA Janus Benchmark - C", ICB 2018. Files below `meta/` (ijbb or ijbc as SET):
`SET_face_tid_mid.txt` (picture, template, media), `SET_template_pair_label.txt` (template,
template, 1 or 0), `SET_name_5pts_score.txt` (picture, x y of five points, detector's score), and
for 1:N `SET_1N_gallery_G1.csv`, `SET_1N_gallery_G2.csv` and `SET_1N_probe_mixed.csv`, whose first
two columns are template and subject. The pictures are in `loose_crop/`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.datasets.layout import check_part, dataset_folder
from lineament.datasets.text_list import read_list
from lineament.datasets.verification_pairs import Pictures
from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray
from lineament.recognition.alignment import align

DATASET = "IJB"
PARTS = ("ijbc", "ijbb")
SEARCHES = {"G1": "1N_gallery_G1", "G2": "1N_gallery_G2", "probe": "1N_probe_mixed"}

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class LooseCrops:
    """Pictures cut loosely around one face each, and the same faces aligned.

    Attributes:
        paths: of the N pictures.
        five_points: (N,5,2) float32 pixels of the loose crops, in the order of `FIVE_POINTS`.
    """

    paths: Sequence[Path]
    five_points: FloatArray

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int, /) -> ByteArray:
        """(112,112,3) uint8 RGB: the aligned crop; an error names the picture."""
        try:
            return align(image.read(self.paths[index]), self.five_points[index])
        except ValueError as error:
            raise DataError(f"{self.paths[index]}: its five points: {error}") from error


@dataclass(frozen=True, eq=False)
class IjbSet:
    """The pictures of a set, how they form templates, and the pairs of templates to compare.

    Attributes:
        name: `ijbb` or `ijbc`.
        pictures: N aligned crops (112,112,3) uint8 RGB, read on access.
        scores: (N,) float32, the detector's.
        templates: (N,) int32 number of the template of each picture.
        media: (N,) int32 number of its media: frames of one video share it.
        pairs: (P,2) int32 numbers of templates.
        same: (P,) bool, whether both show one person.
    """

    name: str
    pictures: Pictures
    scores: FloatArray
    templates: Ints
    media: Ints
    pairs: Ints
    same: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True, eq=False)
class IjbSearch:
    """Templates and subjects of 1:N: two galleries that share no subject, and the probes.

    Attributes:
        galleries: for G1 and G2 (G,) int32 templates and (G,) int32 subjects.
        probes: (Q,) int32 templates and (Q,) int32 subjects.
    """

    galleries: tuple[tuple[Ints, Ints], tuple[Ints, Ints]]
    probes: tuple[Ints, Ints]


def read_ijb(folder: Path | str, part: str = "ijbc") -> IjbSet:
    """One of the two sets; the 15.7 million pairs of IJB-C take 140 MB.

    Args:
        folder: with `meta/` and `loose_crop/`.

    Raises:
        ConfigError: no such part.
        DataError: a file is missing or malformed, the lists name other pictures, or a pair names
            a template without a picture.
    """
    check_part(part, PARTS, DATASET)
    root = dataset_folder(folder, DATASET)
    meta = root / "meta"
    names, points, scores = _named_points(meta / f"{part}_name_5pts_score.txt")
    templates, media = _templates(meta / f"{part}_face_tid_mid.txt", names)
    path = meta / f"{part}_template_pair_label.txt"
    rows = _numbers(path, 3)
    if not np.isin(rows[:, 2], (0, 1)).all():
        raise DataError(f"{path}: got a label {rows[:, 2].max()}, expected 0 or 1")
    unknown = ~np.isin(rows[:, :2], np.unique(templates))
    if unknown.any():
        row = int(np.flatnonzero(unknown.any(axis=1))[0])
        raise DataError(
            f"{path}:{row + 1}: templates {rows[row, 0]} and {rows[row, 1]}, of which one has no "
            f"picture in {part}_face_tid_mid.txt"
        )
    pictures = LooseCrops([root / "loose_crop" / name for name in names], points)
    pairs = np.ascontiguousarray(rows[:, :2])
    return IjbSet(part, pictures, scores, templates, media, pairs, rows[:, 2] == 1)


def read_ijb_search(folder: Path | str, part: str = "ijbc") -> IjbSearch:
    """Galleries and probes of the mixed 1:N protocol.

    Raises:
        ConfigError: no such part.
        DataError: a file is missing or malformed.
    """
    check_part(part, PARTS, DATASET)
    meta = dataset_folder(folder, DATASET) / "meta"
    first, second, probes = (_subjects(meta / f"{part}_{end}.csv") for end in SEARCHES.values())
    return IjbSearch((first, second), probes)


def _named_points(path: Path) -> tuple[list[str], FloatArray, FloatArray]:
    names: list[str] = []
    values: list[FloatArray] = []
    for line in read_list(path, DATASET):
        name, *words = line.words(12, "picture, x y of five points, score")
        if "/" in name or "\\" in name:
            raise line.wrong(repr(name), "the name of a picture in loose_crop/")
        names.append(name)
        values.append(line.numbers(words, "coordinate or score"))
    table = np.stack(values)
    return names, table[:, :10].reshape(-1, 5, 2), table[:, 10]


def _templates(path: Path, names: Sequence[str]) -> tuple[Ints, Ints]:
    lines = read_list(path, DATASET)
    if len(lines) != len(names):
        raise DataError(f"{path}: got {len(lines)} pictures, expected the {len(names)} with points")
    rows = np.empty((len(lines), 2), np.int32)
    for row, (line, name) in enumerate(zip(lines, names, strict=True)):
        own, *words = line.words(3, "picture, template, media")
        if own != name:
            raise line.wrong(f"picture {own!r}", f"{name!r}, as in the list of points")
        try:
            rows[row] = [int(word) for word in words]
        except (ValueError, OverflowError) as error:
            raise line.wrong(f"{' '.join(words)!r}", "two whole numbers") from error
    return rows[:, 0].copy(), rows[:, 1].copy()


def _numbers(path: Path, columns: int) -> Ints:
    """(rows,columns) int32 of a file of whole numbers, which may be very long."""
    if not path.is_file():
        raise DataError(f"{DATASET}: no file {path}; docs/datasets.md shows the layout")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            values = np.fromfile(path, np.int32, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise DataError(f"{path}: expected lines of {columns} whole numbers") from error
    if not values.size or values.size % columns:
        raise DataError(f"{path}: got {values.size} numbers, expected {columns} in every line")
    return values.reshape(-1, columns)


def _subjects(path: Path) -> tuple[Ints, Ints]:
    _, *lines = read_list(path, DATASET)
    rows = np.empty((len(lines), 2), np.int32)
    for row, line in enumerate(lines):
        words = line.text.split(",")[:2]
        try:
            rows[row] = [int(word) for word in words]
        except (ValueError, OverflowError) as error:
            raise line.wrong(repr(line.text[:60]), "TEMPLATE,SUBJECT,...") from error
    if not len(rows):
        raise DataError(f"{path}: no row below its head")
    # A template has a row for each of its pictures.
    _, first = np.unique(rows[:, 0], return_index=True)
    kept = rows[np.sort(first)]
    return kept[:, 0].copy(), kept[:, 1].copy()
