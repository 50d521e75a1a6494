"""What a person wears on the head: drawn for a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.clothes.fabric import Fabric, sample_colour, sample_fabric
from lineament.synthesis.material import Colour
from lineament.synthesis.traits import Traits

HEADWEAR_SHARE = 0.14

STYLES = {
    # style: (share feminine, share masculine, front, side, back heights of the edge above the
    # brows in cm, and by how much they differ)
    "cap": (0.1, 0.2, 1.4, -0.5, -4.4, 1.2),
    "cap backwards": (0.02, 0.05, 1.7, -0.5, -3.6, 0.8),
    "flat cap": (0.03, 0.09, 2.1, 0.3, -2.2, 1.0),
    "peaked cap": (0.01, 0.03, 1.9, 0.9, -1.6, 0.8),
    "beanie": (0.15, 0.16, 1.3, -2.1, -7.1, 1.6),
    "fedora": (0.07, 0.08, 2.3, 0.7, -2.4, 1.0),
    "assets": (0.03, 0.04, 3.4, 2.4, 1.0, 0.0),
    "bowler": (0.03, 0.02, 2.7, 1.7, -1.0, 0.9),
    "cowboy": (0.05, 0.06, 2.1, 0.7, -2.4, 1.0),
    "top hat": (0.01, 0.02, 2.5, 1.3, -1.4, 0.9),
    "sun hat": (0.1, 0.01, 2.1, 0.3, -3.1, 1.0),
    "bucket": (0.04, 0.03, 1.7, -0.5, -4.1, 1.0),
    "beret": (0.06, 0.02, 3.1, 0.5, -2.6, 1.2),
    "headscarf": (0.04, 0.03, 2.1, -0.7, -6.6, 1.2),
    "headband": (0.05, 0.02, 3.2, 0.8, -4.0, 1.4),
    "turban": (0.02, 0.03, 2.3, -0.5, -5.6, 1.0),
    "fur hat": (0.03, 0.03, 2.1, -1.1, -6.6, 1.0),
    "hijab": (0.12, 0.0, 0.0, 0.0, 0.0, 0.0),
    "hood": (0.06, 0.06, 0.0, 0.0, 0.0, 0.0),
    "bicycle helmet": (0.02, 0.03, 2.1, 0.9, -2.6, 0.7),
    "hard hat": (0.01, 0.03, 1.5, 0.3, -2.4, 0.7),
    "motorcycle helmet": (0.01, 0.02, 2.4, -7.0, -8.0, 0.5),
    "riding helmet": (0.02, 0.01, 1.3, 0.1, -3.6, 0.6),
    "graduation cap": (0.02, 0.02, 3.1, 0.9, -2.6, 0.8),
    "santa hat": (0.02, 0.02, 2.3, -0.5, -4.6, 1.0),
    "crown": (0.02, 0.01, 4.4, 4.0, 3.6, 0.8),
}
RELIEFS = {
    "beanie": ("rib", "knit", "rib"),
    "headband": ("rib", "weave", "satin"),
    "beret": ("fleece", "weave", "knit"),
    "fur hat": ("fleece",),
    "sun hat": ("straw", "straw", "weave"),
    "fedora": ("fleece", "weave", "straw"),
    "cowboy": ("fleece", "leather", "straw"),
    "flat cap": ("twill", "weave", "fleece"),
    "hijab": ("weave", "satin"),
    "turban": ("weave", "satin"),
    "hood": ("weave", "fleece", "quilt"),
}
ADULT = ("fedora", "assets", "bowler", "cowboy", "top hat", "hijab", "turban", "hard hat")
"""Styles that children rarely wear."""

PATTERNED = ("headscarf", "hijab", "bucket", "flat cap", "headband", "turban", "cap")
"""Styles whose cloth may have a pattern; others are mostly plain."""


@dataclass(frozen=True)
class Headwear:
    """Attributes:
    seed: details that are not named here are drawn from it.
    style: one of `STYLES`.
    edge: front, side and back heights of its edge above the brows, in centimetres.
    lean: radians by which it sits turned round the head.
    main, second: fabrics of the hat and of its band, fold or trim.
    accent: colour of a badge, a ribbon, a bobble.
    size: how tall or wide it is within its style, 0 to 1.
    brim: how wide its brim is within its style, 0 to 1.
    trim: whether it has its style's extra: bobble, badge, ribbon, feather.
    """

    seed: int
    style: str
    edge: tuple[float, float, float]
    lean: float
    main: Fabric
    second: Fabric
    accent: Colour
    size: float
    brim: float
    trim: bool


def sample_headwear(random: np.random.Generator, traits: Traits) -> Headwear | None:
    """Draw what a person wears on the head in one scene; mostly None, nothing."""
    if random.random() >= HEADWEAR_SHARE:
        return None
    shares = np.array([row[0 if traits.feminine else 1] for row in STYLES.values()])
    if traits.age < 13:
        shares = shares * np.array([0.2 if style in ADULT else 1.0 for style in STYLES])
    style = list(STYLES)[random.choice(len(shares), p=shares / shares.sum())]
    return sample_style(style, random)


def sample_style(style: str, random: np.random.Generator) -> Headwear:
    """Draw a hat of one style."""
    _, _, front, side, back, spread = STYLES[style]
    shift = random.uniform(-1, 1) * spread
    steep = random.normal(0, 0.4) * spread
    plain = 0.1 if style in PATTERNED else 0.75
    return Headwear(
        seed=int(random.integers(2**31)),
        style=style,
        edge=(front + shift, side + 0.6 * shift, back + 0.4 * shift - steep),
        lean=float(random.normal(0, 0.08)),
        main=sample_fabric(random, RELIEFS.get(style, ("weave", "twill")), plain=plain),
        second=sample_fabric(random, ("weave", "satin"), plain=0.8),
        accent=sample_colour(random),
        size=float(random.random()),
        brim=float(random.random()),
        trim=bool(random.random() < 0.5),
    )
