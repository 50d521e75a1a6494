"""Which people of a source are learnt from and which are kept back, and several sources as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.identity_pictures import IdentityPictures, Labels, chosen_people
from lineament.errors import DataError
from lineament.face import ByteArray


@dataclass(frozen=True, eq=False)
class JoinedIdentities:
    """Identity pictures of several sources; people of two sources are never one.

    Attributes:
        sources: in the order of their people.
        source, row: (N,) the source of each picture, and its number there.
        labels, names, aligned: as of `IdentityPictures`.
    """

    sources: tuple[IdentityPictures, ...]
    source: NDArray[np.intp]
    row: NDArray[np.intp]
    labels: Labels
    names: tuple[str, ...]
    aligned: bool = True

    def __len__(self) -> int:
        return len(self.labels)

    def picture(self, index: int, /) -> ByteArray:
        source = self.sources[int(self.source[index])]
        return source.picture(int(self.row[index]))


def joined_identities(sources: Sequence[IdentityPictures]) -> JoinedIdentities:
    """Sources as one; their people are numbered through."""
    firsts = np.cumsum([0, *(len(source.names) for source in sources)])
    counts = [len(source) for source in sources]
    empty = np.empty(0, np.int64)
    return JoinedIdentities(
        tuple(sources),
        np.repeat(np.arange(len(sources)), counts),
        np.concatenate([np.arange(count) for count in counts] or [empty]).astype(np.intp),
        np.concatenate([s.labels + n for s, n in zip(sources, firsts, strict=False)] or [empty]),
        tuple(name for source in sources for name in source.names),
    )


def split_people(
    pictures: IdentityPictures, kept_back: int, limit: int | None = None
) -> tuple[IdentityPictures, IdentityPictures | None]:
    """The people of a source to learn from, and its last ones, kept back for validation.

    Args:
        kept_back: number of people; None is returned for 0.
        limit: learn from the first so many people only.

    Raises:
        DataError: no person is left to learn from, or the pictures are not aligned.
    """
    people = len(pictures.names)
    if not pictures.aligned:
        raise DataError(
            "the pictures of this source are no crops by the five-point template; `lineament align "
            "FOLDER --out FOLDER` makes them"
        )
    if kept_back >= people:
        raise DataError(
            f"{kept_back} people are to be kept back and the source has {people}; keep fewer back "
            "or add people"
        )
    first = people - kept_back
    learnt = chosen_people(pictures, range(first if limit is None else min(limit, first)))
    return learnt, chosen_people(pictures, range(first, people)) if kept_back else None
