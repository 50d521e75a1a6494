"""Earrings that hang from the lobes."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.jewellery.beads import ball, hoop, solid
from lineament.synthesis.jewellery.style import Earring
from lineament.synthesis.lofts import Points
from lineament.synthesis.posed_head import PosedHead

LOBES = (6746, 7473)
"""Vertices of the head in the middle of the outer face of the left and the right lobe."""

OUTWARDS_PER_CENTIMETRE = 0.05
"""How far long earrings lean away from the neck, for every centimetre that they hang down."""

Stacks = list[Points]


def earring_stacks(earring: Earring, posed: PosedHead, down: Points) -> tuple[Stacks, Stacks]:
    """Rings of what is of the first colour, and of what is of the stone's colour."""
    metal: Stacks = []
    stone: Stacks = []
    for side, name in enumerate(("left", "right")):
        if earring.ears in ("both", name):
            _hang(earring, posed, side, down, metal, stone)
    return metal, stone


def _hang(
    earring: Earring,
    posed: PosedHead,
    side: int,
    down: Points,
    metal: Stacks,
    stone: Stacks,
) -> None:
    sign = 1.0 - 2.0 * side
    lobe = posed.vertices[LOBES[side]].astype(np.float64)
    out = posed.normals[LOBES[side]].astype(np.float64)
    turn = sign * (0.35 + earring.turn)
    across = np.array([np.cos(turn) * sign, 0, np.sin(turn) * sign])
    down = down + OUTWARDS_PER_CENTIMETRE * min(earring.size, 3.0) * np.array([sign, 0, 0.4])
    down /= np.linalg.norm(down)
    across -= down * (across @ down)
    across /= np.linalg.norm(across)
    if earring.form in ("stud", "pearl"):
        metal.append(ball(lobe + out * 0.3 * earring.size, earring.size))
        return
    if earring.form == "hoop":
        centre = lobe - 0.15 * out + down * (earring.size - 0.1)
        metal.append(hoop(centre, earring.size, earring.thickness, across, down))
        return
    metal.append(ball(lobe + 0.08 * out, 0.18, 6))
    start = lobe + 0.15 * out
    wide, long = earring.thickness, earring.size
    if earring.form == "drop":
        link = np.array([[0.45 * long, 0.04], [0.0, 0.04]])
        metal.append(solid(start, link, down, 5))
        bead = np.array([[1.0, 0.0], [0.93, 0.6], [0.78, 1.0], [0.62, 0.8], [0.45, 0.12]])
        stone.append(solid(start, bead * [long, 0.5 * wide], down))
    else:
        metal.append(solid(start, np.array([[0.3, 0.04], [0.0, 0.04]]), down, 5))
        flat = np.cross(across, down)
        height = np.array([1.0, 0.95, 0.7, 0.4, 0.12, 0.08])
        width = np.array([0.05, 0.5, 0.95, 0.7, 0.3, 0.02]) * 0.8 * wide
        corners = np.array([[1, 0.06], [-1, 0.06], [-1, -0.06], [1, -0.06]])
        spread = corners[:, :1] * across + corners[:, 1:] * flat
        stone.append(start + (height * long)[:, None, None] * down + width[:, None, None] * spread)
