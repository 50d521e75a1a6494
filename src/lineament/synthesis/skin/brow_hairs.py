"""Brows drawn hair by hair: where they hide the skin and where a viewer sees brow."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.parts import Part
from lineament.synthesis.skin.brow_shape import UNIT, BrowLine
from lineament.synthesis.skin.painting import draw_hairs
from lineament.synthesis.skin.part_map import MAP_SIDE, SHIFT
from lineament.synthesis.traits import Traits

WINDOW = (slice(104, 320), slice(176, 848))
"""Rows and columns of the 1024-texel map in which brows lie; whole texels of coarser maps too."""

HAIRS = (340, 820)
"""On a brow of the thinnest growth, and of the densest."""

ANGLE_T, ANGLE = (0.0, 0.12, 0.35, 0.7, 1.0), (82.0, 60.0, 34.0, 14.0, 2.0)
"""Degrees by which hairs rise above the line of the brow, along it."""

PROUD = 0.03
"""Centimetres round its hairs that still look like brow."""

MONOBROW_SHARE = 0.04


@dataclass(frozen=True)
class BrowHairs:
    """Brows in the face texture, in `window` of a map with S texels a side.

    Attributes:
        window: rows and columns of the S-texel map.
        cover: (H,W) float32 share of the skin that hairs and the shade between them hide.
        pencil: (H,W) float32 the soft shape that a brow pencil fills.
        colour: (3,) float32 linear RGB.
        parts: (rows, columns) uint8 within `WINDOW`: `Part` of each brow, 0 elsewhere.
    """

    window: tuple[slice, slice]
    cover: FloatArray
    pencil: FloatArray
    colour: FloatArray
    parts: NDArray[np.uint8]


def draw_brows(
    brows: tuple[BrowLine, BrowLine], traits: Traits, side: int, random: np.random.Generator
) -> BrowHairs:
    """Draw the person's right and left brow into a texture with `side` texels."""
    rows, columns = WINDOW
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    corner = np.array([columns.start, rows.start])
    hairs = np.zeros(shape, np.float32)
    parts = np.zeros(shape, np.uint8)
    tail = random.uniform(0.25, 1.0)
    growth = 0.62 + 0.38 * traits.brow_density
    for brow, part in zip(brows, (Part.RIGHT_BROW, Part.LEFT_BROW), strict=True):
        outline = _outline(brow) - corner
        cv2.fillPoly(parts, [np.round(outline * 2**SHIFT).astype(np.int32)], int(part), shift=SHIFT)
        curves = _hairs(brow, traits, tail, random) - corner
        count = len(curves)
        width = random.uniform(0.9, 1.7, count).astype(np.float32)
        strength = random.uniform(0.4, 1.0, count) * growth
        draw_hairs(hairs, curves.astype(np.float32), width, strength.astype(np.float32))
    if not traits.feminine and traits.age > 14 and random.random() < MONOBROW_SHARE:
        _bridge(hairs, brows, corner, random)
    soft = cv2.GaussianBlur((parts > 0).astype(np.float32), (0, 0), 0.11 * UNIT)
    base = cv2.GaussianBlur(hairs, (0, 0), 0.07 * UNIT)
    cover = 1 - (1 - 0.85 * hairs) * (1 - np.minimum(1.45 * base, 0.78))
    size = (shape[1] * side // MAP_SIDE, shape[0] * side // MAP_SIDE)
    small = [cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (cover, soft)]
    top, left = rows.start * side // MAP_SIDE, columns.start * side // MAP_SIDE
    window = np.s_[top : top + size[1], left : left + size[0]]
    covers = [np.asarray(image, dtype=np.float32) for image in small]
    return BrowHairs(window, covers[0], covers[1], brow_colour(traits, random), parts)


def brow_colour(traits: Traits, random: np.random.Generator) -> FloatArray:
    """(3,) float32 linear RGB: as the hair, somewhat darker where that is fair, greying later."""
    hair = np.array(traits.hair)
    fair = float(np.clip(hair.mean() / 0.15, 0, 1))
    colour = hair * random.uniform(0.5, 0.85) * (1 - 0.45 * fair)
    grey = float(np.clip(traits.grey * 1.2 - 0.35, 0, 0.8))
    silver = np.array([0.33, 0.29, 0.25]) * random.uniform(0.7, 1.1)
    colour = colour * (1 - grey) + silver * grey
    darkest = traits.tone * (0.5 + 0.4 * grey)
    return np.asarray(np.minimum(colour, darkest), dtype=np.float32)


def _outline(brow: BrowLine) -> NDArray[np.float64]:
    upper = brow.edge(1.0) + brow.across * PROUD * UNIT
    lower = brow.edge(-1.0) - brow.across * PROUD * UNIT
    return np.concatenate([upper, lower[::-1]])


def _hairs(
    brow: BrowLine, traits: Traits, tail: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Curves (N,3,2) of single hairs: root, bend, tip."""
    thick = float(brow.half.max()) / UNIT
    few, many = HAIRS
    count = int((few + (many - few) * traits.brow_density) * (0.45 + 0.9 * thick / 0.4))
    t = random.beta(1.05, 1.25, count)
    t = t[random.random(count) < np.interp(t, (0, 0.06, 0.55, 1), (0.55, 1, 1, tail))]
    s = np.clip(random.normal(0, 0.5, len(t)), -1, 1)
    root = brow.place(t, s * 0.95 - 0.12)
    ahead = brow.place(np.minimum(t + 0.02, 1), s) - brow.place(np.maximum(t - 0.02, 0), s)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    up = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    up *= np.where(up[:, 1:] > 0, -1, 1)
    angle = np.interp(t, ANGLE_T, ANGLE) - s * np.interp(t, (0, 0.25, 1), (5, 30, 22))
    angle = np.radians(angle + random.normal(0, 9, len(t)))[:, None]
    bend = np.radians(random.normal(14, 8, len(t)))[:, None]
    length = random.uniform(0.28, 0.62, len(t)) * np.interp(t, (0, 0.3, 1), (0.7, 1, 0.75))
    length = (length * (0.55 + 0.9 * thick) * UNIT)[:, None]
    middle = root + 0.5 * length * (np.cos(angle) * ahead + np.sin(angle) * up)
    angle = angle - bend
    tip = middle + 0.5 * length * (np.cos(angle) * ahead + np.sin(angle) * up)
    return np.stack([root, middle, tip], axis=1)


def _bridge(
    hairs: FloatArray,
    brows: tuple[BrowLine, BrowLine],
    corner: NDArray[np.integer],
    random: np.random.Generator,
) -> None:
    """A few hairs between the brows."""
    right, left = (brow.middle[0] - corner for brow in brows)
    count = int(random.uniform(25, 70))
    share = random.random((count, 1))
    root = right + share * (left - right) + random.normal(0, 0.13 * UNIT, (count, 2))
    lean = random.normal(0, 0.35, (count, 1)) + (share - 0.5)
    tip = root + 0.3 * UNIT * np.concatenate([np.sin(lean), -np.cos(lean)], axis=1)
    curves = np.stack([root, (root + tip) / 2, tip], axis=1).astype(np.float32)
    draw_hairs(
        hairs,
        curves,
        np.full(count, 1.2, np.float32),
        random.uniform(0.2, 0.7, count).astype(np.float32),
    )
