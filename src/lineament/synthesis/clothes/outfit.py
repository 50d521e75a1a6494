"""What a person wears below the neck: drawn for a scene."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lineament.synthesis.clothes.fabric import (
    Fabric,
    dyed,
    sample_colour,
    sample_fabric,
    sample_sober,
)
from lineament.synthesis.material import Colour
from lineament.synthesis.traits import Traits

STYLES = {
    # style: (share feminine, share masculine, share of children under 13)
    "crew": (0.15, 0.19, 0.34),
    "v neck": (0.11, 0.08, 0.06),
    "scoop": (0.11, 0.01, 0.05),
    "boat": (0.06, 0.0, 0.03),
    "straps": (0.09, 0.02, 0.05),
    "bare": (0.06, 0.0, 0.0),
    "bare chest": (0.0, 0.02, 0.01),
    "turtleneck": (0.06, 0.04, 0.05),
    "shirt": (0.1, 0.2, 0.11),
    "suit": (0.08, 0.27, 0.03),
    "jacket": (0.09, 0.09, 0.11),
    "hoodie": (0.05, 0.06, 0.13),
    "fur collar": (0.04, 0.02, 0.03),
}
RELIEFS = {
    "crew": ("weave", "weave", "knit", "fleece"),
    "v neck": ("weave", "knit", "satin"),
    "scoop": ("weave", "satin", "lace", "knit"),
    "boat": ("weave", "satin", "knit"),
    "straps": ("weave", "satin"),
    "bare": ("weave", "satin", "lace"),
    "bare chest": ("weave",),
    "turtleneck": ("knit", "rib", "weave"),
    "shirt": ("weave", "weave", "twill"),
    "suit": ("weave", "twill", "twill", "fleece"),
    "jacket": ("leather", "twill", "quilt", "weave", "fleece"),
    "hoodie": ("weave", "fleece"),
    "fur collar": ("weave", "leather", "quilt"),
}
SCARF_SHARE = 0.05
SOBER_SHARE, SOBER_PATTERNS = 0.8, ("pinstripes", "herringbone", "marl", "tartan")
"""How often a suit is of dark or grey cloth, and what patterns such cloth has."""

SLEEVES_SHARE = 0.12
"""How often a crew neck or hoodie has sleeves of another colour."""


@dataclass(frozen=True)
class Outfit:
    """Attributes:
    seed: details that are not named here are drawn from it.
    style: one of `STYLES`.
    opening: 0 (high, closed) to 1 (low, open) within what the style allows.
    main, second: fabrics of the garment and of what is seen under it or round its neck.
    accent: colour of a tie, sleeves, cords.
    under: under a jacket: `tie`, `bow tie`, `open shirt` or `crew`.
    sleeves: whether the sleeves are of the accent's colour.
    collar: how high or wide the collar is, 0 to 1.
    folds: depth of folds in centimetres.
    thickness: centimetres of the cloth over the skin.
    scarf: fabric of a scarf, or None.
    width, depth: size of the body against a neutral adult's.
    tilt: centimetres by which the left shoulder is higher.
    """

    seed: int
    style: str
    opening: float
    main: Fabric
    second: Fabric
    accent: Colour
    under: str
    sleeves: bool
    collar: float
    folds: float
    thickness: float
    scarf: Fabric | None
    width: float
    depth: float
    tilt: float


def sample_outfit(random: np.random.Generator, traits: Traits) -> Outfit:
    """Draw what a person wears in one scene."""
    column = 2 if traits.age < 13 else (0 if traits.feminine else 1)
    shares = np.array([row[column] for row in STYLES.values()])
    style = list(STYLES)[random.choice(len(shares), p=shares / shares.sum())]
    main = sample_fabric(random, RELIEFS[style], plain=0.8 if style in ("suit", "jacket") else 0.1)
    if style == "suit" and random.random() < SOBER_SHARE:
        main = replace(main, colours=tuple(sample_sober(random) for _ in main.colours))
        if main.pattern not in SOBER_PATTERNS:
            main = replace(main, pattern="plain")
    second = sample_fabric(random, ("weave", "weave", "knit"), plain=0.75)
    if style in ("suit", "jacket") and random.random() < 0.55:
        second = dyed(second, (0.82, 0.82, 0.83))
    under = ("tie", "tie", "bow tie", "open shirt", "crew")[random.integers(5)]
    if style == "jacket" or traits.feminine:
        under = ("open shirt", "crew", "crew", "bare")[random.integers(4 if traits.feminine else 3)]
    scarf = None
    if random.random() < SCARF_SHARE and style not in ("bare", "bare chest"):
        scarf = sample_fabric(random, ("knit", "fleece", "weave", "satin"), plain=0.2)
    grown = float(np.interp(traits.age, (3, 8, 13, 18), (0.6, 0.72, 0.87, 1.0)))
    heavy = traits.modes.get("heavy", 0.0)
    size = grown * (0.92 if traits.feminine else 1.02)
    return Outfit(
        seed=int(random.integers(2**31)),
        style=style,
        opening=float(random.random()),
        main=main,
        second=second,
        accent=sample_colour(random),
        under=under,
        sleeves=bool(style in ("crew", "hoodie") and random.random() < SLEEVES_SHARE),
        collar=float(random.random()),
        folds=float(random.uniform(0.15, 0.75)),
        thickness=float(random.uniform(0.35, 0.6)),
        scarf=scarf,
        width=float(size * random.normal(1.0, 0.05) * (1 + 0.05 * heavy)),
        depth=float(size * random.normal(1.0, 0.05) * (1 + 0.14 * max(heavy, -0.5))),
        tilt=float(random.normal(0, 0.9)),
    )
