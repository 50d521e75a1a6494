"""Identity pictures in folders: one folder for each person, as CASIA-WebFace and VGGFace2 lie."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from lineament import image
from lineament.datasets.identity_pictures import Labels
from lineament.datasets.layout import dataset_folder
from lineament.errors import ConfigError, DataError, ImageError
from lineament.face import ByteArray
from lineament.picture_file.header import read_header

log = logging.getLogger(__name__)

DATASET = "identity folder"
ALIGNMENT = "alignment.json"
"""File by which `lineament align` says how the pictures of a folder were cut."""

ALIGNED_SIDE = 112

Singles = Literal["kept", "dropped"]


@dataclass(frozen=True, eq=False)
class IdentityFolder:
    """Pictures below one folder.

    Attributes:
        root: the folder.
        files: N paths from it, `PERSON/PICTURE`, sorted by person and picture.
        labels: (N,) int64, 0 to C-1.
        names: of the people: their folders, sorted.
        aligned: the pictures are crops by the five-point template.
        singles: how many people of the folder have one picture, whether kept or dropped.
        empty: how many folders hold no picture; they are no people.
    """

    root: Path
    files: tuple[str, ...]
    labels: Labels
    names: tuple[str, ...]
    aligned: bool
    singles: int
    empty: int

    def __len__(self) -> int:
        return len(self.files)

    def path(self, index: int) -> Path:
        """File of a picture."""
        return self.root / self.files[index]

    def picture(self, index: int, /) -> ByteArray:
        return image.read(self.path(index))

    def stored(self, index: int, /) -> bytes:
        path = self.path(index)
        try:
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error


def read_identity_folder(
    folder: Path | str, singles: Singles = "kept", aligned: bool | None = None
) -> IdentityFolder:
    """The pictures of a folder that has a folder for each person.

    Of a person's folder the pictures that lie right in it are taken, those whose suffix
    `lineament.image` reads; hidden files and folders are left out, files beside the people's
    folders too. The log says how many folders hold one picture or none.

    Args:
        singles: whether people with one picture are kept or dropped: they give no genuine pair,
            and in training their class is learnt from one example.
        aligned: whether the pictures are crops by the five-point template. None: they are where
            `lineament align` made the folder, and otherwise where the first picture has the
            112 x 112 pixels of such crops.

    Raises:
        ConfigError: `singles` is none of the two.
        DataError: no such folder, it cannot be searched, or there is no picture.
    """
    if singles not in get_args(Singles):
        raise ConfigError(f"singles is {singles!r}, expected one of {', '.join(get_args(Singles))}")
    root = dataset_folder(folder, DATASET)
    try:
        people = {name: _pictures(root / name) for name in _folders(root)}
    except OSError as error:
        raise DataError(f"cannot search {error.filename}: {error.strerror}") from error
    empty = sum(not pictures for pictures in people.values())
    alone = sum(len(pictures) == 1 for pictures in people.values())
    least = 2 if singles == "dropped" else 1
    kept = {name: pictures for name, pictures in people.items() if len(pictures) >= least}
    if alone or empty:
        log.info(
            "%s: of %d people %d have one picture (%s); %d folders without a picture are left out",
            *(root, len(people) - empty, alone, singles, empty),
        )
    if not kept:
        raise DataError(
            f"{root}: no picture of a person to take ({len(people)} folders, {alone} with one "
            "picture); expected a folder for each person with pictures in it"
        )
    files = tuple(f"{name}/{picture}" for name, pictures in kept.items() for picture in pictures)
    labels = np.repeat(np.arange(len(kept), dtype=np.int64), [len(own) for own in kept.values()])
    if aligned is None:
        aligned = (root / ALIGNMENT).is_file() or _is_crop(root / files[0])
    return IdentityFolder(root, files, labels, tuple(kept), aligned, alone, empty)


def _folders(root: Path) -> list[str]:
    with os.scandir(root) as entries:
        return sorted(e.name for e in entries if e.is_dir() and not e.name.startswith("."))


def _pictures(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if Path(entry.name).suffix.lower() in image.SUFFIXES
            and not entry.name.startswith(".")
            and entry.is_file()
        )


def _is_crop(path: Path) -> bool:
    try:
        header = read_header(path.read_bytes())
    except (ImageError, OSError):  # told by name when the picture is read
        return False
    return header.width == header.height == ALIGNED_SIDE
