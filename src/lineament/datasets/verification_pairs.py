"""Pairs of pictures and whether both show one person: what 1:1 verification is measured on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.face import ByteArray

FOLDS = 10


class Pictures(Protocol):
    """A sequence of pictures (H,W,3) uint8 RGB, each read when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> ByteArray: ...


@dataclass(frozen=True, eq=False)
class VerificationPairs:
    """P pairs of N pictures.

    Attributes:
        name: of the set and its part, such as `lfw`.
        pictures: N pictures (H,W,3) uint8 RGB, decoded on access; sizes may differ where they are
            not aligned.
        pairs: (P,2) int64 places in `pictures`.
        same: (P,) bool, whether both pictures show one person.
        fold: (P,) int64, the fold of each pair from 0; all 0 where the protocol has one fold.
        aligned: the pictures are crops of 112 pixels by the five-point template; otherwise faces
            have to be found in them first.
        people: (N,) int64, a number for each picture's person, where the set tells it: what a
            bootstrap over people draws from.
        names: N names of the pictures where they have any, else an empty tuple.

    Raises:
        ValueError: the arrays do not belong together, or a pair is labelled against `people`.
    """

    name: str
    pictures: Pictures
    pairs: NDArray[np.int64]
    same: NDArray[np.bool_]
    fold: NDArray[np.int64]
    aligned: bool
    people: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count, pictures = len(self.pairs), len(self.pictures)
        shapes = {"pairs": (count, 2), "same": (count,), "fold": (count,)}
        for name, shape in shapes.items():
            got = getattr(self, name).shape
            if got != shape:
                raise ValueError(f"{name} needs shape {shape}, got {got}")
        if count and not 0 <= self.pairs.min() <= self.pairs.max() < pictures:
            raise ValueError(
                f"pairs name pictures {self.pairs.min()} to {self.pairs.max()}, there are "
                f"{pictures} from 0"
            )
        if self.names and len(self.names) != pictures:
            raise ValueError(f"{len(self.names)} names for {pictures} pictures")
        if self.people is not None:
            if self.people.shape != (pictures,):
                raise ValueError(f"people needs shape {(pictures,)}, got {self.people.shape}")
            told = self.people[self.pairs[:, 0]] == self.people[self.pairs[:, 1]]
            if not np.array_equal(told, self.same):
                raise ValueError("same contradicts people: a pair is labelled against its people")

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True)
class PictureFiles:
    """Pictures of files, each read when it is asked for.

    Attributes:
        paths: of the files.
        read: a path to (H,W,3) uint8 RGB.
    """

    paths: Sequence[Path]
    read: Callable[[Path], ByteArray] = image.read

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int, /) -> ByteArray:
        return self.read(self.paths[index])


def contiguous_folds(count: int, folds: int = FOLDS) -> NDArray[np.int64]:
    """(count,) fold of each pair from 0: runs of neighbours without shuffling.

    The first folds have one pair more where the number does not divide, as scikit-learn's
    `KFold(folds, shuffle=False)` has it, by which the published accuracies are made.
    """
    sizes = np.full(folds, count // folds)
    sizes[: count % folds] += 1
    return np.repeat(np.arange(folds, dtype=np.int64), sizes)
