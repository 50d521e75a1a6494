"""How alike two faces must be to be linked, by a rule and never by the album's own faces.

The rule: the false match rate at which two pictures are taken for one person anywhere else
(`recognition.match.USUAL_FMR`), or a lower one for a large album. N faces are compared with N - 1
others each, so that every face has about FMR x (N - 1) links to other people: the rate is the
highest one measured for the weight at which these are at most `FALSE_LINKS`, and where no measured
rate is low enough, the lowest. The two links were chosen on the people of CelebA's part
`validation`, on which the shipped weight is calibrated too, and on no other pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

from lineament.errors import ConfigError
from lineament.recognition.match import USUAL_FMR, threshold_for
from lineament.weights import Calibration

FALSE_LINKS = 2.0
"""Links to other people that a face may be expected to have; groups bear some."""


@dataclass(frozen=True, slots=True)
class LinkThreshold:
    """From which score on two faces are linked.

    Attributes:
        score: cosine, -1 to 1.
        false_match_rate: as the weight's record has measured it; None where the score was given.
        false_links: links to other people that a face is expected to have, if the album's people
            are to each other as those of the record's protocol; None where the score was given.
        protocol: of the record.
    """

    score: float
    false_match_rate: float | None = None
    false_links: float | None = None
    protocol: str | None = None


def link_threshold(
    faces: int,
    calibration: Calibration | None,
    *,
    fmr: float | None = None,
    score: float | None = None,
) -> LinkThreshold:
    """The threshold for an album of so many faces.

    Args:
        faces: N.
        calibration: of the weight.
        fmr: a wanted false match rate instead of the rule's.
        score: a threshold of one's own instead of both.

    Raises:
        ConfigError: fmr and score were both given, the score is no cosine, the rate was not
            measured, or the weight has no calibration and no score was given.
    """
    if score is not None:
        if fmr is not None:
            raise ConfigError("got a threshold and a false match rate, expected one of them")
        if not -1 <= score <= 1:
            raise ConfigError(f"got a threshold of {score}, expected a cosine, -1 to 1")
        return LinkThreshold(score)
    if calibration is None:
        raise ConfigError(
            "the record of this weight has no calibration, so that nothing is known of what its "
            "scores mean: measure it (docs/recognition.md) or give a --threshold"
        )
    others = max(faces - 1, 1)
    if fmr is None:
        lowest = calibration.thresholds[-1][0]
        fmr = max(min(USUAL_FMR, FALSE_LINKS / others), lowest)
    rate, threshold = threshold_for(calibration, fmr)
    return LinkThreshold(threshold, rate, rate * others, calibration.protocol)
