"""Reader of identity pictures in WebDataset shards: tar files of KEY.jpg, KEY.png or KEY.webp and
KEY.cls, which holds the number of the person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineament import image
from lineament.datasets.identity_pictures import Labels, named, numbered_labels
from lineament.datasets.tar_index import Member, members
from lineament.errors import DataError, ImageError
from lineament.face import ByteArray

log = logging.getLogger(__name__)

DATASET = "WebDataset shards"
PICTURES = ("jpg", "jpeg", "png", "webp")
CLASS = "cls"
EXPECTED = "KEY.jpg, KEY.png or KEY.webp beside KEY.cls, the number of a person"


@dataclass(frozen=True, eq=False)
class ShardPictures:
    """Pictures of shards, read where they lie in any order.

    Attributes:
        members: N pictures, in the order of the shards' names and of the samples within.
        labels: (N,) int64, 0 to C-1.
        names: of the people.
        aligned: what the caller said.
    """

    members: tuple[Member, ...]
    labels: Labels
    names: tuple[str, ...]
    aligned: bool

    def __len__(self) -> int:
        return len(self.members)

    def picture(self, index: int, /) -> ByteArray:
        try:
            return image.read(self.stored(index))
        except ImageError as error:
            raise self.members[index].wrong(str(error)) from error

    def stored(self, index: int, /) -> bytes:
        return self.members[index].read()


def read_identity_shards(path: Path | str, aligned: bool = True) -> ShardPictures:
    """The pictures of one .tar file, or of all right in a folder.

    The heads of all members are looked at once; other members than pictures and classes are left
    alone. Gaps between the numbers of people are closed; their names come from `names.txt`, and
    are the numbers where there is none.

    Args:
        aligned: whether the pictures are crops by the five-point template.

    Raises:
        DataError: there is no shard, one is cut off or damaged, a sample lacks its picture or its
            class or has two pictures, a class is no number, or `names.txt` has too few lines. The
            message names file and sample.
    """
    given = Path(path)
    if not given.exists():
        raise DataError(f"{DATASET}: no file or folder {given}")
    tars = sorted(given.glob("*.tar")) if given.is_dir() else [given]
    if not tars:
        raise DataError(f"{DATASET}: no *.tar in {given}; expected tar files of {EXPECTED}")
    pictures: list[Member] = []
    raw: list[int] = []
    for tar in tars:
        for sample in _samples(tar):
            pictures.append(_picture(sample))
            raw.append(_class(sample))
    if not pictures:
        raise DataError(f"{DATASET}: no sample in {given}; expected {EXPECTED}")
    labels, numbers = numbered_labels(np.array(raw, np.int64))
    folder = given if given.is_dir() else given.parent
    return ShardPictures(tuple(pictures), labels, named(folder, numbers), aligned)


def _samples(tar: Path) -> Iterator[dict[str, Member]]:
    """The pictures and classes of each sample, by extension."""
    key, sample = "", dict[str, Member]()
    for member in members(tar):
        own, extension = member.split
        if extension != CLASS and extension not in PICTURES:
            continue
        if own != key and sample:
            yield sample
            sample = {}
        if extension in sample:
            raise member.wrong("it stands there twice; every sample needs a key of its own")
        key, sample[extension] = own, member
    if sample:
        yield sample


def _picture(sample: dict[str, Member]) -> Member:
    found = [sample[extension] for extension in PICTURES if extension in sample]
    if len(found) != 1:
        (some, *_) = sample.values()
        raise some.wrong(f"its sample has {len(found)} pictures, expected one: {EXPECTED}")
    return found[0]


def _class(sample: dict[str, Member]) -> int:
    if CLASS not in sample:
        (some, *_) = sample.values()
        raise some.wrong(f"its sample has no class, expected {EXPECTED}")
    member = sample[CLASS]
    word = member.read().strip() if member.size <= 64 else b"a long text"
    if not (word.isdigit() and int(word) < 1 << 62):
        raise member.wrong(f"got {word[:40]!r}, expected the number of a person from 0")
    return int(word)
