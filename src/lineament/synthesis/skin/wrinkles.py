"""Lines of age and expression: grooves drawn on the face, each with the folds beside it.

A line is given by points seen from the front of the neutral head, x and y in centimetres, of the
person's left side (the right one mirrors it); x of both signs makes a line across the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.skin.painting import add_scaled, bend, stain
from lineament.synthesis.skin.texture_space import FACE_TILE, TEXELS_PER_CM, TextureSpace

Line = tuple[tuple[tuple[float, float], ...], float, float]
"""Points, half the width and the depth of the groove in centimetres."""

LINES: dict[str, tuple[Line, ...]] = {
    "forehead": (
        (
            (
                (-4.6, 7.3),
                (-3.2, 7.75),
                (-1.5, 7.45),
                (0, 7.25),
                (1.5, 7.45),
                (3.2, 7.75),
                (4.6, 7.3),
            ),
            0.1,
            0.034,
        ),
        (
            ((-4.4, 8.15), (-3, 8.6), (-1.4, 8.35), (0, 8.15), (1.4, 8.35), (3, 8.6), (4.4, 8.15)),
            0.11,
            0.042,
        ),
        (((-3.9, 9.1), (-2.4, 9.4), (0, 9.05), (2.4, 9.4), (3.9, 9.1)), 0.1, 0.034),
        (((-3.0, 10.0), (-1.2, 10.15), (0, 10.0), (1.2, 10.15), (3.0, 10.0)), 0.09, 0.02),
    ),
    "glabella": (
        (((0.5, 4.5), (0.62, 5.2), (0.55, 6.1), (0.7, 6.8)), 0.09, 0.045),
        (((-1.0, 4.0), (0, 3.85), (1.0, 4.0)), 0.09, 0.025),
    ),
    "crow": (
        (((4.75, 3.9), (5.3, 4.3), (5.95, 4.75)), 0.07, 0.03),
        (((4.8, 3.55), (5.4, 3.65), (6.2, 3.75)), 0.07, 0.036),
        (((4.75, 3.2), (5.3, 3.0), (6.0, 2.75)), 0.07, 0.032),
        (((4.5, 2.8), (5.0, 2.4), (5.6, 1.85)), 0.07, 0.024),
    ),
    "under_eye": (
        (((1.95, 2.85), (2.6, 2.45), (3.4, 2.4), (4.2, 2.75)), 0.07, 0.02),
        (((1.9, 2.5), (2.3, 1.95), (3.1, 1.55), (3.9, 1.7), (4.5, 2.1)), 0.16, 0.05),
    ),
    "nasolabial": (
        (((1.95, 0.35), (2.3, -0.3), (2.75, -1.3), (3.1, -2.3), (3.3, -3.3)), 0.22, 0.075),
    ),
    "cheek": ((((4.1, -0.9), (4.35, -2.0), (4.3, -3.2), (3.9, -4.4)), 0.2, 0.045),),
    "marionette": ((((2.7, -3.75), (2.95, -4.6), (3.05, -5.7)), 0.18, 0.055),),
    "bunny": (
        (((0.75, 2.9), (1.05, 2.45), (1.35, 2.2)), 0.08, 0.03),
        (((0.8, 3.4), (1.15, 3.05), (1.5, 2.85)), 0.08, 0.025),
    ),
    "lip": tuple(
        (((x, -2.45 - 0.12 * x), (x * 1.06, -2.0), (x * 1.1, -1.65)), 0.05, 0.016)
        for x in (0.5, 0.85, 1.2, 1.55)
    ),
    "chin": ((((-1.3, -5.35), (0, -5.15), (1.3, -5.35)), 0.15, 0.035),),
    "neck": (
        (((-3.2, -10.6), (-1.5, -11.2), (0, -11.4), (1.5, -11.2), (3.2, -10.6)), 0.13, 0.05),
        (((-3.0, -13.2), (-1.5, -13.6), (0, -13.75), (1.5, -13.6), (3.0, -13.2)), 0.13, 0.04),
    ),
}

STEP = 1.2
"""Texels between the samples of a line."""

VARIANTS = 3
"""Differently shaken drawings of each kind; a person has one of them."""

SHADE = np.array([0.72, 0.6, 0.58], np.float32)
"""Colour of the bottom of a deep groove as a share of the skin's."""

FOLD_OF_EXPRESSION = {
    "browInnerUp": ("forehead", 0.55),
    "browOuterUp": ("forehead", 0.55),
    "browDown": ("glabella", 1.0),
    "eyeSquint": ("crow", 0.6),
    "cheekSquint": ("crow", 0.7),
    "mouthSmile": ("nasolabial", 1.0),
    "noseSneer": ("bunny", 1.1),
    "mouthShrugLower": ("chin", 0.9),
    "mouthPucker": ("lip", 0.9),
}
"""Which lines an expression deepens, and by how much at full strength."""


@dataclass(frozen=True)
class Fold:
    """The lines of one kind on one side of the face, at full strength.

    Attributes:
        row, column: upper left texel of its window in the face tile.
        height: (H,W) float32 centimetres, negative in the groove.
        relief: (H,W,3) float32, what it adds to the normal.
        shade: (H,W) float32, 0 to 1: how dark it is.
    """

    row: int
    column: int
    height: FloatArray
    relief: FloatArray
    shade: FloatArray

    @property
    def window(self) -> tuple[slice, slice]:
        rows, columns = self.height.shape
        return np.s_[self.row : self.row + rows, self.column : self.column + columns]

    def press(self, relief: FloatArray, strength: float) -> None:
        """Add the fold to the relief (S,S,3) of the face, in place."""
        add_scaled(relief[self.window], self.relief, strength)

    def darken(self, albedo: FloatArray, strength: float) -> None:
        """Shade the groove in the albedo (S,S,3) of the face, in place."""
        stain(albedo[self.window], self.shade, SHADE, min(strength, 1.2))


class Wrinkles:
    """All folds of the head, drawn once."""

    def __init__(self, space: TextureSpace) -> None:
        random = np.random.default_rng(1)
        self.folds: dict[tuple[str, str, int], Fold] = {}
        for kind, lines in LINES.items():
            for variant in range(VARIANTS):
                for side in ("L", "R"):
                    drawn = [_seen(space, line, side, random) for line in lines]
                    self.folds[kind, side, variant] = _fold(space, drawn)

    def of(self, kind: str, variant: int) -> tuple[Fold, Fold]:
        """The person's left and right fold of a kind."""
        return self.folds[kind, "L", variant], self.folds[kind, "R", variant]


def expression_folds(weights: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """Strength of folds (kind, side L or R) by the weights of expression shapes, by name."""
    strength: dict[tuple[str, str], float] = {}
    for name, weight in weights.items():
        shape, _, side = name.partition("_")
        if shape in FOLD_OF_EXPRESSION and weight > 0.05:
            kind, share = FOLD_OF_EXPRESSION[shape]
            for which in (side,) if side else ("L", "R"):
                strength[kind, which] = strength.get((kind, which), 0.0) + share * weight
    return strength


def _seen(
    space: TextureSpace, line: Line, side: str, random: np.random.Generator
) -> tuple[FloatArray, FloatArray, float, float]:
    """A line as texels (N,2) with its strength along it (N,), half width in texels and depth.

    A line across the middle is cut in two halves that fade into each other.
    """
    points, width, depth = line
    corners = np.array(points)
    across = bool(corners[0, 0] < 0)
    if side == "R":
        corners = corners * [-1, 1]
    shaken = corners + random.normal(0, 0.07, corners.shape)
    unit = TEXELS_PER_CM * space.side / 512
    extent = np.linalg.norm(np.diff(corners, axis=0), axis=1).sum() * unit
    fine = np.linspace(0, 1, int(extent / STEP) + 8)
    length = np.linspace(0, 1, len(shaken))
    smooth = np.stack([_spline(fine, length, shaken[:, axis]) for axis in (0, 1)], axis=1)
    fade = np.clip(np.minimum(fine, 1 - fine) / 0.22, 0, 1)
    fade *= 1 + 0.25 * np.sin(fine * random.uniform(6, 16) + random.uniform(0, 6))
    if across:
        inwards = smooth[:, 0] * (1 if side == "L" else -1)
        fade *= np.clip(0.5 + inwards / 0.6, 0, 1)
    depth *= random.uniform(0.7, 1.2)
    return space.seen_from_front(smooth), fade.astype(np.float32), width * unit, depth


def _spline(
    at: NDArray[np.floating], knots: NDArray[np.floating], values: NDArray[np.floating]
) -> NDArray[np.floating]:
    return np.asarray(np.polyval(np.polyfit(knots, values, min(len(knots) - 1, 6)), at))


def _fold(space: TextureSpace, lines: list[tuple[FloatArray, FloatArray, float, float]]) -> Fold:
    side = space.side
    everything = np.concatenate([texels for texels, *_ in lines])
    margin = 6 * max(width for _, _, width, _ in lines)
    low = np.clip((everything.min(axis=0) - margin).astype(int), 0, side - 2)
    high = np.clip((everything.max(axis=0) + margin).astype(int), low + 2, side)
    rows, columns = np.mgrid[low[1] : high[1], low[0] : high[0]]
    height = np.zeros(rows.shape, np.float32)
    shade = np.zeros(rows.shape, np.float32)
    for texels, fade, width, depth in lines:
        grid = np.hypot(columns[..., None] - texels[:, 0], rows[..., None] - texels[:, 1])
        nearest = grid.argmin(axis=-1)
        away = np.take_along_axis(grid, nearest[..., None], axis=-1)[..., 0] / width
        groove = fade[nearest] * np.exp(-(away**2))
        beside = fade[nearest] * np.exp(-(((away - 2.4) / 1.3) ** 2))
        height += depth * (0.45 * beside - groove)
        shade = np.maximum(shade, groove * min(1.0, depth / 0.05))
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    relief = np.zeros((*height.shape, 3), np.float32)
    bend(relief, height, space.slope_u[FACE_TILE][window], space.slope_v[FACE_TILE][window])
    return Fold(int(low[1]), int(low[0]), height, relief, shade.astype(np.float32))
