"""Hats of cloth and wool that follow the head: beanies, berets, scarves, turbans, fur."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.clothes.fabric import Fabric, FabricBank, dyed
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.headwear.fitting import ANGLES, Fit
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.pieces import ball, layer, ribbon
from lineament.synthesis.material import Layer
from lineament.synthesis.mesh import Mesh

ROWS = 13
TURNED_IN = -0.36
WHITE = (0.8, 0.8, 0.79)


def rows_to(edge: float = 1.0, count: int = ROWS) -> Reals:
    """Shares of the way from the pole to the edge, the last twice for a turned-in hem."""
    return np.append(np.linspace(0, 1, count) ** 0.9, 1.0) * edge


def hemmed(offset: Reals) -> Reals:
    """Offsets (R,64) whose last row lies on the skin."""
    offset = offset.copy()
    offset[-1] = TURNED_IN
    return offset


def beanie(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A knitted cap, often with a turned-up fold and a bobble."""
    share = rows_to()
    droop = (0.2 + 2.6 * hat.size**2) * np.clip(1 - share, 0, 1) ** 0.7
    slouch = 1 + 0.5 * np.cos(ANGLES - np.pi) * hat.size
    offset = 0.3 + 0.5 * hat.brim + droop[:, None] * slouch
    layers = [layer(bank, _ribbed(fit, fit.shell(share, hemmed(offset)), hat.main), hat.main)]
    if hat.brim > 0.3:
        width = 0.16 + 0.16 * hat.brim
        fold = 1 - width * np.array([1, 1, 0.9, 0.5, 0.1, 0, 0])
        rise = np.array([0.1, 0.75, 1.0, 1.05, 0.95, 0.75, TURNED_IN])[:, None]
        fold_offset = np.where(rise > 0, offset[-2] * rise + 0.5 * rise, rise)
        fabric = hat.main if hat.trim else replace(hat.second, relief=hat.main.relief)
        layers.append(layer(bank, _ribbed(fit, fit.shell(fold, fold_offset), fabric), fabric))
    if hat.size > 0.6 and hat.trim:
        radius = 2.2 + 1.4 * hat.brim
        top = fit.shell(np.array([0.01]), offset[:1]).mean(axis=(0, 1)) + fit.up * radius * 0.7
        wool = replace(dyed(hat.main, hat.accent), relief="fleece")
        layers.append(layer(bank, ball(top, radius, 0.08, random), wool))
    return layers


def _ribbed(fit: Fit, rings: Reals, fabric: Fabric) -> Mesh:
    ribs = round(70 / fabric.period) if fabric.relief in ("rib", "knit") else 0
    return fit.sheet(rings, fabric.period, ribs=ribs)


def headband(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A broad band round the forehead; the hair above it is seen."""
    start = band_start(hat)
    share = start + (1 - start) * np.array([0, 0, 0.12, 0.5, 0.88, 1, 1])
    rise = np.array([TURNED_IN, 0.35, 0.6, 0.7, 0.6, 0.35, TURNED_IN])[:, None]
    folds = 0.12 * np.sin(3 * ANGLES + random.uniform(0, 6) + 7 * share[:, None])
    offset = np.where(rise > 0, rise + folds + 0.5 * hat.size, rise)
    fabric = hat.main
    ribs = round(58 / fabric.period)
    return [layer(bank, fit.sheet(fit.shell(share, offset), fabric.period, ribs=ribs), fabric)]


def band_start(hat: Headwear) -> float:
    """Share of the way from the pole to the edge at which a headband begins."""
    return 0.74 - 0.2 * hat.brim


def beret(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A flat cap that hangs over one side."""
    side = ANGLES - np.pi / 2 * (1 if random.random() < 0.5 else -1) - 0.5
    wide = 1.2 + 0.22 * hat.size
    hang = 0.5 + 0.5 * np.cos(side)
    rise = fit.top + 1.0
    scale = np.array([0, 0.45, 0.8, 0.98, 1.0, 0.9, 0.78])[:, None] * wide
    scale = np.vstack([scale * (1 + 0.14 * hang), np.full((3, 64), 1.01)])
    scale[-4:-1] = scale[-4:-1] * np.array([[1.0], [1.005], [1.0]])
    height = np.array([1.0, 0.99, 0.9, 0.66, 0.5, 0.36, 0.22, 0.18, 0.04, 0.0])[:, None] * rise
    height = height - np.clip(scale - 1, 0, 1) * 9 * hang + 0.8 * (1 - hang)
    height[-3:] = np.array([0.18, 0.04, 0.0])[:, None] * rise
    rings = fit.raised(scale, height)
    layers = [layer(bank, fit.sheet(rings, hat.main.period), hat.main)]
    if hat.trim:
        peak = rings[0].mean(axis=0) + fit.up * 0.2
        layers.append(layer(bank, ball(peak, 0.5, 0.0, random), hat.main))
    return layers


def headscarf(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A kerchief tied behind."""
    share = rows_to()
    phase = random.uniform(0, 2 * np.pi, 3)
    folds = sum(
        np.maximum(np.sin(number * ANGLES + 5 * share[:, None] + start), 0) ** 3
        for number, start in zip((3, 5, 8), phase, strict=True)
    )
    offset = 0.15 + 0.6 * hat.size * (1 - share[:, None]) + 0.22 * folds * share[:, None] ** 2
    layers = [layer(bank, fit.sheet(fit.shell(share, hemmed(offset)), hat.main.period), hat.main)]
    knot = fit.ring[32] + 0.4 * (fit.ring[32] - fit.ring[31])
    layers.append(layer(bank, ball(knot + np.array([0, 0, -0.6]), 1.5, 0.12, random), hat.main))
    return layers


def turban(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """Cloth wound round the head; the turns cross above the forehead."""
    share = rows_to(count=18)
    side = 1 if random.random() < 0.5 else -1
    slope = 4.5 * np.abs(np.sin((ANGLES + 0.25 * side) / 2)) * (0.4 + share[:, None])
    turns = np.abs(np.sin(share[:, None] * (9 + 4 * hat.brim) - slope)) ** 0.6
    swell = np.sin(np.pi * np.clip(share, 0, 1) ** 1.2)[:, None]
    offset = 0.4 + (1.4 + 1.8 * hat.size) * swell + 0.65 * turns
    return [layer(bank, fit.sheet(fit.shell(share, hemmed(offset)), hat.main.period), hat.main)]


def fur_hat(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A hat of thick fur."""
    share = rows_to(count=16)
    box = 0.6 + (1.6 + 1.4 * hat.size) * np.clip(np.sin(np.pi * share**0.8), 0, 1)[:, None]
    box[-3:-1] = np.maximum(box[-3:-1], 1.3)
    offset = box + random.normal(0, 0.2, (len(share), 64))
    crown = layer(bank, fit.sheet(fit.shell(share, hemmed(offset)), 4.0), hat.main)
    if not hat.trim:
        return [crown]
    low = 1 - 0.42 * np.array([1, 0.95, 0.6, 0.3, 0.05, 0])
    rise = np.array([1.4, 2.2, 2.5, 2.4, 2.0, 0.6])[:, None]
    flap = rise + hat.size + random.normal(0, 0.2, (len(low), 64))
    trim = replace(hat.second, relief="fleece", pattern="plain")
    return [crown, layer(bank, fit.sheet(fit.shell(low, flap), 4.0), trim)]


def santa_hat(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A red cone that falls to one side, with a white rim and bobble."""
    red = replace(dyed(hat.main, (0.5, 0.015, 0.02)), relief="fleece")
    white = replace(dyed(hat.main, WHITE), relief="fleece")
    share = np.linspace(1, 0, 13)
    scale = (1.02 * (1 - share**1.1))[:, None] + 0 * ANGLES
    rise = fit.top + 2.5 + 4 * hat.size
    height = (np.sin(share * 1.75) / np.sin(1.57) * rise)[:, None] + 0 * ANGLES
    rings = fit.raised(scale, height)
    side = 1 if random.random() < 0.5 else -1
    fall = np.clip(share - 0.5, 0, 1)[:, None, None] ** 2
    rings = rings + fall * np.array([side * 26.0, -14.0, -10.0])
    rings = fit.map.push_out(rings, 0.45)
    tip = rings[0].mean(axis=0)
    rim = ribbon(fit, -0.6, 3.2, 0.07, 6.0)
    bobble = ball(tip, 2.2, 0.06, random)
    return [
        layer(bank, fit.sheet(rings, red.period), red),
        layer(bank, rim, white),
        layer(bank, bobble, white),
    ]
