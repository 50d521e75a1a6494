"""What a lens and an exposure do to a background: out of focus, brighter or darker, warmer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray

Image = NDArray[Any]

GAMMA = 2.2
TO_LINEAR = (np.arange(256) / 255).astype(np.float32) ** GAMMA
LUMINANCE = np.array((0.2126, 0.7152, 0.0722))
"""Shares of linear red, green and blue in brightness (ITU-R BT.709)."""

SMALL_SIGMA = 2.5
"""The largest blur that is computed at full size; larger ones on a reduced picture."""


class Blur(NamedTuple):
    """One row of a table of how far backgrounds are out of focus.

    Attributes:
        share: how often; the shares of a table add up to one.
        least: of the standard deviations of the blur, as shares of the picture's side.
        greatest: likewise.
    """

    share: float
    least: float
    greatest: float


def sample_blur(random: np.random.Generator, table: Sequence[Blur]) -> float:
    """Standard deviation of a blur, as a share of the picture's side."""
    pick = random.random()
    for row in table[:-1]:
        if pick < row.share:
            return float(random.uniform(row.least, row.greatest))
        pick -= row.share
    return float(random.uniform(table[-1].least, table[-1].greatest))


def linear_light(image: ByteArray) -> FloatArray:
    """Linear RGB, 0 to 1, of a gamma-encoded picture; (H,W,3) each."""
    return np.asarray(cv2.LUT(image, TO_LINEAR), np.float32)


def defocus(image: Image, sigma: float) -> Image:
    """Blur an (H,W,3) picture of either type by `sigma` pixels."""
    if sigma < 0.3:
        return image
    if sigma <= SMALL_SIGMA:
        return cv2.GaussianBlur(image, (0, 0), sigma)
    height, width = image.shape[:2]
    shrink = min(sigma / SMALL_SIGMA, min(height, width) / 4)
    size = (max(round(width / shrink), 4), max(round(height / shrink), 4))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma * size[0] / width)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def white_balance(random: np.random.Generator, spread: float = 0.07) -> FloatArray:
    """Gains (3,) of red, green and blue: warm or cool light, a little green or magenta."""
    warmth, tint = random.normal(0, spread), random.normal(0, spread / 3)
    gains = np.exp(np.array([warmth, tint, -warmth]))
    return np.asarray(gains / gains.mean(), np.float32)


def expose(
    image: FloatArray, stops: float, gains: FloatArray, saturation: float = 1.0
) -> FloatArray:
    """Scale linear light (H,W,3); what becomes too bright clips at one.

    Args:
        image: (H,W,3) linear RGB.
        stops: exposure; 1 doubles the light.
        gains: (3,) of red, green and blue.
        saturation: 0 for grey, 1 to leave the colours.
    """
    colours = np.eye(3) * saturation + (1 - saturation) * LUMINANCE
    scaled = cv2.transform(image, gains[:, None] * colours * 2.0**stops)
    return np.asarray(cv2.threshold(scaled, 1.0, 1.0, cv2.THRESH_TRUNC)[1], np.float32)
