"""From the seed of a dataset to those of its people and scenes.

Seed number i depends on the dataset's seed and on i alone, so that any part of a dataset can be
made by itself, in any order, by any number of processes.
"""

from __future__ import annotations

import numpy as np

_PEOPLE, _SCENES, _AGES = 0, 1, 2
_BITS = 53
"""Seeds are whole numbers that every reader of JSON holds exactly."""


def identity_seed(seed: int, index: int) -> int:
    """Seed of person number `index` from 0, below 2^53."""
    return _drawn(seed, _PEOPLE, index)


def scene_seed(seed: int, index: int) -> int:
    """Seed of the scene of sample number `index` from 0, below 2^53."""
    return _drawn(seed, _SCENES, index)


def years_of(seed: int, person: int, age: int, span: float) -> float:
    """Years between -`span` and `span` by which age number `age` of a person differs."""
    return float(np.random.default_rng((seed, _AGES, person, age)).uniform(-span, span))


def _drawn(seed: int, stream: int, index: int) -> int:
    words = np.random.SeedSequence((seed, stream, index)).generate_state(1, np.uint64)
    return int(words[0]) >> (64 - _BITS)
