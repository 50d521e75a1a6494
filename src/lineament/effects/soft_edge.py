"""From a mask to a soft one: opaque inside, clear outside, smooth between."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray


def soft_edge(mask: NDArray[np.bool_], inside: float, outside: float) -> FloatArray:
    """The opacity of every pixel by its distance from the edge of a mask.

    It rises from 0 at `outside` pixels before the edge to 1 at `inside` pixels behind it, as
    3 t^2 - 2 t^3. The border of the array is no edge: what touches it goes on beyond.

    Args:
        mask: (H,W).
        inside, outside: pixels, not below 0; both 0 give the mask itself.

    Returns:
        (H,W) float32, 0 to 1.
    """
    if min(inside, outside) < 0:
        raise ValueError(f"a soft edge needs widths from 0, got {inside} and {outside}")
    if inside + outside == 0 or mask.all() or not mask.any():
        return mask.astype(np.float32)
    # A pixel beside the edge lies half a pixel from it, and OpenCV says 1.
    depth, distance = (
        cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
        for side in (mask, ~mask)
    )
    signed = np.where(mask, depth, -distance)
    t = np.clip((signed + outside) / (inside + outside), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)
