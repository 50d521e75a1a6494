"""Augmentation: one similarity applied to a picture and its points together, then blur.

Random numbers come from a generator that the caller seeds by sample, so that a resumed run sees
the same pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.geometry import move, warp
from lineament.landmarks.crops import Square
from lineament.strict import Strict


class Augmentation(Strict):
    """How far a crop may stray from its rule.

    Attributes:
        mirror: probability of a mirrored picture.
        rotation: uniform within +- this many degrees.
        shift: the middle moves uniformly within +- this share of the side, in x and in y.
        scale: the side changes uniformly within +- this share.
        blur: probability of a Gaussian blur of the crop with sigma 1.
    """

    mirror: float = 0.5
    rotation: float = 30.0
    shift: float = 0.05
    scale: float = 0.05
    blur: float = 0.5


@dataclass(frozen=True)
class Sample:
    """A crop (S,S,3) uint8 RGB and its points (L,2) float32 in crop pixels."""

    crop: ByteArray
    points: FloatArray


def cut(image: ByteArray, points: FloatArray, square: Square, size: int) -> Sample:
    """The crop without any augmentation."""
    affine = square.affine(size)
    return Sample(warp(image, affine, size), move(affine, points))


def augmented(
    image: ByteArray,
    points: FloatArray,
    square: Square,
    size: int,
    mirror_index: NDArray[np.intp],
    options: Augmentation,
    random: np.random.Generator,
) -> Sample:
    """The crop after a random similarity, mirror and blur."""
    shift = random.uniform(-options.shift, options.shift, 2) * square.side
    side = square.side * (1 + random.uniform(-options.scale, options.scale))
    angle = square.angle + np.radians(random.uniform(-options.rotation, options.rotation))
    strayed = Square((square.centre + shift).astype(np.float32), side, float(angle))
    sample = cut(image, points, strayed, size)
    crop, moved = sample.crop, sample.points
    if random.random() < options.mirror:
        crop, moved = mirrored(crop, moved, mirror_index)
    if random.random() < options.blur:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), 1.0), dtype=np.uint8)
    return Sample(crop, moved)


def mirrored(
    crop: ByteArray, points: FloatArray, mirror_index: NDArray[np.intp]
) -> tuple[ByteArray, FloatArray]:
    """The mirror image: left and right points change names."""
    flipped = points[mirror_index].copy()
    flipped[:, 0] = crop.shape[1] - 1 - flipped[:, 0]
    return np.ascontiguousarray(crop[:, ::-1]), flipped
