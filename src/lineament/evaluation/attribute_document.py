"""The document of `lineament evaluate attributes` as plain data, as docs/evaluation.md has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lineament.evaluation.attribute_predictions import BoxSource
from lineament.evaluation.attribute_scores import Counts, TaskScores, wilson_interval
from lineament.evaluation.calibration import BINS
from lineament.evaluation.landmark_errors import LandmarkErrors
from lineament.evaluation.landmark_scores import NormalisedScores, scores_of
from lineament.evaluation.matching import DATASET_BOX_RULE, recall_rule, truth_box_rule
from lineament.evaluation.normalisers import meaning
from lineament.landmarks.schemes import Scheme, find_scheme

DOCUMENT = "lineament.evaluation.attributes/1"

SUREST_RULE = (
    "the dataset has no points: the surest detection of the picture is the face, and a picture "
    "without a detection is a missed face"
)

PROTOCOL = {
    "answer": "the most probable class",
    "accuracy": "share of right answers among the found faces whose label is known; missed faces "
    "are told by the recall beside it",
    "low, high": "Wilson's 95 % interval of the accuracy (of the recall under `detection`)",
    "recall": "share of the faces of known label that were found",
    "balanced_accuracy": "mean over the true classes that occur of the share answered rightly",
    "majority": "share of the commonest true class: the accuracy of answering always the same",
    "ece": f"expected calibration error: the found faces fall into {BINS} bins of equal width by "
    "the probability of their answer; mean over the bins of |accuracy - mean probability|, each "
    "bin weighing its faces (Guo et al., ICML 2017)",
    "nll": "mean of -log of the probability of the true class, in nats, not percent",
    "confusion": "faces by true class (row) and answer (column), in the order of `classes`",
    "unknown": "faces without a label of the task; no part of its scores",
    "head": "the head that answers; where the dataset knows only glasses or none, the "
    "probabilities of clear and dark ones are added up",
    "skin_tone_measured": "by the individual typology angle of the cheeks' pixels in the picture "
    "(dark up to -30 degrees, brown to 10, tan to 28, intermediate to 41, light to 55, very light "
    "above); light and camera move it; found faces only, and found is what the recall there says",
    "gender_presentation": "as rendered, or as the dataset's annotators saw it; not identity",
    "angles": "mean absolute error in degrees of the found faces",
}


def box_rules(source: BoxSource, scheme: str | None) -> dict[str, str]:
    """In words, where boxes are from and which detection is the face."""
    words = {
        "detector": "the detector's own; the truth has no part in the answers",
        "truth": truth_box_rule(find_scheme(scheme)) if scheme else "",
        "dataset": DATASET_BOX_RULE,
        "picture": "the whole picture",
    }
    found = recall_rule(find_scheme(scheme)) if scheme else SUREST_RULE
    given = "every labelled face is given its box"
    return {"boxes": words[source], "found": found if source == "detector" else given}


def plain_counts(counts: Counts) -> dict[str, Any]:
    """Counts with accuracy, its interval and the share found, in percent."""
    low, high = counts.interval or (None, None)
    return {
        "faces": counts.faces,
        "found": counts.found,
        "correct": counts.correct,
        "recall": percent(counts.recall),
        "accuracy": percent(counts.accuracy),
        "low": percent(low),
        "high": percent(high),
    }


def plain_share(found: int, faces: int) -> dict[str, Any]:
    """Found of all faces, in percent, with the interval of that share."""
    low, high = wilson_interval(found, faces)
    return {
        "faces": faces,
        "found": found,
        "recall": percent(found / faces),
        "low": percent(low),
        "high": percent(high),
    }


def plain_task(
    scores: TaskScores,
    classes: Sequence[str],
    head: str,
    groups: Mapping[str, Mapping[str, Counts]],
) -> dict[str, Any]:
    """All scores of a task, in percent but for the likelihood."""
    nll = scores.negative_log_likelihood
    return {
        "head": head,
        "classes": list(classes),
        "unknown": scores.unknown,
        **plain_counts(scores.counts),
        "balanced_accuracy": percent(scores.balanced_accuracy),
        "majority": percent(scores.majority),
        "ece": percent(scores.calibration_error),
        "nll": None if nll is None else round(nll, 4),
        "confusion": scores.confusion.tolist(),
        "reliability": _reliability(scores),
        "groups": {
            name: {value: plain_counts(counts) for value, counts in group.items()}
            for name, group in groups.items()
        },
    }


def plain_angles(errors: Mapping[str, tuple[int, float | None]]) -> dict[str, Any] | None:
    """Faces and mean absolute error of each axis; None where no face has truth and answer."""
    if not any(faces for faces, _ in errors.values()):
        return None
    return {
        axis: {"faces": faces, "mean_absolute_error": error and round(error, 3)}
        for axis, (faces, error) in errors.items()
    }


def plain_landmarks(
    errors: LandmarkErrors, scheme: Scheme, bins: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """Mean error and failure rate of all faces and of each pose bin, in percent."""

    def plain(rows: Sequence[int]) -> dict[str, Any]:
        scores = scores_of(errors.of(rows))
        return {
            "faces": scores.faces,
            "found": scores.found,
            **{name: _normalised(values) for name, values in scores.normalised.items()},
        }

    return {
        "scheme": scheme.name,
        "normalisers": {name: meaning(name, scheme) for name in errors.lengths},
        "overall": plain(range(len(errors.found))),
        "pose_bins": {name: plain(rows) for name, rows in bins.items()},
    }


def percent(fraction: float | None) -> float | None:
    """A share in percent to two decimals."""
    return None if fraction is None else round(fraction * 100, 2)


def _normalised(values: NormalisedScores) -> dict[str, Any]:
    return {
        "left_out": values.left_out,
        "mean_error": percent(values.nme_of_found),
        "fr10": percent(values.failure_rates[0.1]),
    }


def _reliability(scores: TaskScores) -> list[dict[str, Any]] | None:
    """The bins that hold a face."""
    if scores.reliability is None:
        return None
    held = scores.reliability
    edges = np.linspace(0, 1, len(held.counts) + 1)
    return [
        {
            "above": percent(float(edges[place])),
            "up_to": percent(float(edges[place + 1])),
            "faces": int(held.counts[place]),
            "confidence": percent(float(held.confidence[place])),
            "accuracy": percent(float(held.accuracy[place])),
        }
        for place in np.flatnonzero(held.counts)
    ]
