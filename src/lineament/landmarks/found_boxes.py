"""The detector's boxes of labelled faces, so that training crops as inference does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineament.detection import Detector
from lineament.face import ByteArray, FloatArray

CHUNK = 32


def found_boxes(
    detector: Detector, images: Sequence[ByteArray], points: Sequence[FloatArray] | FloatArray
) -> FloatArray:
    """Box of the labelled face of each picture: (N,4) float32 x1 y1 x2 y2.

    It is the surest box whose middle lies among the true points (L,2); NaN where there is none.
    """
    boxes = np.full((len(images), 4), np.nan, np.float32)
    for first in range(0, len(images), CHUNK):
        for row, found in enumerate(detector.detect(list(images[first : first + CHUNK])), first):
            low, high = points[row].min(axis=0), points[row].max(axis=0)
            middles = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
            hits = np.flatnonzero(((middles > low) & (middles < high)).all(axis=1))
            if len(hits):
                boxes[row] = found.boxes[hits[0]]
    return boxes
