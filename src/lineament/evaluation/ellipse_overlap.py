"""Overlap of boxes with FDDB's ellipses, counted in pixels of the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray

Doubles = NDArray[np.float64]


def ellipse_overlaps(boxes: FloatArray, ellipses: FloatArray, size: tuple[int, int]) -> Doubles:
    """Intersection over union of each box and each ellipse, of what lies in the picture.

    A pixel belongs to a shape that holds its middle.

    Args:
        boxes: (K,4) x1 y1 x2 y2.
        ellipses: (N,5) long radius, short radius, angle in radians, centre x, centre y.
        size: (height, width) of the picture.

    Returns:
        (K,N); 0 where both have no pixel in the picture.
    """
    shares = np.zeros((len(boxes), len(ellipses)))
    spans = [_span(box, size) for box in boxes]
    areas = np.array([max(y2 - y1, 0) * max(x2 - x1, 0) for x1, y1, x2, y2 in spans])
    for column, ellipse in enumerate(ellipses):
        inside, left, top = _mask(ellipse, size)
        sums = np.pad(inside.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        height, width = inside.shape
        for row, (x1, y1, x2, y2) in enumerate(spans):
            x1, x2 = (int(np.clip(x - left, 0, width)) for x in (x1, x2))
            y1, y2 = (int(np.clip(y - top, 0, height)) for y in (y1, y2))
            common = 0
            if x1 < x2 and y1 < y2:
                common = int(sums[y2, x2] - sums[y1, x2] - sums[y2, x1] + sums[y1, x1])
            union = int(areas[row] + sums[-1, -1] - common)
            shares[row, column] = common / union if union else 0.0
    return shares


def _span(box: FloatArray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """First and behind-the-last pixel of a box in the picture, in x and in y."""
    low = np.clip(np.ceil(box[:2].astype(np.float64)), 0, size[::-1]).astype(int)
    high = np.clip(np.ceil(box[2:].astype(np.float64)), 0, size[::-1]).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _mask(ellipse: FloatArray, size: tuple[int, int]) -> tuple[NDArray[np.int64], int, int]:
    """The ellipse's pixels in the picture as 0 and 1 in a window, and its left and top."""
    long, short, angle, x, y = (float(value) for value in ellipse)
    reach = max(long, short)
    left, right = (int(np.clip(value, 0, size[1])) for value in (x - reach, x + reach + 2))
    top, bottom = (int(np.clip(value, 0, size[0])) for value in (y - reach, y + reach + 2))
    across, down = np.arange(left, right) - x, np.arange(top, bottom)[:, None] - y
    along = across * np.cos(angle) + down * np.sin(angle)
    beside = down * np.cos(angle) - across * np.sin(angle)
    inside = (along / long) ** 2 + (beside / short) ** 2 <= 1
    return inside.astype(np.int64), left, top
