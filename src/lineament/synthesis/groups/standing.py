"""What a person stands on: the body below the end of a bust, down to the feet.

The cloth at the end of the bust goes on, mirrored, as a coat down to the hips and then as trousers
or a skirt. It is seldom seen from close by: it is there so that no bust hangs in the air.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import FloatArray

COAT, LEGS = 1.4, 6.0
"""Lengths of coat and legs in sides of the face."""

HIPS, KNEES = 0.72, 0.62
"""Width at the hips and below them, as shares of that of the bust's last row."""

TAIL = 0.1
"""The lowest share of a bust, whose cloth goes on."""

FULL = 0.97
"""Coverage of the bust's last row against its widest in the tail."""

SKIRT_SHARE, GAP = 0.3, 0.8
DARKEST, BRIGHTEST, COLOURED = 0.01, 0.25, 0.3
"""Least and greatest linear brightness of trousers, and the spread of their colours."""


def with_body(
    light: FloatArray,
    unit: float,
    length: float,
    random: np.random.Generator,
    *,
    legs: bool = True,
) -> FloatArray:
    """(H,w,4) float32 a bust (h,w,4) and up to `length` pixels of the body below its end.

    Args:
        light: linear RGB times coverage, and coverage.
        unit: side of the face in pixels of `light`.
        length: what can be seen of it, in pixels below the end of `light`.
        random: draws the trousers; so many numbers are drawn whatever the length is.
        legs: whether it goes on below the hips.
    """
    dress = DARKEST * (BRIGHTEST / DARKEST) ** random.random()
    dress = dress * np.exp(random.normal(0, COLOURED, 3)).astype(np.float32)
    skirt = random.random() < SKIRT_SHARE
    height, width = light.shape[:2]
    first = int(height * (1 - TAIL))
    tail = light[first:, :, 3]
    covered = tail.sum(axis=1)
    if covered.max() < 1:
        return light
    last = int(np.flatnonzero(covered >= FULL * covered.max())[-1])
    rows = int(min(length + height - first - last - 1, (COAT + LEGS * legs) * unit))
    if rows < 1 or last < 1:
        return light
    middles = (tail * np.arange(width, dtype=np.float32)).sum(axis=1) / np.maximum(covered, 1e-6)
    down = (np.arange(rows, dtype=np.float32) + 1)[:, None]
    mirrored = (last - np.abs(last - (down[:, 0].astype(int) + last) % (2 * last))).astype(int)
    share = np.interp(down / unit, [0, COAT, COAT + 2.5, COAT + LEGS], [1, HIPS, KNEES, KNEES])
    away = (np.arange(width, dtype=np.float32) - middles[last]) / share.astype(np.float32)
    stretch = (covered[mirrored] / covered[last])[:, None]
    places = middles[mirrored][:, None] + away * stretch
    row = np.broadcast_to((mirrored + first)[:, None], places.shape)
    body = np.asarray(
        cv2.remap(light, places.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR),
        np.float32,
    )
    hips = int(COAT * unit)
    if hips < rows:
        _dress(body[hips:], away[hips:] / covered[last], unit, dress, skirt=skirt)
    return np.concatenate([light[: first + last + 1], body])


def _dress(
    body: FloatArray, across: FloatArray, unit: float, dress: FloatArray, *, skirt: bool
) -> None:
    """Turn cloth into trousers or a skirt, in place.

    Args:
        body: (n,w,4). across: (n,w) places from -0.5 to 0.5 across it.
        unit: side of the face in pixels.
        dress: (3,) linear RGB.
    """
    round_ = np.sqrt(np.clip(1 - 4 * across**2, 0.1, 1))
    if not skirt:
        opening = (np.arange(len(body), dtype=np.float32) / unit - 0.9) / LEGS * GAP / 2
        body[..., 3] *= np.abs(across) > opening[:, None]
    body[..., :3] = (body[..., 3] * round_)[..., None] * dress
