"""Which detection is the labelled face.

The truth only names the detection that is scored; landmarks are computed beforehand from the
detector's boxes alone, for every detection of the photo.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from lineament.face import FloatArray
from lineament.geometry import overlap

NOSE_TIP = 30
WIDTH_FACTOR = 2.0

RULE = (
    "A face is found by a detection whose box holds the true nose tip (point 30, border "
    "included) and whose width is 1/2 to 2 times the width of the box of the true points; of "
    "several, the one with the greatest intersection over union with that box."
)
TRUTH_BOX_RULE = (
    "The box of the 68 true points with its upper side raised by 35 % of its height: detectors "
    "mark the forehead too, and this is the median of the default detector on 300-W."
)
FOREHEAD = 0.35


def points_box(points: ArrayLike) -> FloatArray:
    """Tight box of (68,2) points: (4,) float32 as x1 y1 x2 y2."""
    array = np.asarray(points, dtype=np.float32)
    return np.concatenate([array.min(axis=0), array.max(axis=0)])


def labelled_face(boxes: FloatArray, truth: ArrayLike) -> int | None:
    """Index of the detection that is the labelled face, by `RULE`; None for a missed face.

    Args:
        boxes: (K,4) detections of the photo as x1 y1 x2 y2, best score first; of equal
            overlaps the first wins.
        truth: (68,2) true points in the same photo pixels.
    """
    if not len(boxes):
        return None
    x, y = np.asarray(truth, dtype=np.float32)[NOSE_TIP]
    tight = points_box(truth)
    holds = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    ratio = (boxes[:, 2] - boxes[:, 0]) / max(float(tight[2] - tight[0]), 1e-6)
    fits = holds & (ratio >= 1 / WIDTH_FACTOR) & (ratio <= WIDTH_FACTOR)
    if not fits.any():
        return None
    shared = overlap(boxes.astype(np.float32), tight[None])[:, 0]
    return int(np.where(fits, shared, -1).argmax())


def truth_box(truth: ArrayLike) -> FloatArray:
    """Detector-like box of (68,2) true points, by `TRUTH_BOX_RULE`: (4,) float32."""
    box = points_box(truth)
    box[1] -= FOREHEAD * (box[3] - box[1])
    return box
