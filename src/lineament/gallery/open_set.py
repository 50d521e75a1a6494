"""From the wanted rate of false identifications to the least score of somebody known.

FPIR and FNIR as in ISO/IEC 19795-1: of the searches for people who are not enrolled, the false
positive identification rate is the part that yields somebody all the same.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from lineament.errors import ConfigError
from lineament.weights import Calibration


class OpenSetThreshold(NamedTuple):
    """The least score of somebody known; None with the reason where it is not known."""

    score: float | None
    reason: str | None


def open_set_threshold(
    calibration: Calibration | None, fpir: float, templates: int
) -> OpenSetThreshold:
    """The threshold for a search among so many templates.

    It assumes that the comparisons with all templates err independently of each other, so that
    FPIR = 1 - (1 - FMR)^N and FMR = 1 - (1 - FPIR)^(1/N). They do not quite: several templates of
    one person err together, so that the true FPIR is rather lower; a person whom many resemble
    makes it higher.

    Args:
        calibration: of the weight.
        fpir: above 0 and below 1.
        templates: N.

    Raises:
        ConfigError: the rate is not between 0 and 1.
    """
    if not 0 < fpir < 1:
        raise ConfigError(f"got an FPIR of {fpir}, expected one above 0 and below 1")
    if calibration is None:
        return OpenSetThreshold(
            None, "the weight has no calibration, so that nothing is known of what its scores mean"
        )
    fmr = -math.expm1(math.log1p(-fpir) / max(templates, 1))
    for rate, score in calibration.thresholds:
        if rate <= fmr * (1 + 1e-9):
            return OpenSetThreshold(score, None)
    lowest = calibration.thresholds[-1][0]
    reachable = -math.expm1(max(templates, 1) * math.log1p(-lowest))
    return OpenSetThreshold(
        None,
        f"an FPIR of {fpir:g} among {templates} templates needs a false match rate of {fmr:.2g}, "
        f"but the lowest that was measured for the weight is {lowest:g}, which gives an FPIR of "
        f"{reachable:.2g}; ask for a higher FPIR, search among fewer, or take a better weight",
    )
