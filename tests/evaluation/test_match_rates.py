"""FNMR at an FMR with its intervals, and who is on the pictures."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.errors import DataError
from lineament.evaluation.match_rates import (
    MatchRates,
    fnmr_at_fmr,
    fnmr_intervals,
    people_of,
    rates_at,
)
from lineament.evaluation.pair_scores import FAILED, PairScores


@pytest.mark.parametrize(
    ("errors", "pairs", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_over_pairs_are_those_that_newcombe_published(errors, pairs, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), Table I, method 3."""
    rates = MatchRates(0.1, 0.5, errors, pairs, errors, pairs)
    assert rates.fnmr_interval == pytest.approx((low, high), abs=5e-5)
    assert rates.fmr_interval == rates.fnmr_interval


def test_rates_worked_by_hand():
    """Two of ten impostors may match: the threshold lies between 0.6 and 0.7."""
    scores = PairScores.parted([0.95, 0.65, 0.3, FAILED], np.arange(10) / 10)
    rates = fnmr_at_fmr(scores, 0.25)
    # 0.7 is refused, 0.8 and 0.9 match.
    assert 0.7 < rates.threshold < 0.8
    assert (rates.false_matches, rates.false_non_matches) == (2, 3)
    assert (rates.fmr, rates.fnmr) == (0.2, 0.75)
    elsewhere = rates_at(scores, 0.6, 0.25)
    assert (elsewhere.fmr, elsewhere.fnmr, elsewhere.threshold) == (0.4, 0.5, 0.6)


def crowd() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ten people with ten genuine pairs each, all of the last one missed; 45 impostor pairs."""
    genuine = [(0.1 if person == 9 else 0.9, True, person, person) for person in range(10)] * 10
    impostor = [(0.2, False, one, other) for one in range(10) for other in range(one)]
    rows = genuine + impostor
    return (
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2:] for row in rows]),
    )


def test_an_interval_over_people_knows_that_one_person_spoils_many_pairs():
    """The FNMR is a tenth of how often the hard person was drawn: binomial of 10 and 0.1, of
    which 0 and 3 are the 2.5 % and 97.5 % quantiles. Over pairs it would be 5.5 to 17.4 %."""
    values, same, people = crowd()
    (interval,) = fnmr_intervals(values, same, people, [0.01])
    assert interval == pytest.approx((0, 0.3))
    rates = fnmr_at_fmr(PairScores.of(values, same), 0.01)
    assert rates.fnmr == 0.1
    assert rates.fnmr_interval == pytest.approx((0.0552, 0.1744), abs=1e-4)


def test_draws_choose_a_threshold_of_their_own():
    """The one impostor pair that exceeds the genuine scores joins people 0 and 1: where both are
    drawn its share is above the target, and everyone is missed."""
    values, same, people = crowd()
    values[same] = 0.9
    values[(~same) & (people == [1, 0]).all(axis=1)] = 0.95
    assert fnmr_at_fmr(PairScores.of(values, same), 0.001).fnmr == 1
    (low,), (high,) = zip(*fnmr_intervals(values, same, people, [0.001]), strict=True)
    assert (low, high) == (0, 1)


def test_intervals_repeat_and_ignore_the_order_of_pairs():
    values, same, people = crowd()
    rng = np.random.default_rng(3)
    values = values + rng.normal(0, 0.3, len(values))
    targets = [0.05, 0.2]
    first = fnmr_intervals(values, same, people, targets, draws=200)
    assert fnmr_intervals(values, same, people, targets, draws=200) == first
    order = rng.permutation(len(values))
    shuffled = fnmr_intervals(values[order], same[order], people[order][:, ::-1], targets, 200)
    for one, other in zip(first, shuffled, strict=True):
        assert one == pytest.approx(other)
    assert all(low <= high for low, high in first)
    # A laxer target never misses more.
    assert first[0][0] >= first[1][0] and first[0][1] >= first[1][1]


def test_draws_that_cannot_tell_are_left_out():
    """Of two people of whom only one has a genuine pair, both must be drawn: half of the draws."""
    people = [[0, 0], [0, 1]]
    assert fnmr_intervals([0.9, 0.1], [True, False], people, [0.5], draws=50) == [(0, 0)]
    assert fnmr_intervals([0.9, 0.1], [True, False], people, [0.5], draws=0) == [None]
    with pytest.raises(ValueError, match="people"):
        fnmr_intervals([0.9], [True], people, [0.5])


def test_people_are_those_whom_genuine_pairs_join():
    pairs = [[0, 1], [3, 1], [4, 5], [0, 4], [2, 4]]
    same = [True, True, True, False, False]
    people = people_of(7, pairs, same)
    assert people[0] == people[1] == people[3]
    assert people[4] == people[5] != people[0]
    assert len(set(people)) == 4
    with pytest.raises(DataError, match="pictures 0 and 3 are labelled as two people"):
        people_of(4, [[0, 1], [1, 3], [0, 3]], [True, True, False])
