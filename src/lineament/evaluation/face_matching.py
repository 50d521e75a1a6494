"""Which detection finds which labelled face.

Detections take faces in the order of their scores: each takes the face that it overlaps most of
those that are not taken and that it overlaps enough. A further detection of a taken face is a false
positive; one that overlaps no free face enough but an ignored one is neither right nor wrong. What
a detection gets depends on better ones alone, so that one pass serves every score threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.detector import Detections
from lineament.face import FloatArray
from lineament.geometry import overlap

FALSE, IGNORED = -1, -2

RULE = (
    "detections take faces in the order of their scores, each the free face of the greatest "
    "intersection over union with it, if that is at least the one asked for; a second detection of "
    "a face is a false positive; one on an ignored face counts nowhere"
)


def match_faces(overlaps: FloatArray, ignored: NDArray[np.bool_], iou: float) -> NDArray[np.int64]:
    """The face that each detection of one picture finds.

    Args:
        overlaps: (K,N) intersection over union of detections, best score first, and faces.
        ignored: (N,) faces that count nowhere.
        iou: least overlap that finds a face.

    Returns:
        (K,) index of the face, `FALSE` or `IGNORED`.
    """
    matches = np.full(len(overlaps), FALSE, dtype=np.int64)
    free = ~ignored
    near = overlaps >= iou
    for place in np.flatnonzero(near.any(axis=1)):
        left = np.where(near[place] & free, overlaps[place], -1)
        face = int(left.argmax())
        if left[face] >= 0:
            matches[place] = face
            free[face] = False
        elif near[place, ignored].any():
            matches[place] = IGNORED
    return matches


@dataclass(frozen=True, slots=True, eq=False)
class SetMatches:
    """What the K detections of a set of pictures found of its F faces that count.

    Attributes:
        scores: (K,) of the detections, picture by picture.
        false: (K,) bool, those that are no face.
        found_by: (F,) index of the detection that found a face; -1 where none did.
        sides: (F,) size of each face's box in photo pixels.
        picture: (F,) index of each face's picture. place: (F,) its index there.
    """

    scores: FloatArray
    false: NDArray[np.bool_]
    found_by: NDArray[np.int64]
    sides: FloatArray
    picture: NDArray[np.int64]
    place: NDArray[np.int64]

    @property
    def found_scores(self) -> FloatArray:
        """(F,) score of the detection that found each face; minus infinity where none did."""
        scores = np.full(len(self.found_by), -np.inf, dtype=np.float32)
        found = self.found_by >= 0
        scores[found] = self.scores[self.found_by[found]]
        return scores


def match_set(
    truth: Sequence[LabelledFaces], predicted: Sequence[Detections], iou: float
) -> SetMatches:
    """Match every picture of a set.

    Args:
        truth: faces of each picture.
        predicted: detections of each picture, best score first.
        iou: least intersection over union that finds a face.

    Raises:
        ValueError: not as many of both.
    """
    scores, false, found_by, sides, picture, places = [], [], [], [], [], []
    before = 0
    for number, (faces, found) in enumerate(zip(truth, predicted, strict=True)):
        matches = match_faces(overlap(found.boxes, faces.boxes), faces.ignored, iou)
        taken = np.full(len(faces), -1, dtype=np.int64)
        right = np.flatnonzero(matches >= 0)
        taken[matches[right]] = before + right
        counted = np.flatnonzero(~faces.ignored)
        scores.append(found.scores)
        false.append(matches == FALSE)
        found_by.append(taken[counted])
        sides.append(faces.sides[counted])
        picture.append(np.full(len(counted), number, dtype=np.int64))
        places.append(counted)
        before += len(found)
    return SetMatches(
        scores=_joined(scores, np.float32),
        false=_joined(false, np.bool_),
        found_by=_joined(found_by, np.int64),
        sides=_joined(sides, np.float32),
        picture=_joined(picture, np.int64),
        place=_joined(places, np.int64),
    )


def _joined(parts: Sequence[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, dtype=kind)
