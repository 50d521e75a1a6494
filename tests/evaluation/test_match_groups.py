"""Errors of groups at one threshold, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.match_groups import ErrorCount, inequity, rates_of_groups
from lineament.evaluation.pair_scores import FAILED

ROWS = [
    (0.9, True, "a", "a"),
    (0.5, True, "a", "a"),
    (FAILED, True, "b", "b"),
    (0.7, False, "a", "a"),
    (0.1, False, "a", "a"),
    (0.6, False, "b", "b"),
    (0.8, False, "b", "a"),
    (0.2, False, "a", "b"),
    (0.9, False, "a", None),
    (0.9, True, "a", "b"),
]


def test_rates_worked_by_hand():
    scores, same, one, other = zip(*ROWS, strict=True)
    found = rates_of_groups(scores, same, list(zip(one, other, strict=True)), 0.6)
    assert found.false_non_matches == {"a": ErrorCount(1, 2), "b": ErrorCount(1, 1)}
    assert found.false_matches == {"a": ErrorCount(1, 2), "b": ErrorCount(1, 1)}
    assert found.crossed == {("a", "b"): ErrorCount(1, 2)}
    assert (found.unknown, found.mixed) == (1, 1)
    assert found.false_matches["a"].rate == 0.5
    assert found.false_matches["b"].interval == pytest.approx((0.2065, 1), abs=1e-4)


def test_a_group_without_pairs_has_no_rate():
    found = rates_of_groups([0.9], [True], [("a", "a")], 0.5)
    assert found.false_matches == {"a": ErrorCount(0, 0)}
    assert found.false_matches["a"].rate is found.false_matches["a"].interval is None
    with pytest.raises(ValueError, match="2 groups"):
        rates_of_groups([0.9], [True], [("a", "a")] * 2, 0.5)


def test_inequity_is_the_greatest_over_the_geometric_mean():
    assert inequity([ErrorCount(1, 100), ErrorCount(4, 100)]) == pytest.approx(2)
    assert inequity([ErrorCount(3, 100)] * 3) == pytest.approx(1)
    assert inequity([ErrorCount(0, 100), ErrorCount(4, 100)]) is None
    assert inequity([ErrorCount(0, 0), ErrorCount(4, 100)]) is None
    assert inequity([]) is None


def test_groups_add_up_to_all_pairs():
    rng = np.random.default_rng(0)
    names = np.array(["x", "y", "z"])[rng.integers(0, 3, (500, 2))]
    scores, same = rng.random(500), rng.random(500) < 0.3
    found = rates_of_groups(scores, same, [tuple(pair) for pair in names.tolist()], 0.4)
    impostors = [*found.false_matches.values(), *found.crossed.values()]
    assert sum(one.pairs for one in impostors) == (~same).sum()
    assert sum(one.errors for one in impostors) == (scores[~same] >= 0.4).sum()
    genuine = sum(one.pairs for one in found.false_non_matches.values())
    assert genuine + found.mixed == same.sum()
