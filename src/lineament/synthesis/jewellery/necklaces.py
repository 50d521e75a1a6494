"""Necklaces that lie on the skin of neck and chest."""

from __future__ import annotations

import numpy as np
from numba import njit

from lineament.synthesis.jewellery.beads import balls, solid
from lineament.synthesis.jewellery.style import Necklace
from lineament.synthesis.lofts import Points, round_rings
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

POINTS = 56
NECK_AXIS_Z = -1.5
NAPE_BELOW_CHIN = 2.4
FRONT_BELOW_CHIN = (3.6, 10.5)
"""Centimetres from the chin to a necklace's front, for lengths of 0 and 1."""

Stacks = list[Points]


def necklace_stacks(necklace: Necklace, posed: PosedHead) -> tuple[Stacks, Stacks]:
    """Rings of what is of the first colour, and of what is of the pendant's colour."""
    line = lying_line(necklace.length, 0.5 * necklace.thickness, posed)
    if necklace.form in ("pearls", "beads"):
        steps = np.linalg.norm(np.diff(line, axis=0, append=line[:1]), axis=1)
        length = np.concatenate([[0], np.cumsum(steps)])
        count = int(length[-1] / (1.02 * necklace.thickness))
        place = np.arange(min(count, 80)) * length[-1] / count
        closed = np.concatenate([line, line[:1]])
        centres = np.stack([np.interp(place, length, axis) for axis in closed.T], axis=1)
        return balls(centres, 0.5 * necklace.thickness), []
    closed = np.concatenate([line[-1:], line, line[:2]])
    if necklace.form == "choker":
        height = np.array([[0.5], [0.5], [-0.5], [-0.5]]) * necklace.thickness
        out = closed - [0, 0, NECK_AXIS_Z]
        out[:, 1] = 0
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        inner = closed - out * (0.5 * necklace.thickness - 0.02)
        depth = np.array([[0.05], [0.13], [0.13], [0.05]])
        rings = inner[:, None] + depth * out[:, None] + height * np.array([0.0, 1, 0])
        return [rings[1:-1]], []
    chain = round_rings(closed, 0.5 * necklace.thickness, 5)[1:-1]
    if necklace.form == "chain":
        return [chain], []
    return [chain], [_pendant(necklace, line[0], posed)]


def lying_line(length: float, gap: float, posed: PosedHead) -> Points:
    """(N,3) a closed line about the neck, `gap` centimetres above the skin, front first."""
    chin = float(posed.landmarks[8, 1])
    lowest = float(posed.vertices[:OUTSIDE_VERTICES, 1].min())
    turn = 2 * np.pi * np.arange(POINTS) / POINTS
    front = chin - FRONT_BELOW_CHIN[0] - length * (FRONT_BELOW_CHIN[1] - FRONT_BELOW_CHIN[0])
    front = max(front, lowest + 1.2)
    nape = chin - NAPE_BELOW_CHIN - 0.4 * length
    share = (0.5 + 0.5 * np.cos(turn)) ** (1.3 + 0.9 * length)
    height = nape + (front - nape) * share
    skin = posed.vertices[:OUTSIDE_VERTICES]
    skin = skin[skin[:, 1] < chin - 1.5]
    skin_turn = np.arctan2(skin[:, 0], skin[:, 2] - NECK_AXIS_Z)
    skin_reach = np.hypot(skin[:, 0], skin[:, 2] - NECK_AXIS_Z)
    reach = _near_reach(turn, height, skin_turn, skin[:, 1], skin_reach)
    between = 0.5 * (np.roll(reach, 1) + np.roll(reach, -1))
    reach = np.maximum(reach, 0.6 * between + 0.4 * reach) + 0.06
    reach = reach + gap
    x, z = reach * np.sin(turn), reach * np.cos(turn) + NECK_AXIS_Z
    return np.stack([x, height, z], axis=1)


def _pendant(necklace: Necklace, front: Points, posed: PosedHead) -> Points:
    """A drop, flattened against the chest."""
    size = necklace.pendant_size
    profile = np.array([[1.0, 0.0], [0.92, 0.4], [0.7, 0.55], [0.35, 0.35], [0.0, 0.06]])
    rings = solid(np.zeros(3), profile * [size, 0.7 * size], np.array([0.0, -1, 0]))
    rings[..., 2] *= 0.35
    skin = posed.vertices[:OUTSIDE_VERTICES]
    chest = skin[(np.abs(skin[:, 0]) < 1.0) & (np.abs(skin[:, 1] - front[1] + 0.6 * size) < 1.0)]
    chest = chest[chest[:, 2] > NECK_AXIS_Z]
    rise = float(chest[:, 2].max(initial=front[2])) - front[2]
    return np.asarray(rings + front + [0, 0, max(rise, 0.0) + 0.25 * size])


@njit(cache=True, fastmath=True)
def _near_reach(
    turn: Points,
    height: Points,
    skin_turn: Points,
    skin_height: Points,
    skin_reach: Points,
) -> Points:
    """Mean reach of the skin near each place of the line, nearer skin counting more."""
    reach = np.zeros(len(turn))
    for i in range(len(turn)):
        total = 1e-9
        for k in range(len(skin_turn)):
            fall = (skin_height[k] - height[i]) / 0.55
            apart = abs(skin_turn[k] - turn[i])
            apart = min(apart, 2 * np.pi - apart) / 0.13
            distance = fall * fall + apart * apart
            if distance < 9.0:
                share = np.exp(-distance)
                total += share
                reach[i] += share * skin_reach[k]
        reach[i] /= total
    return reach
