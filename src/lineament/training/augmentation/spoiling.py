"""What cameras, lights and files do to the colours of a picture. Points and masks stay.

What happens is drawn first and done afterwards, so that a device can do the same in batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.training.augmentation.options import Lighting, Spoiling

BANK = 512
"""Least side of the noise that all pictures cut theirs from."""

ENLARGING = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST_EXACT)
"""How a picture that was once smaller was enlarged again; all keep its middle in place."""
ENLARGING_SHARES = (0.5, 0.4, 0.1)


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """The faults of one picture, in the order in which they happen.

    Attributes:
        light: direction in radians and strength of light across the picture.
        curves: (256,1,3) uint8 new values of each channel.
        grey: 0 to 1, how far the colours are gone.
        small: side in pixels that the picture once had, and the position in `ENLARGING`.
        blur: standard deviation in pixels.
        noise: top and left in the noise bank, and the standard deviation in grey levels.
        jpeg: quality.
    """

    light: tuple[float, float] | None = None
    curves: ByteArray | None = None
    grey: float = 0.0
    small: tuple[int, int] | None = None
    blur: float | None = None
    noise: tuple[int, int, float] | None = None
    jpeg: int | None = None


def draw_light(options: Lighting, random: np.random.Generator) -> Faults:
    """Random light and tone for a picture of any height and width."""
    light = None
    if random.random() < options.gradient:
        light = (random.uniform(0, 2 * np.pi), random.uniform(0.1, 0.8))
    return Faults(light, _curves(options, random))


def draw_faults(options: Spoiling, size: int, random: np.random.Generator) -> Faults:
    """Random faults for a square picture of `size` pixels."""
    small = blur = noise = jpeg = None
    lit = draw_light(options, random)
    chance, grey = random.random(), 0.0
    if chance < options.grey + options.fade:
        grey = 1.0 if chance < options.grey else random.uniform(0.2, 0.8)
    if random.random() < options.small:
        side = min(max(int(size / random.uniform(1.3, 4.0)), 8), size)
        small = (side, int(random.choice(len(ENLARGING), p=ENLARGING_SHARES)))
    if random.random() < options.blur:
        blur = random.uniform(*options.blur_sigma)
    if random.random() < options.noise:
        top, left = random.integers(0, max(BANK, size) - size + 1, 2)
        noise = (int(top), int(left), 255 * options.noise_level * random.random())
    if random.random() < options.jpeg:
        jpeg = int(random.integers(15, 75))
    return Faults(lit.light, lit.curves, grey, small, blur, noise, jpeg)


def spoiled(image: ByteArray, faults: Faults) -> ByteArray:
    """The picture (S,S,3) uint8 RGB with these faults; (H,W,3) of those of `draw_light`."""
    if faults.light is not None:
        image = _lit_across(image, *faults.light)
    if faults.curves is not None:
        image = np.asarray(cv2.LUT(image, faults.curves), dtype=np.uint8)
    if faults.grey:
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        mixed = cv2.addWeighted(grey, faults.grey, image, 1 - faults.grey, 0)
        image = np.asarray(mixed, dtype=np.uint8)
    if faults.small is not None:
        image = _once_smaller(image, *faults.small)
    if faults.blur is not None:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), faults.blur), dtype=np.uint8)
    if faults.noise is not None:
        image = _noisy(image, *faults.noise)
    if faults.jpeg is not None:
        image = _compressed(image, faults.jpeg)
    return image


def _curves(options: Lighting, random: np.random.Generator) -> ByteArray | None:
    """Exponent, contrast, brightness and cast as one table (256,1,3) of a value per channel."""
    exponent = np.exp(random.normal(0, options.gamma))
    factor = np.exp(random.normal(0, options.contrast))
    added = random.normal(0, options.brightness)
    casts = np.exp(random.normal(0, options.cast, 3))
    if not (options.gamma or options.contrast or options.brightness or options.cast):
        return None
    values = ((np.arange(256) / 255) ** exponent - 0.5) * factor + 0.5 + added
    table = values[:, None, None] * casts
    return np.asarray(np.clip(np.round(table * 255), 0, 255), dtype=np.uint8)


def _lit_across(image: ByteArray, direction: float, strength: float) -> ByteArray:
    down, right = (np.linspace(-1, 1, side, dtype=np.float32) for side in image.shape[:2])
    across = np.cos(direction) * right + (np.sin(direction) * down)[:, None]
    light = np.exp(np.float32(strength) * across.astype(np.float32))
    lit = cv2.multiply(image, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return np.asarray(lit, dtype=np.uint8)


def _once_smaller(image: ByteArray, small: int, enlarging: int) -> ByteArray:
    side = image.shape[0]
    shrunk = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    way = ENLARGING[enlarging]
    return np.asarray(cv2.resize(shrunk, (side, side), interpolation=way), dtype=np.uint8)


def _noisy(image: ByteArray, top: int, left: int, level: float) -> ByteArray:
    side = image.shape[0]
    noise = noise_bank(max(BANK, side))[top : top + side, left : left + side]
    return np.asarray(cv2.add(image, noise * np.float32(level), dtype=cv2.CV_8U), dtype=np.uint8)


def _compressed(image: ByteArray, quality: int) -> ByteArray:
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)


@lru_cache(maxsize=2)
def noise_bank(side: int) -> NDArray[np.float32]:
    """Noise (side,side,3) of standard deviation 1; half of it the same in all channels."""
    random = np.random.default_rng(0)
    grey = random.standard_normal((side, side, 1), dtype=np.float32)
    colour = random.standard_normal((side, side, 3), dtype=np.float32)
    return np.asarray((grey + colour) * np.float32(0.5**0.5))
