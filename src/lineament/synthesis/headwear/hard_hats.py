"""Helmets, and stiff things that stand on the head: boards and crowns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lineament.synthesis.clothes.fabric import FabricBank, dyed
from lineament.synthesis.clothes.patch import Reals, chosen, patch
from lineament.synthesis.headwear.fitting import ANGLES, Fit
from lineament.synthesis.headwear.headwear import Headwear
from lineament.synthesis.headwear.pieces import ball, brim, layer, visor
from lineament.synthesis.headwear.soft_hats import TURNED_IN, hemmed, rows_to
from lineament.synthesis.material import Layer
from lineament.synthesis.mesh import Mesh, join, tube

DARK = (0.012, 0.012, 0.014)
GOLD, SILVER = (0.56, 0.38, 0.09), (0.5, 0.5, 0.52)
BRIGHT = ((0.75, 0.5, 0.02), (0.78, 0.78, 0.76), (0.7, 0.2, 0.02), (0.03, 0.12, 0.45))


def bicycle_helmet(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """Ridges with dark openings between them."""
    share = rows_to(count=15)
    inner = np.clip(np.sin(np.pi * share**0.7), 0, 1)[:, None]
    ridges = np.cos(int(random.choice([6, 8, 10])) * ANGLES)
    offset = 1.4 + (0.8 + 0.7 * hat.size) * inner + 0.35 * ridges * inner
    offset = offset + 0.5 * np.abs(np.cos(ANGLES)) * inner
    mesh = fit.sheet(fit.shell(share, hemmed(offset)), 10.0)
    column, row = mesh.triangles[:, 0] % 64, mesh.triangles[:, 0] // 64
    vents = (ridges[column] < -0.3) & (row > 2) & (row < 12) & (row % 6 != 5)
    paint = replace(dyed(hat.main, hat.main.colours[0]), relief="plastic")
    straps = dyed(hat.second, DARK)
    return [
        layer(bank, chosen(mesh, ~vents), paint),
        layer(bank, chosen(mesh, vents), dyed(hat.main, DARK)),
        layer(bank, _straps(fit), straps),
    ]


def hard_hat(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """The hat of a building site: a dome with a ridge and a short brim."""
    share = rows_to()
    ridge = np.exp(-((np.sin(ANGLES) / 0.25) ** 2)) * (share[:, None] < 0.8)
    offset = 1.1 + 1.2 * np.sin(np.pi * share[:, None] ** 0.6 / 1.3) + 0.5 * ridge
    colour = BRIGHT[random.integers(len(BRIGHT))]
    paint = replace(dyed(hat.main, colour), relief="plastic")
    ahead = np.clip(np.cos(ANGLES), 0, 1)
    width = 1.6 + (2.4 + hat.brim) * ahead**2
    lift = np.linspace(0, 1, 5)[:, None] * (-0.5 - 0.6 * ahead)
    wide = _wider(fit, 1.0)
    return [
        layer(bank, fit.sheet(fit.shell(share, hemmed(offset)), 12.0), paint),
        layer(bank, brim(wide, width, lift, 12.0, 5), paint),
    ]


def _wider(fit: Fit, out: float) -> Fit:
    """The same edge with its ring `out` centimetres farther from the head."""
    wider = Fit(fit.map, fit.edge)
    outward = fit.ring - fit.map.centre
    outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
    wider.__dict__["ring"] = fit.ring + out * outward
    return wider


def closed_helmet(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A helmet for a motorcycle (over the ears) or a horse (velvet, with a peak)."""
    riding = hat.style == "riding helmet"
    share = rows_to(count=16)
    swell = np.clip(np.sin(np.pi * share**0.75), 0, 1)[:, None]
    offset = (0.9 if riding else 1.6) + random.uniform(0.7, 1.5) * swell + 0 * ANGLES
    relief = "fleece" if riding else "plastic"
    paint = replace(dyed(hat.main, DARK if riding else hat.main.colours[0]), relief=relief)
    mesh = fit.sheet(fit.shell(share, hemmed(offset)), 12.0)
    layers = [layer(bank, mesh, paint)]
    if not riding:
        rim = 1 - np.array([0.07, 0.06, 0.03, 0, 0])
        rise = np.array([0.1, 0.55, 0.6, 0.5, 0])[:, None] + offset[-2]
        rise[-1] = TURNED_IN
        trim = replace(dyed(hat.second, DARK), relief="leather")
        layers.append(layer(bank, fit.sheet(fit.shell(rim, rise), 8.0), trim))
    if riding or hat.trim:
        wide = _wider(fit, 0.5 if riding else 2.0)
        layers.append(layer(bank, visor(wide, 0.0, 0.8, 3.4 + hat.brim, 0.35, 1.0, 8.0), paint))
    layers.append(layer(bank, _straps(fit), dyed(hat.second, DARK)))
    return layers


def _straps(fit: Fit) -> Mesh:
    """Two straps from the temples to below the chin."""
    polar = np.linspace(0, 1, 14)
    meshes = []
    for side in (1, -1):
        start = float(np.interp(np.pi / 2 * 0.85, ANGLES, fit.edge))
        angle = side * np.pi / 2 * (0.85 - 0.85 * polar**2.2)
        angles = start + (2.42 - start) * polar**0.85
        reach = fit.map.reach(angle, angles) + 0.25
        path = fit.map.centre + fit.map.directions(angle, angles) * reach[:, None]
        meshes.append(tube(path, 0.42, sides=5))
    return join(meshes)


def graduation_cap(
    hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator
) -> list[Layer]:
    """A skull cap under a square board, with a tassel."""
    cloth = dyed(hat.main, DARK if hat.brim < 0.7 else hat.main.colours[0])
    share = rows_to()
    offset = 0.3 + 0 * share[:, None] + 0 * ANGLES
    layers = [layer(bank, fit.sheet(fit.shell(share, hemmed(offset)), 8.0), cloth)]
    top = fit.middle + fit.up * (fit.top + 0.9)
    ahead = fit.ring[0] - fit.ring[32]
    ahead = ahead / np.linalg.norm(ahead)
    aside = np.cross(fit.up, ahead)
    turn = np.pi / 4 + hat.lean + random.normal(0, 0.1)
    first, second = (
        np.cos(angle) * ahead + np.sin(angle) * aside for angle in (turn, turn + np.pi / 2)
    )
    side = np.linspace(-12.0, 12.0, 6)
    board = _board(top, first, second, side)
    layers.append(layer(bank, board, cloth))
    corner = top + 8.5 * (ahead + (0.7 if hat.size > 0.5 else -0.7) * aside) + 0.4 * fit.up
    path = np.array([top + 0.4 * fit.up, corner, corner - 1.5 * fit.up, corner - 7 * fit.up])
    tassel = tube(path, np.array([0.2, 0.25, 0.35, 0.75]), sides=6)
    layers.append(layer(bank, tassel, dyed(hat.second, GOLD if hat.trim else hat.accent)))
    return layers


def _board(top: Reals, first: Reals, second: Reals, side: Reals) -> Mesh:
    """A thin square plate about `top`."""
    up = np.cross(second, first)
    grid = top + side[:, None, None] * first + side[None, :, None] * second
    texcoords = np.stack(np.meshgrid(side, side), axis=-1) / 8
    return join([patch(grid, texcoords), patch(grid[:, ::-1] + 0.4 * up, texcoords)])


def crown(hat: Headwear, fit: Fit, bank: FabricBank, random: np.random.Generator) -> list[Layer]:
    """A ring of metal with points; a narrow one is a tiara."""
    points = int(random.integers(5, 10))
    wave = np.abs((ANGLES * points / (2 * np.pi)) % 1 - 0.5) * 2
    front = 0.5 + 0.5 * np.cos(ANGLES) if hat.trim else np.ones(64)
    tall = 1.4 + (1.5 + 3.0 * hat.size) * wave * front
    share = np.array([1.0, 0.97, 0.5, 0.0, 0.0])[:, None]
    scale = 1.06 + np.array([0.05, 0.07, 0.04, 0.02, -0.03])[:, None] + 0 * ANGLES
    rings = fit.raised(scale, share * tall)
    metal = replace(dyed(hat.main, GOLD if hat.brim < 0.6 else SILVER), relief="metal")
    layers = [layer(bank, fit.sheet(rings, 6.0), metal)]
    stones = [ball(rings[2, column] + 0.1, 0.4, 0.0, random) for column in range(0, 64, 8)]
    layers.append(layer(bank, join(stones), replace(dyed(hat.second, hat.accent), relief="metal")))
    return layers
