"""Lashes: the texture of the strips that stand on the rims of the lids.

The head has three strips on each lid; in the texture, which is shared by all, each is a band: three
for the lower lids below, three for the upper lids above, tips down and roots up. The outer half of
each eye lies towards the left and right edge of the texture.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.material import Finish, Material
from lineament.synthesis.parts import Part
from lineament.synthesis.traits import Traits

SIDE = 256
BANDS = (
    (0.014, 0.155),
    (0.18, 0.321),
    (0.346, 0.487),
    (0.515, 0.656),
    (0.681, 0.822),
    (0.847, 0.988),
)
"""v of tips and roots of the strips: three of the lower lids, three of the upper."""

LASHES_OF_STRIP = 44
STEPS = 5
"""Strengths for which a texture is kept."""


def lash_material(traits: Traits, mascara: float) -> Material:
    """The lashes of a person who wears `mascara` of a strength 0 to 1."""
    natural = 0.3 if traits.feminine or traits.age < 14 else 0.12
    strength = natural + (1 - natural) * mascara
    fair = 1 - mascara
    hair = np.array(traits.hair) * (1 - traits.grey) + 0.1 * traits.grey
    colour = np.minimum(hair * 0.45, 0.05) * fair + 0.006
    red, green, blue = (float(value) for value in colour)
    return Material(
        *(Finish.PLAIN, Part.SKIN, (red, green, blue)),
        texture=lash_texture(round(strength * STEPS)),
        two_sided=True,
        casts_shadow=False,
    )


@lru_cache(maxsize=STEPS + 1)
def lash_texture(step: int) -> ByteArray:
    """(S,S,4) uint8 for a strength of `step` / `STEPS`: its alpha is where lashes are."""
    random = np.random.default_rng([11, step])
    strength = step / STEPS
    alpha = np.zeros((SIDE, SIDE), np.float32)
    for band, (tip, root) in enumerate(BANDS):
        upper = band >= 3
        top, bottom = int((1 - root) * SIDE), int(np.ceil((1 - tip) * SIDE))
        longest = (0.45 + 0.4 * strength) if upper else (0.2 + 0.25 * strength)
        for left in (0.012, 0.506):
            columns = slice(int(left * SIDE), int((left + 0.482) * SIDE))
            outwards = left < 0.5
            strip = _strip(bottom - top, columns.stop - columns.start, longest, random, outwards)
            alpha[top:bottom, columns] = strip * (1.0 if upper else 0.5 + 0.4 * strength)
    texture = np.full((SIDE, SIDE, 4), 128, np.uint8)
    texture[..., 3] = np.clip(alpha * 255, 0, 255)
    texture.setflags(write=False)
    return texture


def _strip(
    rows: int, columns: int, longest: float, random: np.random.Generator, outer_left: bool
) -> FloatArray:
    """Opacity (rows,columns) of one strip, roots in the first row; lashes grow longer towards the
    outer end and gather in small tufts."""
    across = np.linspace(0, 1, columns)
    outer = 1 - across if outer_left else across
    envelope = (
        longest * (0.55 + 0.45 * outer) * np.clip(np.minimum(across, 1 - across) / 0.06, 0.2, 1)
    )
    tuft = (across * LASHES_OF_STRIP / 4 + random.uniform()) % 1
    reach = envelope * (0.5 + 0.5 * (1 - np.abs(2 * tuft - 1))) * random.uniform(0.85, 1.1, columns)
    down = np.arange(rows)[:, None] / rows
    body = np.clip((reach - down) / (0.35 * longest) + 0.15, 0, 1)
    rim = np.clip(1.3 - down * 9, 0, 1)
    return np.maximum(0.85 * body * (1 - down), rim)
