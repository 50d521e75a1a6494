"""Where a video cuts to another scene.

Two frames of one scene share most of their colours in every region of the picture, even where the
camera pans; a cut replaces them (colour histograms, Swain and Ballard, "Color Indexing", IJCV
1991).
"""

from __future__ import annotations

import cv2
import numpy as np

from lineament.face import ByteArray, FloatArray

BINS = 8
REGIONS = 3
"""Along each side of the picture."""

LEAST_SHARED = 0.45
"""Share of the colours that two frames of one scene have in common at least."""

LONGEST_SIDE = 160


class SceneCuts:
    """Tells for each frame of one video whether it begins another scene."""

    def __init__(self) -> None:
        self._before: FloatArray | None = None

    def __call__(self, image: ByteArray) -> bool:
        """Whether a frame, (H,W,3) uint8 RGB, shows another scene than the one before."""
        now = colours(image)
        before, self._before = self._before, now
        return before is not None and float(np.minimum(before, now).sum()) < LEAST_SHARED


def colours(image: ByteArray) -> FloatArray:
    """Shares of the colours of each region of a picture, (9,512) float32, that sum to one.

    Neighbouring bins share their weight, so that a small change of the light does not move it
    from one bin to the next.
    """
    step = max(1, max(image.shape[:2]) // LONGEST_SIDE)
    small = image[::step, ::step]
    shares = []
    for band in np.array_split(small, REGIONS, axis=0):
        for region in np.array_split(band, REGIONS, axis=1):
            shares.append(_histogram(np.ascontiguousarray(region)))
    return np.stack(shares) / np.float32(max(sum(float(each.sum()) for each in shares), 1.0))


def _histogram(region: ByteArray) -> FloatArray:
    """(512,) float32 counts over their number; zero where the region has no pixel."""
    if not region.size:
        return np.zeros(BINS**3, np.float32)
    counts = cv2.calcHist([region], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3)
    padded = np.pad(np.asarray(counts, dtype=np.float64).reshape([BINS] * 3), 1, mode="edge")
    for axis in range(3):
        padded = (np.roll(padded, 1, axis) + 2 * padded + np.roll(padded, -1, axis)) / 4
    smooth = padded[1:-1, 1:-1, 1:-1]
    return np.asarray((smooth / smooth.sum()).ravel(), dtype=np.float32)
