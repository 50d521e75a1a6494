"""What cameras, lights and files do to the colours of a picture. Points and classes stay."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.strict import Strict

BANK = 512
"""Side of the noise that all pictures cut theirs from."""


class Spoiling(Strict):
    """How often each fault happens, and how strong it may be.

    Attributes:
        gamma, contrast, cast: standard deviations of the logarithms of the exponent, of the
            factor of all channels and of the factor of each channel.
        brightness: standard deviation of what is added, of 255.
        grey, fade: probability of a grey picture, and of one whose colours are weakened.
        gradient: probability of light that falls off across the picture.
        small: probability of a picture that was once smaller; blur: of a Gaussian one.
        noise: probability of noise; noise_level: its largest standard deviation, of 255.
        jpeg: probability of JPEG compression.
    """

    gamma: float = 0.3
    contrast: float = 0.2
    cast: float = 0.08
    brightness: float = 0.06
    grey: float = 0.15
    fade: float = 0.2
    gradient: float = 0.4
    small: float = 0.25
    blur: float = 0.25
    noise: float = 0.4
    noise_level: float = 0.06
    jpeg: float = 0.2


def spoiled(image: ByteArray, options: Spoiling, random: np.random.Generator) -> ByteArray:
    """The picture (S,S,3) uint8 RGB with random faults."""
    if random.random() < options.gradient:
        image = _lit_across(image, random)
    image = np.asarray(cv2.LUT(image, _curves(options, random)), dtype=np.uint8)
    chance = random.random()
    if chance < options.grey + options.fade:
        weight = 1.0 if chance < options.grey else random.uniform(0.2, 0.8)
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        image = np.asarray(cv2.addWeighted(grey, weight, image, 1 - weight, 0), dtype=np.uint8)
    if random.random() < options.small:
        image = _once_smaller(image, random)
    if random.random() < options.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 1.6)), np.uint8)
    if random.random() < options.noise:
        image = _noisy(image, options.noise_level, random)
    if random.random() < options.jpeg:
        quality = int(random.integers(15, 75))
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image


def _curves(options: Spoiling, random: np.random.Generator) -> ByteArray:
    """Exponent, contrast, brightness and cast as one table (256,1,3) of a value per channel."""
    exponent = np.exp(random.normal(0, options.gamma))
    values = (np.arange(256) / 255) ** exponent
    factor = np.exp(random.normal(0, options.contrast))
    values = (values - 0.5) * factor + 0.5 + random.normal(0, options.brightness)
    table = values[:, None, None] * np.exp(random.normal(0, options.cast, 3))
    return np.asarray(np.clip(np.round(table * 255), 0, 255), dtype=np.uint8)


def _lit_across(image: ByteArray, random: np.random.Generator) -> ByteArray:
    side = image.shape[0]
    direction, strength = random.uniform(0, 2 * np.pi), random.uniform(0.1, 0.8)
    line = np.linspace(-1, 1, side, dtype=np.float32)
    across = np.cos(direction) * line + (np.sin(direction) * line)[:, None]
    light = np.exp(np.float32(strength) * across)
    lit = cv2.multiply(image, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return np.asarray(lit, dtype=np.uint8)


def _once_smaller(image: ByteArray, random: np.random.Generator) -> ByteArray:
    side = image.shape[0]
    small = max(int(side / random.uniform(1.3, 4.0)), 8)
    shrunk = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
    way = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)[int(random.choice(3, p=_WAYS))]
    return np.asarray(cv2.resize(shrunk, (side, side), interpolation=way), dtype=np.uint8)


_WAYS = (0.5, 0.4, 0.1)


def _noisy(image: ByteArray, largest: float, random: np.random.Generator) -> ByteArray:
    side = image.shape[0]
    top, left = random.integers(0, BANK - side + 1, 2)
    noise = _noise_bank()[top : top + side, left : left + side]
    scale = 255 * largest * random.random()
    return np.asarray(cv2.scaleAdd(noise, scale, image.astype(np.float32)).clip(0, 255), np.uint8)


@lru_cache(maxsize=1)
def _noise_bank() -> NDArray[np.float32]:
    """Noise (BANK,BANK,3) of standard deviation 1; half of it the same in all channels."""
    random = np.random.default_rng(0)
    grey = random.standard_normal((BANK, BANK, 1), dtype=np.float32)
    colour = random.standard_normal((BANK, BANK, 3), dtype=np.float32)
    return np.asarray((grey + colour) * np.float32(0.5**0.5))
