"""Pictures with coverage: as a file keeps them, and as linear light that can be laid over."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.background.lens import GAMMA, TO_LINEAR

ALPHA = (np.arange(256) / 255).astype(np.float32)
TABLE = np.stack([TO_LINEAR, TO_LINEAR, TO_LINEAR, ALPHA], axis=1)[None]
"""What each value of the four channels stands for."""


def to_light(image: ByteArray) -> FloatArray:
    """(H,W,4) float32 linear RGB times coverage, and coverage, of a picture as files keep it.

    Args:
        image: (H,W,4) uint8 gamma-encoded RGB, not multiplied, and coverage.
    """
    light = cv2.LUT(image, TABLE)
    share = cv2.cvtColor(cv2.extractChannel(light, 3), cv2.COLOR_GRAY2BGRA)
    return np.asarray(cv2.multiply(light, share), np.float32)


def to_picture(light: FloatArray) -> ByteArray:
    """The inverse of `to_light`; light above one is white."""
    plain = light[..., :3] / np.maximum(light[..., 3:], 1e-3)
    image = np.empty(light.shape, np.uint8)
    image[..., :3] = np.rint(np.clip(plain, 0, 1) ** (1 / GAMMA) * 255)
    image[..., 3] = np.rint(np.clip(light[..., 3], 0, 1) * 255)
    return image


def halved(light: FloatArray) -> FloatArray:
    """Half the size, each pixel the mean of four."""
    height, width = light.shape[:2]
    size = (width // 2, height // 2)
    return np.asarray(cv2.resize(light, size, interpolation=cv2.INTER_AREA), np.float32)
