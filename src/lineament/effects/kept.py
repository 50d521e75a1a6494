"""What an effect keeps of a face. A lock of hair that was missed is no window."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import FaceParts

LARGEST = 0.05
"""Of the area round it: a larger hole is taken for one, such as that between neck and long hair."""


def kept(parts: FaceParts, classes: Collection[str] | None) -> NDArray[np.bool_]:
    """(h,w) over the region: the classes; None: all but the background, holes filled."""
    return parts.covers(classes) if classes is not None else without_holes(parts.covers())


def without_holes(shown: NDArray[np.bool_], largest: float = LARGEST) -> NDArray[np.bool_]:
    """Fill what is wholly surrounded.

    Args:
        shown: (H,W) bool.
        largest: area of the largest hole that is filled, as a share of what is shown. What
            touches the border is no hole.

    Returns:
        (H,W) bool.
    """
    if not shown.any():
        return shown
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (~shown).astype(np.uint8), connectivity=4
    )
    height, width = shown.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    inside = (left > 0) & (top > 0) & (right < width) & (bottom < height)
    small = stats[:, cv2.CC_STAT_AREA] <= largest * np.count_nonzero(shown)
    # Label 0 is what is shown.
    hole = inside & small & (np.arange(count) > 0)
    return np.asarray(shown | hole[labels], dtype=np.bool_)
