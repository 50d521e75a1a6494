"""The five-fold augmentation of STN-iCNN: every picture plain and in four changed copies.

Yin et al., Cognitive Neurodynamics 2021, with the ranges of the authors' code. An epoch shows each
picture five times; what changes in a copy is drawn anew in every epoch, as there. One affine moves
picture and mask, and what comes from outside is black and background.

Whole face, copy 1: noise, or rotation, scale and shift, or all four; copy 2: one of rotation, scale
and shift, the last two farther than elsewhere; copy 3: two of them; copy 4: all three.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from lineament.face import ByteArray
from lineament.landmarks.crops import Square
from lineament.strict import Strict
from lineament.training.augmentation.cut import cut
from lineament.training.augmentation.options import Amount
from lineament.training.augmentation.sample import Sample

COPIES = 5
"""The plain picture, number 0, and four changed ones."""

MOVES = ("rotation", "scale", "shift")

Factor = Annotated[float, Field(gt=0)]
Factors = tuple[Factor, Factor]
"""Least and largest factor by which a picture grows."""


class FiveFold(Strict):
    """Ranges of the whole-face scheme; the defaults are those for HELEN.

    For CelebAMask-HQ the authors turn by up to 17 degrees and scale by 0.6 to 1.1.

    Attributes:
        rotation: degrees, either way.
        scale: least and largest factor.
        shift: share of the canvas, either way, in x and in y.
        lone_scale, lone_shift: those of copy 2, in which nothing else changes.
        noise: standard deviation of Gaussian noise in each value, of 255.
    """

    kind: Literal["five_fold"]
    rotation: Amount = 15.0
    scale: Factors = (0.9, 1.2)
    shift: Amount = 0.1
    lone_scale: Factors = (0.8, 1.5)
    lone_shift: Amount = 0.3
    noise: Amount = 0.1

    @model_validator(mode="after")
    def _ordered(self) -> FiveFold:
        check_ordered(scale=self.scale, lone_scale=self.lone_scale)
        return self


def check_ordered(**ranges: Factors) -> None:
    """A ValueError where the least factor is above the largest."""
    for name, (least, largest) in ranges.items():
        if least > largest:
            raise ValueError(f"{name} is (least, largest), got {(least, largest)}")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one copy.

    Attributes:
        angle: radians by which the picture is turned about its middle, counter-clockwise as seen.
        scale: factor by which it grows about its middle.
        shift: by which share of its side it moves then, to the right and down.
        noise: standard deviation of what is added to every value, of 255.
    """

    angle: float = 0.0
    scale: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    noise: float = 0.0


def draw_change(options: FiveFold, copy: int, random: np.random.Generator) -> Change:
    """What happens to one copy, number 0 to 4, of a whole face."""
    if copy == 0:
        return Change()
    if copy == 1:
        kinds = [("noise",), MOVES, (*MOVES, "noise")][int(random.integers(3))]
    else:
        kinds = tuple(random.choice(MOVES, copy - 1, replace=False))
    lone = copy == 2
    return drawn(
        kinds,
        random,
        rotation=options.rotation,
        scale=options.lone_scale if lone else options.scale,
        shift=options.lone_shift if lone else options.shift,
        noise=options.noise,
    )


def drawn(
    kinds: tuple[str, ...],
    random: np.random.Generator,
    *,
    rotation: float,
    scale: Factors,
    shift: float,
    noise: float,
) -> Change:
    """Random amounts of the changes named; the others do not happen."""
    turn, factor = np.radians(random.uniform(-rotation, rotation)), random.uniform(*scale)
    x, y = random.uniform(-shift, shift, 2)
    return Change(
        float(turn) if "rotation" in kinds else 0.0,
        factor if "scale" in kinds else 1.0,
        (float(x), float(y)) if "shift" in kinds else (0.0, 0.0),
        noise if "noise" in kinds else 0.0,
    )


def changed_square(square: Square, change: Change) -> Square:
    """The square whose crop is that of `square`, turned, grown and moved by `change`."""
    side, angle = square.side / change.scale, square.angle + change.angle
    cos, sin = np.cos(angle), np.sin(angle)
    away = side * (np.array([[cos, -sin], [sin, cos]]) @ np.array(change.shift))
    return Square((square.centre - away).astype(np.float32), side, angle)


def changed(
    sample: Sample, square: Square, size: int, change: Change, random: np.random.Generator
) -> Sample:
    """The canvas (size,size) of a square with its mask, after one change."""
    canvas = cut(sample, changed_square(square, change), size, border="black")
    if change.noise == 0:
        return canvas
    return replace(canvas, image=noisy(canvas.image, change.noise, random))


def noisy(image: ByteArray, level: float, random: np.random.Generator) -> ByteArray:
    """The picture with Gaussian noise of standard deviation `level`, of 255, in every value."""
    noise: NDArray[np.float32] = random.standard_normal(image.shape, dtype=np.float32)
    noise *= 255 * level
    return np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), dtype=np.uint8)
