"""The document of `lineament evaluate recognition` as plain data.

Rates are percent; the false match rates that were asked for (`target`) are shares, as every table
names them (1e-3); scores are cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lineament.evaluation.attribute_scores import wilson_interval
from lineament.evaluation.error_versus_discard import LIMIT, DiscardCurve
from lineament.evaluation.match_calibration import LEAST_FALSE_MATCHES
from lineament.evaluation.match_groups import ErrorCount, GroupRates, inequity
from lineament.evaluation.match_rates import DRAWS, Interval, MatchRates
from lineament.evaluation.open_set import Identification
from lineament.evaluation.roc import OperatingPoint
from lineament.evaluation.verification import FoldAccuracy, FoldValidation

DOCUMENT = "lineament.evaluation.recognition/1"

PROTOCOL = {
    "score": "cosine of two embeddings; pictures match where it is at least the threshold",
    "failures_to_enrol": "pictures in which no face was found, of those that are not aligned. "
    "Their pairs count as non-matches at every threshold, in accuracy, TAR, FNMR and FMR alike",
    "boxes": "detector: of a picture's faces that whose middle is nearest to the picture's, "
    "aligned by the detector's five points; aligned: the picture is the crop",
    "accuracy": "mean and standard deviation over the folds, of the share of pairs that are told "
    "rightly at the threshold that is best on the other folds: squared L2 distances of unit "
    "vectors, 0 to 4 in steps of 0.01. null for a set of one fold",
    "val_at_far": "FaceNet's validation rate over the same folds: the threshold is the greatest "
    "whose false accept rate on the other folds is at most the target",
    "auc": "area under the ROC curve: share of the couples of a genuine and an impostor pair of "
    "which the genuine one scores higher",
    "eer": "error where FMR and FNMR are equal",
    "operating_points": "at the threshold of the greatest TAR whose FMR does not exceed the "
    "target; tar = 100 - fnmr. `nearest` has the point of the published IJB scripts, whose FAR is "
    "nearest to the target and may exceed it. `deciding`: so many impostor pairs may match at the "
    "target; one at which not a single pair may is left out",
    "intervals": "95 %: `by_pairs` is Wilson's, which takes pairs for independent; `by_people` is "
    f"a percentile bootstrap of {DRAWS} draws of people, each with a threshold of its own",
    "people": "labels: the set names them; pairs: those whom genuine pairs join are one person",
    "calibration": "thresholds for wanted false match rates, and the probability of one person, "
    "sigmoid(slope x score + offset) at equal priors: of the comparisons that succeeded, of every "
    "pair of the pictures where the set names their people, else of the listed pairs. A rate "
    f"needs {LEAST_FALSE_MATCHES} expected false matches (rule of 30, ISO/IEC 19795-1)",
    "record_calibration": "what the record's own thresholds and probability do on these pairs; "
    "cllr in bits: 0 is certain and right, 1 says nothing",
    "groups": "FNMR and FMR inside each group at one threshold for all, that of the least false "
    "match rate that all pairs together can tell; inequity: greatest rate over the geometric mean "
    "of the groups'. skin_tone_measured is estimated from the pixels of the cheeks: light moves it",
    "open_set": "people with two pictures or more, every second one enrolled by the first picture "
    "and searched for by the others (mated); the pictures of the rest are non-mated. fnir: mate "
    "not first, or below the threshold whose FPIR does not exceed the target",
    "templates": "IJB: features with their lengths, times the detector's score of the picture; "
    "mean over the pictures of a medium, sum over media, unit length. `search` has 1:N, means over "
    "both galleries",
    "quality": "error-versus-discard: mean FNMR while the worst genuine pairs by quality are "
    f"discarded, up to {LIMIT:.0%}, at the threshold of `groups`; normalised: 1 is discarding at "
    "random, 0 discards nothing but errors",
}


def percent(share: float | None) -> float | None:
    """Percent to four decimals; None stays."""
    return None if share is None else round(float(share) * 100, 4)


def plain_interval(interval: Interval | None) -> list[float | None] | None:
    """Both ends in percent."""
    return None if interval is None else [percent(interval[0]), percent(interval[1])]


def plain_score(score: float) -> float | None:
    """A score to six decimals; None for one that is not finite."""
    return round(float(score), 6) if np.isfinite(score) else None


def plain_accuracy(accuracy: FoldAccuracy | None) -> dict[str, Any] | None:
    """Mean, deviation and each fold with its threshold."""
    if accuracy is None:
        return None
    return {
        "mean": percent(accuracy.mean),
        "deviation": percent(accuracy.deviation),
        "folds": [
            {"accuracy": percent(share), "squared_distance": round(float(threshold), 2)}
            for share, threshold in zip(accuracy.accuracies, accuracy.thresholds, strict=True)
        ],
    }


def plain_validation(validation: FoldValidation | None) -> dict[str, Any] | None:
    """Mean and deviation of the rate, and the FAR that was really had."""
    if validation is None:
        return None
    return {
        "target": validation.target,
        "mean": percent(validation.mean),
        "deviation": percent(validation.deviation),
        "far": percent(validation.far),
    }


def plain_rates(
    rates: MatchRates, nearest: OperatingPoint, deciding: int, by_people: Interval | None
) -> dict[str, Any]:
    """One operating point."""
    return {
        "target": rates.target,
        "deciding": deciding,
        "threshold": plain_score(rates.threshold),
        "tar": percent(1 - rates.fnmr),
        "fmr": percent(rates.fmr),
        "fnmr": percent(rates.fnmr),
        "by_pairs": plain_interval(rates.fnmr_interval),
        "by_people": plain_interval(by_people),
        "nearest": {
            "threshold": plain_score(nearest.threshold),
            "tar": percent(nearest.tar),
            "far": percent(nearest.far),
        },
    }


def plain_measured(rates: MatchRates) -> dict[str, Any]:
    """What a threshold of the record does, with intervals over pairs."""
    return {
        "target": rates.target,
        "threshold": plain_score(rates.threshold),
        "fmr": percent(rates.fmr),
        "fmr_by_pairs": plain_interval(rates.fmr_interval),
        "fnmr": percent(rates.fnmr),
        "fnmr_by_pairs": plain_interval(rates.fnmr_interval),
    }


def plain_groups(rates: GroupRates) -> dict[str, Any]:
    """Errors of each group, across groups, and how unlike they are."""
    return {
        "values": {
            name: {
                "fnmr": plain_count(rates.false_non_matches[name]),
                "fmr": plain_count(rates.false_matches[name]),
            }
            for name in rates.false_matches
        },
        "across": [
            {"groups": list(pair), "fmr": plain_count(count)}
            for pair, count in rates.crossed.items()
        ],
        "unknown_pairs": rates.unknown,
        "mixed_genuine_pairs": rates.mixed,
        "fmr_inequity": _rounded(inequity(list(rates.false_matches.values()))),
        "fnmr_inequity": _rounded(inequity(list(rates.false_non_matches.values()))),
    }


def plain_count(count: ErrorCount) -> dict[str, Any]:
    """Pairs, errors, rate and Wilson's interval."""
    return {
        "pairs": count.pairs,
        "errors": count.errors,
        "rate": percent(count.rate),
        "interval": plain_interval(count.interval),
    }


def plain_identification(found: Identification) -> dict[str, Any]:
    """Both errors of searches at a threshold."""
    return {
        "target": found.target,
        "threshold": plain_score(found.threshold),
        "fpir": percent(found.fpir),
        "fnir": percent(found.fnir),
        "interval": plain_interval(found.fnir_interval),
    }


def plain_ranks(ranks: Sequence[int], hits: Sequence[int], mated: int) -> list[dict[str, Any]]:
    """Share of the mated searches whose mate is among the first, for each rank."""
    return [
        {
            "rank": rank,
            "share": percent(hit / mated),
            "interval": plain_interval(wilson_interval(hit, mated)),
        }
        for rank, hit in zip(ranks, hits, strict=True)
    ]


def plain_discard(curve: DiscardCurve) -> dict[str, Any]:
    """Area of an error-versus-discard curve and what it starts from."""
    return {
        "fnmr": percent(float(curve.fnmr[0])),
        "mean_fnmr": percent(curve.area()),
        "normalised": _rounded(curve.normalised_area()),
        "threshold": plain_score(curve.threshold),
        "pairs": curve.pairs,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
