"""Where beards and moustaches grow, and which one somebody wears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.material import Colour
from lineament.synthesis.traits import Traits

Values = NDArray[np.floating]

STYLES: dict[str, dict[str, float]] = {
    "none": {},
    "stubble": {"moustache": 0.8, "chin": 1.0, "jaw": 1.0, "cheek": 0.75, "neck": 0.5},
    "short beard": {"moustache": 1.0, "chin": 1.0, "jaw": 1.0, "cheek": 0.7, "neck": 0.2},
    "full beard": {"moustache": 1.0, "chin": 1.0, "jaw": 1.0, "cheek": 0.9, "neck": 0.4},
    "long beard": {"moustache": 1.0, "chin": 1.0, "jaw": 1.0, "cheek": 0.8, "neck": 0.5},
    "goatee": {"moustache": 0.9, "chin": 1.0},
    "chin beard": {"chin": 1.0},
    "moustache": {"moustache": 1.0},
    "moustache and stubble": {"moustache": 1.0, "chin": 0.45, "jaw": 0.4, "cheek": 0.3},
    "chin strap": {"chin": 0.8, "jaw": 1.0},
    "sideburns": {"sideburn": 1.0},
}
"""Where each style is worn and how densely, 0 to 1."""

LENGTHS = {
    "none": (0.0, 0.0),
    "stubble": (0.05, 0.2),
    "short beard": (0.3, 1.0),
    "full beard": (1.2, 3.2),
    "long beard": (4.0, 10.0),
    "goatee": (0.2, 2.5),
    "chin beard": (0.3, 3.0),
    "moustache": (0.3, 1.3),
    "moustache and stubble": (0.5, 1.3),
    "chin strap": (0.2, 0.8),
    "sideburns": (0.2, 1.0),
}
"""Centimetres, shortest and longest."""

SHARES_YOUNG = (0.42, 0.26, 0.13, 0.06, 0.01, 0.04, 0.01, 0.02, 0.02, 0.02, 0.01)
SHARES_OLD = (0.46, 0.14, 0.12, 0.11, 0.03, 0.04, 0.01, 0.06, 0.01, 0.0, 0.02)
"""How often men wear each style, at 20 and at 60 years."""

FIRST_BEARD = 16.0
"""Years."""

CARDS_FROM = 0.5
"""Centimetres from which a beard is more than paint on the skin."""


@dataclass(frozen=True)
class Beard:
    """Attributes:
    style: a key of `STYLES`.
    length: centimetres of its longest hairs.
    density: 0 to 1, how thick it grows.
    colour: linear RGB.
    grey: share 0 to 1 of grey hairs.
    edge: centimetres by which its line on the cheek is lower than usual.
    patchiness: 0 to 1, how uneven it grows.
    curl: 0 straight to 1 curly.
    seed: of the single hairs.
    """

    style: str
    length: float
    density: float
    colour: Colour
    grey: float
    edge: float
    patchiness: float
    curl: float
    seed: int

    @property
    def strands(self) -> bool:
        """Whether it stands off the skin, so that it is more than paint."""
        return self.length >= CARDS_FROM


def sample_beard(random: np.random.Generator, traits: Traits) -> Beard:
    """Draw what somebody wears; nothing for women and children."""
    old = float(np.clip((traits.age - 20) / 40, 0, 1))
    shares = np.array(SHARES_YOUNG) * (1 - old) + np.array(SHARES_OLD) * old
    style = str(random.choice(list(STYLES), p=shares / shares.sum()))
    low, high = LENGTHS[style]
    length = float(np.exp(random.uniform(np.log(low + 1e-3), np.log(high + 1e-3))))
    density = float(random.uniform(0.45, 1.0) * np.clip((traits.age - 14) / 9, 0.3, 1.0))
    ruddy = np.array([1.18, 1.0, 0.88]) ** random.uniform(-0.3, 1.2) * random.uniform(0.7, 1.25)
    red, green, blue = np.array(traits.hair) * ruddy
    grey = float(np.clip(traits.grey * random.uniform(0.8, 1.5), 0, 1))
    edge = float(np.clip(random.normal(0, 0.6), -0.8, 1.8))
    patchiness = float(random.beta(1.4, 3))
    curl = float(np.clip(random.normal(0.35 + 0.4 * (traits.monk > 6.5), 0.2), 0, 1))
    seed = int(random.integers(2**31))
    if traits.feminine or traits.age < FIRST_BEARD or style == "none":
        style, length, density = "none", 0.0, 0.0
    colour = (float(red), float(green), float(blue))
    return Beard(style, length, density, colour, grey, edge, patchiness, curl, seed)


def beard_cover(positions: FloatArray, beard: Beard) -> FloatArray:
    """How thick the beard grows at positions on the neutral head.

    Args:
        positions: (...,3) centimetres on the surface of the neutral head, in its frame.
        beard: its style says where it is worn, `edge` how high; `density` is not in the result.

    Returns:
        (...) float32, 0 for bare skin to 1 for full growth, the same on both sides.
    """
    places = np.asarray(positions, dtype=np.float32)
    x, y, z = np.abs(places[..., 0]), places[..., 1], places[..., 2]
    cover = np.zeros(x.shape, np.float32)
    for region, share in STYLES[beard.style].items():
        cover = np.maximum(cover, share * _region(region, x, y, z, beard.edge))
    return np.asarray(cover * (1 - _lips(x, y, z)), dtype=np.float32)


def beard_strength(beard: Beard) -> float:
    """0 (shaven) to 1 (full): how much of chin and cheeks is covered, how densely and long."""
    worn = STYLES[beard.style]
    area = 0.5 * worn.get("chin", 0.0) + 0.25 * worn.get("jaw", 0.0) + 0.25 * worn.get("cheek", 0.0)
    return float(area * beard.density * np.clip(0.3 + beard.length, 0.0, 1.0))


def has_moustache(beard: Beard) -> bool:
    """Whether there is more on the upper lip than a shadow."""
    return STYLES[beard.style].get("moustache", 0.0) * beard.density > 0.3 and beard.length > 0.1


def _region(name: str, x: Values, y: Values, z: Values, edge: float) -> Values:
    """Cover of one place where a style may be worn."""
    if name in ("jaw", "cheek"):
        return (_jaw if name == "jaw" else _cheek)(x, y, z, edge)
    return {"moustache": _moustache, "chin": _chin, "sideburn": _sideburn, "neck": _neck}[name](
        x, y, z
    )


def _rise(value: Values, start: float, end: float) -> Values:
    share = np.clip((value - start) / (end - start), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share))


def _lips(x: Values, y: Values, z: Values) -> Values:
    """1 on the lips and in the mouth."""
    upper = -2.42 - 0.16 * x - 0.075 * x**2
    lower = -4.48 + 0.04 * x + 0.085 * x**2
    inside = np.minimum(np.minimum(upper - y, y - lower), (2.75 - x) * 0.6)
    return _rise(np.where(z > 4, inside, -1.0), -0.12, 0.06)


def _jaw_line(z: Values) -> Values:
    """Height of the edge of the jaw below a place on the cheek."""
    return np.asarray(
        np.interp(z, (2.0, 4.0, 6.0, 7.5, 9.0, 10.5), (-3.0, -4.2, -5.6, -6.7, -7.2, -7.7))
    )


def _moustache(x: Values, y: Values, z: Values) -> Values:
    top = np.interp(x, (0, 0.5, 1.4, 2.2, 3.3), (-1.5, -1.35, -1.15, -1.75, -3.3))
    bottom = np.interp(x, (0, 2.4, 3.3), (-3.2, -3.7, -4.9))
    across = _rise(3.4 - x, 0, 0.6)
    groove = 1 - 0.4 * np.exp(-((x / 0.22) ** 2))
    high = _rise(top - y, 0, 0.3) * _rise(y - bottom, 0, 0.3)
    return np.asarray(high * across * groove * _rise(z, 7, 8))


def _chin(x: Values, y: Values, z: Values) -> Values:
    below = _rise(-4.75 - y, -0.1, 0.35) * _rise(3.0 - x, 0, 0.7)
    soul = np.exp(-((x / 0.6) ** 2)) * _rise(-4.45 - y, 0, 0.15)
    beside = _rise(np.abs(x - 2.95), 0.55, 0.1) * _rise(-3.2 - y, 0, 0.5)
    front = _rise(z, 5.5, 7.0)
    bare = np.exp(-(((x - 1.25) / 0.5) ** 2 + ((y + 4.95) / 0.3) ** 2))
    worn = np.maximum(np.maximum(below * (1 - 0.55 * bare), soul), 0.8 * beside)
    return np.asarray(worn * front)


def _jaw(x: Values, y: Values, z: Values, edge: float) -> Values:
    height = y - _jaw_line(z)
    band = _rise(2.3 - edge * 0.5 - height, 0, 0.8) * _rise(height, -1.6, -0.6)
    return np.asarray(np.maximum(band * _rise(z, 2.4, 3.2), _sideburn(x, y, z)))


def _cheek(x: Values, y: Values, z: Values, edge: float) -> Values:
    line = np.interp(z, (2.5, 4.0, 6.0, 8.0, 9.5, 10.5), (1.0, 0.2, -1.5, -2.5, -3.0, -4.0)) - edge
    side = _rise(line - y, -0.3, 0.9) * _rise(x, 2.3, 3.1) * _rise(z, 2.4, 3.2)
    return np.asarray(side * _rise(y - _jaw_line(z), -1.5, -0.6))


def _sideburn(x: Values, y: Values, z: Values) -> Values:
    front = 4.5 + 0.35 * np.clip(1 - y, 0, 4)
    across = _rise(z, 1.9, 2.5) * _rise(front - z, 0, 0.9) * _rise(x, 5.0, 6.0)
    return np.asarray(across * _rise(y, -3.6, -2.6) * _rise(3.6 - y, 0, 1.2))


def _neck(x: Values, y: Values, z: Values) -> Values:
    under = _jaw_line(z) - y
    low = _rise(-11.0 + 0.35 * x - y, 0.6, -1.2)
    return np.asarray(_rise(under, -0.6, 0.2) * low * _rise(z, 1.5, 4.0))
