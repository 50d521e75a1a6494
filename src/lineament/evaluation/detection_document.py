"""The words of the document of `lineament evaluate detection`; docs/evaluation.md describes it."""

from __future__ import annotations

from collections.abc import Sequence

from lineament.datasets.detection_picture import DetectionSet
from lineament.evaluation.counted_faces import RULE as COUNT_RULE
from lineament.evaluation.face_matching import RULE as MATCH_RULE
from lineament.evaluation.five_point_errors import RULE as POINT_RULE

DOCUMENT = "lineament.evaluation.detection/1"

GIVEN, WANTED = "given_score", "wanted_rate"
"""Names of the operating points."""


def protocol(sets: Sequence[DetectionSet], iou: float, rate: float) -> dict[str, str]:
    """In words, what the numbers are."""
    words = {
        "matching": f"intersection over union of at least {iou:g}; {MATCH_RULE}",
        "recall": "share of the labelled faces that a detection of at least the threshold finds",
        GIVEN: "operating point at one fixed score",
        WANTED: "operating point at the lowest score threshold with at most "
        f"{rate:g} false positives for each people-free picture (1 in {1 / rate:.3g}), all "
        "people-free sets together; one threshold of a detector for every set"
        if rate
        else "operating point at the lowest score threshold without a false positive on the "
        "people-free pictures",
        "low, high": "Wilson's 95 % interval",
        "recall_by_overlap, recall_by_size, five_points": "at the last operating point; size is "
        "the root of width x height of the true box, in photo pixels",
        "average_precision": "at an intersection over union of 0.5, area below precision against "
        "recall with the best precision to the right (PASCAL VOC 2010); only of sets in which "
        "every face has a label",
        "five_points": POINT_RULE,
    }
    kinds = {one.kind for one in sets}
    if "counted" in kinds:
        words["counted"] = COUNT_RULE
    if any(one.protocol == "wider-face" for one in sets):
        words["wider_face"] = (
            "the official protocol (Yang et al., CVPR 2016): scores stretched over the set, 1000 "
            "thresholds, intersection over union of 0.5, faces outside the subset ignored"
        )
    if any(one.protocol == "fddb" for one in sets):
        words["fddb"] = (
            "Jain and Learned-Miller, UM-CS-2010-009: true positive rate by the number of false "
            "positives on the set, boxes against ellipses; discrete counts overlaps above 0.5, "
            "continuous adds them up"
        )
    return words
