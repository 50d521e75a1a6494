"""Rims, bridge, pads, temples and strap of glasses."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.glasses.fit import SIDES, Fit
from lineament.synthesis.glasses.style import Glasses
from lineament.synthesis.head_relief import HeadRelief
from lineament.synthesis.lofts import Points, capped, joined_lofts, round_rings
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

_CORNER = np.linspace(0, 2 * np.pi, 8, endpoint=False) + np.pi / 8
SECTION = np.stack([np.cos(_CORNER), np.sin(_CORNER)], axis=1) / np.cos(np.pi / 8)
SECTION = np.clip(SECTION * 1.25, -1, 1).astype(np.float32) * np.float32(0.5)
"""(8,2) a box of side one with rounded corners, counter-clockwise."""

STRAP_POINTS = 28


def frame_mesh(glasses: Glasses, fit: Fit, posed: PosedHead) -> Mesh:
    """Everything but the lenses."""
    if glasses.form == "goggles":
        return joined_lofts([_shell(fit, posed), _strap(fit, posed)])
    pieces = _rims(glasses, fit) + _bridge(glasses, fit) + _pads(glasses, fit)
    for side in range(2):
        pieces += _temple(glasses, fit, side)
    return joined_lofts(pieces)


def _bar(path: Points, across: Points, up: Points, closed: bool = False) -> Points:
    """Rings (R,8,3) of a bar round a line (N,3); `across` and `up`, (N,3) or (3,), are its full
    thickness."""
    across, up = (np.broadcast_to(axis, path.shape) for axis in (across, up))
    rings = path[:, None] + across[:, None] * SECTION[:, :1] + up[:, None] * SECTION[:, 1:]
    if closed:
        return np.concatenate([rings, rings[:1]])
    return capped(rings)


def _rims(glasses: Glasses, fit: Fit) -> list[Points]:
    if glasses.form == "rimless":
        return []
    rims = []
    for outline in fit.outlines:
        ahead = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        outward = np.stack([ahead[:, 1], -ahead[:, 0], np.zeros(len(ahead))], axis=1)
        height = (outline[:, 1] - fit.middle[1]) / fit.size[1]
        heavy = 1.0 if glasses.metal else 0.8 + 0.45 * np.clip(height, 0, 1)
        across = outward * (glasses.rim * heavy * np.ones(len(outline)))[:, None]
        path = fit.on_front(outline) + 0.5 * across
        path[:, 2] -= 0.2 * glasses.depth
        back = np.array([0, 0, -glasses.depth])
        if glasses.form == "half-rim":
            upper = np.roll(np.arange(len(outline)), -int(np.argmin(height)))
            upper = upper[height[upper] > -0.15]
            rims.append(_bar(path[upper], across[upper], back))
        else:
            rims.append(_bar(path, across, back, closed=True))
    return rims


def _inner_points(fit: Fit, height: float) -> Points:
    """(2,2) x and y of the edges of the lenses next to the nose, at a share of the half height."""
    wanted = fit.middle[1] + height * fit.size[1]
    points = []
    for outline, centre in zip(fit.outlines, fit.centres, strict=True):
        inner = (outline[:, 0] - centre[0]) * np.sign(centre[0] - fit.middle[0]) < 0
        rows = np.flatnonzero(inner)
        points.append(outline[rows[np.argmin(np.abs(outline[rows, 1] - wanted))]])
    return np.array(points)


def _bridge(glasses: Glasses, fit: Fit) -> list[Points]:
    thin = glasses.metal or glasses.form == "rimless"
    thick = 0.14 if thin else max(0.75 * glasses.rim, 0.22)
    levels = [(0.25, 0.3)] if thin else [(0.35, 0.12)]
    if glasses.form == "aviator":
        levels = [(0.2, 0.2), (0.72, 0.06)]
    bars = []
    for height, arch in levels:
        left, right = _inner_points(fit, height)
        share = np.linspace(0, 1, 9)[:, None]
        line = right * (1 - share) + left * share
        line[:, 1] += arch * np.sin(np.pi * share[:, 0])
        path = fit.on_front(line.astype(np.float32))
        ridge = np.interp(path[:, 1], *fit.nose.T) - 1.1 * (line[:, 0] - fit.middle[0]) ** 2
        path[:, 2] = np.maximum(path[:, 2], ridge + 0.5 * thick + 0.05)
        up = np.array([0, thick * (1.0 if thin else 1.3), 0])
        bars.append(_bar(path, np.array([0, 0, thick]), up))
    return bars


def _pads(glasses: Glasses, fit: Fit) -> list[Points]:
    """Silicone pads on wires for metal frames."""
    if not glasses.metal:
        return []
    pieces = []
    for inner, sign in zip(_inner_points(fit, -0.05), SIDES, strict=True):
        start = fit.on_front(inner)
        bend = np.array([0.05 * sign, 0.1, -0.35])
        pad = start + np.array([-0.2 * sign, -0.15, -0.55], np.float32)
        pieces.append(round_rings(np.stack([start, start + bend, pad]), 0.04, 5))
        ends = pad + np.array([[-0.06 * sign, 0.32, 0], [0.08 * sign, -0.32, 0]], np.float32)
        share = np.linspace(0, 1, 5)[:, None]
        radius = np.array([0.02, 0.13, 0.16, 0.13, 0.02])
        pieces.append(round_rings(ends[:1] * (1 - share) + ends[1:] * share, radius, 6))
    return pieces


def _temple(glasses: Glasses, fit: Fit, side: int) -> list[Points]:
    """One temple with its end piece and hinge."""
    path = fit.temples[side]
    sign = SIDES[side]
    outline = fit.outlines[side]
    corner = fit.on_front(outline[np.argmax(outline[:, 0] * sign + 0.15 * outline[:, 1])])
    wide = 0.12 if glasses.metal else 0.18
    tall = 0.16 if glasses.metal else 0.3 + 0.8 * glasses.rim
    height = np.linspace(1.0, 0.6, len(path))[:, None] * tall
    height[-3:] = np.array([[0.55], [0.5], [0.3]]) * max(tall, 0.35)
    up = np.gradient(path, axis=0)[:, [0, 2, 1]] * np.array([0, -1, 1])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    bar = _bar(path[::-1], np.array([wide, 0, 0]), (up * height)[::-1])
    end = np.stack([corner, path[0] + [0, 0, 0.25 * fit.unit], path[0]])
    piece = _bar(
        end if side else end[::-1],
        np.array([[0, 0, glasses.depth], [0.8 * wide * sign, 0, wide], [wide * sign, 0, 0]])[
            :: 1 if side else -1
        ],
        np.array([0, 0.85 * tall, 0]),
    )
    return [bar, piece]


def _shell(fit: Fit, posed: PosedHead) -> Points:
    """Frame of goggles: a broad soft rim that reaches back to the face."""
    outline = fit.outlines[0]
    ahead = np.roll(outline, -1, axis=0) - np.roll(outline, 1, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    outward = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    rings = []
    for out, behind in ((0.0, 0.05), (0.25, 0.12), (0.4, -0.15), (0.35, -0.7), (0.15, -1.3)):
        ring = fit.on_front(outline)
        ring[:, :2] += out * outward
        ring[:, 2] += behind
        rings.append(ring)
    back = rings[-1]
    low, high = (tuple(float(v) for v in end) for end in (back[:, :2].min(0), back[:, :2].max(0)))
    skin = HeadRelief(posed, (0, 0, 1), (low[0], low[1]), (high[0], high[1])).height(back)
    depth = np.clip(skin + 0.02, back[:, 2] - 1.2, back[:, 2] + 1.0)
    even = depth
    for _ in range(4):
        even = 0.5 * even + 0.25 * (np.roll(even, 1) + np.roll(even, -1))
    back[:, 2] = np.maximum(even, np.minimum(depth, even + 0.5))
    return np.stack(rings[::-1])


def _strap(fit: Fit, posed: PosedHead) -> Points:
    """A broad elastic band from one side of the goggles round the back of the head."""
    sides = fit.temples[:, 0]
    height = float(sides[:, 1].mean())
    skin = posed.vertices[:OUTSIDE_VERTICES]
    skin = skin[np.abs(skin[:, 1] - height - 0.8) < 1.6]
    turn = np.arctan2(skin[:, 0], -skin[:, 2])
    start = float(np.arctan2(sides[0, 0], -sides[0, 2] + 0.4))
    angle = np.linspace(start, -start, STRAP_POINTS)
    near = np.abs(turn[None] - angle[:, None]) < 0.16
    reach = np.where(near, np.hypot(skin[:, 0], skin[:, 2])[None], 0).max(axis=1) + 0.15
    lift = 1.2 * np.cos(0.5 * np.pi * angle / start)
    ring = np.stack([np.sin(angle) * reach, height + lift, -np.cos(angle) * reach], axis=1)
    outward = np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], axis=1)
    return _bar(ring, 0.12 * outward, np.array([0, 2.2 * fit.unit, 0]))
