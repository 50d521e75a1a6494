"""Random things in front of a face: polygons of plain colour, of skin, or of another picture.

What hides the face is drawn first and painted afterwards, so that a device can paint in batch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.training.augmentation.options import Occlusion
from lineament.training.augmentation.sample import Sample

EIGHTHS = 3
"""Polygons are drawn with three fractional bits."""

Filling = Literal["colour", "skin", "picture"]
FILLINGS: tuple[Filling, ...] = ("colour", "skin", "picture")


@dataclass(frozen=True, slots=True)
class MaskClasses:
    """Numbers of the classes of a mask that occlusion needs.

    Attributes:
        behind: the class that a mask gets where something is in front of the face.
        skin: the class whose colour skin-coloured things take; None: the points' middle shows it.
    """

    behind: int = 0
    skin: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Occluder:
    """One thing in front of a face.

    Attributes:
        polygon: (C,2) float64 corners in crop pixels.
        filling: what it shows.
        colour: (3,) uint8 RGB of a plain one.
        pick: two numbers from 0 to 1 that choose a skin pixel.
        tint: factor of the skin's colour.
        other: number from 0 to 1 that chooses another picture.
    """

    polygon: NDArray[np.float64]
    filling: Filling
    colour: ByteArray
    pick: tuple[float, float]
    tint: float
    other: float


def draw_occluder(options: Occlusion, size: int, random: np.random.Generator) -> Occluder | None:
    """Something in front of a crop of `size`, or nothing."""
    if random.random() >= options.share:
        return None
    radius = size * random.uniform(options.smallest, options.largest)
    polygon = random_polygon(random.uniform(0, size, 2), radius, random)
    filling = FILLINGS[int(random.integers(len(FILLINGS)))]
    colour = random.integers(0, 256, 3, dtype=np.uint8)
    pick = (random.random(), random.random())
    return Occluder(polygon, filling, colour, pick, random.uniform(0.7, 1.3), random.random())


def random_polygon(
    centre: NDArray[np.float64], radius: float, random: np.random.Generator
) -> NDArray[np.float64]:
    """Corners (C,2), 4 to 9 of them, around a centre, stretched along a random direction."""
    corners = int(random.integers(4, 10))
    turn = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = radius * random.uniform(0.6, 1.4, corners)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * reach[:, None]
    axis = random.uniform(0, np.pi)
    along = np.array([np.cos(axis), np.sin(axis)])
    ring += np.outer(ring @ along, along) * random.uniform(-0.5, 1.5)
    return np.asarray(centre + ring)


def occluded(sample: Sample, occluder: Occluder, other: ByteArray, classes: MaskClasses) -> Sample:
    """The crop with something in front; the points stay where they are.

    Args:
        sample: a crop of side S.
        other: (S,S,3) uint8, what an occluder filled with a picture shows.
    """
    image = sample.image.copy()
    cover = np.zeros(image.shape[:2], dtype=np.uint8)
    _fill(cover, occluder.polygon)
    if occluder.filling == "picture":
        cv2.copyTo(np.ascontiguousarray(other), cover, image)
    else:
        plain = occluder.filling == "colour"
        image[cover > 0] = occluder.colour if plain else _skin_colour(sample, occluder, classes)
    mask = sample.mask
    if mask is not None:
        hidden = np.zeros_like(mask)
        _fill(hidden, (occluder.polygon + 0.5) * (mask.shape[0] / image.shape[0]) - 0.5)
        mask = np.where(hidden > 0, np.uint8(classes.behind), mask)
    return replace(sample, image=image, mask=mask)


def _skin_colour(sample: Sample, occluder: Occluder, classes: MaskClasses) -> ByteArray:
    """The colour of some visible skin, a little lighter or darker.

    It is that of a random pixel of the skin class; without a mask or without such a pixel, of a
    random place on a line from the points' mean to one of them; without points, of any pixel.
    """
    size = sample.image.shape[0]
    x, y = np.array(occluder.pick) * size
    if len(sample.points):
        middle = sample.points.mean(axis=0)
        towards = sample.points[int(occluder.pick[0] * len(sample.points))]
        x, y = middle + occluder.pick[1] * (towards - middle)
    if sample.mask is not None and classes.skin is not None:
        skin = np.flatnonzero(sample.mask == classes.skin)
        if len(skin):
            side = sample.mask.shape[0]
            row, column = divmod(int(skin[int(occluder.pick[0] * len(skin))]), side)
            x, y = column * size // side, row * size // side
    column, row = np.clip([round(float(x)), round(float(y))], 0, size - 1)
    return np.asarray(np.clip(sample.image[row, column] * occluder.tint, 0, 255), dtype=np.uint8)


def _fill(canvas: ByteArray, polygon: NDArray[np.float64]) -> None:
    fixed = np.round(polygon * 2**EIGHTHS).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 1, shift=EIGHTHS)
