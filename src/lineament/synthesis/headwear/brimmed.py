"""Hats with a crown and a brim all round."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lineament.synthesis.clothes.fabric import FabricBank, dyed
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.headwear.fitting import ANGLES, Fit
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.pieces import ball, brim, layer, ribbon
from lineament.synthesis.material import Layer

BRIM_ROWS = 7


@dataclass(frozen=True)
class Shape:
    """A style of hat.

    Attributes:
        crown: widths against the edge's and heights against the crown's, from the top down.
        above: centimetres of the crown above the head, at least and at most.
        dent: centimetres by which the middle of the top lies deeper; `pinch`: share by which its
            front is narrower.
        width: centimetres of the brim, at least and at most.
        front, sides, back: centimetres by which the brim's rim rises there.
        bend: power with which it rises from the crown outwards.
        ribbon: centimetres; 0 for none.
    """

    crown: tuple[tuple[float, float], ...]
    above: tuple[float, float]
    dent: float
    pinch: float
    width: tuple[float, float]
    front: float
    sides: float
    back: float
    bend: float
    ribbon: float


TAPERED = (
    (0.0, 1),
    (0.4, 1),
    (0.62, 1),
    (0.8, 0.97),
    (0.88, 0.88),
    (0.95, 0.55),
    (1.0, 0.2),
    (1.01, 0),
)
ROUND = ((0.0, 1), (0.35, 0.97), (0.65, 0.86), (0.87, 0.66), (0.97, 0.42), (1.0, 0.2), (1.01, 0))
STRAIGHT = ((0.0, 1), (0.6, 1), (0.98, 1), (1.03, 0.98), (1.01, 0.7), (0.98, 0.35), (1.0, 0))
SHAPES = {
    "fedora": Shape(TAPERED, (1.8, 3.2), 1.4, 0.16, (3.8, 6.5), -1.4, 0.9, 1.0, 2.0, 3.2),
    "bowler": Shape(ROUND, (0.9, 1.8), 0.0, 0.0, (3.2, 4.2), 0.2, 1.8, 0.2, 3.0, 2.5),
    "cowboy": Shape(TAPERED, (2.5, 4.2), 1.8, 0.2, (7.0, 9.5), -1.6, 5.2, -1.2, 1.7, 1.6),
    "top hat": Shape(STRAIGHT, (6.0, 9.0), 0.0, 0.0, (4.0, 5.2), -0.3, 2.0, -0.3, 2.4, 3.6),
    "sun hat": Shape(ROUND, (0.8, 1.8), 0.0, 0.0, (7.0, 12.0), -1.2, -2.4, -2.0, 1.5, 2.4),
    "bucket": Shape(STRAIGHT, (0.7, 1.4), 0.0, 0.0, (4.5, 6.0), -3.4, -4.2, -4.0, 1.0, 0.0),
}


def brimmed_hat(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A hat of one of `SHAPES`."""
    shape = SHAPES[hat.style]
    low, high = shape.above
    rise = fit.top + low + (high - low) * hat.size
    scale, level = (np.array(part)[:, None] + 0 * ANGLES for part in zip(*shape.crown, strict=True))
    upper = np.clip(level - 0.5, 0, 0.5) * 2
    front = np.exp(-(((np.abs(np.angle(np.exp(1j * ANGLES))) - 0.55) / 0.4) ** 2))
    scale = scale * (1 - shape.pinch * upper * front)
    scale = scale * (1 - 0.1 * shape.pinch * upper * np.abs(np.sin(ANGLES)))
    height = level * rise
    height[:3] -= shape.dent * np.array([1, 0.7, 0.25])[:, None]
    if shape.dent:
        height[2:5] += 0.5 * np.cos(ANGLES)
    cloth = replace(hat.main, period=max(hat.main.period, 6.0))
    layers = [layer(bank, fit.sheet(fit.raised(scale, height), cloth.period), cloth)]
    mesh = brim(fit, *_brim_form(shape, hat, random), cloth.period, BRIM_ROWS)
    layers.append(layer(bank, mesh, cloth))
    if shape.ribbon and hat.seed % 5:
        band = dyed(hat.second, hat.accent) if hat.trim else hat.second
        wide = shape.ribbon * (0.6 + 0.7 * hat.brim)
        layers.append(layer(bank, ribbon(fit, 0.05, wide, 0.02, band.period), band))
        if hat.trim:
            side = fit.ring[12] + fit.up * wide * 0.6 + [0.5, 0, 0]
            layers.append(layer(bank, ball(side, 0.9, 0.15, random), band))
    return layers


def _brim_form(shape: Shape, hat: Headwear, random: np.random.Generator) -> tuple[Reals, Reals]:
    """Width (64,) and lift (7,64) of a brim, in centimetres."""
    low, high = shape.width
    width = low + (high - low) * hat.brim
    cosine, sine = np.cos(ANGLES), np.abs(np.sin(ANGLES))
    rim = np.where(cosine > 0, shape.front, shape.back) * cosine**2 + shape.sides * sine**2
    limp = 0.35 + 0.5 * (hat.style == "sun hat")
    waves = limp * np.sin(3 * ANGLES + random.uniform(0, 6)) * random.random()
    waves = waves + 0.5 * limp * np.sin(5 * ANGLES + random.uniform(0, 6)) * random.random()
    share = np.linspace(0, 1, BRIM_ROWS)[:, None]
    lift = share**shape.bend * (rim * random.uniform(0.6, 1.3) + waves)
    return width * (1 - 0.08 * sine), lift
