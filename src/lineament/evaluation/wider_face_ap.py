"""Average precision on WIDER FACE by the official protocol, for one of its subsets.

Yang et al., "WIDER FACE: A Face Detection Benchmark", CVPR 2016, and its scorer in Matlab:

- scores are stretched over all pictures of the set so that the least is 0 and the greatest 1;
- a detection belongs to the face that it overlaps most, of all faces of its picture, and hits it
  from an intersection over union of 0.5 on. One pixel is added to every width and height;
- faces outside the subset are ignored: a detection that hits one is no proposal at all;
- every other detection is a proposal, also one that hits a face again; a face is recalled by its
  first hit;
- at the thresholds 0.999, 0.998, ... 0 precision is recalled faces of proposals, recall is
  recalled faces of the subset's; AP is the area below, with the best precision to the right;
- pictures without a single face in the list have no part, also no false positives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.evaluation.average_precision import area_below
from lineament.face import FloatArray

Doubles = NDArray[np.float64]

OVERLAP = 0.5
THRESHOLDS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class WiderPicture:
    """One picture.

    Attributes:
        faces: (N,4) boxes x1 y1 x2 y2 of all faces of the list.
        kept: (N,) bool, those of the subset.
        boxes: (K,4) detections, x1 y1 x2 y2.
        scores: (K,) of the detections, of any range.
    """

    faces: FloatArray
    kept: NDArray[np.bool_]
    boxes: FloatArray
    scores: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class WiderScore:
    """Average precision as a fraction, and (1000,) precision and recall behind it."""

    ap: float
    faces: int
    precision: Doubles
    recall: Doubles


def wider_face_ap(pictures: Sequence[WiderPicture]) -> WiderScore:
    """Score all pictures of the set in one subset.

    Raises:
        ValueError: the subset has no face.
    """
    faces = sum(int(picture.kept.sum()) for picture in pictures)
    if not faces:
        raise ValueError("got no face in the subset, expected at least one")
    proposals, recalled = np.zeros(THRESHOLDS), np.zeros(THRESHOLDS)
    for picture, scores in zip(pictures, stretched([p.scores for p in pictures]), strict=True):
        if len(picture.faces) and len(scores):
            given, found = _counts(picture, scores)
            proposals += given
            recalled += found
    precision = np.divide(recalled, proposals, out=np.zeros(THRESHOLDS), where=proposals > 0)
    recall = recalled / faces
    return WiderScore(area_below(recall, precision), faces, precision, recall)


def stretched(scores: Sequence[FloatArray]) -> list[Doubles]:
    """Scores of all pictures from 0 to 1; all 1 where they are equal."""
    every = np.concatenate([np.zeros(0), *scores]).astype(np.float64)
    if not len(every):
        return [np.zeros(0) for _ in scores]
    least, span = every.min(), np.ptp(every)
    if span == 0:
        return [np.ones(len(of_picture)) for of_picture in scores]
    return [(of_picture.astype(np.float64) - least) / span for of_picture in scores]


def _counts(picture: WiderPicture, scores: Doubles) -> tuple[Doubles, Doubles]:
    """Proposals and recalled faces of one picture at every threshold: (1000,) each."""
    order = np.argsort(-scores, kind="stable")
    scores = scores[order]
    overlaps = _overlaps(picture.boxes[order], picture.faces)
    face = overlaps.argmax(axis=1)
    hit = overlaps.max(axis=1) >= OVERLAP
    counts = picture.kept[face]
    proposals = np.cumsum(~hit | counts)
    first = np.zeros(len(scores), dtype=np.bool_)
    of_subset = np.flatnonzero(hit & counts)
    first[of_subset[np.unique(face[of_subset], return_index=True)[1]]] = True
    recalled = np.cumsum(first)
    thresholds = 1 - np.arange(1, THRESHOLDS + 1) / THRESHOLDS
    passed = np.searchsorted(-scores, -thresholds, side="right")
    some = passed > 0
    at = np.maximum(passed - 1, 0)
    return np.where(some, proposals[at], 0.0), np.where(some, recalled[at], 0.0)


def _overlaps(boxes: FloatArray, faces: FloatArray) -> Doubles:
    """(K,N) intersection over union with the official scorer's pixel added to every side."""
    a, b = boxes.astype(np.float64)[:, None], faces.astype(np.float64)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]) + 1
    common = np.prod(np.maximum(sides, 0), axis=2)
    areas = [np.prod(box[..., 2:] - box[..., :2] + 1, axis=2) for box in (a, b)]
    shares: Doubles = common / (areas[0] + areas[1] - common)
    return shares
