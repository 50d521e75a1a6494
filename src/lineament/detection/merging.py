"""One list of a photo's faces from what was found on its working copies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lineament.detection.detector import Detections
from lineament.detection.nms import suppress
from lineament.detection.scaling import WorkingCopy
from lineament.geometry import overlap, share_inside

MOST_OVERLAP = 0.4
"""Boxes that overlap more than this (intersection over union) show the same face."""

MOST_CANDIDATES = 3000
"""Best candidates of a working copy that are compared with one another: far more than crowds give,
a bound on time and memory where the least score lets everything through."""

SAME_ANSWER = 0.7
"""Boxes that overlap more than this are answers to one question: where this very face is."""

LEAST_VOTE = 1e-6
"""What an answer counts whose score is nothing."""

PART_SHARE = 0.7
"""A box of which more than this share lies in a large face is a part of that face."""


def merge(
    found: Sequence[tuple[WorkingCopy, Detections]],
    smallest_face: float,
    most_faces: int | None = None,
    *,
    average: bool = False,
) -> Detections:
    """The faces of one photo, best score first, each once.

    Each copy contributes the faces of the sizes that it is searched for. Seen closely, parts of a
    large face look like faces: what the fine copy finds inside a better face that is too large
    for it is dropped.

    Args:
        found: working copies of one photo, the finest first, with their candidates in working
            pixels.
        smallest_face: smaller faces are dropped, in photo pixels.
        most_faces: those of the best scores that are kept; None keeps all.
        average: box and points of a face are the mean of all answers that are nearly the best
            one, by their scores.
    """
    parts: list[Detections] = []
    for copy, candidates in reversed(found):
        faces = _sound(copy.to_photo(_best(candidates)))
        sides = faces.sides
        faces = faces.take((sides >= copy.from_side) & (sides <= copy.to_side))
        if parts:
            coarse = Detections.join(parts)
            faces = _without_parts(faces, coarse.take(coarse.sides > copy.to_side))
        parts.append(faces)
    faces = Detections.join(parts)
    faces = faces.take(faces.sides >= smallest_face)
    return distinct(faces, most_faces, average=average)


def distinct(
    faces: Detections, most_faces: int | None = None, *, average: bool = False
) -> Detections:
    """Of boxes that show the same face the best, or the mean place; arguments as in `merge`."""
    kept = faces.take(suppress(faces.boxes, faces.scores, MOST_OVERLAP)[:most_faces])
    return _averaged(kept, faces) if average else kept


def _averaged(kept: Detections, faces: Detections) -> Detections:
    """The kept faces (N) in the mean places of all (K) that answer the same as they do."""
    same = overlap(kept.boxes, faces.boxes) > SAME_ANSWER
    votes = np.where(same, np.maximum(faces.scores, LEAST_VOTE), 0)
    votes /= votes.sum(axis=1, keepdims=True)
    numbers = np.concatenate([faces.boxes, faces.five_points.reshape(-1, 10)], axis=1)
    mean = np.asarray(votes @ numbers, np.float32)
    return Detections(mean[:, :4], kept.scores, mean[:, 4:].reshape(-1, 5, 2))


def _best(candidates: Detections) -> Detections:
    if len(candidates.scores) <= MOST_CANDIDATES:
        return candidates
    return candidates.take(np.sort(np.argsort(-candidates.scores)[:MOST_CANDIDATES]))


def _sound(faces: Detections) -> Detections:
    """Without the faces whose numbers are not finite or whose box has no area."""
    finite = np.isfinite(faces.boxes).all(axis=1) & np.isfinite(faces.five_points).all(axis=(1, 2))
    return faces.take(finite & (faces.sides > 0))


def _without_parts(faces: Detections, large: Detections) -> Detections:
    inside = share_inside(faces.boxes, large.boxes) > PART_SHARE
    better = large.scores[None, :] >= faces.scores[:, None]
    part: NDArray[np.bool_] = np.any(inside & better, axis=1)
    return faces.take(~part)
