"""Orders of points: how many, which ones swap in a mirror, and what crops and scores rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError

Indices = tuple[int, ...]


@dataclass(frozen=True)
class Scheme:
    """A published order of points. Left and right are the person's own.

    Attributes:
        name: as weight records spell it.
        mirror: for each point the index of its mirror image.
        eyes: points of the right and of the left eye whose means are the pupils.
        outer_eye_corners: right and left; None where the order has none.
        inner_eye_corners: right and left; None where the order has none.
        upright: points above and points below: the head's up axis runs from the mean of the
            latter to the mean of the former.
        regions: points by part of the face: jaw, brows, nose, eyes and mouth, as far as the
            order has them. Every point belongs to one region.
    """

    name: str
    mirror: Indices
    eyes: tuple[Indices, Indices]
    outer_eye_corners: tuple[int, int] | None
    inner_eye_corners: tuple[int, int] | None
    upright: tuple[Indices, Indices]
    regions: Mapping[str, Indices] = field(hash=False)

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
    eyes=(tuple(range(36, 42)), tuple(range(42, 48))),
    outer_eye_corners=(36, 45),
    inner_eye_corners=(39, 42),
    upright=((39, 42), (8,)),
    regions={
        "jaw": tuple(range(17)),
        "brows": tuple(range(17, 27)),
        "nose": tuple(range(27, 36)),
        "eyes": tuple(range(36, 48)),
        "mouth": tuple(range(48, 68)),
    },
)
"""300-W (Sagonas et al., "300 Faces In-The-Wild Challenge", 2013)."""

WFLW_98 = Scheme(
    name="wflw-98",
    mirror=(
        *range(32, -1, -1),
        *(46, 45, 44, 43, 42, 50, 49, 48, 47),
        *(37, 36, 35, 34, 33, 41, 40, 39, 38),
        *range(51, 55),
        *range(59, 54, -1),
        *(72, 71, 70, 69, 68, 75, 74, 73),
        *(64, 63, 62, 61, 60, 67, 66, 65),
        *(82, 81, 80, 79, 78, 77, 76, 87, 86, 85, 84, 83),
        *(92, 91, 90, 89, 88, 95, 94, 93),
        *(97, 96),
    ),
    eyes=((96,), (97,)),
    outer_eye_corners=(60, 72),
    inner_eye_corners=(64, 68),
    upright=((64, 68), (16,)),
    regions={
        "jaw": tuple(range(33)),
        "brows": tuple(range(33, 51)),
        "nose": tuple(range(51, 60)),
        "eyes": (*range(60, 76), 96, 97),
        "mouth": tuple(range(76, 96)),
    },
)
"""WFLW (Wu et al., "Look at Boundary", CVPR 2018).

0-32 outline, 33-41 right brow (33-37 its upper edge from outside to inside, 38-41 its lower edge
back), 42-50 left brow (42-46 upper edge from inside to outside, 47-50 lower edge back), 51-54 nose
bridge, 55-59 nose base, 60-67 right and 68-75 left eye (each from the corner on the picture's
left, over the upper lid and back under the lower), 76-87 outer lips, 88-95 inner lips, 96 right
and 97 left pupil.
"""

COFW_29 = Scheme(
    name="cofw-29",
    mirror=(
        *(1, 0, 3, 2, 6, 7, 4, 5),
        *(9, 8, 11, 10, 14, 15, 12, 13, 17, 16),
        *(19, 18, 20, 21),
        *(23, 22, 24, 25, 26, 27, 28),
    ),
    eyes=((16,), (17,)),
    outer_eye_corners=(8, 9),
    inner_eye_corners=(10, 11),
    upright=((10, 11), (28,)),
    regions={
        "jaw": (28,),
        "brows": tuple(range(8)),
        "nose": tuple(range(18, 22)),
        "eyes": tuple(range(8, 18)),
        "mouth": tuple(range(22, 28)),
    },
)
"""COFW (Burgos-Artizzu et al., ICCV 2013), the points of LFPW (Belhumeur et al., CVPR 2011).

Right and left in turn, the person's own: 0, 1 outer ends of the brows; 2, 3 their inner ends;
4, 5 middle of the upper and lower edge of the right brow, 6, 7 of the left; 8, 9 outer and 10, 11
inner corners of the eyes; 12, 13 middle of the right eye's upper and lower lid, 14, 15 of the
left's; 16, 17 pupils; 18, 19 wings of the nose; 20 its tip, 21 its base; 22, 23 corners of the
mouth; 24, 25 upper and lower edge of the upper lip, 26, 27 of the lower lip; 28 chin.
"""

AFLW_19 = Scheme(
    name="aflw-19",
    mirror=(
        *(5, 4, 3, 2, 1, 0),
        *(11, 10, 9, 8, 7, 6),
        *(14, 13, 12),
        *(17, 16, 15),
        18,
    ),
    eyes=((7,), (10,)),
    outer_eye_corners=(6, 11),
    inner_eye_corners=(8, 9),
    upright=((8, 9), (18,)),
    regions={
        "jaw": (18,),
        "brows": tuple(range(6)),
        "nose": (12, 13, 14),
        "eyes": tuple(range(6, 12)),
        "mouth": (15, 16, 17),
    },
)
"""AFLW as revised by Zhu et al. (CCL, CVPR 2016): its 21 points without the two ears.

From the picture's left to its right: 0, 1, 2 right brow (outer end, middle, inner end) and 3, 4, 5
left brow (inner end, middle, outer end); 6, 7, 8 right eye (outer corner, centre, inner corner)
and 9, 10, 11 left eye (inner corner, centre, outer corner); 12 right wing, 13 tip and 14 left wing
of the nose; 15 right corner, 16 centre and 17 left corner of the mouth; 18 chin.
"""

FIVE = Scheme(
    name="five-points",
    mirror=(1, 0, 2, 4, 3),
    eyes=((0,), (1,)),
    outer_eye_corners=None,
    inner_eye_corners=None,
    upright=((0, 1), (3, 4)),
    regions={"eyes": (0, 1), "nose": (2,), "mouth": (3, 4)},
)
"""Eyes, tip of the nose and corners of the mouth in the order of `lineament.face.FIVE_POINTS`,
which is that of MTFL and CelebA."""

SCHEMES = {scheme.name: scheme for scheme in (IBUG_68, WFLW_98, AFLW_19, COFW_29, FIVE)}


def find_scheme(name: str) -> Scheme:
    """The scheme of this name, or a ConfigError that lists those that exist."""
    if name not in SCHEMES:
        raise ConfigError(f"no point scheme named {name!r}; there are {', '.join(SCHEMES)}")
    return SCHEMES[name]
