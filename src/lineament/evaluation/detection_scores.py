"""Everything that is scored of one detector on one set, as plain data for the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.detection.detector import Detections
from lineament.evaluation.average_precision import PrecisionRecall, precision_recall
from lineament.evaluation.counted_faces import count_score
from lineament.evaluation.detection_predictions import DetectionPredictions
from lineament.evaluation.detection_recall import (
    recall_at,
    recall_by_overlap,
    recall_by_size,
)
from lineament.evaluation.ellipse_overlap import ellipse_overlaps
from lineament.evaluation.face_matching import SetMatches, match_set
from lineament.evaluation.false_positives import FalsePositives
from lineament.evaluation.fddb_scores import FALSE_POSITIVES, fddb_curve
from lineament.evaluation.five_point_errors import five_point_errors
from lineament.evaluation.share import Share
from lineament.evaluation.wider_face_ap import WiderPicture, wider_face_ap

AP_OVERLAP = 0.5
"""Intersection over union of the average precision, whatever recall is asked at."""

CURVE = (*(round(0.05 * step, 2) for step in range(1, 20)), 0.98, 0.99)
"""Score thresholds at which the document has the false positives."""

Bars = Mapping[str, float]
"""Score thresholds by the name of the operating point; the last one is drawn and detailed."""


@dataclass(frozen=True, slots=True, eq=False)
class SetScores:
    """One detector on one set.

    Attributes:
        document: plain data.
        matches: of a labelled set at the overlap asked for, else None.
        curve: precision against recall, of a set in which every face has a label.
    """

    document: dict[str, Any]
    matches: SetMatches | None = None
    curve: PrecisionRecall | None = None


def score_labelled(
    pictures: DetectionSet, predictions: DetectionPredictions, bars: Bars, iou: float
) -> SetScores:
    """Recall at every operating point, by overlap and by size, AP, five points, official scores.

    Args:
        pictures: of the kind `labelled`.
        predictions: for the same pictures.
        bars: operating points.
        iou: least intersection over union that finds a face, of all but the curves by overlap
            and the average precision.
    """
    truth = [picture.faces for picture in pictures.pictures]
    found = predictions.pictures()
    matches = match_set(truth, found, iou)
    main = list(bars.values())[-1]
    curve = None
    if pictures.complete and len(matches.found_by):
        at_half = match_set(truth, found, AP_OVERLAP)
        right = np.zeros(len(at_half.scores), dtype=np.bool_)
        right[at_half.found_by[at_half.found_by >= 0]] = True
        counts = right | at_half.false
        curve = precision_recall(at_half.scores[counts], right[counts], len(at_half.found_by))
    document = {
        "kind": pictures.kind,
        "pictures": len(pictures),
        "faces": len(matches.found_by),
        "ignored": sum(int(faces.ignored.sum()) for faces in truth),
        "operating_points": {
            name: _labelled_point(pictures, matches, bar) for name, bar in bars.items()
        },
        "recall_by_overlap": [
            {"overlap": overlap, **_recall(share)}
            for overlap, share in recall_by_overlap(truth, found, main).items()
        ],
        "recall_by_size": [
            {
                "above": one.above,
                "up_to": None if np.isinf(one.up_to) else one.up_to,
                **_recall(one.recall),
            }
            for one in recall_by_size(matches, main)
        ],
        "average_precision": None if curve is None else _percent(curve.area),
        "five_points": _five_points(pictures, predictions, matches, main),
        "wider_face": _wider_face(pictures, found),
        "fddb": _fddb(pictures.pictures, predictions) if pictures.protocol == "fddb" else None,
    }
    return SetScores(document, matches, curve)


def score_people_free(pictures: DetectionSet, found: Sequence[Detections], bars: Bars) -> SetScores:
    """False positives at every operating point and over the score."""
    false = FalsePositives.of(found)
    document = {
        "kind": pictures.kind,
        "pictures": len(pictures),
        "operating_points": {
            name: {
                "threshold": bar,
                "false_positives": false.at(bar),
                "per_picture": round(false.at(bar) / len(pictures), 5),
                **false.pictures_at(bar).plain("with_any", "pictures", "share_with_any"),
            }
            for name, bar in bars.items()
        },
        "curve": [
            {
                "threshold": bar,
                "false_positives": false.at(bar),
                "per_picture": round(false.at(bar) / len(pictures), 5),
            }
            for bar in CURVE
        ],
    }
    return SetScores(document)


def score_counted(pictures: DetectionSet, found: Sequence[Detections], bars: Bars) -> SetScores:
    """How many of the counted faces are found at every operating point."""
    counts = [picture.count or 0 for picture in pictures.pictures]
    points: dict[str, Any] = {}
    for name, bar in bars.items():
        score = count_score(counts, [int((one.scores >= bar).sum()) for one in found])
        points[name] = {
            "threshold": bar,
            **_recall(score.found),
            "excess": score.excess,
            "exact": score.exact.successes,
            "complete": score.complete.successes,
        }
    document = {
        "kind": pictures.kind,
        "pictures": len(pictures),
        "faces": sum(counts),
        "operating_points": points,
    }
    return SetScores(document)


def _labelled_point(pictures: DetectionSet, matches: SetMatches, bar: float) -> dict[str, Any]:
    false = int((matches.false & (matches.scores >= bar)).sum()) if pictures.complete else None
    return {
        "threshold": bar,
        **_recall(recall_at(matches, bar)),
        "false_positives": false,
        "per_picture": None if false is None else round(false / len(pictures), 5),
    }


def _five_points(
    pictures: DetectionSet, predictions: DetectionPredictions, matches: SetMatches, bar: float
) -> dict[str, Any] | None:
    """Errors over the faces that are found at the threshold; None where none can be had."""
    found = matches.found_scores >= bar
    places = zip(matches.picture[found], matches.place[found], strict=True)
    true = [pictures.pictures[picture].faces.five_points[place] for picture, place in places]
    if not true:
        return None
    errors = five_point_errors(predictions.five_points[matches.found_by[found]], np.stack(true))
    known = errors[~np.isnan(errors)]
    if not len(known):
        return None
    return {
        "faces": len(known),
        "left_out": len(errors) - len(known),
        "mean": _percent(float(known.mean())),
        "median": _percent(float(np.median(known))),
        "above_10": _percent(float((known > 0.1).mean())),
    }


def _wider_face(pictures: DetectionSet, found: Sequence[Detections]) -> dict[str, Any] | None:
    if pictures.protocol != "wider-face":
        return None
    scores: dict[str, Any] = {}
    for subset in pictures.pictures[0].kept:
        shown = [
            WiderPicture(picture.faces.boxes, picture.kept[subset], faces.boxes, faces.scores)
            for picture, faces in zip(pictures.pictures, found, strict=True)
        ]
        if any(one.kept.any() for one in shown):
            score = wider_face_ap(shown)
            scores[subset] = {"faces": score.faces, "ap": _percent(score.ap)}
    return scores or None


def _fddb(
    pictures: Sequence[DetectionPicture], predictions: DetectionPredictions
) -> dict[str, Any]:
    found = predictions.pictures()
    overlaps = []
    for picture, faces, size in zip(pictures, found, predictions.sizes, strict=True):
        ellipses = np.zeros((0, 5), np.float32) if picture.ellipses is None else picture.ellipses
        overlaps.append(ellipse_overlaps(faces.boxes, ellipses, (int(size[0]), int(size[1]))))
    curve = fddb_curve(overlaps, [faces.scores for faces in found])
    rates = {count: curve.at(count) for count in FALSE_POSITIVES}
    return {
        "discrete": {str(count): _percent(rate[0]) for count, rate in rates.items()},
        "continuous": {str(count): _percent(rate[1]) for count, rate in rates.items()},
    }


def _recall(share: Share) -> dict[str, Any]:
    return share.plain("found", "faces", "recall")


def _percent(fraction: float) -> float:
    return round(100 * fraction, 3)
