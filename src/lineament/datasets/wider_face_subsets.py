"""Which faces of WIDER FACE are easy, medium and hard: the lists that the official scorer reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.matlab_file import read_mat5
from lineament.errors import DataError

DATASET = "WIDER FACE"
SUBSETS = ("easy", "medium", "hard")
PLACES = ("wider_face_split", "eval_tools/ground_truth", "ground_truth", ".")
NAMES = ("event_list", "file_list", "gt_list")

Listing = Mapping[str, int]
"""Faces of each picture by its name, EVENT/PICTURE without suffix."""

Subsets = dict[str, dict[str, NDArray[np.bool_]]]
"""By picture and subset (N,) bool, the faces that are scored."""


def read_subsets(root: Path, listing: Listing) -> Subsets:
    """The faces of every subset; nothing where the folder has none of the lists.

    The files are `wider_easy_val.mat`, `wider_medium_val.mat` and `wider_hard_val.mat`; their
    `gt_list` has for each picture the numbers, from 1, of the faces that count.

    Raises:
        ConfigError: scipy is not installed.
        DataError: one of the files is missing or no such file, names a picture that the list of
            faces does not have or too high a face, or lacks a picture.
    """
    for place in PLACES:
        files = {subset: root / place / f"wider_{subset}_val.mat" for subset in SUBSETS}
        there = [path.is_file() for path in files.values()]
        if not any(there):
            continue
        if not all(there):
            missing = next(path for path, is_there in zip(files.values(), there, strict=True)
                           if not is_there)  # fmt: skip
            raise DataError(f"{DATASET}: no file {missing}; expected it beside the other two lists")
        found: Subsets = {name: {} for name in listing}
        for subset, path in files.items():
            for name, kept in _read(path, listing).items():
                found[name][subset] = kept
        return found
    return {}


def _read(path: Path, listing: Listing) -> dict[str, NDArray[np.bool_]]:
    cells = read_mat5(path, NAMES, DATASET)
    events, files, kept = (np.ravel(cells[name]) for name in NAMES)
    if not len(events) == len(files) == len(kept):
        raise DataError(
            f"{path}: got {len(events)} events, {len(files)} lists of pictures and {len(kept)} of "
            "faces, expected as many of each"
        )
    found: dict[str, NDArray[np.bool_]] = {}
    for event, names, numbers in zip(events, files, kept, strict=True):
        pictures, chosen = np.ravel(names), np.ravel(numbers)
        if len(pictures) != len(chosen):
            raise DataError(
                f"{path}: event {_text(event)} has {len(pictures)} pictures and {len(chosen)} "
                "lists of faces, expected as many"
            )
        for picture, faces in zip(pictures, chosen, strict=True):
            name = f"{_text(event)}/{_text(picture)}"
            if name not in listing:
                raise DataError(f"{path}: got picture {name}, which the list of faces has not")
            found[name] = _mask(path, name, faces, listing[name])
    lacking = [name for name in listing if name not in found]
    if lacking:
        raise DataError(
            f"{path}: no picture {lacking[0]} (and {len(lacking) - 1} more); expected every "
            "picture of the list of faces"
        )
    return found


def _mask(path: Path, name: str, faces: Any, count: int) -> NDArray[np.bool_]:
    numbers = np.ravel(faces).astype(np.int64)
    if len(numbers) and not (numbers.min() >= 1 and numbers.max() <= count):
        raise DataError(
            f"{path}: {name} keeps faces {numbers.min()} to {numbers.max()}, expected numbers "
            f"from 1 to {count}, the faces that the list has"
        )
    mask = np.zeros(count, dtype=np.bool_)
    mask[numbers - 1] = True
    return mask


def _text(cell: Any) -> str:
    """The text in a cell, however deep scipy packs it."""
    while isinstance(cell, np.ndarray) and cell.size:
        cell = cell.ravel()[0]
    return str(cell)
