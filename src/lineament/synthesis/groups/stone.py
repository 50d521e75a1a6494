"""A person's surfaces turned to stone, bronze or wood, with blank eyes."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.geometry_buffers import GLOSS, SPECULAR
from lineament.synthesis.material import Colour, linear
from lineament.synthesis.stage import Looks

STONES: tuple[tuple[Colour, float], ...] = (
    (linear(214, 210, 202), 0.15),
    (linear(235, 232, 226), 0.05),
    (linear(176, 156, 122), 0.03),
    (linear(120, 118, 112), 0.05),
    (linear(92, 68, 44), 0.9),
    (linear(60, 52, 44), 0.7),
    (linear(96, 138, 118), 0.2),
    (linear(200, 158, 70), 1.0),
    (linear(104, 72, 48), 0.2),
)
"""Colour and shine of marble, plaster, sandstone, granite, bronze, dark bronze, weathered copper,
gold and wood."""

PAINTS: tuple[tuple[Colour, float], ...] = (
    (linear(240, 238, 232), 0.3),
    (linear(190, 40, 36), 0.4),
    (linear(212, 170, 60), 0.9),
    (linear(40, 40, 44), 0.4),
    (linear(60, 110, 160), 0.3),
)
"""Of masks."""

MOTTLES = 24
MOTTLED = 0.10
"""Standard deviation of the stone's own light and dark."""

RELIEF = 0.25
"""How much of the light and dark of hair and cloth stays: it is carved."""

NOTHING_SEEN = 1e-6
"""Radius of an iris that is not there."""


def carved(looks: Looks, random: np.random.Generator, *, mask: bool = False) -> Looks:
    """The same shapes, all of one material.

    Args:
        looks: of a person.
        random: draws the material.
        mask: it is painted as masks are.
    """
    choices = PAINTS if mask else STONES
    colour, shine = choices[int(random.integers(len(choices)))]
    stone = np.clip(np.array(colour) * random.uniform(0.8, 1.15), 0.01, 0.95).astype(np.float32)
    table, skin, eyes = looks
    surface = table.surface.copy()
    surface[:, SPECULAR] = shine
    surface[:, GLOSS] = 22.0
    carved_table = table._replace(
        colour=np.tile(stone, (len(table.colour), 1)), surface=surface, texels=_even(table.texels)
    )
    flat = np.ones_like(skin.shine)
    albedo = np.stack([_mottled(random, skin.albedo.shape[1], stone) for _ in skin.albedo])
    blank = eyes._replace(
        colour=stone,
        inner_colour=stone,
        white=stone,
        radius=NOTHING_SEEN,
        fibres=np.zeros_like(eyes.fibres),
    )
    return Looks(carved_table, skin._replace(albedo=albedo, shine=flat, gloss=22.0), blank)


def _even(texels: ByteArray) -> ByteArray:
    """Textures (N,4) with little of their light and dark, and all of their holes."""
    even = texels.copy()
    grey = texels[:, :1].astype(np.float32)
    even[:, :3] = np.clip(128 + (grey - 128) * RELIEF, 0, 255).astype(np.uint8)
    return even


def _mottled(random: np.random.Generator, side: int, stone: FloatArray) -> FloatArray:
    """(side,side,3) linear RGB."""
    cells = 1 + MOTTLED * random.standard_normal((MOTTLES, MOTTLES), np.float32)
    gains = cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(gains[..., None] * stone, 0, 1), dtype=np.float32)
