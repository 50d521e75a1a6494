"""Every reader of sets that measure detectors, by name, without importing any of them."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.datasets.detection_picture import DetectionSet


class DetectionReader(NamedTuple):
    """Where a reader is and what it reads; the first part is read where none is named."""

    module: str
    function: str
    parts: tuple[str, ...]


_HERE = "lineament.datasets"

DETECTION_READERS = {
    "wider-face": DetectionReader(f"{_HERE}.wider_face", "read_wider_face", ("val", "train")),
    "fddb": DetectionReader(
        f"{_HERE}.fddb",
        "read_fddb",
        ("all", *(f"fold-{number:02}" for number in range(1, 11))),
    ),
    "300w": DetectionReader(
        f"{_HERE}.one_face_pictures",
        "read_300w_pictures",
        ("all", "train", "full", "common", "challenging"),
    ),
    "mtfl": DetectionReader(f"{_HERE}.one_face_pictures", "read_mtfl_pictures", ("train", "test")),
    "folder-people-free": DetectionReader(f"{_HERE}.people_free", "read_people_free", ("all",)),
    "folder-counted": DetectionReader(f"{_HERE}.counted_pictures", "read_counted", ("all",)),
}

SHORT_NAMES = {"people-free": "folder-people-free", "counted": "folder-counted"}


def find_detection_reader(name: str) -> DetectionReader:
    """The reader of this name or short name, or a ConfigError that lists those that exist."""
    full = SHORT_NAMES.get(name, name)
    if full not in DETECTION_READERS:
        known = [*DETECTION_READERS, *SHORT_NAMES]
        near = difflib.get_close_matches(name.lower(), known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise ConfigError(f"no set of pictures named {name!r}{hint} there are {', '.join(known)}")
    return DETECTION_READERS[full]


def read_detection_set(name: str, path: Path | str, part: str | None = None) -> DetectionSet:
    """The pictures of one part of a set; docs/datasets.md has all layouts.

    Args:
        name: a key of `DETECTION_READERS` or of `SHORT_NAMES`.
        path: the set's folder.
        part: one of the reader's `parts`; the first of them where None.

    Raises:
        ConfigError: no such set or part, or a package that its format needs is missing.
        DataError: what lies there is not in the layout, or a file of it is malformed.
    """
    reader = find_detection_reader(name)
    read: Callable[[Path | str, str], DetectionSet] = getattr(
        importlib.import_module(reader.module), reader.function
    )
    return read(path, part if part is not None else reader.parts[0])
