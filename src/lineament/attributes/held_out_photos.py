"""Which photos a set keeps back for validation: by their names, never by their position.

One photo in so many is cut as by `evaluation.holdout`. A number of photos is cut by the same
hash: the names of all photos stand in the order of their SHA-256 (its first 64 bits), and the
first so many are kept. The same names give the same cut on every machine; a photo that is added
or removed moves one other photo at most over the border. Pictures of one photo and byte-identical
pictures stay together, as there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.evaluation.holdout import held_out, names_that_decide


def held_out_share(pictures: Sequence[Path], share: int) -> NDArray[np.bool_]:
    """(N,) which pictures are kept where one photo in `share` is; 2 or more.

    Raises:
        DataError: a picture is missing.
    """
    names = names_that_decide(set(pictures))
    return np.array([held_out(names[path], share) for path in pictures], dtype=np.bool_)


def held_out_count(pictures: Sequence[Path], count: int) -> NDArray[np.bool_]:
    """(N,) which pictures are kept where `count` photos are.

    Raises:
        ConfigError: there are not more photos than are kept.
        DataError: a picture is missing.
    """
    names = names_that_decide(set(pictures))
    order = sorted(set(names.values()), key=lambda name: (_place(name), name))
    if count >= len(order):
        raise ConfigError(
            f"held_out_count is {count}, but there are {len(order)} photos; keep fewer of them back"
        )
    kept = set(order[:count])
    return np.array([names[path] in kept for path in pictures], dtype=np.bool_)


def _place(photo: str) -> bytes:
    return hashlib.sha256(photo.encode()).digest()[:8]
