"""Share of the labelled faces that are found: at a score, against overlap, against size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.detector import Detections
from lineament.evaluation.face_matching import SetMatches, match_set
from lineament.evaluation.share import Share

OVERLAPS = tuple(round(0.3 + 0.05 * step, 2) for step in range(14))
"""Least intersections over union of the curve: 0.3 to 0.95."""

SIDES = (0.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 256.0, 512.0, np.inf)
"""Edges of the bins of a face's size in photo pixels, the root of its box's width x height."""


@dataclass(frozen=True, slots=True)
class SizeBin:
    """Faces of a size: `above` < side <= `up_to`, in photo pixels."""

    above: float
    up_to: float
    recall: Share


def recall_at(matches: SetMatches, threshold: float) -> Share:
    """The faces found by detections whose score is at least the threshold."""
    found = matches.found_scores >= threshold
    return Share(int(found.sum()), len(found))


def recall_by_overlap(
    truth: Sequence[LabelledFaces],
    predicted: Sequence[Detections],
    threshold: float,
    overlaps: Sequence[float] = OVERLAPS,
) -> dict[float, Share]:
    """`recall_at` by the least intersection over union that finds a face."""
    surest = [found.take(found.scores >= threshold) for found in predicted]
    return {iou: recall_at(match_set(truth, surest, iou), threshold) for iou in overlaps}


def recall_by_size(
    matches: SetMatches, threshold: float, edges: Sequence[float] = SIDES
) -> list[SizeBin]:
    """`recall_at` of the faces of each size; bins without a face are left out."""
    found = matches.found_scores >= threshold
    bins = []
    for above, up_to in pairwise(edges):
        here = (matches.sides > above) & (matches.sides <= up_to)
        if here.any():
            bins.append(SizeBin(above, up_to, Share(int(found[here].sum()), int(here.sum()))))
    return bins
