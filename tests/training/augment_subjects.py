"""Pictures on which one can see where augmentation has put things."""

from __future__ import annotations

import cv2
import numpy as np

from lineament.landmarks.crops import Square
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.occlusion import MaskClasses
from lineament.training.augmentation.options import (
    Augmentation,
    Occlusion,
    Spoiling,
    Straying,
)
from lineament.training.augmentation.sample import Sample

SIZE = 64
PHOTO = 160
LEFT, RIGHT, SKIN = 1, 2, 3
MIRROR = np.array([1, 0, 2])
MASK_MIRROR = np.array([0, RIGHT, LEFT, SKIN], dtype=np.uint8)
CLASSES = MaskClasses(behind=0, skin=SKIN)
POINTS = np.array([[62, 70], [104, 64], [80, 105]], dtype=np.float32)
SQUARE = Square(np.array([80, 80], dtype=np.float32), 100.0, 0.1)

STRAYING = Straying(mirror=0.5, rotation=30, shift=0.05, scale=0.1)
EVERYTHING = Augmentation(
    straying=STRAYING,
    occlusion=Occlusion(share=0.5),
    spoiling=Spoiling(
        gamma=0.3, contrast=0.2, cast=0.08, brightness=0.06, grey=0.2, fade=0.3, gradient=0.5,
        small=0.5, blur=0.5, noise=0.5, jpeg=0.5,
    ),
)  # fmt: skip


def dotted() -> Sample:
    """A red dot of class LEFT on point 0, a blue one of class RIGHT on point 1, on green skin."""
    rows, columns = np.indices((PHOTO, PHOTO))
    image = np.empty((PHOTO, PHOTO, 3), dtype=np.uint8)
    image[:] = (0, 200, 0)
    mask = np.full((PHOTO, PHOTO), SKIN, dtype=np.uint8)
    for (x, y), colour, number in zip(
        POINTS[:2], ((255, 0, 0), (0, 0, 255)), (LEFT, RIGHT), strict=True
    ):
        dot = (columns - x) ** 2 + (rows - y) ** 2 <= 8**2
        image[dot], mask[dot] = colour, number
    return Sample(image, POINTS, mask, "dotted")


def smooth(seed: int = 0, side: int = PHOTO) -> Sample:
    """A picture as soft as a photograph, with a mask of a few large areas."""
    random = np.random.default_rng(seed)
    noise = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
    image = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4), None, 0, 255, cv2.NORM_MINMAX)
    mask = (image[:, :, 0] // 64).astype(np.uint8)
    return Sample(np.asarray(image, dtype=np.uint8), POINTS, mask, f"smooth {seed}")


def augmenter(options: Augmentation, mask_size: int | None = None) -> Augmenter:
    return Augmenter(options, SIZE, MIRROR, MASK_MIRROR, mask_size, CLASSES)
