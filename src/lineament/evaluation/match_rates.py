"""FNMR at a fixed FMR, with intervals: by Wilson over pairs, and by bootstrap over people.

ISO/IEC 19795-1 and the NIST evaluations report the false non-match rate at the threshold of a
false match rate. Wilson's interval takes pairs for independent. They are not: a person whose face
is hard spoils all pairs that the person is part of, so that the interval over people is the wider
and the honest one where people are in many pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.errors import DataError
from lineament.evaluation.attribute_scores import wilson_interval
from lineament.evaluation.pair_scores import ROUNDING, Doubles, Integers, PairScores
from lineament.evaluation.roc import threshold_at

Interval = tuple[float, float]

DRAWS = 1000
"""Times that the people are drawn."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class MatchRates:
    """Both errors at the threshold of a wanted FMR.

    Attributes:
        target: the FMR asked for; `threshold` is the conservative one.
        false_matches, impostors: impostor pairs that match, and all of them.
        false_non_matches, genuines: genuine pairs that do not match, and all of them.
    """

    target: float
    threshold: float
    false_matches: int
    impostors: int
    false_non_matches: int
    genuines: int

    @property
    def fmr(self) -> float:
        """False match rate that is really had."""
        return self.false_matches / self.impostors

    @property
    def fnmr(self) -> float:
        """False non-match rate."""
        return self.false_non_matches / self.genuines

    @property
    def fmr_interval(self) -> Interval:
        """Wilson's 95 % interval of the FMR."""
        return wilson_interval(self.false_matches, self.impostors)

    @property
    def fnmr_interval(self) -> Interval:
        """Wilson's 95 % interval of the FNMR."""
        return wilson_interval(self.false_non_matches, self.genuines)


def fnmr_at_fmr(scores: PairScores, target: float) -> MatchRates:
    """Errors at the threshold of the least FNMR whose FMR does not exceed the target.

    Raises:
        ValueError: the target is not between 0 and 1.
    """
    return rates_at(scores, threshold_at(scores, target), target)


def rates_at(scores: PairScores, threshold: float, target: float) -> MatchRates:
    """Errors at a given threshold, which was chosen for the FMR `target`, maybe elsewhere."""
    return MatchRates(
        target=target,
        threshold=threshold,
        false_matches=int(scores.false_matches(threshold)),
        impostors=len(scores.impostor),
        false_non_matches=len(scores.genuine) - int(scores.matches(threshold)),
        genuines=len(scores.genuine),
    )


def fnmr_intervals(
    scores: ArrayLike,
    same: ArrayLike,
    people: ArrayLike,
    targets: Sequence[float],
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Interval | None]:
    """95 % intervals of the FNMR at each target FMR, by percentile bootstrap over people.

    Each time as many people as there are are drawn with replacement. A genuine pair counts as
    often as its person was drawn; an impostor pair as often as one of the two people times as
    often as the other. The threshold is chosen anew, so that its own uncertainty is in the
    interval. Draws without a genuine or an impostor pair are left out.

    Args:
        scores: (P,), `FAILED` where a comparison could not be made.
        same: (P,) bool.
        people: (P,2) who is on the two pictures, whole numbers.
        targets: false match rates between 0 and 1.

    Returns:
        An interval for each target; None where no draw can tell.

    Raises:
        ValueError: shapes that do not belong together.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(same, dtype=np.bool_)
    names, who = np.unique(np.asarray(people, dtype=np.int64), return_inverse=True)
    who = who.reshape(-1, 2)
    if not values.shape == truth.shape == who.shape[:1]:
        raise ValueError(
            f"got {values.shape} scores, {truth.shape} labels and people of {who.shape}"
        )
    order = np.argsort(-values, kind="stable")
    impostor, genuine = order[~truth[order]], order[truth[order]]
    ends = _last_of_equals(values[impostor])
    above = values[impostor][ends]
    random = np.random.default_rng(seed)
    found = np.full((draws, len(targets)), np.nan)
    for draw in range(draws):
        times = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        false = np.cumsum(times[who[impostor, 0]] * times[who[impostor, 1]])[ends]
        weight = times[who[genuine, 0]]
        total = weight.sum()
        if not (len(false) and false[-1] and total):
            continue
        for column, target in enumerate(targets):
            # Scores that would exceed the target are refused, the greatest of them included.
            place = int(np.searchsorted(false, target * false[-1] + ROUNDING, side="right"))
            refused = above[place] if place < len(above) else -np.inf
            found[draw, column] = weight[values[genuine] <= refused].sum() / total
    return [_percentiles(column) for column in found.T]


def people_of(pictures: int, pairs: ArrayLike, same: ArrayLike) -> Integers:
    """(N,) a number for the person on each picture, as far as genuine pairs tell.

    Pictures that a chain of genuine pairs joins are of one person. Two pictures of one person
    that no chain joins get two numbers, as in sets that name no people.

    Args:
        pictures: N.
        pairs: (P,2) numbers of pictures.
        same: (P,) bool.

    Raises:
        DataError: a pair of two people lies in a chain of genuine pairs.
    """
    parent = list(range(pictures))

    def first(picture: int) -> int:
        while parent[picture] != picture:
            parent[picture] = parent[parent[picture]]
            picture = parent[picture]
        return picture

    rows, truth = np.asarray(pairs, dtype=np.int64), np.asarray(same, dtype=np.bool_)
    for one, other in rows[truth].tolist():
        parent[first(one)] = first(other)
    people = np.array([first(picture) for picture in range(pictures)], dtype=np.int64)
    wrong = np.flatnonzero(~truth & (people[rows[:, 0]] == people[rows[:, 1]]))
    if len(wrong):
        one, other = rows[wrong[0]]
        raise DataError(
            f"pair {wrong[0]}: pictures {one} and {other} are labelled as two people, but genuine "
            f"pairs join them ({len(wrong)} such pairs); correct the list of pairs"
        )
    return people


def _last_of_equals(falling: Doubles) -> NDArray[np.int64]:
    """Places of the last of each run of equal values."""
    return np.flatnonzero(np.append(falling[1:] != falling[:-1], len(falling) > 0))


def _percentiles(values: Doubles) -> Interval | None:
    told = values[~np.isnan(values)]
    if not len(told):
        return None
    low, high = np.quantile(told, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
