"""Expressions: weights of the head's expression shapes, drawn for a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.face import FloatArray

SHARES = {"calm": 0.33, "smile": 0.31, "open": 0.14, "grimace": 0.15, "talk": 0.07}
"""How often each kind is drawn."""

BLINK, HALF_BLINK = 0.09, 0.4

GRIMACE_PAIRS = (
    *("browDown", "browOuterUp", "browInnerUp", "cheekSquint", "mouthFrown", "mouthPress"),
    *("mouthStretch", "mouthDimple", "noseSneer", "mouthUpperUp", "mouthLowerDown"),
    *("eyeSquint", "cheekPuff", "mouthShrug"),
)
GRIMACE_SINGLES = (
    *("mouthPucker", "mouthFunnel", "mouthLeft", "mouthRight", "jawLeft", "jawRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugUpper", "mouthShrugLower", "jawOpen"),
    "jawForward",
)


@dataclass(frozen=True)
class Expression:
    """Attributes:
    kind: a key of `SHARES`.
    weights: (E,) float32 in the order of the head's expression names.
    smile: strength 0 to 1.
    closed: how far the lids are closed, 0 to 1.
    """

    kind: str
    weights: FloatArray
    smile: float
    closed: float

    def of(self, names: tuple[str, ...], name: str) -> float:
        """Mean weight of the shapes called `name`, with or without `_L` and `_R`."""
        rows = [
            i
            for i, known in enumerate(names)
            if known.removesuffix("_L").removesuffix("_R") == name
        ]
        return float(self.weights[rows].mean()) if rows else 0.0


class _Weights:
    def __init__(self, names: tuple[str, ...], random: np.random.Generator) -> None:
        self.row = {name: index for index, name in enumerate(names)}
        self.values = np.zeros(len(names), np.float32)
        self.random = random

    def one(self, name: str, value: float) -> None:
        if name in self.row:
            self.values[self.row[name]] = max(0.0, value)

    def both(self, name: str, value: float, unevenness: float = 0.12) -> None:
        for side in ("_L", "_R"):
            self.one(name + side, value * (1 + self.random.normal(0, unevenness)))


def sample_expression(names: tuple[str, ...], random: np.random.Generator) -> Expression:
    """Draw one; `names` are the head's expression names, unknown shapes are left out."""
    weights = _Weights(names, random)
    kind = str(random.choice(list(SHARES), p=list(SHARES.values())))
    smile = 0.0
    if kind == "smile":
        smile = float(random.uniform(0.25, 1.0))
        _smile(weights, smile, random)
    elif kind == "open":
        weights.one("jawOpen", random.uniform(0.1, 0.85))
        weights.both("browInnerUp", random.uniform(0, 0.7))
        weights.both("browOuterUp", random.uniform(0, 0.7))
        weights.both("eyeWide", random.uniform(0, 0.7))
        weights.one("mouthFunnel", random.uniform(0, 0.5) * (random.random() < 0.4))
    elif kind == "grimace":
        for name in random.choice(GRIMACE_PAIRS, 4, replace=False):
            weights.both(str(name), random.uniform(0, 0.8))
        for name in random.choice(GRIMACE_SINGLES, 2, replace=False):
            weights.one(str(name), random.uniform(0, 0.5))
    elif kind == "talk":
        weights.one("jawOpen", random.uniform(0.03, 0.3))
        weights.one("mouthFunnel", random.uniform(0, 0.4))
        weights.both("mouthLowerDown", random.uniform(0, 0.5))
        weights.both("mouthUpperUp", random.uniform(0, 0.4))
    if kind in ("calm", "talk"):
        for name in ("browDown", "browOuterUp", "mouthSmile", "mouthFrown", "mouthPress"):
            weights.both(name, random.uniform(0, 0.22))
    closed = 0.0
    draw = random.random()
    if draw < BLINK:
        closed = float(random.uniform(0.6, 1.0))
    elif draw < BLINK + HALF_BLINK:
        closed = float(random.uniform(0, 0.3))
    weights.both("eyeBlink", closed, 0.03)
    _gaze(weights, random)
    return Expression(kind, weights.values, smile, closed)


def _smile(weights: _Weights, strength: float, random: np.random.Generator) -> None:
    weights.both("mouthSmile", strength, 0.07)
    weights.both("cheekSquint", strength * random.uniform(0, 0.7))
    weights.both("eyeSquint", strength * random.uniform(0, 0.6))
    if random.random() < 0.65:
        teeth = strength * random.uniform(0.15, 0.85)
        weights.both("mouthUpperUp", teeth * 0.8)
        weights.both("mouthLowerDown", teeth)
        weights.one("jawOpen", random.uniform(0, 0.3))


def _gaze(weights: _Weights, random: np.random.Generator) -> None:
    """Both eyes look the same way; half of the people look at the camera or nearly."""
    spread = 0.1 if random.random() < 0.5 else 0.4
    across, up = random.normal(0, spread), random.normal(0, spread * 0.6)
    if across > 0:
        weights.one("eyeLookIn_L", across)
        weights.one("eyeLookOut_R", across)
    else:
        weights.one("eyeLookOut_L", -across)
        weights.one("eyeLookIn_R", -across)
    weights.both("eyeLookUp" if up > 0 else "eyeLookDown", abs(up), 0)
