"""Small textures of foreign things: cloth, foam, pleats, print, leaves."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.lofts import Points

SIDE = 64


def _grey(value: Points, alpha: Points | float = 255.0) -> ByteArray:
    texture = np.empty((*value.shape, 4), np.uint8)
    texture[..., :3] = np.clip(value, 0, 255)[..., None]
    texture[..., 3] = np.clip(alpha, 0, 255)
    return texture


@lru_cache(maxsize=32)
def weave(seed: int) -> ByteArray:
    """(64,64,4) uint8 woven or knitted cloth, plain, striped or checked, for a PLAIN material."""
    random = np.random.default_rng([seed, 21])
    y, x = np.mgrid[:SIDE, :SIDE] * (2 * np.pi / SIDE)
    grey = 128 + random.normal(0, 5, (SIDE, SIDE)) + 8 * np.sin(x * 16) * np.sin(y * 16)
    pattern = random.random()
    if pattern < 0.45:
        stripes = np.sin(y * random.integers(2, 7)) > random.uniform(-0.3, 0.5)
        if pattern < 0.2:
            stripes = stripes ^ (np.sin(x * random.integers(2, 5)) > 0.2)
        grey = grey * np.where(stripes, random.uniform(0.4, 1.4), 1)
    return _grey(grey)


@lru_cache(maxsize=1)
def foam() -> ByteArray:
    """(64,64,4) uint8 woven wire or foam of a microphone."""
    y, x = np.mgrid[:SIDE, :SIDE] * (2 * np.pi / SIDE)
    return _grey(115 + 55 * np.sin(x * 12) * np.sin(y * 8))


@lru_cache(maxsize=1)
def pleats() -> ByteArray:
    """(64,64,4) uint8 folds across a medical mask."""
    y = (np.arange(SIDE) / SIDE)[:, None] + np.zeros((1, SIDE))
    fold = np.exp(-(((y[..., None] - np.array([0.3, 0.5, 0.7])) / 0.022) ** 2)).sum(axis=-1)
    rough = np.random.default_rng(3).normal(0, 3, y.shape)
    edge = np.where((y < 0.06) | (y > 0.94), -10, 0)
    return _grey(130 - 38 * fold + rough + edge)


@lru_cache(maxsize=32)
def print_page(seed: int) -> ByteArray:
    """(64,64,4) uint8 RGBA cover or page with blocks and lines of made-up print."""
    random = np.random.default_rng([seed, 22])
    page = np.empty((SIDE, SIDE, 4), np.uint8)
    page[..., :3] = _muted(random) if random.random() < 0.7 else 235
    for _ in range(random.integers(1, 5)):
        x, y = random.integers(4, 48, 2)
        w, h = random.integers(5, 40, 2)
        page[y : min(y + h, 60), x : min(x + w, 60), :3] = _muted(random)
    ink = _muted(random)
    for row in range(int(random.integers(8, 40)), 60, 4):
        page[row, 8 : int(random.integers(25, 58)), :3] = ink
    page[..., 3] = 255
    return page


def _muted(random: np.random.Generator) -> Points:
    """A colour (3,) of 0 to 255 that is seldom loud."""
    grey = random.uniform(20, 240)
    return np.asarray(grey + random.uniform(0.1, 0.8) * (random.uniform(10, 245, 3) - grey))


@lru_cache(maxsize=8)
def leaf(seed: int) -> ByteArray:
    """(64,64,4) uint8 a leaf out of focus: grey with soft alpha."""
    random = np.random.default_rng([seed, 23])
    y, x = np.mgrid[:SIDE, :SIDE] / (SIDE - 1.0)
    width = random.uniform(0.16, 0.34) * np.sin(np.pi * np.clip(y, 0, 1)) ** 0.7
    bend = random.normal(0, 0.12) * np.sin(np.pi * y)
    across = np.abs(x - 0.5 - bend)
    soft = random.uniform(0.03, 0.1)
    alpha = np.clip((width - across) / soft, 0, 1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), random.uniform(0.5, 2.5))
    grey = 128 + 40 * np.exp(-((across / 0.025) ** 2)) + 10 * np.sin(24 * (y + across))
    return _grey(grey, 255 * alpha)
