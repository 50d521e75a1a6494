"""Which detection is the labelled face.

The truth only names the detection that is scored; landmarks are computed beforehand from the
detector's boxes alone, for every detection of the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lineament.face import FloatArray
from lineament.geometry import overlap
from lineament.landmarks.schemes import AFLW_19, COFW_29, FIVE, IBUG_68, WFLW_98, Scheme

NOSE_TIP = {
    IBUG_68.name: 30,
    WFLW_98.name: 54,
    COFW_29.name: 20,
    AFLW_19.name: 13,
    FIVE.name: 2,
}


@dataclass(frozen=True)
class Margins:
    """How far the 68 points of a face reach over fewer points of it, in longer sides of these.

    Medians on the 2,012 training faces of 300-W, whose 68 points hold the fewer ones.
    """

    beside: float = 0.0
    above: float = 0.0
    below: float = 0.0


MARGINS = {
    IBUG_68.name: Margins(),
    WFLW_98.name: Margins(),
    COFW_29.name: Margins(beside=0.09),
    AFLW_19.name: Margins(beside=0.09),
    FIVE.name: Margins(beside=0.52, above=0.34, below=0.61),
}

WIDTH_FACTOR = 2.0
FOREHEAD = 0.35

DATASET_BOX_RULE = "The dataset's own box of each face."


def recall_rule(scheme: Scheme) -> str:
    """In words, what `labelled_face` does."""
    return (
        f"A face is found by a detection whose box holds the true nose tip (point "
        f"{NOSE_TIP[scheme.name]}, border included) and whose width is 1/2 to 2 times the width "
        f"of the box of the true points{_grown(scheme)}; of several, the one with the greatest "
        "intersection over union with that box."
    )


def truth_box_rule(scheme: Scheme) -> str:
    """In words, what `truth_box` does."""
    return (
        f"The box of the {scheme.count} true points{_grown(scheme)} with its upper side raised by "
        f"{FOREHEAD * 100:g} % of its height: detectors mark the forehead too, and this is the "
        "median of the default detector on 300-W."
    )


def points_box(points: ArrayLike) -> FloatArray:
    """Tight box of (L,2) points: (4,) float32 as x1 y1 x2 y2."""
    array = np.asarray(points, dtype=np.float32)
    return np.concatenate([array.min(axis=0), array.max(axis=0)])


def face_extent(points: ArrayLike, scheme: Scheme) -> FloatArray:
    """Box from brows to chin and from cheek to cheek: (4,) float32 as x1 y1 x2 y2.

    The tight box of (L,2) points; grown by `MARGINS` where the scheme has no outline.
    """
    box = points_box(points)
    margins = MARGINS[scheme.name]
    side = max(float(box[2] - box[0]), float(box[3] - box[1]))
    grown = (-margins.beside, -margins.above, margins.beside, margins.below)
    return np.asarray(box + np.float32(side) * np.array(grown, dtype=np.float32))


def labelled_face(boxes: FloatArray, truth: ArrayLike, scheme: Scheme = IBUG_68) -> int | None:
    """Index of the detection that is the labelled face, by `recall_rule`; None where missed.

    Args:
        boxes: (K,4) detections of the photo as x1 y1 x2 y2, best score first; of equal
            overlaps the first wins.
        truth: (L,2) true points in the same photo pixels.
    """
    if not len(boxes):
        return None
    x, y = np.asarray(truth, dtype=np.float32)[NOSE_TIP[scheme.name]]
    extent = face_extent(truth, scheme)
    holds = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    ratio = (boxes[:, 2] - boxes[:, 0]) / max(float(extent[2] - extent[0]), 1e-6)
    fits = holds & (ratio >= 1 / WIDTH_FACTOR) & (ratio <= WIDTH_FACTOR)
    if not fits.any():
        return None
    shared = overlap(boxes.astype(np.float32), extent[None])[:, 0]
    return int(np.where(fits, shared, -1).argmax())


def truth_box(truth: ArrayLike, scheme: Scheme = IBUG_68) -> FloatArray:
    """Detector-like box of (L,2) true points, by `truth_box_rule`: (4,) float32."""
    box = face_extent(truth, scheme)
    box[1] -= FOREHEAD * (box[3] - box[1])
    return box


def _grown(scheme: Scheme) -> str:
    margins = MARGINS[scheme.name]
    if margins == Margins():
        return ""
    return (
        f" (grown by {margins.beside}, {margins.above} and {margins.below} of its longer side "
        "to both sides, above and below: these points have no outline of the face)"
    )
