"""What lenses mirror: windows, strips of lamps, a bright sky, as pictures on the lens."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.lofts import Points

SIDE = 48


@lru_cache(maxsize=64)
def lens_texture(seed: int, mirror: float, gradient: float, edge: bool) -> ByteArray:
    """(S,S,4) uint8 texture of a LENS: red is mirrored light, alpha the share of the tint.

    Args:
        seed: which picture is mirrored.
        mirror: its strength, 0 to 1.
        gradient: how much lighter the tint is at the lower edge, 0 to 1.
        edge: whether the polished edge of a round lens without a rim is seen.
    """
    random = np.random.default_rng([seed, 4])
    down, across = np.mgrid[:SIDE, :SIDE] / (SIDE - 1.0)
    light = _sky(down, random) if random.random() < 0.35 else _window(across, down, random)
    if edge:
        radius = 2 * np.hypot(across - 0.5, down - 0.5)
        light = light * mirror + 0.35 * np.clip((radius - 0.9) / 0.06, 0, 1)
        mirror = 1.0
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    picture[..., 0] = np.clip(255 * mirror * light, 0, 255)
    picture[..., 3] = np.clip(255 * (1 - gradient * np.clip((down - 0.25) / 0.6, 0, 1)), 0, 255)
    return picture


def _sky(down: Points, random: np.random.Generator) -> Points:
    """Bright above a dark horizon."""
    horizon = random.uniform(0.3, 0.65)
    edge = np.clip((horizon - down) / random.uniform(0.05, 0.25) + 0.5, 0, 1)
    return np.asarray(edge * (0.1 + 0.3 * (1 - down)))


def _window(across: Points, down: Points, random: np.random.Generator) -> Points:
    """A slanting pane with soft edges, sometimes with glazing bars."""
    slant, size = random.normal(0, 0.25), random.uniform(0.12, 0.4, 2)
    x = across - random.uniform(0.2, 0.8) + slant * (down - 0.5)
    y = down - random.uniform(0.15, 0.6)
    soft = random.uniform(0.03, 0.12)
    pane = np.clip((size[0] - np.abs(x)) / soft, 0, 1) * np.clip((size[1] - np.abs(y)) / soft, 0, 1)
    if random.random() < 0.5:
        pane *= np.clip((np.abs(x) - 0.02) / 0.03, 0.2, 1)
        pane *= np.clip((np.abs(y) - 0.02) / 0.03, 0.2, 1)
    return np.asarray(pane * random.uniform(0.3, 0.9))
