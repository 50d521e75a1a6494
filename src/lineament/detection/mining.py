"""Hard negatives: what a detector takes for a face in pictures where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.detection.detector import Detector
from lineament.face import ByteArray, FloatArray

CONTEXT = 4.0
"""Side of a piece, in longer sides of the box that was taken for a face."""

LEAST_SIDE = 96
"""Least side of a piece in pixels, as far as the picture has so many."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A place that was taken for a face.

    Attributes:
        piece: (S,S,3) uint8 RGB, the place and what is round it; less where the picture ends.
        box: (4,) float32 x1 y1 x2 y2 in the picture's pixels.
        corner: left and top of the piece in the picture.
        score: the detector's, 0 to 1.
    """

    piece: ByteArray
    box: FloatArray
    corner: tuple[int, int]
    score: float


def mistakes(
    detector: Detector,
    picture: ByteArray,
    *,
    context: float = CONTEXT,
    least_side: int = LEAST_SIDE,
    most: int = 20,
) -> list[Mistake]:
    """What a detector finds in a picture without people, best score first.

    A place whose middle lies in the middle half of an earlier piece is left out: it is shown there.

    Args:
        detector: its options say from which score on.
        picture: (H,W,3) uint8 RGB, without a face.
        context: side of a piece in longer sides of the box, at least 1.
        least_side: of a piece in pixels; larger where the box asks for it, smaller where the
            picture is.
        most: pieces of one picture.

    Raises:
        ValueError: context below 1, or least_side or most below 1.
        ImageError: the array is not (H,W,3) uint8, or empty.
    """
    if not context >= 1 or least_side < 1 or most < 1:
        raise ValueError(
            f"got context {context}, least_side {least_side}, most {most}; expected at least 1"
        )
    height, width = picture.shape[:2]
    found: list[Mistake] = []
    (faces,) = detector.detect([picture])
    for box, score in zip(faces.boxes, faces.scores, strict=True):
        middle = (box[:2] + box[2:]) / 2
        if any(_shown(each, middle) for each in found):
            continue
        side = max(float((box[2:] - box[:2]).max()) * context, least_side)
        side = min(round(side), max(height, width))
        left, top = (
            int(np.clip(round(float(at) - side / 2), 0, max(whole - side, 0)))
            for at, whole in zip(middle, (width, height), strict=True)
        )
        piece = np.ascontiguousarray(picture[top : top + side, left : left + side])
        found.append(Mistake(piece, np.asarray(box, np.float32), (left, top), float(score)))
        if len(found) == most:
            break
    return found


def _shown(mistake: Mistake, middle: FloatArray) -> bool:
    height, width = mistake.piece.shape[:2]
    inside = (middle - np.array(mistake.corner, np.float32)) / (width, height)
    return bool(np.all(np.abs(inside - 0.5) <= 0.25))
