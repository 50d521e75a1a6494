"""Whether two faces are of one person: score, calibrated probability, decision.

Terms as in ISO/IEC 19795-1: a false match takes two people for one, and the false match rate (FMR)
is the part of the comparisons of two people that end so. Where the threshold lies that gives a
wanted rate depends on the weight, so that its record holds it (`lineament.weights.Calibration`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lineament.errors import ConfigError
from lineament.face import FaceEmbedding
from lineament.weights import Calibration

USUAL_FMR = 1e-3
"""The false match rate that is taken where none is asked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """What the comparison of two faces gives.

    Attributes:
        score: cosine of the embeddings, -1 to 1.
        probability: that both are one person, 0 to 1, where before looking that is as likely as
            not; None, as all below, of a weight without calibration.
        threshold: least score of a match.
        false_match_rate: of the threshold, as measured by `protocol`.
        same: whether the score reaches the threshold.
        protocol: the pairs of pictures by which all this was measured.
    """

    score: float
    probability: float | None = None
    threshold: float | None = None
    false_match_rate: float | None = None
    same: bool | None = None
    protocol: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; score and threshold to six decimals."""
        return {
            "score": round(self.score, 6),
            "probability": None if self.probability is None else round(self.probability, 6),
            "threshold": None if self.threshold is None else round(self.threshold, 6),
            "false_match_rate": self.false_match_rate,
            "same": self.same,
            "protocol": self.protocol,
        }


def match(
    one: FaceEmbedding,
    other: FaceEmbedding,
    calibration: Calibration | None,
    fmr: float | None = None,
) -> Match:
    """Compare two faces.

    Args:
        one, other: embeddings of the weight that `calibration` belongs to.
        calibration: of that weight's record; without it there is a score and nothing else.
        fmr: see `threshold_for`.

    Raises:
        EmbeddingError: the embeddings are of different weights or sizes.
        ConfigError: as for `threshold_for`.
    """
    score = one.similarity(other)
    if calibration is None:
        return Match(score)
    rate, threshold = threshold_for(calibration, fmr)
    return Match(
        score,
        probability=probability(score, calibration),
        threshold=threshold,
        false_match_rate=rate,
        same=score >= threshold,
        protocol=calibration.protocol,
    )


def probability(score: float, calibration: Calibration) -> float:
    """Probability 0 to 1 that two faces of this score are one person, at equal priors."""
    logit = calibration.slope * score + calibration.offset
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1 + grown)


def threshold_for(calibration: Calibration, fmr: float | None = None) -> tuple[float, float]:
    """The measured false match rate that is used, and the least score of a match at it.

    Between two measured rates the lower one is taken, so that the rate is at most the wanted one.

    Args:
        calibration: of the weight.
        fmr: the wanted rate, above 0 and below 1; None is `USUAL_FMR`, or the lowest measured
            rate where that is higher.

    Raises:
        ConfigError: the rate is not between 0 and 1, or lower than any that was measured: the
            threshold would be a guess.
    """
    lowest = calibration.thresholds[-1][0]
    wanted = max(USUAL_FMR, lowest) if fmr is None else fmr
    if not 0 < wanted < 1:
        raise ConfigError(f"got a false match rate of {wanted}, expected one between 0 and 1")
    for rate, threshold in calibration.thresholds:
        if rate <= wanted * (1 + 1e-9):
            return rate, threshold
    raise ConfigError(
        f"got a wanted false match rate of {wanted:g}, but the lowest that was measured for this "
        f"weight is {lowest:g} ({calibration.protocol}); ask for that or a higher one"
    )
