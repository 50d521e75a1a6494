"""The fixed cut of a training set: one photo in six is kept for validation.

Recipes train on the one part and choose by the other; the report on a test set is made once.

The cut is by photo, not by face: faces on one picture, the crops `PHOTO_1`, `PHOTO_2` of one
photo that 300-W holds, and byte-identical pictures under several names stay together. SHA-256 of
the photo's name decides, so that the cut is the same on every machine, whatever the folder is
called and whichever other faces are in the list.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import DataError
from lineament.evaluation.prediction_cache import file_digest

Part = Literal["training", "validation", "all"]

SHARE = 6
"""One photo in so many is held out."""

PART_RULE = (
    f"validation: one photo in {SHARE}, those whose name's SHA-256 (its first 64 bits) divides by "
    f"{SHARE}; training: the others. Name: the picture's, without folder and suffix and, behind a "
    "number, without a crop's `_1`; byte-identical pictures follow the first of their names"
)

_CROP = re.compile(r"(\d+)_\d{1,2}")
"""AFW and HELEN name the crops of a photo by its number and theirs, such as 111076519_2."""


def photo_name(picture: Path) -> str:
    """The photo that a picture shows: its stem, less the number of the crop."""
    crop = _CROP.fullmatch(picture.stem)
    return crop[1] if crop else picture.stem


def held_out(photo: str, share: int = SHARE) -> bool:
    """Whether the photo of this name is kept for validation."""
    digest = hashlib.sha256(photo.encode()).digest()
    return int.from_bytes(digest[:8], "big") % share == 0


def holdout(faces: Sequence[LabelledFace], share: int = SHARE) -> NDArray[np.bool_]:
    """Which faces are kept for validation: (N,) mask in the order of the list.

    Args:
        share: one photo in so many is kept.

    Raises:
        DataError: a picture is missing.
        ValueError: `share` below 2.
    """
    if share < 2:
        raise ValueError(f"got the share {share}, expected 2 or more")
    name_of = names_that_decide({face.image for face in faces})
    kept = {name: held_out(name, share) for name in set(name_of.values())}
    return np.array([kept[name_of[face.image]] for face in faces], dtype=np.bool_)


def choose_part(
    faces: Sequence[LabelledFace], part: Part, share: int = SHARE
) -> list[LabelledFace]:
    """The faces of one part in their order; `all` leaves none out.

    Raises:
        DataError: the part is empty, or a picture is missing.
    """
    if part == "all":
        return list(faces)
    mask = holdout(faces, share) == (part == "validation")
    if not mask.any():
        raise DataError(
            f"the {part} part of these {len(faces)} faces is empty, expected about one photo in "
            f"{share} in validation; take --part all"
        )
    return [face for face, chosen in zip(faces, mask, strict=True) if chosen]


def names_that_decide(pictures: set[Path]) -> dict[Path, str]:
    """By picture the name that its photo is cut by: the first of all that show the same bytes."""
    parent = {photo_name(path): photo_name(path) for path in pictures}

    def first(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for same in _identical(pictures):
        roots = sorted({first(photo_name(path)) for path in same})
        for root in roots:
            parent[root] = roots[0]
    return {path: first(photo_name(path)) for path in pictures}


def _identical(pictures: set[Path]) -> list[list[Path]]:
    """Groups of pictures of the same bytes. Only those of equal size are read."""
    sizes: defaultdict[int, list[Path]] = defaultdict(list)
    for path in pictures:
        try:
            sizes[path.stat().st_size].append(path)
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
    digests: defaultdict[bytes, list[Path]] = defaultdict(list)
    for paths in sizes.values():
        if len(paths) > 1:
            for path in paths:
                digests[file_digest(path)].append(path)
    return [paths for paths in digests.values() if len(paths) > 1]
