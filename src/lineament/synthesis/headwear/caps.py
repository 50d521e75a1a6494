"""Caps with a visor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.clothes.fabric import FabricBank, dyed
from lineament.synthesis.clothes.patch import chosen
from lineament.synthesis.headwear.fitting import ANGLES, Fit
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.pieces import badge, ball, layer, ribbon, visor
from lineament.synthesis.headwear.soft_hats import hemmed, rows_to
from lineament.synthesis.material import Layer

BLACK = (0.01, 0.01, 0.012)


def baseball_cap(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A cap of eight panels; its visor points forwards, backwards or, now and then, aside."""
    backwards = hat.style == "cap backwards"
    facing = (np.pi if backwards else 0.0) + hat.lean * (3 if backwards else 1)
    if hat.brim > 0.93:
        facing += random.uniform(0.4, 1.4)
    share = rows_to()
    turn = ANGLES - facing
    stiff = np.clip(np.cos(turn), 0, 1) ** 1.5 * np.sin(np.pi * share[:, None]) ** 0.8
    offset = 0.25 + (0.4 + 1.5 * hat.size) * stiff + 0.5 * hat.size * (1 - share[:, None])
    seams = np.arange(64) % 8 == 0
    offset = offset - 0.1 * seams
    mesh = fit.sheet(fit.shell(share, hemmed(offset)), hat.main.period)
    layers = []
    if hat.trim and hat.size > 0.5:
        front = np.cos(turn[mesh.triangles[:, 0] % 64]) > 0.62
        layers.append(layer(bank, chosen(mesh, ~front), dyed(hat.main, hat.accent)))
        mesh = chosen(mesh, front)
    layers.append(layer(bank, mesh, hat.main))
    length, slope = 5.2 + 2.2 * hat.brim, random.uniform(0.1, 0.5)
    bow = random.uniform(0.3, 2.6)
    peak = visor(fit, facing, 1.08, length, slope, bow, hat.main.period)
    cloth = (
        dyed(hat.main, hat.accent) if random.random() < 0.3 else dyed(hat.main, *hat.main.colours)
    )
    layers.append(layer(bank, peak, cloth))
    top = fit.shell(np.array([0.01]), offset[:1]).mean(axis=(0, 1))
    layers.append(layer(bank, ball(top, 0.7, 0.0, random), cloth))
    if hat.trim or random.random() < 0.4:
        layers.append(
            badge(fit, float(offset[8, 0 if not backwards else 32]), facing, hat.accent, random)
        )
    return layers


def flat_cap(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A low cap whose top is drawn forward over a short visor."""
    share = rows_to()
    ahead = np.clip(np.cos(ANGLES), 0, 1)
    full = np.sin(np.pi * np.clip(share, 0, 1) ** 1.6)[:, None]
    offset = 0.3 + (0.9 + 1.2 * hat.size) * full + 2.0 * ahead**2 * full * share[:, None]
    offset = offset + 0.12 * np.sin(5 * ANGLES + random.uniform(0, 6)) * full
    mesh = fit.sheet(fit.shell(share, hemmed(offset)), hat.main.period)
    peak = visor(fit, 0.0, 0.95, 3.6 + 1.4 * hat.brim, 0.45, 0.9, hat.main.period)
    return [layer(bank, mesh, hat.main), layer(bank, peak, hat.main)]


def peaked_cap(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A uniform cap: a band, a wide flat top and a shiny visor."""
    rise = max(fit.top + 0.6, 5.0)
    scale = np.array([0, 0.5, 0.9, 1.16, 1.24, 1.12, 1.02, 1.01])[:, None]
    scale = 1 + (scale - 1) * np.where(scale > 1, 0.6 + 0.6 * hat.size, 1) + 0 * ANGLES
    height = np.array([1.0, 0.98, 0.96, 0.93, 0.8, 0.6, 0.42, 0.0])[:, None] * rise
    height = height + (height / rise > 0.55) * (0.8 * (1 + np.cos(ANGLES)) * hat.size)
    cloth = dyed(hat.main, *hat.main.colours)
    layers = [layer(bank, fit.sheet(fit.raised(scale, height), 8.0), cloth)]
    layers.append(layer(bank, ribbon(fit, 0.0, 0.4 * rise, 0.03, 8.0), hat.second))
    shiny = replace(dyed(hat.second, BLACK), relief="plastic")
    layers.append(layer(bank, visor(fit, 0.0, 0.95, 4.2 + hat.brim, 0.6, 1.0, 8.0), shiny))
    if hat.trim:
        sign = fit.ring[0] + 0.3 * rise * fit.up + [0, 0, 0.5]
        gold = replace(dyed(hat.second, (0.5, 0.34, 0.08)), relief="metal")
        layers.append(layer(bank, ball(sign, 1.0, 0.15, random), gold))
    return layers
