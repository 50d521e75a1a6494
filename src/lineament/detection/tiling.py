"""Overlapping tiles of a picture that is too large to be searched at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.detection.detector import Detections

SHARED = 16.0
"""Pixels on both sides of the line between two tiles in which both answer for a face, so that one
whose middle they see a little differently is not lost; suppression joins what both found."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture, and the faces that it answers for.

    Attributes:
        corner: row and column of its first pixel.
        size: its height and width.
        low, high: x and y between which the middles of its faces lie, in pixels of the picture;
            infinite at the picture's own border.
    """

    corner: tuple[int, int]
    size: tuple[int, int]
    low: tuple[float, float]
    high: tuple[float, float]

    def to_picture(self, found: Detections) -> Detections:
        """From pixels of the tile to those of the picture, without what others answer for.

        A face that a tile cuts lies whole in the next one, which answers for it.
        """
        shift = np.array(self.corner[::-1], np.float32)
        boxes = found.boxes + np.tile(shift, 2)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        own: NDArray[np.bool_] = np.all((middles >= self.low) & (middles < self.high), axis=1)
        return Detections(boxes, found.scores, found.five_points + shift).take(own)


def tiles(height: int, width: int, side: int, overlap: int) -> list[Tile]:
    """Tiles that cover a picture, row by row.

    Args:
        height, width: of the picture in pixels.
        side: of a tile in pixels; the last of a row or column may be smaller.
        overlap: pixels that neighbours share, at most half of `side`. A face is seen whole by the
            tile that answers for it if it is smaller than that by twice `SHARED`.
    """
    return [
        Tile((top, left), (bottom - top, right - left), (x1, y1), (x2, y2))
        for top, bottom, y1, y2 in _spans(height, side, overlap)
        for left, right, x1, x2 in _spans(width, side, overlap)
    ]


def _spans(length: int, side: int, overlap: int) -> Iterator[tuple[int, int, float, float]]:
    """First pixel, the one behind the last, and between which middles the span answers."""
    step = side - overlap
    count = max(1, math.ceil((length - overlap) / step))
    for number in range(count):
        start, end = number * step, min(number * step + side, length)
        low = start + overlap / 2 - SHARED if number else -math.inf
        high = end - overlap / 2 + SHARED if number < count - 1 else math.inf
        yield start, end, low, high
