"""Drawing on a small gamma-encoded picture, with places as shares of its side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.background.palette import Colour

SUBPIXEL_BITS = 4
FARTHEST = 20.0
"""Places are kept within so many sides of the picture, so that they fit OpenCV's integers."""


class Canvas:
    """A square picture that scenes are drawn on.

    Places are x, y as shares of the side, 0 to 1 within the picture, y down; lengths are shares
    of the side too.

    Attributes:
        pixels: (side,side,3) uint8 gamma-encoded RGB.
        side: pixels.
    """

    def __init__(self, side: int, colour: Colour) -> None:
        self.side = side
        self.pixels: ByteArray = np.full((side, side, 3), colour, np.uint8)

    def polygon(self, places: ArrayLike, colour: Colour) -> None:
        """Fill a polygon of (N,2) corners."""
        corners = np.clip(np.asarray(places, np.float64), -FARTHEST, FARTHEST) * self.side
        fixed = np.rint(corners * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(self.pixels, [fixed], colour, cv2.LINE_AA, SUBPIXEL_BITS)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        first = (round(left * self.side), round(top * self.side))
        last = (round(right * self.side) - 1, round(bottom * self.side) - 1)
        if last[0] >= first[0] and last[1] >= first[1]:
            cv2.rectangle(self.pixels, first, last, colour, -1)

    def frame(
        self, left: float, top: float, right: float, bottom: float, width: float, colour: Colour
    ) -> None:
        """Draw the outline of an upright rectangle, `width` thick."""
        cv2.rectangle(
            self.pixels,
            (round(left * self.side), round(top * self.side)),
            (round(right * self.side), round(bottom * self.side)),
            colour,
            self._thickness(width),
        )

    def ellipse(
        self, centre: Sequence[float], radii: Sequence[float], colour: Colour, turned: float = 0.0
    ) -> None:
        """Fill an ellipse, turned by degrees clockwise."""
        cv2.ellipse(
            self.pixels, self._fixed(centre), self._fixed(radii), turned, 0, 360, colour, -1,
            cv2.LINE_AA, SUBPIXEL_BITS,
        )  # fmt: skip

    def line(
        self, start: Sequence[float], end: Sequence[float], width: float, colour: Colour
    ) -> None:
        """Draw a straight stroke, at least one pixel thick."""
        cv2.line(
            self.pixels, self._fixed(start), self._fixed(end), colour, self._thickness(width),
            cv2.LINE_AA, SUBPIXEL_BITS,
        )  # fmt: skip

    def gradient(self, top: Colour, bottom: Colour, below: float = 1.0) -> None:
        """Fill the rows down to `below` with a gradient from top to bottom."""
        rows = min(max(round(below * self.side), 1), self.side)
        share = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
        first, last = np.array(top, np.float32), np.array(bottom, np.float32)
        self.pixels[:rows] = (first + (last - first) * share).astype(np.uint8)[:, None]

    def scale(self, gains: FloatArray) -> None:
        """Multiply by gains (n,n) or (n,n,3), enlarged smoothly to the whole picture."""
        large = cv2.resize(gains, (self.side, self.side), interpolation=cv2.INTER_CUBIC)
        if large.ndim == 2:
            large = cv2.merge((large, large, large))
        self.pixels = np.asarray(cv2.multiply(self.pixels, large, dtype=cv2.CV_8U), np.uint8)

    def _thickness(self, width: float) -> int:
        return max(round(width * self.side), 1)

    def _fixed(self, values: Iterable[float]) -> tuple[int, int]:
        x, y = (round(value * self.side * 2**SUBPIXEL_BITS) for value in values)
        return x, y


def smooth_noise(
    random: np.random.Generator, cells: int, strength: float, finer: int = 0
) -> FloatArray:
    """Gains (n,n) around one for `Canvas.scale`.

    Args:
        random: decides the noise.
        cells: grid of the coarsest noise.
        strength: its standard deviation.
        finer: how many noises of half the size and two thirds of the strength are added.
    """
    gains = np.ones((1, 1), np.float32)
    for octave in range(finer + 1):
        side = cells * 2**octave
        layer = random.standard_normal((side, side), np.float32) * (strength * 0.66**octave)
        gains = cv2.resize(gains, (side, side), interpolation=cv2.INTER_LINEAR) + layer
    return np.asarray(np.maximum(gains, 0), np.float32)
