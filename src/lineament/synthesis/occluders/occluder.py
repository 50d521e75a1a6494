"""Which foreign thing covers part of a face in a scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lineament.synthesis.lofts import Points
from lineament.synthesis.material import Colour
from lineament.synthesis.occluders.gestures import GESTURES
from lineament.synthesis.occluders.held_things import HOLDS
from lineament.synthesis.traits import MONK_SKIN, Traits

Kind = Literal["gesture", "held", "mask", "scarf", "stand", "leaves", "bars", "neighbour"]

OCCLUDER_SHARE = 0.16
KIND_SHARES: dict[Kind, float] = {
    "gesture": 0.44,
    "held": 0.24,
    "mask": 0.09,
    "scarf": 0.05,
    "stand": 0.03,
    "leaves": 0.05,
    "bars": 0.04,
    "neighbour": 0.06,
}
OTHER_HAND_SHARE, VARNISH_SHARE, SLEEVE_SHARE = 0.08, 0.35, 0.7
REDDER = np.array([1.02, 0.93, 0.89])
"""Hands are a little redder than faces."""


@dataclass(frozen=True)
class Occluder:
    """Attributes:
    kind: what it is. name: a key of `GESTURES` or of `HOLDS`; empty for other kinds.
    mirrored: whether the person's left hand does it.
    both: whether the other hand does the same.
    size: of the hand, 1 for a grown person of middle size.
    tone: colour of the hand. varnish: of its nails, or None.
    sleeve: centimetres from wrist to sleeve, or None. cloth: colour of the sleeve.
    turn: (3,) radians and shift: (3,) centimetres off the usual place.
    bend: (15,) radians by which the joints of the fingers differ from the usual.
    strength: 0 to 1: how low a mask, how high a scarf sits.
    seed: of all other details.
    """

    kind: Kind
    name: str
    mirrored: bool
    both: bool
    size: float
    tone: Colour
    varnish: Colour | None
    sleeve: float | None
    cloth: Colour
    turn: tuple[float, ...]
    shift: tuple[float, ...]
    bend: tuple[float, ...]
    strength: float
    seed: int


def sample_occluder(random: np.random.Generator, traits: Traits) -> Occluder | None:
    """Draw what covers a face; None is nothing."""
    if random.random() > OCCLUDER_SHARE:
        return None
    return draw_occluder(random, traits)


def draw_occluder(random: np.random.Generator, traits: Traits) -> Occluder:
    """Draw one that is there for certain."""
    kinds = list(KIND_SHARES)
    kind = kinds[random.choice(len(kinds), p=list(KIND_SHARES.values()))]
    name = ""
    if kind in ("gesture", "held"):
        shares = {
            key: value.share for key, value in (GESTURES if kind == "gesture" else HOLDS).items()
        }
        weight = np.array(list(shares.values()))
        name = str(random.choice(list(shares), p=weight / weight.sum()))
    child = float(np.interp(traits.age, [4, 16], [0.72, 1.0]))
    tone = traits.tone
    if random.random() < OTHER_HAND_SHARE:
        tone = np.array(MONK_SKIN[random.integers(len(MONK_SKIN))])
    red, green, blue = (
        float(c) for c in np.clip(tone * REDDER * random.uniform(0.9, 1.1), 0.01, 0.95)
    )
    varnished = traits.feminine and traits.age > 12 and random.random() < VARNISH_SHARE
    varnish = random.uniform(0.02, 0.8, 3) * [1.2, 0.5, 0.6]
    cloth = random.uniform(0.02, 0.8) * random.uniform(0.4, 1.1, 3)
    return Occluder(
        kind=kind,
        name=name,
        mirrored=bool(random.random() < 0.5),
        both=kind == "gesture" and name in BOTH_HANDS and bool(random.random() < 0.3),
        size=child * float(random.uniform(0.86, 0.97) + (0.0 if traits.feminine else 0.06)),
        tone=(red, green, blue),
        varnish=_colour(varnish) if varnished else None,
        sleeve=float(random.uniform(0.5, 16)) if random.random() < SLEEVE_SHARE else None,
        cloth=_colour(cloth),
        turn=tuple(float(v) for v in random.normal(0, 0.12, 3)),
        shift=tuple(float(v) for v in random.normal(0, 0.5, 3)),
        bend=tuple(float(v) for v in random.normal(0, 0.09, 15)),
        strength=float(random.random() ** 2),
        seed=int(random.integers(1 << 16)),
    )


BOTH_HANDS = ("chin in hand", "cheek stroked", "mouth covered", "eye covered")


def _colour(values: Points) -> Colour:
    red, green, blue = (float(v) for v in np.clip(values, 0, 1))
    return red, green, blue
