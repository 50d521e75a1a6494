"""Sets of part classes: their names, order, mirror, and how they follow from CelebAMask-HQ's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError, DataError

ByteArray = NDArray[np.uint8]
Colour = tuple[int, int, int]

UNKNOWN = 255
"""Mask number of a pixel whose class is not known; losses and scores leave it out."""

CELEBAMASK = (
    *("background", "skin", "nose", "eye_glasses", "left_eye", "right_eye"),
    *("left_brow", "right_brow", "left_ear", "right_ear", "mouth", "upper_lip", "lower_lip"),
    *("hair", "hat", "earring", "necklace", "neck", "cloth"),
)
"""Names of the numbers 0 to 18, as `lineament.synthesis.parts.Part` has them."""

COLOURS: Mapping[str, Colour] = {
    "background": (0, 0, 0),
    "skin": (255, 205, 148),
    "nose": (255, 150, 60),
    "eye_glasses": (0, 200, 255),
    "left_eye": (60, 90, 255),
    "right_eye": (0, 0, 190),
    "left_brow": (170, 110, 60),
    "right_brow": (110, 60, 20),
    "left_ear": (255, 120, 190),
    "right_ear": (200, 50, 130),
    "mouth": (120, 0, 20),
    "upper_lip": (255, 60, 60),
    "lower_lip": (200, 20, 60),
    "hair": (150, 70, 220),
    "hat": (250, 240, 60),
    "earring": (255, 255, 255),
    "necklace": (180, 255, 255),
    "neck": (190, 220, 120),
    "cloth": (40, 170, 90),
}
"""RGB of each number of CelebAMask-HQ; a class of several has the colour of its first one."""


@dataclass(frozen=True)
class PartScheme:
    """A set of part classes. Left and right are the person's own.

    Attributes:
        name: as weight records and recipes spell it.
        classes: names by number; class 0 is the background.
        mirror: for each class the class of its mirror image.
        members: numbers of CelebAMask-HQ that each class holds; every number stands in one class.
        palette: RGB of each class, for palette pictures and overlays.
    """

    name: str
    classes: tuple[str, ...]
    mirror: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    palette: tuple[Colour, ...]

    def __len__(self) -> int:
        return len(self.classes)

    def number(self, name: str) -> int:
        """The number of the class of this name, or a ConfigError that lists the classes."""
        if name not in self.classes:
            raise ConfigError(
                f"part scheme {self.name} has no class {name!r}; "
                f"there are {', '.join(self.classes)}"
            )
        return self.classes.index(name)

    def classes_of(self, mask: ByteArray) -> ByteArray:
        """CelebAMask-HQ numbers, any shape uint8, as class numbers of the same shape.

        `UNKNOWN` stays.

        Raises:
            DataError: a number is neither 0 to 18 nor `UNKNOWN`.
        """
        return find_part_scheme("celebamask-19").converted(mask, self)

    def converted(self, mask: ByteArray, target: PartScheme) -> ByteArray:
        """Class numbers of this scheme, any shape uint8, as class numbers of another one.

        A class whose members fall in several classes of the target becomes `UNKNOWN`, as does
        what was `UNKNOWN` before.

        Raises:
            DataError: a number is neither a class of this scheme nor `UNKNOWN`.
        """
        stray = np.flatnonzero(np.bincount(np.asarray(mask).ravel(), minlength=256))
        stray = stray[(stray >= len(self)) & (stray != UNKNOWN)]
        if len(stray):
            raise DataError(
                f"the mask holds {', '.join(map(str, stray))}; expected class numbers 0 to "
                f"{len(self) - 1} of {self.name}, or {UNKNOWN} where the class is not known"
            )
        table = np.full(256, UNKNOWN, dtype=np.uint8)
        for number, members in enumerate(self.members):
            found = {int(target._class_of_member[member]) for member in members}
            if len(found) == 1:
                table[number] = found.pop()
        return np.asarray(table[mask])

    @cached_property
    def _class_of_member(self) -> ByteArray:
        """(19,) class of every number of CelebAMask-HQ."""
        table = np.zeros(len(CELEBAMASK), dtype=np.uint8)
        for number, members in enumerate(self.members):
            table[list(members)] = number
        return table


def _scheme(name: str, classes: Mapping[str, tuple[str, ...]]) -> PartScheme:
    """A scheme whose classes hold the CelebAMask-HQ classes of these names.

    The background also holds all that no class names.
    """
    named = {part for parts in classes.values() for part in parts}
    rest = tuple(part for part in CELEBAMASK if part not in named)
    full = {"background": (*classes.get("background", ()), *rest)}
    full |= {label: parts for label, parts in classes.items() if label != "background"}
    order = list(full)
    swap = {"left": "right", "right": "left"}
    mirrored = ["_".join(swap.get(word, word) for word in label.split("_")) for label in order]
    return PartScheme(
        name=name,
        classes=tuple(order),
        mirror=tuple(order.index(label) for label in mirrored),
        members=tuple(tuple(CELEBAMASK.index(part) for part in parts) for parts in full.values()),
        palette=tuple(COLOURS[parts[0]] for parts in full.values()),
    )


def _alone(*names: str) -> dict[str, tuple[str, ...]]:
    """Classes that are those of CelebAMask-HQ."""
    return {name: (name,) for name in names}


_FEATURES = {
    **_alone("right_brow", "left_brow", "right_eye", "left_eye", "nose", "upper_lip"),
    "inner_mouth": ("mouth",),
    **_alone("lower_lip"),
}
_ELEVEN = {"skin": ("skin", "eye_glasses"), **_FEATURES, **_alone("hair")}

CELEBAMASK_19 = _scheme("celebamask-19", _alone(*CELEBAMASK))
"""CelebAMask-HQ (Lee et al., CVPR 2020); `mouth` is the inner mouth without the lips."""

PARTS_9 = _scheme("parts-9", _FEATURES)
"""The classes of STN-iCNN (Yin et al., Cognitive Neurodynamics 2021): brow 1 and eye 1 lie on the
viewer's left, thus are the person's right ones; skin, hair and all else are background."""

HELEN_11 = _scheme("helen-11", _ELEVEN)
"""HELEN's parts (Smith et al., "Exemplar-Based Face Parsing", CVPR 2013). What that set calls left
lies on the viewer's left and is the person's right. Its skin leaves out ears and neck, which are
background; it knows no glasses: what they cover counts as the skin of the face."""

LAPA_11 = _scheme("lapa-11", _ELEVEN)
"""LaPa (Liu et al., AAAI 2020): the classes and the order of HELEN, its left also the viewer's."""

PARTS_13 = _scheme(
    "parts-13",
    {
        **_alone("background", "skin", "nose"),
        "eyes": ("left_eye", "right_eye"),
        "brows": ("left_brow", "right_brow"),
        "lips": ("upper_lip", "lower_lip"),
        "inner_mouth": ("mouth",),
        **_alone("hair", "neck"),
        "ears": ("left_ear", "right_ear"),
        "glasses": ("eye_glasses",),
        **_alone("cloth", "hat"),
    },
)
"""The twelve classes by which the synthesis engine's parts are judged, and the background, which
holds jewellery; left and right are one class."""

PART_SCHEMES = {
    scheme.name: scheme for scheme in (CELEBAMASK_19, PARTS_9, HELEN_11, LAPA_11, PARTS_13)
}


def find_part_scheme(name: str) -> PartScheme:
    """The scheme of this name, or a ConfigError that lists those that exist."""
    if name not in PART_SCHEMES:
        raise ConfigError(f"no part scheme named {name!r}; there are {', '.join(PART_SCHEMES)}")
    return PART_SCHEMES[name]
