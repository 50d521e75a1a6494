"""A photo and its mask on a square canvas, as the parsing papers score them.

A picture whose longer side exceeds the canvas is shrunk to it, by area; a smaller one is not
enlarged. What is left of the square is shared out to both sides (HELEN is scored on 1024 x 1024,
CelebAMask-HQ on 512 x 512: Yin et al., Cognitive Neurodynamics 2021).
"""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.parsing.part_schemes import UNKNOWN


def square_photo(picture: ByteArray, size: int) -> ByteArray:
    """The photo in the middle of a black square: (H,W,3) uint8 -> (size,size,3)."""
    return _centred(picture, size, cv2.INTER_AREA, 0)


def square_mask(mask: ByteArray, size: int) -> ByteArray:
    """The mask as `square_photo` places its photo: (H,W) uint8 -> (size,size).

    It is shrunk to the number nearest to each pixel's centre; beside the photo it is `UNKNOWN`.
    """
    return _centred(mask, size, cv2.INTER_NEAREST_EXACT, UNKNOWN)


def _centred(array: ByteArray, size: int, interpolation: int, filling: int) -> ByteArray:
    height, width = array.shape[:2]
    scale = size / max(height, width)
    if scale < 1:
        height, width = max(round(height * scale), 1), max(round(width * scale), 1)
        array = np.asarray(cv2.resize(array, (width, height), interpolation=interpolation))
    square = np.full((size, size, *array.shape[2:]), filling, dtype=np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = array
    return square
