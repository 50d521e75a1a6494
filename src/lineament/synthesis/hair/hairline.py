"""Where hair grows on the head: one smooth function of position on the neutral head.

The texture of the scalp, the cap under the hair and the roots of the strands all ask it, so that
they agree on the hair line.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.posed_head import OUTSIDE_VERTICES
from lineament.synthesis.traits import Traits

LINE = (
    *((0, 11.1), (14, 11.2), (27, 11.15), (36, 10.5), (45, 9.3), (52, 7.6), (58, 4.9)),
    *((64, 2.2), (68, 1.0), (71, 1.0), (75, 2.6), (79, 4.0), (90, 4.2), (98, 3.6), (104, 2.2)),
    *((110, 0.2), (118, -1.6), (132, -3.1), (150, -4.3), (180, -4.8)),
)
"""Degrees round the head from the middle of the forehead, and the height in centimetres above
which hair grows there: forehead, temple, sideburn, ear, behind the ear, nape."""

SIDEBURN = 69.0
"""Degrees."""

GROWN = 14.0
"""Years from which men have a hair line of their own."""

HEAD_RADIUS = 7.6
EDGE = 1.0
"""Centimetres over which the cover rises from 0 to 1."""

EAR_SIDE, EAR_TOP = 7.95, 4.0
"""Skin farther from the middle and lower than this belongs to the ears."""


def hair_cover(positions: FloatArray, traits: Traits) -> FloatArray:
    """How thick hair grows at positions on the neutral head.

    Args:
        positions: (...,3) centimetres on the surface of the neutral head, in its frame.
        traits: the person; age, gender presentation, `hairline` and `recession` shape the line.

    Returns:
        (...) float32, 0 for bare skin to 1 for full growth, the same on both sides.
    """
    return cover_at(growth_depth(positions, traits))


def cover_at(depth: FloatArray) -> FloatArray:
    """Cover 0 to 1 at a depth in centimetres inside the hair line, float32."""
    share = np.clip(depth / EDGE + 0.5, 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def growth_depth(positions: FloatArray, traits: Traits) -> FloatArray:
    """How far inside the hair line positions lie; arguments as for `hair_cover`.

    Returns:
        (...) float32 centimetres along the skin, roughly; negative on bare skin.
    """
    places = np.asarray(positions, dtype=np.float32)
    x, y, z = np.abs(places[..., 0]), places[..., 1], places[..., 2]
    degrees = np.degrees(np.arctan2(x, z))
    youthful = traits.feminine or traits.age < GROWN
    line, steepness = _line(traits.seed, youthful, traits.hairline)
    row = degrees * 4
    whole = row.astype(np.intp)
    height = line[whole] + (line[whole + 1] - line[whole]) * (row - whole)
    slope = steepness[whole]
    depth = (y - height) / np.hypot(1, slope)
    depth = np.where((x > EAR_SIDE) & (y < EAR_TOP), -1.0, depth)
    if traits.recession > 0:
        depth = np.minimum(depth, _receded(x, y, z, traits.recession))
    return np.asarray(depth, dtype=np.float32)


def growth(head: Head, traits: Traits) -> FloatArray:
    """(V,) float32 cover of every vertex of the head; 0 on what is not outer skin."""
    cover = np.zeros(len(head.vertices), np.float32)
    cover[:OUTSIDE_VERTICES] = hair_cover(head.vertices[:OUTSIDE_VERTICES], traits)
    return cover


@lru_cache(maxsize=64)
def _line(seed: int, youthful: bool, hairline: float) -> tuple[FloatArray, FloatArray]:
    """Height of the line at every quarter of a degree, and its slope, both in centimetres."""
    details = np.random.default_rng([seed, 41])
    peak = max(0.0, details.normal(0.1, 0.35))
    roundness = details.normal(0.9 if youthful else -0.1, 0.5)
    sideburn = details.uniform(-1.2, 1.2) + (-1.0 if youthful else 0.6)
    nape = details.normal(0, 0.6)
    degrees = np.minimum(np.arange(722) / 4, 180)
    height = PchipInterpolator(*np.array(LINE).T)(degrees)
    height += hairline * np.clip((60 - degrees) / 15, 0, 1)
    height -= peak * np.exp(-((degrees / 7) ** 2))
    height -= roundness * np.exp(-(((degrees - 33) / 9) ** 2))
    height -= sideburn * np.exp(-(((degrees - SIDEBURN) / 5) ** 2))
    height += nape * np.clip((degrees - 120) / 30, 0, 1)
    slope = np.gradient(height, np.radians(0.25) * HEAD_RADIUS)
    return height.astype(np.float32), slope.astype(np.float32)


def _receded(x: FloatArray, y: FloatArray, z: FloatArray, recession: float) -> FloatArray:
    """Centimetres outside the bald places: the corners first, then the front, then the crown."""
    corners = 1.0 + 2.5 * min(1.0, recession / 0.4)
    back = 10.0 - 5.0 * recession - 20.0 * max(0.0, recession - 0.45) - corners * _corner(x)
    behind_front = z - back
    above_sides = y - (10.6 - 2.8 * recession) - 0.06 * np.clip(2 - z, 0, 9) ** 1.5
    bald = -np.logaddexp(-behind_front / 0.8, -above_sides / 0.8) * 0.8 + 0.5
    crown = 4.5 * np.clip((recession - 0.4) / 0.4, 0, 1) - 1.0
    from_crown = np.sqrt(x**2 + (y - 13.2) ** 2 + (z + 4.2) ** 2) - crown
    return np.asarray(np.minimum(-bald, from_crown))


def _corner(x: FloatArray) -> FloatArray:
    """0 in the middle of the forehead to 1 at its corners."""
    share = np.clip(x / 5.5, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
