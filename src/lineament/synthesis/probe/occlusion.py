"""Random things in front of a face: polygons of plain colour, of skin, or of another picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.strict import Strict
from lineament.synthesis.probe.classes import CLASSES
from lineament.synthesis.probe.sample import Sample

BACKGROUND, SKIN = (list(CLASSES).index(name) for name in ("background", "skin"))
EIGHTHS = 3
"""Polygons are drawn with three fractional bits."""


class Occlusion(Strict):
    """How often and how much is hidden.

    Attributes:
        share: probability that a picture has something in front.
        smallest, largest: mean radius as a share of the picture's side.
    """

    share: float = 0.4
    smallest: float = 0.05
    largest: float = 0.22


def occluded(
    sample: Sample, other: ByteArray, options: Occlusion, random: np.random.Generator
) -> Sample:
    """The sample with a polygon in front, which becomes background in its classes.

    Args:
        sample: with classes of half the picture's size.
        other: (S,S,3) uint8, what a third of the polygons show.
    """
    if random.random() >= options.share:
        return sample
    size = sample.image.shape[0]
    radius = size * random.uniform(options.smallest, options.largest)
    polygon = random_polygon(random, random.uniform(0, size, 2), radius)
    kind = random.integers(3)
    if kind == 0:
        filling = np.broadcast_to(random.integers(0, 256, 3, dtype=np.uint8), sample.image.shape)
    elif kind == 1:
        filling = np.broadcast_to(_skin_colour(sample, random), sample.image.shape)
    else:
        filling = other
    cover = np.zeros((size, size), dtype=np.uint8)
    _fill(cover, polygon)
    hidden = np.zeros_like(sample.classes)
    _fill(hidden, (polygon - 0.5) / 2)
    image = np.where(cover[:, :, None] > 0, filling, sample.image)
    return replace(sample, image=image, classes=np.where(hidden > 0, BACKGROUND, sample.classes))


def random_polygon(
    random: np.random.Generator, centre: np.ndarray[tuple[int], np.dtype[np.float64]], radius: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Corners (C,2), 4 to 9 of them, around a centre, stretched along a random direction."""
    corners = int(random.integers(4, 10))
    turn = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = radius * random.uniform(0.6, 1.4, corners)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * reach[:, None]
    axis = random.uniform(0, np.pi)
    along = np.array([np.cos(axis), np.sin(axis)])
    ring += np.outer(ring @ along, along) * random.uniform(-0.5, 1.5)
    return np.asarray(centre + ring)


def _skin_colour(sample: Sample, random: np.random.Generator) -> ByteArray:
    """The colour of some visible skin, a little lighter or darker; any pixel's if none shows."""
    rows, columns = np.nonzero(sample.classes == SKIN)
    if not len(rows):
        rows, columns = np.indices(sample.classes.shape).reshape(2, -1)
    place = int(random.integers(len(rows)))
    colour = sample.image[2 * rows[place], 2 * columns[place]] * random.uniform(0.7, 1.3)
    return np.asarray(np.clip(colour, 0, 255), dtype=np.uint8)


def _fill(canvas: ByteArray, polygon: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    fixed = np.round(polygon * 2**EIGHTHS).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 1, shift=EIGHTHS)
