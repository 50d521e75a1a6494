"""Orders of points: how many, which ones swap in a mirror, and which ones a crop relies on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError


@dataclass(frozen=True)
class Scheme:
    """A published order of points. Left and right are the person's own.

    Attributes:
        name: as weight records spell it.
        mirror: for each point the index of its mirror image.
        chin: lowest point of the outline.
        inner_eye_corners: right and left.
        outer_eye_corners: right and left.
    """

    name: str
    mirror: tuple[int, ...]
    chin: int
    inner_eye_corners: tuple[int, int]
    outer_eye_corners: tuple[int, int]

    @property
    def count(self) -> int:
        return len(self.mirror)

    @property
    def mirror_index(self) -> NDArray[np.intp]:
        return np.array(self.mirror, dtype=np.intp)


IBUG_68 = Scheme(
    name="ibug-68",
    mirror=(
        *range(16, -1, -1),
        *range(26, 16, -1),
        *range(27, 31),
        *range(35, 30, -1),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
        *(64, 63, 62, 61, 60, 67, 66, 65),
    ),
    chin=8,
    inner_eye_corners=(39, 42),
    outer_eye_corners=(36, 45),
)

SCHEMES = {scheme.name: scheme for scheme in (IBUG_68,)}


def find_scheme(name: str) -> Scheme:
    """The scheme of this name, or a ConfigError that lists those that exist."""
    if name not in SCHEMES:
        raise ConfigError(f"no point scheme named {name!r}; there are {', '.join(SCHEMES)}")
    return SCHEMES[name]
