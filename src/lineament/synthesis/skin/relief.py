"""How a person's skin bends the light: pores, small bumps, the lines of age."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from lineament.face import FloatArray
from lineament.synthesis.skin.wrinkles import LINES, VARIANTS, Wrinkles
from lineament.synthesis.skin.zones import Zones
from lineament.synthesis.traits import Traits

PORE_DEPTH, BUMP_HEIGHT, LIP_FURROW = 0.0035, 0.006, 0.006
"""Centimetres."""

LINE_TINT = np.array([-0.3, -0.42, -0.42], np.float32)
"""Logarithm of the tint at the bottom of a groove at full strength."""

AGE_FOLDS = {
    "forehead": (38, 0.9),
    "glabella": (42, 0.8),
    "crow": (36, 1.0),
    "under_eye": (32, 1.0),
    "nasolabial": (30, 0.85),
    "cheek": (55, 0.8),
    "marionette": (46, 0.9),
    "lip": (58, 0.9),
    "chin": (50, 0.4),
    "neck": (35, 0.9),
}
"""Age in years from which each kind of line stays, and its strength in full."""


def skin_texture(zones: Zones) -> FloatArray:
    """(2,2,S,S) float32 heights in centimetres: pores and furrows of the lips; bumps."""
    pores = -np.maximum(zones.grain, 0) * (0.35 + 0.65 * zones.pored) * PORE_DEPTH
    fine = np.stack([gaussian_filter(tile, (3.0, 0.7)) for tile in zones.grain])
    furrows = fine / fine.std() * LIP_FURROW
    pores = pores * (1 - zones.lips) + furrows * zones.lips
    bumps = BUMP_HEIGHT * (0.5 * zones.mottle[1] + 0.8 * zones.mottle[0])
    return np.stack([pores, bumps * (1 - zones.lips)]).astype(np.float32)


def age_strength(traits: Traits, kind: str) -> float:
    """How deep the lines of a kind are in a face at rest, 0 to about 1."""
    first, most = AGE_FOLDS[kind]
    risen = np.clip((traits.age - first) / (72 - 0.6 * first), 0, 1.1) ** 0.8
    return float(most * risen * (0.35 + 0.75 * traits.wrinkles))


def age_skin(
    height: FloatArray,
    log_albedo: FloatArray,
    wrinkles: Wrinkles,
    traits: Traits,
    random: np.random.Generator,
) -> dict[str, int]:
    """Draw the lines of age into the face's height (S,S) and the logarithm of its albedo (S,S,3),
    in place; returns which variant of each kind the person has, those yet to come included."""
    variants = {kind: int(random.integers(VARIANTS)) for kind in LINES}
    for kind in AGE_FOLDS:
        strength = age_strength(traits, kind)
        for fold in wrinkles.of(kind, variants[kind]):
            own = strength * random.uniform(0.75, 1.2)
            if own > 0.02:
                height[fold.window] += own * fold.height
                log_albedo[fold.window] += fold.shade[..., None] * (own * LINE_TINT)
    return variants
