"""Which jewellery a person wears in a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lineament.synthesis.material import Colour, linear
from lineament.synthesis.traits import Traits

EARRING_SHARES = {"stud": 0.34, "pearl": 0.1, "hoop": 0.26, "drop": 0.2, "plate": 0.1}
NECKLACE_SHARES = {"chain": 0.34, "pendant": 0.36, "pearls": 0.12, "beads": 0.12, "choker": 0.06}

WEARS_EARRINGS = (0.45, 0.1)
WEARS_NECKLACE = (0.3, 0.12)
"""Shares of grown people of feminine and of masculine presentation."""

NOSE_STUD_SHARE, BINDI_SHARE = 0.025, 0.012

METALS = (linear(212, 172, 92), linear(196, 196, 200), linear(205, 150, 120), linear(60, 58, 58))
METAL_SHARES = (0.45, 0.4, 0.1, 0.05)
PEARL = linear(236, 228, 214)
STONES = (
    *(linear(225, 235, 245), linear(30, 30, 34), linear(160, 20, 40), linear(20, 70, 150)),
    *(linear(20, 120, 80), linear(200, 120, 40), linear(60, 160, 170), linear(120, 60, 130)),
)


@dataclass(frozen=True)
class Earring:
    """Attributes:
    form: a key of `EARRING_SHARES`.
    size: centimetres: radius of studs and hoops, length of what hangs.
    thickness: centimetres of the wire of a hoop, width of what hangs.
    colour: of the metal or pearl. stone: of the bead or plate that hangs.
    turn: radians by which a hoop or plate is turned about the vertical.
    ears: who wears one: both, or the person's left or right ear alone.
    """

    form: str
    size: float
    thickness: float
    colour: Colour
    stone: Colour
    turn: float
    ears: Literal["both", "left", "right"]


@dataclass(frozen=True)
class Necklace:
    """Attributes:
    form: a key of `NECKLACE_SHARES`.
    length: how low its front hangs, 0 (close to the neck) to 1 (lower edge of the bust).
    thickness: centimetres of the chain or of a bead.
    colour: of chain or beads. pendant: colour of what hangs.
    pendant_size: centimetres.
    """

    form: str
    length: float
    thickness: float
    colour: Colour
    pendant: Colour
    pendant_size: float


@dataclass(frozen=True)
class Jewellery:
    """What is not worn is None; `nose_stud` and `bindi` are colours."""

    earring: Earring | None
    necklace: Necklace | None
    nose_stud: Colour | None
    bindi: Colour | None


def sample_jewellery(random: np.random.Generator, traits: Traits) -> Jewellery:
    """Draw what a person wears in a scene."""
    grown = float(np.interp(traits.age, [4, 16], [0.35, 1.0]))
    which = 0 if traits.feminine else 1
    metal = METALS[random.choice(len(METALS), p=METAL_SHARES)]
    earring = random.random() < WEARS_EARRINGS[which] * grown
    necklace = random.random() < WEARS_NECKLACE[which] * grown
    stud = random.random() < NOSE_STUD_SHARE and traits.age > 14
    bindi = random.random() < BINDI_SHARE * 2 and traits.feminine
    return Jewellery(
        earring=_earring(random, traits, metal) if earring else None,
        necklace=_necklace(random, metal) if necklace else None,
        nose_stud=metal if stud else None,
        bindi=linear(120, 10, 20) if bindi else None,
    )


def _earring(random: np.random.Generator, traits: Traits, metal: Colour) -> Earring:
    form = str(random.choice(list(EARRING_SHARES), p=list(EARRING_SHARES.values())))
    if not traits.feminine or traits.age < 14:
        form = "stud" if random.random() < 0.7 else "hoop"
    small = not traits.feminine or traits.age < 14
    size = {
        "stud": random.uniform(0.16, 0.42),
        "pearl": random.uniform(0.3, 0.6),
        "hoop": 0.55 + (0.25 if small else 2.6) * random.beta(1.1, 2.0),
        "drop": random.uniform(1.4, 5.5),
        "plate": random.uniform(1.5, 4.5),
    }[form]
    alone = random.random() < (0.05 if traits.feminine else 0.5)
    return Earring(
        form=form,
        size=float(size),
        thickness=float(random.uniform(0.1, 0.3) if form == "hoop" else random.uniform(0.3, 0.9)),
        colour=PEARL if form == "pearl" else metal,
        stone=_stone(random, metal),
        turn=float(random.normal(0, 0.5)),
        ears=("left" if random.random() < 0.5 else "right") if alone else "both",
    )


def _necklace(random: np.random.Generator, metal: Colour) -> Necklace:
    form = str(random.choice(list(NECKLACE_SHARES), p=list(NECKLACE_SHARES.values())))
    thick = {"chain": (0.1, 0.3), "pendant": (0.08, 0.16), "choker": (0.5, 1.6)}
    colour = {"pearls": PEARL, "beads": _stone(random, metal), "choker": linear(18, 16, 18)}
    return Necklace(
        form=form,
        length=float(random.uniform(0, 0.12) if form == "choker" else random.beta(1.6, 1.6)),
        thickness=float(random.uniform(*thick.get(form, (0.5, 1.1)))),
        colour=colour.get(form, metal),
        pendant=_stone(random, metal),
        pendant_size=float(random.uniform(0.8, 2.6)),
    )


def _stone(random: np.random.Generator, metal: Colour) -> Colour:
    return STONES[random.integers(len(STONES))] if random.random() < 0.6 else metal
