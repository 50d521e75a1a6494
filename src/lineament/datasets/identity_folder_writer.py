"""Writes identity pictures as a folder for each person."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np

from lineament.datasets.identity_folder import ALIGNMENT
from lineament.datasets.identity_pictures import IdentityPictures
from lineament.datasets.new_folder import new_folder
from lineament.datasets.picture_encoding import SUFFIXES, PictureEncoding, encoded
from lineament.datasets.writing_progress import Progress, silent

log = logging.getLogger(__name__)

LONGEST_NAME = 100


def write_identity_folder(
    pictures: IdentityPictures,
    out: Path,
    encoding: PictureEncoding = PictureEncoding(),  # noqa: B008 (frozen)
    progress: Progress = silent,
) -> int:
    """Write `PERSON/000000.jpg`, ... and, where the pictures are aligned, `alignment.json`.

    The folders are named after the people; where a name is no plain name of a folder, all are
    named by number, and the log says so.

    Returns:
        Bytes of the pictures.

    Raises:
        DataError: `out` is there already, cannot be written, or a picture cannot be read.
        ImageError: a picture cannot be read.
    """
    names = folder_names(pictures.names)
    written = 0
    next_place = np.zeros(len(names), np.int64)
    with new_folder(out) as folder:
        for name in names:
            (folder / name).mkdir()
        for index, person in enumerate(pictures.labels.tolist()):
            content, suffix = encoded(pictures, index, encoding, SUFFIXES)
            (folder / names[person] / f"{next_place[person]:06d}{suffix}").write_bytes(content)
            next_place[person] += 1
            written += len(content)
            progress(index + 1, len(pictures))
        if pictures.aligned:
            facts = {"template": "arcface-112", "made_by": "converted from an aligned set"}
            (folder / ALIGNMENT).write_text(json.dumps(facts, indent=2) + "\n")
    return written


def folder_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names that any file system takes as folders: these, or numbers for all."""
    plain = all(
        0 < len(name) <= LONGEST_NAME
        and name[0] not in ". "
        and name[-1] not in ". "
        and all(letter.isprintable() and letter not in '/\\:*?"<>|' for letter in name)
        for name in names
    )
    if plain and len({name.casefold() for name in names}) == len(names):
        return names
    log.warning("names of people are no plain names of folders; the folders are numbered")
    digits = len(str(len(names) - 1))
    return tuple(f"{number:0{digits}d}" for number in range(len(names)))
