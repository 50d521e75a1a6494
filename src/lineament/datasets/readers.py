"""Every reader of labelled faces by the name of its dataset, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.datasets.attributed_face import AttributedFace
    from lineament.datasets.labelled_face import LabelledFace


class Reader(NamedTuple):
    """Where a reader is and what it reads; the first part is read where none is named.

    `scheme` is the order of the points, None of a dataset without points.
    """

    module: str
    function: str
    scheme: str | None
    parts: tuple[str, ...]


_HERE = "lineament.datasets"

READERS = {
    "300w": Reader(
        f"{_HERE}.ibug300w",
        "read_300w",
        "ibug-68",
        ("all", "train", "full", "common", "challenging"),
    ),
    "aflw-19": Reader(f"{_HERE}.aflw19", "read_aflw19", "aflw-19", ("train", "test", "frontal")),
    "wflw": Reader(f"{_HERE}.wflw", "read_wflw", "wflw-98", ("train", "test")),
    "cofw": Reader(f"{_HERE}.cofw", "read_cofw", "cofw-29", ("train", "test")),
    "mtfl": Reader(f"{_HERE}.mtfl", "read_mtfl", "five-points", ("train", "test")),
    "mafl": Reader(f"{_HERE}.mafl", "read_mafl", "five-points", ("train", "test")),
    "utkface": Reader(f"{_HERE}.utkface", "read_utkface", None, ("all",)),
}


def find_reader(name: str) -> Reader:
    """The reader of this name, or a ConfigError that lists those that exist."""
    if name not in READERS:
        near = difflib.get_close_matches(name.lower(), READERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ConfigError(f"no dataset named {name!r}{hint} there are {', '.join(READERS)}")
    return READERS[name]


def read_dataset(name: str, folder: Path | str, part: str | None = None) -> list[LabelledFace]:
    """The faces of one part of a dataset in its published layout; docs/datasets.md has all.

    Args:
        name: a key of `READERS`, of a dataset with points.
        part: one of the reader's `parts`; the first of them where None.

    Raises:
        ConfigError: no such dataset or part, the dataset has no points, or a package that its
            format needs is missing.
        DataError: the folder is not in the layout, or a file of it is malformed.
    """
    if find_reader(name).scheme is None:
        known = ", ".join(key for key, reader in READERS.items() if reader.scheme)
        raise ConfigError(f"{name} has no points; those that have are {known}")
    faces: list[LabelledFace] = _read(name, folder, part)
    return faces


def read_faces(
    name: str, folder: Path | str, part: str | None = None
) -> list[LabelledFace] | list[AttributedFace]:
    """As `read_dataset`, of any dataset: without points, its faces are `AttributedFace`."""
    faces: list[LabelledFace] | list[AttributedFace] = _read(name, folder, part)
    return faces


def _read(name: str, folder: Path | str, part: str | None) -> list[Any]:
    reader = find_reader(name)
    read: Callable[[Path | str, str], list[Any]] = getattr(
        importlib.import_module(reader.module), reader.function
    )
    return read(folder, part if part is not None else reader.parts[0])
