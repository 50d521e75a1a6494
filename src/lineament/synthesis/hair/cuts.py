"""The hairstyles that exist: readable tables of how each is cut and combed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comb = Literal["crown", "part", "back", "out", "gather", "none"]
Span = tuple[float, float]


@dataclass(frozen=True)
class Cut:
    """What the people who wear a style have in common; pairs are the least and the most.

    Attributes:
        comb: how it lies: from the crown to all sides, from a parting, back, standing out, drawn
            together in one or two places, or (none) cropped to a cap.
        top, side: centimetres of length above the temples, and at the sides and the back.
        volume: centimetres that the outer strands keep off the head.
        lift: how steeply it leaves the skin on top, in radians.
        stiffness: 0 for hair that hangs to 1 for hair that stands.
        level: height at which it is cut off all round, for bowls and bobs.
        curl: centimetres by which strands wave. wave: centimetres of one wave.
        clump: 0 to 1, how strands keep together. tousle: 0 to 1.
        width: centimetres of a card. cards: how many; points: along each.
        frizz: whether the cards show tight curls.
        fringes: which fringes it may have, and how often.
        tie: what becomes of hair that is drawn together.
        ties: where, on the left or in the middle (mirrored when there are two).
        bulge: how round its cards are, as `ribbons` takes it.
        gloss: 0 dry to 1 wet.
    """

    comb: Comb
    top: Span
    side: Span
    volume: Span
    lift: Span = (0.1, 0.4)
    stiffness: Span = (0.5, 0.8)
    level: Span | None = None
    curl: Span = (0.0, 0.1)
    wave: Span = (6.0, 9.0)
    clump: Span = (0.2, 0.6)
    tousle: Span = (0.1, 0.3)
    width: float = 1.1
    cards: int = 420
    points: int = 6
    frizz: bool = False
    bulge: float = 0.0
    fringes: tuple[tuple[str, float], ...] = (("none", 1.0),)
    tie: Literal["", "tail", "bun", "braid", "loose"] = ""
    ties: tuple[tuple[float, float, float], ...] = ()
    gloss: Span = (0.1, 0.5)


MIXED_FRINGE = (("none", 0.5), ("full", 0.16), ("swept", 0.16), ("curtain", 0.1), ("wispy", 0.08))
TIED_FRINGE = (("none", 0.62), ("full", 0.12), ("swept", 0.1), ("wispy", 0.16))

CUTS = {
    "bald": Cut("none", (0, 0), (0, 0), (0, 0)),
    "buzz": Cut("none", (0.3, 0.9), (0.1, 0.6), (0, 0)),
    "crop": Cut(
        "crown",
        (1.8, 3.6),
        (0.6, 1.5),
        (0.6, 1.5),
        lift=(0.35, 0.7),
        width=0.8,
        cards=900,
        points=4,
        tousle=(0.2, 0.5),
        fringes=(("none", 0.75), ("short", 0.25)),
    ),
    "side part": Cut(
        "part",
        (5.0, 9.0),
        (1.5, 4.0),
        (1.2, 2.8),
        lift=(0.3, 0.7),
        cards=620,
        width=1.0,
        tousle=(0.05, 0.3),
    ),
    "quiff": Cut(
        "back",
        (4.5, 8.0),
        (0.8, 2.8),
        (2.0, 4.0),
        lift=(0.8, 1.2),
        stiffness=(0.75, 0.95),
        cards=620,
        width=1.0,
    ),
    "slicked back": Cut(
        "back",
        (9.0, 14.0),
        (5.0, 9.0),
        (0.5, 1.8),
        lift=(0.05, 0.25),
        cards=480,
        width=1.2,
        tousle=(0.02, 0.12),
        gloss=(0.6, 1.0),
        clump=(0.5, 0.8),
        points=7,
    ),
    "tousled": Cut(
        "crown",
        (5.5, 10.0),
        (3.0, 7.0),
        (1.4, 3.2),
        lift=(0.5, 1.0),
        curl=(0.1, 0.4),
        tousle=(0.5, 0.9),
        cards=560,
        clump=(0.5, 0.8),
        fringes=(("none", 0.35), ("swept", 0.35), ("short", 0.3)),
    ),
    "spiky": Cut(
        "out",
        (2.5, 4.5),
        (0.6, 1.5),
        (0.8, 1.5),
        lift=(0.9, 1.3),
        stiffness=(0.9, 1.0),
        cards=800,
        points=4,
        width=0.7,
        clump=(0.6, 0.9),
        tousle=(0.3, 0.6),
    ),
    "short curls": Cut(
        "out",
        (2.0, 4.0),
        (1.2, 2.5),
        (1.0, 2.6),
        frizz=True,
        cards=950,
        points=4,
        width=1.5,
        tousle=(0.9, 1.0),
    ),
    "afro": Cut(
        "out",
        (2.4, 3.2),
        (2.4, 3.2),
        (2.8, 5.5),
        frizz=True,
        cards=1200,
        points=4,
        width=1.9,
        tousle=(1.0, 1.0),
    ),
    "bowl": Cut(
        "crown",
        (15.0, 18.0),
        (12.0, 14.0),
        (1.0, 2.2),
        level=(1.0, 4.0),
        cards=460,
        points=9,
        width=1.2,
        lift=(0.1, 0.3),
        stiffness=(0.1, 0.3),
        fringes=(("full", 0.8), ("swept", 0.2)),
    ),
    "bob": Cut(
        "part",
        (26.0, 30.0),
        (20.0, 24.0),
        (1.2, 3.2),
        level=(-9.0, -1.5),
        cards=400,
        points=11,
        width=1.5,
        stiffness=(0.1, 0.3),
        curl=(0.0, 0.25),
        fringes=MIXED_FRINGE,
    ),
    "long straight": Cut(
        "part",
        (36.0, 46.0),
        (30.0, 40.0),
        (1.0, 3.0),
        cards=420,
        points=14,
        width=1.6,
        stiffness=(0.05, 0.2),
        clump=(0.1, 0.3),
        fringes=MIXED_FRINGE,
    ),
    "long wavy": Cut(
        "part",
        (30.0, 42.0),
        (26.0, 38.0),
        (1.6, 3.8),
        cards=400,
        points=15,
        width=1.7,
        stiffness=(0.05, 0.25),
        curl=(0.4, 0.9),
        wave=(6.0, 10.0),
        clump=(0.4, 0.7),
        fringes=MIXED_FRINGE,
    ),
    "long curly": Cut(
        "part",
        (24.0, 36.0),
        (22.0, 32.0),
        (2.2, 4.5),
        cards=400,
        points=16,
        width=1.8,
        stiffness=(0.2, 0.4),
        frizz=True,
        curl=(0.4, 0.8),
        wave=(6.0, 9.0),
        clump=(0.3, 0.5),
        tousle=(0.3, 0.5),
    ),
    "locs": Cut(
        "part",
        (18.0, 36.0),
        (16.0, 32.0),
        (1.2, 2.6),
        bulge=0.5,
        cards=240,
        points=13,
        width=1.25,
        stiffness=(0.1, 0.3),
        curl=(0.1, 0.25),
        wave=(5.0, 8.0),
        clump=(0.0, 0.15),
        tousle=(0.3, 0.5),
    ),
    "ponytail": Cut(
        "gather",
        (20.0, 26.0),
        (18.0, 22.0),
        (0.25, 1.2),
        lift=(0.02, 0.15),
        cards=330,
        points=9,
        width=1.4,
        clump=(0.2, 0.4),
        tousle=(0.02, 0.12),
        fringes=TIED_FRINGE,
        tie="tail",
        ties=((0, 9.5, -9.4), (0, 5.0, -9.6), (0, 0.0, -8.2), (5.5, 9.5, -6.0), (7.3, 3.0, -4.0)),
    ),
    "bun": Cut(
        "gather",
        (20.0, 26.0),
        (18.0, 22.0),
        (0.2, 1.3),
        lift=(0.02, 0.15),
        cards=330,
        points=9,
        width=1.4,
        clump=(0.2, 0.4),
        tousle=(0.02, 0.12),
        fringes=TIED_FRINGE,
        tie="bun",
        ties=((0, 15.2, -2.0), (0, 12.5, -6.8), (0, 6.5, -9.4), (0, 0.5, -8.4), (5.0, 13.5, -1.5)),
    ),
    "half-up": Cut(
        "part",
        (34.0, 42.0),
        (28.0, 36.0),
        (0.9, 2.4),
        cards=400,
        points=13,
        width=1.6,
        stiffness=(0.05, 0.2),
        curl=(0.0, 0.5),
        fringes=TIED_FRINGE,
        tie="loose",
        ties=((0, 8.0, -9.6),),
    ),
    "braids": Cut(
        "gather",
        (20.0, 26.0),
        (18.0, 22.0),
        (0.25, 0.5),
        lift=(0.02, 0.1),
        cards=330,
        points=9,
        width=1.4,
        clump=(0.2, 0.4),
        tousle=(0.02, 0.12),
        fringes=TIED_FRINGE,
        tie="braid",
        ties=((6.6, -2.2, -3.6), (6.8, 1.5, -4.0), (0, -1.5, -7.6)),
    ),
}
