"""How a hairstyle lays each strand: which way it sets out, how long it is, what holds it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.hair.combing import (
    GATHER,
    GRAVITY,
    GUARD,
    HUG,
    LAYER,
    LENGTH,
    LEVEL,
    TUCK,
    Strands,
)
from lineament.synthesis.hair.scalp import Roots
from lineament.synthesis.hair.styles import Hairstyle

CROWN = np.array([0.8, 14.0, -4.5], np.float32)
"""The whorl from which short hair grows to all sides."""

HANGING = 10.0
"""Centimetres from which hair hangs beside the face rather than stands on the head."""

LOOSE = -98.0


def dress(
    style: Hairstyle, roots: Roots, depth: FloatArray, random: np.random.Generator
) -> tuple[Strands, NDArray[np.bool_]]:
    """Strands of a style at roots.

    Args:
        depth: (N,) centimetres of the roots inside the hair line.

    Returns:
        The strands, and which of them (N,) are the fringe.
    """
    x, y, z = roots.positions.T
    count = len(x)
    top = _rise(y, 7.5, 11.5)
    back = _rise(-z, 0.0, 5.0)
    fringe = _fringe(style, x, y, z, random)
    settings = np.zeros((count, 8), np.float32)
    length = style.side + (style.top - style.side) * top
    length *= random.uniform(0.8, 1.1, count) * np.clip(0.45 + 0.25 * depth, 0.45, 1)
    rank = random.random(count)
    settings[:, LENGTH] = length
    near_line = np.clip(0.35 + 0.22 * depth, 0.3, 1)
    settings[:, LAYER] = (0.08 + style.volume * rank**0.7) * near_line * (0.55 + 0.45 * top)
    settings[:, GRAVITY] = 0.03 + 0.34 * (1 - style.stiffness) ** 1.5
    settings[:, HUG] = 0.35 if style.side < HANGING else 0.12
    settings[:, LEVEL] = _levels(style, x, z, random)
    if style.side >= HANGING:
        settings[:, LAYER] += 0.2
    directions = _comb(style, roots.positions, roots.normals, top, back)
    if style.cut.comb == "out":
        settings[:, HUG] = 0.0
    if style.side >= HANGING and style.cut.comb != "gather":
        settings[:, GUARD] = style.frame * random.uniform(0.97, 1.12, count)
        settings[:, GUARD] *= np.sign(_side_of_parting(style, x) if style.cut.comb == "part" else x)
        settings[:, TUCK] = np.where(x > 0, *style.tucked) * (z > -3)
    gather = np.zeros((count, 3), np.float32)
    if style.cut.comb == "gather" or (len(style.ties) and style.cut.tie == "loose"):
        gather = style.ties[np.where(x * style.ties[-1, 0] > 0, len(style.ties) - 1, 0)]
        drawn = np.ones(count, bool) if style.cut.tie != "loose" else (y > 7.5) & ~fringe
        way = gather - roots.positions
        far = np.linalg.norm(way, axis=1)
        directions[drawn] = way[drawn] / far[drawn, None]
        settings[drawn, LENGTH] = far[drawn] * 1.22
        settings[drawn, GATHER] = 0.8
        settings[drawn, GRAVITY] = 0.0
        settings[drawn, HUG] = 0.5
        settings[drawn, LEVEL] = LOOSE
        settings[drawn, GUARD] = 0.0
        settings[drawn, TUCK] = 0.0
    if style.cut.comb in ("gather", "back") or any(style.tucked):
        _crop_sideburns(y, z, random, settings, directions)
    if fringe.any():
        _dress_fringe(style, (x, y, z), fringe, random, settings, directions)
    lift = style.lift * (0.25 + 0.75 * top)
    lift = np.where(fringe, 0.35 * lift, lift) * np.clip(0.5 + 0.3 * depth, 0.5, 1)
    directions = _set_out(directions, roots.normals, lift, style.tousle, random)
    return Strands(roots.positions, roots.normals, directions, settings, gather), fringe


def _comb(
    style: Hairstyle, places: FloatArray, normals: FloatArray, top: FloatArray, back: FloatArray
) -> FloatArray:
    """(N,3) which way hair is combed at each root, before it is laid on the skin."""
    x = places[:, 0]
    one, none = np.ones_like(x), np.zeros_like(x)
    down = np.stack([none, -one, none], axis=1)
    if style.cut.comb == "part":
        away = _side_of_parting(style, x)
        across = np.stack([away, 0.1 * one, -0.3 * one], axis=1)
        side = down + np.stack([0.1 * away, none, -0.35 * (1 - back)], axis=1)
        behind = down + np.stack([0.35 * away, none, -0.2 * one], axis=1)
        combed = across * top[:, None] + side * (1 - top)[:, None]
        return np.asarray(combed * (1 - back)[:, None] + behind * back[:, None])
    if style.cut.comb == "back":
        backwards = np.stack([0.15 * np.tanh(x - style.part), 0.2 * one, -one], axis=1)
        side = np.stack([none, -0.45 * one, -one], axis=1)
        combed = backwards * top[:, None] + side * (1 - top)[:, None]
        return np.asarray(combed * (1 - 0.8 * back)[:, None] + down * 0.8 * back[:, None])
    if style.cut.comb == "out":
        return np.asarray(normals + 0.3 * down * (1 - top)[:, None])
    radial = places - CROWN * np.sign([style.part, 1, 1]).astype(np.float32)
    radial /= np.linalg.norm(radial, axis=1, keepdims=True) + 1e-3
    sweep = np.stack([-0.25 * np.sign(style.part) * top, none, 0.15 * top], axis=1)
    return np.asarray(radial + sweep)


def _crop_sideburns(
    y: FloatArray,
    z: FloatArray,
    random: np.random.Generator,
    settings: FloatArray,
    directions: FloatArray,
) -> None:
    """Short hair before the ears, which would otherwise be combed through them; in place."""
    before_ear = (y < 4.4) & (z > 0.0)
    settings[before_ear, LENGTH] = random.uniform(0.7, 1.6, int(before_ear.sum()))
    settings[before_ear, LAYER] = 0.05
    settings[before_ear, GATHER] = 0.0
    directions[before_ear] = (0.0, -1.0, -0.35)


def _side_of_parting(style: Hairstyle, x: FloatArray) -> FloatArray:
    """-1 right of the parting to 1 left of it; low on the head, of its middle."""
    away = np.tanh((x - style.part) / 1.2)
    return np.asarray(np.copysign(np.maximum(np.abs(away), 0.6), away))


def _set_out(
    directions: FloatArray,
    normals: FloatArray,
    lift: FloatArray,
    tousle: float,
    random: np.random.Generator,
) -> FloatArray:
    """Unit directions on the skin, disturbed, and raised from it by `lift` radians."""
    mixed = directions + tousle * 0.9 * random.standard_normal(directions.shape)
    flat = mixed - normals * np.einsum("nd,nd->n", mixed, normals)[:, None]
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-6
    raised = flat * np.cos(lift)[:, None] + normals * np.sin(lift)[:, None]
    return np.ascontiguousarray(raised, dtype=np.float32)


def _levels(
    style: Hairstyle, x: FloatArray, z: FloatArray, random: np.random.Generator
) -> FloatArray:
    """(N,) heights at which strands are cut off."""
    if style.level < LOOSE:
        return np.full(len(x), style.level, np.float32)
    slope = 4.0 if style.name == "bowl" else 1.5
    level = (
        style.level - slope * _rise(-z, 0, 6) + random.normal(0, 0.3 + 0.5 * style.tousle, len(x))
    )
    return np.asarray(level, dtype=np.float32)


def _fringe(
    style: Hairstyle, x: FloatArray, y: FloatArray, z: FloatArray, random: np.random.Generator
) -> NDArray[np.bool_]:
    """Which roots (N,) the fringe grows from."""
    start = 0.5 if style.cut.comb == "crown" and style.fringe == "full" else 4.6
    front = (z > start) & (y > 8.8) & (np.abs(x) < 5.6)
    if style.fringe in ("none", "curtain"):
        return np.zeros(len(x), bool)
    if style.fringe == "wispy":
        return np.asarray((z > 4.0) & (y > 6.5) & (np.abs(x) > 3.6) & (random.random(len(x)) < 0.4))
    return np.asarray(front)


def _dress_fringe(
    style: Hairstyle,
    places: tuple[FloatArray, FloatArray, FloatArray],
    fringe: NDArray[np.bool_],
    random: np.random.Generator,
    settings: FloatArray,
    directions: FloatArray,
) -> None:
    """Change the strands of the fringe, in place."""
    x, y, z = places
    count = int(fringe.sum())
    across, sway = np.sign(style.part), random.normal(0, 0.12, count)
    level = style.fringe_level + random.normal(0, 0.35 + 0.5 * style.tousle, count)
    if style.fringe == "wispy":
        out = np.sign(x[fringe])
        directions[fringe] = np.stack([0.8 * out, 0 * sway - 0.6, 0 * sway + 0.3], axis=1)
        level = random.uniform(-8, 2, count)
    elif style.fringe == "swept":
        directions[fringe] = np.stack(
            [-1.0 * across + sway, 0 * sway - 0.2, 0 * sway + 0.75], axis=1
        )
        level += 2.6 * np.clip(x[fringe] * across / 4 + 0.35, -0.6, 1)
    else:
        spread = 0.1 * x[fringe] + sway
        directions[fringe] = np.stack([spread, 0 * sway - 0.2, 0 * sway + 1.0], axis=1)
        level -= 2.2 * np.clip(np.abs(x[fringe]) - 3.4, 0, 2)
    reach = np.maximum(y[fringe] - level, 0.5) + 3.0 + np.clip(5.5 - z[fringe], 0, 5)
    if style.fringe == "swept":
        reach += 3.0
    settings[fringe, LENGTH] = reach if style.fringe != "short" else style.top
    settings[fringe, LEVEL] = level
    settings[fringe, GRAVITY] = np.maximum(settings[fringe, GRAVITY], 0.12)
    settings[fringe, LAYER] *= 0.6
    settings[fringe, HUG] = 0.3
    settings[fringe, GUARD] = 0.0
    if style.fringe == "wispy":
        settings[fringe, GUARD] = np.sign(x[fringe]) * random.uniform(6.0, 7.4, count)
    settings[fringe, TUCK] = 0.0
    settings[fringe, GATHER] = 0.0


def _rise(value: FloatArray, start: float, end: float) -> FloatArray:
    share = np.clip((value - start) / (end - start), 0.0, 1.0)
    return np.asarray(share * share * (3 - 2 * share))
