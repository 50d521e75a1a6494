"""Everything that one set of pairs tells of a recogniser, from embeddings to plain data."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lineament.datasets.verification_pairs import VerificationPairs
from lineament.errors import DataError
from lineament.evaluation.attribute_groups import MEASURED_TONE, MOST_VALUES, in_order
from lineament.evaluation.embedding_predictions import EmbeddingPredictions
from lineament.evaluation.error_versus_discard import DiscardCurve, discard_curve, pair_quality
from lineament.evaluation.every_pair import MOST_PICTURES, every_pair
from lineament.evaluation.match_calibration import (
    MatchCalibration,
    calibrate,
    fmrs_told,
    likelihood_ratio_cost,
)
from lineament.evaluation.match_groups import rates_of_groups
from lineament.evaluation.match_rates import (
    DRAWS,
    fnmr_at_fmr,
    fnmr_intervals,
    people_of,
    rates_at,
)
from lineament.evaluation.open_set_scores import open_set_scores
from lineament.evaluation.pair_scores import (
    FAILED,
    Doubles,
    Integers,
    PairScores,
    allowed,
    pair_cosines,
)
from lineament.evaluation.recognition_document import (
    percent,
    plain_accuracy,
    plain_discard,
    plain_groups,
    plain_measured,
    plain_rates,
    plain_score,
    plain_validation,
)
from lineament.evaluation.roc import (
    TARGETS,
    area_under_roc,
    equal_error_rate,
    nearest_point,
    threshold_at,
)
from lineament.evaluation.skin_tone import tone_of
from lineament.evaluation.verification import fold_accuracy, squared_distances, validation_at_far
from lineament.weights import Calibration

log = logging.getLogger(__name__)

MOST_BOOTSTRAPPED = 500_000
"""Pairs of the largest set of which people are drawn."""

Groups = Mapping[str, Sequence[str | None]]
"""By the name of a grouping what each of the N pictures is in it; None where not known."""


@dataclass(frozen=True, slots=True, eq=False)
class SetScores:
    """What one set told.

    Attributes:
        values: (P,) cosine of each pair, `FAILED` where a picture failed to enrol.
        scores: the same, genuine and impostor apart.
        curves: error-versus-discard by measure of quality.
        calibration: None where the pairs cannot tell.
        document: all of it as plain data.
    """

    values: Doubles
    scores: PairScores
    curves: dict[str, DiscardCurve]
    calibration: MatchCalibration | None
    document: dict[str, Any]


def score_set(
    pairs: VerificationPairs,
    predictions: EmbeddingPredictions,
    *,
    groups: Groups | None = None,
    fmrs: Sequence[float] | None = None,
    calibration: Calibration | None = None,
    draws: int = DRAWS,
) -> SetScores:
    """Score one set.

    Args:
        groups: what is known of the pictures beside the measured skin tone.
        fmrs: false match rates to calibrate; those that the pairs can tell where None.
        calibration: of the weight's record, to be measured.
        draws: of the bootstrap over people; 0 for none.

    Raises:
        DataError: no pair of a kind, or too few impostor pairs for a rate of `fmrs`.
    """
    values = pair_cosines(predictions.embeddings, pairs.pairs, predictions.enrolled)
    scores = PairScores.of(values, pairs.same)
    failed = values == FAILED
    told = fmrs_told(int((~failed & ~pairs.same).sum()))
    threshold = threshold_at(scores, told[-1]) if told else None
    people, known = _people(pairs)
    compared = _to_calibrate(pairs, predictions, scores)
    fitted, words = _calibrated(compared, fmrs)
    accuracy, validation = _folds(values, pairs)
    curves = {} if threshold is None else _curves(pairs, predictions, values, threshold)
    document = {
        "pictures": len(pairs.pictures),
        "pairs": len(pairs.pairs),
        "genuine": len(scores.genuine),
        "impostor": len(scores.impostor),
        "folds": len(np.unique(pairs.fold)),
        "boxes": "aligned" if pairs.aligned else "detector",
        "people": {"known_by": known, "count": None if people is None else len(np.unique(people))},
        "failures_to_enrol": {
            "pictures": int((~predictions.enrolled).sum()),
            "genuine_pairs": int((failed & pairs.same).sum()),
            "impostor_pairs": int((failed & ~pairs.same).sum()),
        },
        **{"accuracy": accuracy, "val_at_far": validation},
        "auc": percent(area_under_roc(scores)),
        "eer": percent(equal_error_rate(scores)),
        "operating_points": _points(values, scores, pairs, people, draws),
        "calibration": words,
        "record_calibration": None if calibration is None else _measured(compared, calibration),
        "groups": None
        if threshold is None
        else _groups(values, pairs, predictions, groups or {}, threshold, told[-1]),
        "open_set": open_set_scores(predictions, pairs.people),
        "quality": None
        if threshold is None
        else {"fmr": told[-1], **{name: plain_discard(curve) for name, curve in curves.items()}},
    }
    return SetScores(values, scores, curves, fitted, document)


def _people(pairs: VerificationPairs) -> tuple[Integers | None, str]:
    if pairs.people is not None:
        return pairs.people, "labels"
    try:
        return people_of(len(pairs.pictures), pairs.pairs, pairs.same), "pairs"
    except DataError as error:
        log.warning("%s: no interval over people, since its labels disagree: %s", pairs.name, error)
        return None, "contradicted by the pairs"


def _folds(
    values: Doubles, pairs: VerificationPairs
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Accuracy, and VAL@FAR where every fold has pairs of both kinds."""
    if len(np.unique(pairs.fold)) < 2:
        return None, None
    distances = squared_distances(values)
    accuracy = plain_accuracy(fold_accuracy(distances, pairs.same, pairs.fold))
    both = all(0 < pairs.same[pairs.fold == fold].mean() < 1 for fold in np.unique(pairs.fold))
    if not both:
        return accuracy, None
    return accuracy, plain_validation(validation_at_far(distances, pairs.same, pairs.fold))


def _points(
    values: Doubles,
    scores: PairScores,
    pairs: VerificationPairs,
    people: Integers | None,
    draws: int,
) -> list[dict[str, Any]]:
    targets = [target for target in TARGETS if allowed(target, len(scores.impostor))]
    intervals: list[Any] = [None] * len(targets)
    if people is not None and draws and len(values) <= MOST_BOOTSTRAPPED:
        intervals = list(fnmr_intervals(values, pairs.same, people[pairs.pairs], targets, draws))
    return [
        plain_rates(
            fnmr_at_fmr(scores, target),
            nearest_point(scores, target),
            allowed(target, len(scores.impostor)),
            interval,
        )
        for target, interval in zip(targets, intervals, strict=True)
    ]


def _to_calibrate(
    pairs: VerificationPairs, predictions: EmbeddingPredictions, listed: PairScores
) -> PairScores:
    """Scores of every pair of the pictures where their people are known, else of those listed."""
    if pairs.people is None or len(pairs.people) > MOST_PICTURES:
        return listed
    return every_pair(predictions.embeddings, pairs.people, predictions.enrolled)


def _calibrated(
    scores: PairScores, fmrs: Sequence[float] | None
) -> tuple[MatchCalibration | None, dict[str, Any]]:
    impostors = int((scores.impostor > FAILED).sum())
    if fmrs is None and not fmrs_told(impostors):
        return None, {"refused": f"{impostors} impostor pairs tell no false match rate"}
    try:
        found = calibrate(scores, fmrs)
    except DataError as error:
        if fmrs is not None:
            raise
        return None, {"refused": str(error)}
    return found, {
        "genuine": len(scores.genuine),
        "impostor": len(scores.impostor),
        "thresholds": [[fmr, plain_score(score)] for fmr, score in found.thresholds],
        "slope": round(found.slope, 6),
        "offset": round(found.offset, 6),
        "cllr": round(likelihood_ratio_cost(scores, found.slope, found.offset), 4),
    }


def _measured(scores: PairScores, calibration: Calibration) -> dict[str, Any]:
    return {
        "genuine": len(scores.genuine),
        "impostor": len(scores.impostor),
        "protocol": calibration.protocol,
        "thresholds": [
            plain_measured(rates_at(scores, threshold, fmr))
            for fmr, threshold in calibration.thresholds
        ],
        "cllr": _cost(scores, calibration),
    }


def _cost(scores: PairScores, calibration: Calibration) -> float | None:
    """Cllr in bits; None where no comparison of a kind succeeded."""
    try:
        return round(likelihood_ratio_cost(scores, calibration.slope, calibration.offset), 4)
    except DataError:
        return None


def _groups(
    values: Doubles,
    pairs: VerificationPairs,
    predictions: EmbeddingPredictions,
    groups: Groups,
    threshold: float,
    fmr: float,
) -> dict[str, Any]:
    tones = [tone_of(float(angle)) for angle in predictions.typology]
    scored: dict[str, Any] = {}
    for name, of_pictures in {**groups, MEASURED_TONE: tones}.items():
        if not 1 < len(set(of_pictures) - {None}) <= MOST_VALUES:
            continue
        both = [(of_pictures[one], of_pictures[other]) for one, other in pairs.pairs.tolist()]
        plain = plain_groups(rates_of_groups(values, pairs.same, both, threshold))
        order = in_order(name, list(plain["values"])) if name == MEASURED_TONE else None
        if order:
            plain["values"] = {value: plain["values"][value] for value in order}
        scored[name] = plain
    return {"fmr": fmr, "threshold": plain_score(threshold), "by": scored}


def _curves(
    pairs: VerificationPairs,
    predictions: EmbeddingPredictions,
    values: Doubles,
    threshold: float,
) -> dict[str, DiscardCurve]:
    """The curve of every measure of quality that there is."""
    genuine = pairs.pairs[pairs.same]
    curves = {}
    for name in ("norm", "mirror", "stability"):
        measured = np.asarray(getattr(predictions, name), dtype=np.float64)
        if predictions.enrolled.any() and not np.isnan(measured[predictions.enrolled]).any():
            quality = np.where(predictions.enrolled, measured, -np.inf)
            curves[name] = discard_curve(
                values[pairs.same], pair_quality(quality, genuine), threshold
            )
    return curves
