"""Hair that is drawn together: tails, buns and braids, in the space of the neutral head."""

from __future__ import annotations

import numpy as np

from lineament.face import FloatArray
from lineament.synthesis.hair.combing import GRAVITY, HUG, LAYER, LENGTH, LEVEL, Strands, grow
from lineament.synthesis.hair.styles import Hairstyle

TAIL_STRANDS, BUN_STRANDS, BRAID_SIDES, BRAID_RINGS = 46, 64, 6, 40


def tail(
    style: Hairstyle,
    tie: FloatArray,
    distance: FloatArray,
    points: int,
    random: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Strands (N,K,3) that hang from where hair is tied, and their outward directions."""
    outwards = _outwards(tie)
    count = TAIL_STRANDS
    spread = random.standard_normal((count, 3)) * 0.32
    directions = outwards + np.array([0, 0.25, 0]) + spread
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    roots = tie + outwards * 0.2 + spread * (1.2 + style.tie_size)
    settings = np.zeros((count, 8), np.float32)
    settings[:, LENGTH] = (8 + 22 * style.tie_size) * random.uniform(0.8, 1.05, count)
    settings[:, LAYER] = 0.4 + random.random(count) * (0.6 + style.tie_size)
    settings[:, GRAVITY] = random.uniform(0.2, 0.3)
    settings[:, HUG] = 0.05
    settings[:, LEVEL] = -100
    strands = Strands(
        *(roots.astype(np.float32), np.tile(outwards, (count, 1)).astype(np.float32)),
        *(directions.astype(np.float32), settings, np.zeros((count, 3), np.float32)),
    )
    lines, _ = grow(strands, distance, points)
    middle = lines.mean(axis=0, keepdims=True)
    away = lines - middle
    away /= np.linalg.norm(away, axis=2, keepdims=True) + 1e-6
    return lines, away.astype(np.float32)


def bun(
    style: Hairstyle, tie: FloatArray, points: int, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Strands (N,K,3) wound round a knot, and their outward directions; the innermost first."""
    outwards = _outwards(tie)
    radius = 1.7 + 1.6 * style.tie_size
    centre = tie + outwards * radius * 0.55
    side = np.cross(outwards, [0.3, 0.5, 1.0])
    side /= np.linalg.norm(side)
    up = np.cross(outwards, side)
    count = BUN_STRANDS
    shell = np.linspace(0.72, 1.0, count)[:, None] * random.uniform(0.97, 1.03, (count, 1))
    tilt = random.uniform(-1.3, 1.3, (count, 1))
    start = random.uniform(0, 2 * np.pi, (count, 1))
    turn = start + np.linspace(0, random.uniform(1.5, 3.2, count), points).T
    swing = tilt + 0.5 * np.sin(turn + start * 3)
    across = np.cos(swing) * np.cos(turn), np.cos(swing) * np.sin(turn), np.sin(swing) * 0.8
    away = across[0][..., None] * side + across[1][..., None] * up + across[2][..., None] * outwards
    lines = centre + away * (radius * shell)[..., None]
    return lines.astype(np.float32), away.astype(np.float32)


def braid_rings(style: Hairstyle, tie: FloatArray, distance: FloatArray) -> list[FloatArray]:
    """Rings (R,N,3) of the three strands of a braid that hangs from a tie, for `mesh.loft`."""
    outwards = _outwards(tie)
    length = 10 + 14 * style.tie_size
    settings = np.zeros((1, 8), np.float32)
    settings[0, [LENGTH, LAYER, GRAVITY, HUG, LEVEL]] = length, 1.0, 0.3, 0.25, -100
    path, _ = grow(
        Strands(
            *(tie[None], outwards[None].astype(np.float32), outwards[None].astype(np.float32)),
            *(settings, np.zeros((1, 3), np.float32)),
        ),
        *(distance, 16),
    )
    along = np.linspace(0, 15, BRAID_RINGS)
    place = np.stack([np.interp(along, np.arange(16), path[0, :, i]) for i in range(3)], axis=1)
    ahead = np.gradient(place, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    out = np.broadcast_to(outwards, place.shape)
    side = np.cross(ahead, out)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-6
    out = np.cross(side, ahead)
    size = (0.55 + 0.35 * style.tie_size) * np.interp(along, [0, 2, 12, 15], [0.8, 1, 0.75, 0.3])
    phase = along / 15 * length / 3.4 * np.pi
    angle = -2 * np.pi * np.arange(BRAID_SIDES) / BRAID_SIDES
    spokes = side[:, None] * np.cos(angle)[:, None] + out[:, None] * np.sin(angle)[:, None]
    rings = []
    for strand in range(3):
        turn = phase + 2 * np.pi * strand / 3
        middle = place + side * (np.sin(turn) * size * 0.95)[:, None]
        middle = middle + out * (np.sin(2 * turn) * size * 0.5)[:, None]
        rings.append((middle[:, None] + spokes * (size * 0.85)[:, None, None]).astype(np.float32))
    return rings


def _outwards(tie: FloatArray) -> FloatArray:
    """(3,) unit direction away from the head where hair is tied."""
    away = np.asarray(tie, dtype=np.float64) - [0, 5.0, -0.5]
    return np.asarray(away / np.linalg.norm(away))
