"""Parts that many hats share: brims, visors, bands, badges, bobbles."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.clothes.fabric import Fabric, FabricBank
from lineament.synthesis.clothes.patch import Reals, patch
from lineament.synthesis.headwear.fitting import ANGLES, CLEARANCE, Fit
from lineament.synthesis.material import Colour, Finish, Layer, Material
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.parts import Part

BADGE_SIDE = 64
VISOR_COLUMNS = 23


def layer(bank: FabricBank, mesh: Mesh, fabric: Fabric) -> Layer:
    """A part of a hat in some fabric."""
    return Layer(mesh, bank.material(fabric, Part.HAT, two_sided=True))


def ring_at(fit: Fit, angle: Reals) -> Reals:
    """(N,3) places on a hat's edge at any angles."""
    return np.stack(
        [np.interp(angle, ANGLES, fit.ring[:, axis], period=2 * np.pi) for axis in range(3)],
        axis=-1,
    )


def brim(fit: Fit, width: Reals | float, lift: Reals, period: float, rows: int = 7) -> Mesh:
    """A brim all round.

    Args:
        fit: the hat's edge.
        width: centimetres outwards, one or (64,).
        lift: (R,64) centimetres up, from the edge outwards.
        period: see `Fabric`.
        rows: R.
    """
    flat = fit.ring - fit.middle
    flat = flat - (flat @ fit.up)[:, None] * fit.up
    outward = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    share = np.linspace(0, 1, rows)[:, None]
    reach = np.broadcast_to(share * width, lift.shape)
    rings = fit.ring + outward * reach[..., None] + fit.up * lift[..., None]
    rings = fit.map.push_out(rings, CLEARANCE * 0.75)
    points = rings - fit.middle
    texcoords = np.stack([points[..., 0], points[..., 2]], axis=-1) / period
    return patch(rings, np.concatenate([texcoords, texcoords[:, :1]], axis=1), closed=True)


def visor(
    fit: Fit, facing: float, half: float, length: float, slope: float, bow: float, period: float
) -> Mesh:
    """A stiff peak over the eyes.

    Args:
        fit: the hat's edge.
        facing: angle at which it points.
        half: radians from there to its ends.
        length: centimetres.
        slope: radians by which it points down.
        bow: centimetres by which its sides hang lower than its middle.
        period: see `Fabric`.
    """
    across = np.linspace(-1, 1, VISOR_COLUMNS)
    base = ring_at(fit, facing + half * across)
    ahead = ring_at(fit, np.array([facing]))[0] - fit.middle
    ahead = ahead - (ahead @ fit.up) * fit.up
    ahead = ahead / np.linalg.norm(ahead)
    way = ahead * np.cos(slope) - fit.up * np.sin(slope)
    reach = length * np.sqrt(np.clip(1 - np.abs(across) ** 2.6, 0, 1))
    share = np.array([-0.03, 0.35, 0.7, 1.0, 1.0, 0.5, 0.0])[:, None]
    under = np.array([0.15, 0.15, 0.12, 0.05, -0.12, -0.18, -0.18])[:, None]
    hang = np.clip(share, 0, 1) * bow * across**2 * reach / length
    points = base + (share * reach)[..., None] * way + (under - hang)[..., None] * fit.up
    points = fit.map.push_out(points, 0.1)
    texcoords = np.stack([6 * across + 0 * share, -length * share + 0 * across], axis=-1) / period
    return patch(points, texcoords)


def ribbon(fit: Fit, low: float, high: float, swell: float, period: float) -> Mesh:
    """A band round the foot of a crown, from `low` to `high` centimetres above the edge."""
    height = np.array([high, high, (low + high) / 2, low, low])[:, None] + 0 * ANGLES
    scale = 1 + np.array([-0.01, 1, 1, 1, -0.01])[:, None] * swell + 0 * ANGLES
    return fit.sheet(fit.raised(scale, height), period, ribs=round(58 / period))


def ball(centre: Reals, radius: float, tufts: float, random: np.random.Generator) -> Mesh:
    """A bobble or button."""
    polar, angle = np.linspace(0.05, np.pi - 0.05, 9)[:, None], 2 * np.pi * np.arange(14) / 14
    rough = 1 + tufts * random.standard_normal((9, 14))
    spokes = np.stack(
        [np.sin(polar) * np.sin(angle), np.cos(polar) + 0 * angle, np.sin(polar) * np.cos(angle)],
        axis=-1,
    )
    texcoords = np.stack(np.meshgrid(np.linspace(0, 2, 15), np.linspace(0, 1, 9)), axis=-1)
    return patch(centre + spokes * (radius * rough)[..., None], texcoords, closed=True)


def badge(
    fit: Fit, offset: float, facing: float, colour: Colour, random: np.random.Generator
) -> Layer:
    """A sign on the front of a hat: letters or a simple figure."""
    angle = facing + np.linspace(-0.36, 0.36, 11)
    share = np.linspace(0.6, 0.92, 7)[:, None]
    polar = share * np.interp(angle, ANGLES, fit.edge, period=2 * np.pi)
    wide = np.broadcast_to(angle, polar.shape)
    reach = fit.map.reach(wide, polar) + CLEARANCE + offset + 0.14
    points = fit.map.centre + fit.map.directions(wide, polar) * reach[..., None]
    u, v = np.meshgrid(np.linspace(0.01, 0.99, 11), np.linspace(0.99, 0.01, 7))
    look = Material(Finish.PLAIN, Part.HAT, colour, _sign(random), two_sided=True)
    return Layer(patch(points, np.stack([u, v], axis=-1)), look)


def _sign(random: np.random.Generator) -> ByteArray:
    """(64,64,4) a sign in grey with its outline in alpha."""
    ink = np.zeros((BADGE_SIDE, BADGE_SIDE), np.uint8)
    kind = random.integers(4)
    if kind == 0:
        letters = "".join(chr(65 + int(code)) for code in random.integers(0, 26, 2))
        cv2.putText(ink, letters, (2, 48), cv2.FONT_HERSHEY_DUPLEX, 1.5, 255, 5)
    elif kind == 1:
        cv2.circle(ink, (32, 32), 24, 255, int(random.choice([-1, 6])))
    elif kind == 2:
        turn = np.arange(10) * np.pi / 5 - np.pi / 2
        reach = np.where(np.arange(10) % 2 == 0, 28, 12)
        corners = 32 + np.stack([reach * np.cos(turn), reach * np.sin(turn)], axis=1)
        cv2.fillPoly(ink, [corners.astype(np.int32)], 255)
    else:
        word = "".join(chr(65 + int(code)) for code in random.integers(0, 26, 5))
        cv2.putText(ink, word, (1, 40), cv2.FONT_HERSHEY_DUPLEX, 0.65, 255, 2)
    sign = np.full((BADGE_SIDE, BADGE_SIDE, 4), 128, np.uint8)
    sign[..., 3] = ink
    return sign
