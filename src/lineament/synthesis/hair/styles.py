"""Which hairstyle somebody wears in a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.hair.cuts import CUTS, Cut, Span
from lineament.synthesis.hair.style_shares import (
    SHARES_BOYS,
    SHARES_FEMININE,
    SHARES_GIRLS,
    SHARES_MASCULINE,
    TIGHT_CURLS,
)
from lineament.synthesis.hair.worn import PIECES, WORN_SHARE
from lineament.synthesis.material import Colour, linear
from lineament.synthesis.traits import Traits

CHILD = 13.0
OVER_EYE = 0.03
"""How often a swept fringe hangs over an eye."""

DYED = {
    "platinum": linear(224, 208, 176),
    "auburn": linear(112, 44, 28),
    "jet": linear(14, 12, 14),
    "copper": linear(164, 78, 36),
    "burgundy": linear(84, 22, 32),
    "blue": linear(44, 70, 150),
    "green": linear(40, 110, 80),
    "pink": linear(206, 110, 150),
    "violet": linear(98, 58, 138),
}
DYED_SHARES = (0.2, 0.2, 0.12, 0.14, 0.12, 0.06, 0.04, 0.08, 0.04)
GREY = linear(176, 172, 166)
WHITE = linear(214, 211, 205)


@dataclass(frozen=True)
class Hairstyle:
    """Attributes:
    name: a key of `CUTS`.
    worn: the finished piece that is used instead, if there is one; else empty.
    top, side, volume, lift, stiffness, curl, wave, clump, tousle, gloss: as in `Cut`.
    level: height of the blunt end in centimetres, or -100.
    part: centimetres of the parting from the middle, towards the person's left.
    fringe: none, short, full, swept, curtain or wispy.
    fringe_level: height in centimetres down to which it hangs; the brows are at 6, the eyes at 3.5.
    frame: half the width in centimetres of the face that hair beside it leaves free.
    tucked: whether hair goes behind the left and the right ear.
    ties: (T,3) float32 where it is drawn together; none for most styles.
    tie_size: 0 to 1, how much hair hangs from there.
    colour: linear RGB; tips: what is lighter in it, strands or ends; mixed: their share.
    mirrored: whether a worn piece is mirrored. scale: its size, 1 as made.
    seed: of the single strands.
    """

    name: str
    worn: str
    top: float
    side: float
    volume: float
    lift: float
    stiffness: float
    curl: float
    wave: float
    clump: float
    tousle: float
    gloss: float
    level: float
    part: float
    fringe: str
    fringe_level: float
    frame: float
    tucked: tuple[bool, bool]
    ties: FloatArray
    tie_size: float
    colour: Colour
    tips: Colour
    mixed: float
    mirrored: bool
    scale: float
    seed: int

    @property
    def cut(self) -> Cut:
        """What people with this style have in common."""
        return CUTS[self.name]


def sample_hairstyle(
    random: np.random.Generator, traits: Traits, name: str | None = None
) -> Hairstyle:
    """Draw one that suits somebody's age, hair and gender presentation; `name` asks for a style."""
    drawn = _name(random, traits)
    name = drawn if name is None else name
    cut = CUTS[name]

    def within(span: Span) -> float:
        return float(random.uniform(*span))

    part = float(random.choice([-1, 1]) * random.uniform(2.2, 4.2))
    if cut.points > 10 and random.random() < 0.55:
        part = float(random.normal(0, 0.35))
    fringe = str(random.choice([f for f, _ in cut.fringes], p=[share for _, share in cut.fringes]))
    if traits.recession > 0.35:
        fringe = "none"
    fringe_level = float(random.uniform(5.2, 8.0) if fringe == "full" else random.uniform(4.8, 7.5))
    if fringe == "short":
        fringe_level = float(random.uniform(7.5, 10))
    if fringe == "swept" and random.random() < OVER_EYE:
        fringe_level = float(random.uniform(0.5, 3.0))
    tucked = random.random(2) < (0.22 if cut.points > 10 else 0.3)
    if random.random() < 0.7:
        tucked[:] = tucked[0]
    ties = np.zeros((0, 3), np.float32)
    if cut.ties:
        shares = np.array([0.3 if tie[0] else 1.0 for tie in cut.ties])
        if traits.age < CHILD:
            shares = np.array([1.5 if tie[0] else 1.0 for tie in cut.ties])
        tie = cut.ties[random.choice(len(cut.ties), p=shares / shares.sum())]
        ties = np.array([tie] if tie[0] == 0 else [tie, (-tie[0], *tie[1:])], np.float32)
    worn = ""
    if name in PIECES and traits.recession < 0.3 and random.random() < WORN_SHARE:
        worn = str(random.choice(PIECES[name]))
    colour, tips, mixed = _colours(random, traits)
    return Hairstyle(
        name=name,
        worn=worn,
        top=within(cut.top),
        side=within(cut.side),
        volume=within(cut.volume),
        lift=within(cut.lift),
        stiffness=within(cut.stiffness),
        curl=within(cut.curl),
        wave=within(cut.wave),
        clump=within(cut.clump),
        tousle=within(cut.tousle),
        gloss=within(cut.gloss),
        level=within(cut.level) if cut.level else -100.0,
        part=part,
        fringe=fringe,
        fringe_level=fringe_level,
        frame=float(random.uniform(4.9, 7.5)),
        tucked=(bool(tucked[0]), bool(tucked[1])),
        ties=ties,
        tie_size=float(random.uniform(0.3, 1)),
        colour=colour,
        tips=tips,
        mixed=mixed,
        mirrored=bool(random.random() < 0.5),
        scale=float(random.uniform(0.97, 1.06)),
        seed=int(random.integers(2**31)),
    )


def _name(random: np.random.Generator, traits: Traits) -> str:
    child = traits.age < CHILD
    if random.random() < np.clip((traits.monk - 5.5) / 3.0, 0.02, 0.85):
        shares = TIGHT_CURLS["feminine" if traits.feminine else "masculine"]
    elif child:
        shares = SHARES_GIRLS if traits.feminine else SHARES_BOYS
    else:
        shares = SHARES_FEMININE if traits.feminine else SHARES_MASCULINE
    if traits.recession > 0.5:
        shares = {"bald": 0.2, "buzz": 0.4, "crop": 0.3, "slicked back": 0.1}
    weights = np.array(list(shares.values()))
    return str(random.choice(list(shares), p=weights / weights.sum()))


def _colours(random: np.random.Generator, traits: Traits) -> tuple[Colour, Colour, float]:
    """Main colour, colour of the strands or ends that differ, and their share."""
    natural = np.array(traits.hair)
    grey = np.array(WHITE if traits.grey > 0.7 else GREY) * random.uniform(0.8, 1.1)
    main = natural * (1 - traits.grey) + grey * traits.grey
    tips, mixed = main * random.uniform(1.1, 1.5), random.uniform(0.1, 0.4)
    if traits.grey > 0.08:
        tips, mixed = main * 0.4 + grey * 0.6, float(np.clip(traits.grey, 0.15, 0.5))
    draw = random.random()
    if traits.age > 15 and draw < (0.12 if traits.feminine else 0.03):
        dye = list(DYED.values())[random.choice(len(DYED), p=DYED_SHARES)]
        main = np.array(dye) * random.uniform(0.7, 1.2)
        tips = main * random.uniform(0.8, 1.3)
    elif traits.age > 15 and traits.feminine and draw < 0.25:
        tips = np.minimum(main * random.uniform(1.4, 2.4) + 0.01, np.array(DYED["platinum"]))
        mixed = random.uniform(0.15, 0.5)
    first, second = (tuple(float(value) for value in colour) for colour in (main, tips))
    return first, second, float(mixed)  # type: ignore[return-value]
