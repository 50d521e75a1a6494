"""Pictures of people to learn recognition from, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray

Labels = NDArray[np.int64]

NAMES = "names.txt"
"""File beside records or shards: line n from 0 is the name of person n."""


class IdentityPictures(Protocol):
    """N pictures of C people.

    Attributes:
        labels: (N,) int64, the person of each picture, 0 to C-1; each has at least one picture.
        names: of the C people, as the source calls them.
        aligned: the pictures are crops by the five-point template (112 pixels a side or that
            template scaled); otherwise they are any pictures.
    """

    @property
    def labels(self) -> Labels: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def aligned(self) -> bool: ...

    def __len__(self) -> int: ...

    def picture(self, index: int, /) -> ByteArray:
        """(H,W,3) uint8 RGB.

        Raises:
            DataError or ImageError: the picture cannot be read; the message names it.
        """
        ...


@runtime_checkable
class StoredPictures(Protocol):
    """What identity pictures have besides where they lie encoded: converters copy the bytes."""

    def stored(self, index: int, /) -> bytes | None:
        """The encoded bytes of a picture, as they lie in the source; None where it has none.

        Raises:
            DataError: they cannot be read; the message names the picture.
        """
        ...


class Numbered(NamedTuple):
    """Labels as numbers without gaps.

    Attributes:
        labels: (N,) int64, 0 to C-1.
        names: the C values that they stand for, in rising order, as text.
    """

    labels: Labels
    names: tuple[str, ...]


def numbered_labels(raw: Labels) -> Numbered:
    """Numbers 0 to C-1 for any whole numbers: sets whose classes have gaps lose the gaps."""
    values, labels = np.unique(raw, return_inverse=True)
    return Numbered(labels.astype(np.int64).reshape(-1), tuple(str(value) for value in values))


def named(folder: Path, numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Names for the numbers of people, rising, from `names.txt`; the numbers where it is missing.

    Raises:
        DataError: the file has fewer lines than the highest number needs, or cannot be read.
    """
    path = folder / NAMES
    if not path.is_file():
        return numbers
    try:
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    if int(numbers[-1]) >= len(lines) - (not lines[-1]):
        raise DataError(
            f"{path}: got {len(lines) - (not lines[-1])} names, but there is a person "
            f"{numbers[-1]} counted from 0"
        )
    return tuple(lines[int(number)] for number in numbers)


def write_names(folder: Path, names: tuple[str, ...]) -> None:
    """Write `names.txt`, which `named` reads; not where a name has several lines."""
    if not any("\n" in name for name in names):
        text = "".join(f"{name}\n" for name in names)
        (folder / NAMES).write_bytes(text.encode("utf-8", errors="surrogateescape"))


@dataclass(frozen=True, eq=False)
class ChosenPeople:
    """Some people of other identity pictures, numbered anew from 0 in their order.

    Attributes:
        pictures: all of them.
        rows: (N,) int64, which pictures are left.
        labels, names, aligned: as of `IdentityPictures`.
    """

    pictures: IdentityPictures
    rows: NDArray[np.int64]
    labels: Labels
    names: tuple[str, ...]

    @property
    def aligned(self) -> bool:
        return self.pictures.aligned

    def __len__(self) -> int:
        return len(self.rows)

    def picture(self, index: int, /) -> ByteArray:
        return self.pictures.picture(int(self.rows[index]))

    def stored(self, index: int, /) -> bytes | None:
        source = self.pictures
        return source.stored(int(self.rows[index])) if isinstance(source, StoredPictures) else None


def chosen_people(pictures: IdentityPictures, people: Sequence[int]) -> ChosenPeople:
    """The pictures of some people, given by number, in the order of the source.

    Raises:
        DataError: no person is left.
    """
    kept = np.unique(np.asarray(people, dtype=np.int64))
    if not len(kept):
        raise DataError(f"of {len(pictures.names)} people none is left; choose another part")
    number = np.full(len(pictures.names), -1, np.int64)
    number[kept] = np.arange(len(kept))
    rows = np.flatnonzero(number[pictures.labels] >= 0).astype(np.int64)
    names = tuple(pictures.names[person] for person in kept)
    return ChosenPeople(pictures, rows, number[pictures.labels[rows]], names)
