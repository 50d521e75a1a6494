"""What is done to skin textures texel by texel.

Everything changes its first argument in place. Rows and columns say where the upper left corner of
a small map lies in a large one.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray


@njit(cache=True, fastmath=True)
def bend(relief: FloatArray, height: FloatArray, slope_u: FloatArray, slope_v: FloatArray) -> None:
    """Add to `relief` (S,S,3) how heights (S,S), in centimetres, bend the normal; for the slopes
    see `TextureSpace`."""
    rows, columns = height.shape
    for y in range(rows):
        above, below = max(y - 1, 0), min(y + 1, rows - 1)
        for x in range(columns):
            across = 0.5 * (height[y, min(x + 1, columns - 1)] - height[y, max(x - 1, 0)])
            down = 0.5 * (height[below, x] - height[above, x])
            for i in range(3):
                relief[y, x, i] += across * slope_u[y, x, i] + down * slope_v[y, x, i]


@njit(cache=True, fastmath=True)
def add_scaled(target: FloatArray, source: FloatArray, scale: float) -> None:
    """target += source * scale, for two (H,W,C) arrays."""
    for y in range(target.shape[0]):
        for x in range(target.shape[1]):
            for i in range(target.shape[2]):
                target[y, x, i] += source[y, x, i] * scale


@njit(cache=True, fastmath=True)
def coat(albedo: FloatArray, cover: FloatArray, colour: FloatArray, strength: float) -> None:
    """Paint a colour (3,) over albedo (H,W,3), hiding `cover` (H,W) times `strength` of it."""
    for y in range(albedo.shape[0]):
        for x in range(albedo.shape[1]):
            share = min(cover[y, x] * strength, 1.0)
            if share > 0.002:
                for i in range(3):
                    albedo[y, x, i] += (colour[i] - albedo[y, x, i]) * share


@njit(cache=True, fastmath=True)
def stain(albedo: FloatArray, cover: FloatArray, tint: FloatArray, strength: float) -> None:
    """Multiply albedo (H,W,3) by `tint` (3,) to the extent of `cover` (H,W) times `strength`."""
    for y in range(albedo.shape[0]):
        for x in range(albedo.shape[1]):
            share = cover[y, x] * strength
            if share > 0.002:
                for i in range(3):
                    albedo[y, x, i] *= 1.0 + (tint[i] - 1.0) * share


@njit(cache=True, fastmath=True)
def splat(
    image: FloatArray, texels: FloatArray, radius: FloatArray, colour: FloatArray, ragged: float
) -> None:
    """Add soft round spots to an image (S,S,C).

    Args:
        texels: (N,2) columns and rows of their centres.
        radius: (N,) texels.
        colour: (N,C) what is added at the centre.
        ragged: how far outlines differ from circles, 0 to 1.
    """
    side = image.shape[0]
    for n in range(len(texels)):
        reach = radius[n] * 1.6 + 1.0
        x0, y0 = texels[n, 0], texels[n, 1]
        for y in range(max(0, int(y0 - reach)), min(side, int(y0 + reach) + 2)):
            for x in range(max(0, int(x0 - reach)), min(side, int(x0 + reach) + 2)):
                dx, dy = x - x0, y - y0
                turn = np.arctan2(dy, dx)
                own = radius[n] * (1.0 + ragged * np.sin(3.0 * turn + 1.7 * n) * 0.4)
                away = np.sqrt(dx * dx + dy * dy)
                share = min(1.0, max(0.0, (own - away) / (0.45 * own + 0.6) + 0.5))
                for i in range(image.shape[2]):
                    image[y, x, i] += colour[n, i] * share


@njit(cache=True, fastmath=True)
def draw_hairs(
    cover: FloatArray, curves: FloatArray, width: FloatArray, strength: FloatArray
) -> None:
    """Draw hairs that taper to their tips.

    Args:
        cover: (H,W) share of each texel that is covered; the strongest hair counts.
        curves: (N,3,2) columns and rows of root, middle and tip of quadratic curves.
        width: (N,) texels at the root.
        strength: (N,) cover at the root, 0 to 1.
    """
    height, breadth = cover.shape
    for n in range(len(curves)):
        length = 0.0
        for k in range(2):
            dx, dy = curves[n, k + 1, 0] - curves[n, k, 0], curves[n, k + 1, 1] - curves[n, k, 1]
            length += np.sqrt(dx * dx + dy * dy)
        steps = int(length * 1.6) + 2
        for step in range(steps):
            t = step / (steps - 1)
            x = (1 - t) ** 2 * curves[n, 0, 0] + 2 * t * (1 - t) * curves[n, 1, 0]
            y = (1 - t) ** 2 * curves[n, 0, 1] + 2 * t * (1 - t) * curves[n, 1, 1]
            x += t * t * curves[n, 2, 0]
            y += t * t * curves[n, 2, 1]
            half = 0.5 * width[n] * (1.0 - 0.75 * t)
            for row in range(int(y - half), int(y + half) + 2):
                for column in range(int(x - half), int(x + half) + 2):
                    if not (0 <= row < height and 0 <= column < breadth):
                        continue
                    away = np.sqrt((column - x) ** 2 + (row - y) ** 2)
                    share = strength[n] * min(1.0, max(0.0, half + 0.5 - away))
                    share *= 1.0 - 0.5 * t
                    cover[row, column] = max(cover[row, column], share)


@njit(cache=True, fastmath=True)
def grow_hair(
    albedo: FloatArray,
    parts: NDArray[np.uint8],
    cover: FloatArray,
    strands: FloatArray,
    colour: FloatArray,
    strength: float,
    labelled: float,
    part: int,
) -> None:
    """Paint short hair over one tile.

    Args:
        albedo: (H,W,3).
        parts: (L,M) part numbers, L and M the same multiple of H and W.
        cover: (H,W) how thickly hair grows, 0 to 1.
        strands: (H,W) noise 0 to 1 that says where single hairs lie.
        colour: (3,) linear RGB.
        strength: how much of the skin hair hides where it is thickest.
        labelled: cover from which a texel counts as `part`; above 1: nowhere.
    """
    rows, columns = cover.shape
    times = parts.shape[1] // columns
    for y in range(rows):
        for x in range(columns):
            growth = cover[y, x]
            if growth <= 0.01:
                continue
            thick = growth
            if growth < 0.98:
                thick += (strands[y, x] - 0.5) * 0.5
            share = min(1.0, max(0.0, thick * 1.5 - 0.75 * strands[y, x])) * strength
            lightness = 0.55 + 0.9 * strands[y, x]
            for i in range(3):
                albedo[y, x, i] += (colour[i] * lightness - albedo[y, x, i]) * share
            if growth > labelled:
                for row in range(y * times, (y + 1) * times):
                    for column in range(x * times, (x + 1) * times):
                        parts[row, column] = part
