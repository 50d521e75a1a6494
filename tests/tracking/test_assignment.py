"""The pairing is the best there is, by trying all of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from lineament.tracking.assignment import assign


def best_sum(scores: np.ndarray) -> float:
    if scores.shape[0] > scores.shape[1]:
        scores = scores.T
    rows = range(scores.shape[0])
    return max(
        sum(scores[row, column] for row, column in zip(rows, columns, strict=True))
        for columns in permutations(range(scores.shape[1]), scores.shape[0])
    )


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 5), (5, 3), (6, 6), (1, 4)])
def test_no_other_pairing_has_a_greater_sum(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(sum(shape))
    for _ in range(40):
        scores = np.where(random.random(shape) < 0.4, 0.0, random.random(shape))
        pairs = assign(scores)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
        assert all(scores[pair] > 0 for pair in pairs)
        assert sum(scores[pair] for pair in pairs) == pytest.approx(best_sum(scores))
        assert pairs == sorted(pairs)


def test_the_best_pair_is_not_taken_where_that_costs_more_elsewhere() -> None:
    scores = np.array([[0.9, 0.8], [0.8, 0.1]])
    assert assign(scores) == [(0, 1), (1, 0)], "a greedy choice would take 0.9 and 0.1"


def test_nothing_belongs_together() -> None:
    assert assign(np.zeros((3, 4))) == assign(np.zeros((0, 4))) == assign(np.zeros((3, 0))) == []


@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
def test_scores_that_are_none(wrong: float) -> None:
    with pytest.raises(ValueError, match="at least zero"):
        assign(np.array([[wrong]]))


def test_a_crowd_takes_no_time_that_one_would_notice() -> None:
    scores = np.eye(120)[np.random.default_rng(0).permutation(120)] + 0.01
    pairs = assign(scores)
    assert sum(scores[pair] for pair in pairs) == pytest.approx(120 * 1.01)
