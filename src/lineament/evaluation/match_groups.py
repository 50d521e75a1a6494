"""Differential performance: FMR and FNMR of groups at one threshold for all.

ISO/IEC 19795-10:2024 and NIST IR 8280 (2019): the threshold is global, since a system has one. A
group's FNMR is that of its people's genuine pairs; its FMR is that of impostor pairs of two people
of the group, who are the hardest to tell apart. Impostor pairs across two groups are counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import ArrayLike

from lineament.evaluation.attribute_scores import wilson_interval


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Errors among pairs, with the rate and its interval; None where there is no pair."""

    errors: int
    pairs: int

    @property
    def rate(self) -> float | None:
        """Share of the pairs that are errors."""
        return self.errors / self.pairs if self.pairs else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the rate."""
        return wilson_interval(self.errors, self.pairs) if self.pairs else None


@dataclass(frozen=True, slots=True)
class GroupRates:
    """What a threshold does to the groups.

    Attributes:
        threshold: the same for all.
        false_non_matches: by group, over genuine pairs both of whose pictures are in it.
        false_matches: by group, over impostor pairs both of whose pictures are in it.
        crossed: by two groups in the order of the names, over impostor pairs across them.
        unknown: pairs of which a picture is in no known group; they are in no count.
        mixed: genuine pairs whose two pictures are in two groups, such as where the group is
            told by the picture; they are in no count.
    """

    threshold: float
    false_non_matches: dict[str, ErrorCount]
    false_matches: dict[str, ErrorCount]
    crossed: dict[tuple[str, str], ErrorCount]
    unknown: int
    mixed: int


def rates_of_groups(
    scores: ArrayLike,
    same: ArrayLike,
    groups: Sequence[tuple[str | None, str | None]],
    threshold: float,
) -> GroupRates:
    """Count the errors of every group at one threshold.

    Args:
        scores: (P,), `FAILED` where a comparison could not be made: a non-match.
        same: (P,) bool.
        groups: P times the groups of both pictures; None where not known.
        threshold: scores of at least this match.

    Raises:
        ValueError: the lengths differ.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(same, dtype=np.bool_)
    if not len(values) == len(truth) == len(groups):
        raise ValueError(f"got {len(values)} scores, {len(truth)} labels, {len(groups)} groups")
    names = sorted({name for pair in groups for name in pair if name is not None})
    number = {name: place for place, name in enumerate(names)} | {None: -1}
    ids = np.array([[number[name] for name in pair] for pair in groups]).reshape(-1, 2)
    ids.sort(axis=1)
    known = ids[:, 0] >= 0
    match = values >= threshold

    def count(of: tuple[str, str], genuine: bool) -> ErrorCount:
        wanted = [number[name] for name in of]
        here = (truth == genuine) & (ids == wanted).all(axis=1)
        return ErrorCount(int((here & (match != genuine)).sum()), int(here.sum()))

    return GroupRates(
        threshold=threshold,
        false_non_matches={name: count((name, name), True) for name in names},
        false_matches={name: count((name, name), False) for name in names},
        crossed={
            pair: count(pair, False)
            for pair in combinations_with_replacement(names, 2)
            if pair[0] != pair[1]
        },
        unknown=int((~known).sum()),
        mixed=int((known & truth & (ids[:, 0] != ids[:, 1])).sum()),
    )


def inequity(counts: Sequence[ErrorCount]) -> float | None:
    """Greatest rate of the groups over their geometric mean; 1 where all are alike.

    NIST IR 8429 (2022). None where a group has no pair or no error, since the mean is then nil:
    more pairs would tell.
    """
    rates = [count.rate for count in counts]
    told = [rate for rate in rates if rate]
    if not told or len(told) < len(rates):
        return None
    return float(max(told) / np.exp(np.mean(np.log(told))))
