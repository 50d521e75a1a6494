"""ROC, TAR at a FAR under both rules, area and equal error rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.errors import DataError
from lineament.evaluation import roc
from lineament.evaluation.pair_scores import FAILED, PairScores, allowed, pair_cosines
from lineament.evaluation.roc import (
    area_under_roc,
    conservative_point,
    equal_error_rate,
    nearest_point,
    roc_curve,
    threshold_at,
)

GENUINE = [0.9, 0.8, 0.4]
IMPOSTOR = [0.7, 0.3, 0.1]

SCORED = st.lists(
    st.tuples(st.integers(-4, 12).map(lambda eighths: eighths / 8), st.booleans()),
    min_size=2,
    max_size=60,
).filter(lambda rows: len({same for _, same in rows}) == 2)


def scores_of(rows) -> PairScores:
    return PairScores.of(np.array([one for one, _ in rows]), np.array([same for _, same in rows]))


def published_points(scores: PairScores) -> list[tuple[float, float]]:
    """(FPR, TPR) as `sklearn.metrics.roc_curve` gives them, by its documentation: one point for
    each distinct score, less those between two equal steps, and (0, 0) before all."""
    values = sorted({*scores.genuine.tolist(), *scores.impostor.tolist()}, reverse=True)
    false = [int((scores.impostor >= one).sum()) for one in values]
    true = [int((scores.genuine >= one).sum()) for one in values]
    kept = [(0, 0)]
    for place in range(len(values)):
        if 0 < place < len(values) - 1:
            steps = [
                (counts[place] - counts[place - 1], counts[place + 1] - counts[place])
                for counts in (false, true)
            ]
            if all(before == after for before, after in steps):
                continue
        kept.append((false[place], true[place]))
    return [(f / len(scores.impostor), t / len(scores.genuine)) for f, t in kept]


def published_tar(scores: PairScores, target: float) -> tuple[float, float]:
    """The IJB scripts: both arrays upside down, then the first of the least gaps."""
    points = published_points(scores)[::-1]
    return min(enumerate(points), key=lambda one: (abs(one[1][0] - target), one[0]))[1]


def test_the_curve_worked_by_hand():
    curve = roc_curve(PairScores.parted(GENUINE, IMPOSTOR))
    assert curve.thresholds.tolist() == [0.9, 0.8, 0.7, 0.4, 0.3, 0.1]
    assert curve.matches.tolist() == [1, 2, 2, 3, 3, 3]
    assert curve.false_matches.tolist() == [0, 0, 1, 1, 2, 3]
    assert curve.tar[1] == pytest.approx(2 / 3) and curve.far[2] == pytest.approx(1 / 3)


def test_area_and_equal_error_worked_by_hand():
    scores = PairScores.parted(GENUINE, IMPOSTOR)
    # Of nine couples only 0.4 against 0.7 is wrong.
    assert area_under_roc(scores) == pytest.approx(8 / 9)
    assert equal_error_rate(scores) == pytest.approx(1 / 3)
    # Both reach one half at 0.5, where two of each kind are left.
    tied = PairScores.parted([0.5, 0.5], [0.5, 0.5])
    assert area_under_roc(tied) == 0.5 and equal_error_rate(tied) == pytest.approx(0.5)
    apart = PairScores.parted([0.5, 0.6], [0.1])
    assert area_under_roc(apart) == 1 and equal_error_rate(apart) == 0
    assert equal_error_rate(PairScores.parted([0.1], [0.5])) == 1


def test_the_two_rules_worked_by_hand():
    """One of three impostors: a third. The target 0.3 is nearest to it, but below it."""
    scores = PairScores.parted(GENUINE, IMPOSTOR)
    strict, near = conservative_point(scores, 0.3), nearest_point(scores, 0.3)
    assert (strict.far, strict.tar) == (0, pytest.approx(2 / 3))
    assert (near.far, near.tar) == (pytest.approx(1 / 3), 1)
    assert near.threshold == 0.4
    assert 0.7 < strict.threshold < 0.8
    assert conservative_point(scores, 1 / 3).tar == 1


def test_points_on_a_straight_line_cannot_be_nearest():
    """Impostors 0.5, 0.4, 0.3 follow one another: scikit-learn keeps the first and the last."""
    scores = PairScores.parted([0.9], [0.5, 0.4, 0.3, 0.2])
    assert published_points(scores) == [(0, 0), (0, 1), (1, 1)]
    near = nearest_point(scores, 0.4)
    assert (near.far, near.tar) == (0, 1)
    assert conservative_point(scores, 0.4).false_matches == 1


def test_failed_comparisons_count_and_never_match():
    values = np.array([0.9, FAILED, 0.2, FAILED])
    scores = PairScores.of(values, np.array([True, True, False, False]))
    assert area_under_roc(scores) == pytest.approx((2 + 0.5) / 4)
    assert conservative_point(scores, 0.5).tar == 0.5
    assert threshold_at(scores, 0.9) == 0.2
    assert conservative_point(scores, 0.9).false_matches == 1
    assert scores.compared().genuine.tolist() == [0.9]
    only = PairScores.parted([FAILED], [FAILED])
    assert only.matches(threshold_at(only, 0.5)) == 0
    with pytest.raises(DataError, match="no genuine pair"):
        only.compared()


@settings(deadline=None)
@given(SCORED, st.sampled_from([1e-3, 0.05, 0.1, 0.29, 0.34, 0.5, 0.77]))
def test_nearest_is_the_published_rule(rows, target):
    scores = scores_of(rows)
    far, tar = published_tar(scores, target)
    point = nearest_point(scores, target)
    assert (point.far, point.tar) == (pytest.approx(far), pytest.approx(tar))


@settings(deadline=None)
@given(SCORED, st.sampled_from([1e-3, 0.05, 0.1, 0.2, 0.34]), st.sampled_from([0, 1, 5]))
def test_the_tail_of_the_curve_tells_the_same(rows, target, pairs):
    scores = scores_of(rows)
    whole = nearest_point(scores, target)
    before = roc.TAIL_PAIRS
    roc.TAIL_PAIRS = pairs
    try:
        assert nearest_point(scores, target) == whole
    finally:
        roc.TAIL_PAIRS = before


@settings(deadline=None)
@given(SCORED, st.floats(0.001, 0.999))
def test_conservative_is_the_best_that_keeps_the_target(rows, target):
    scores = scores_of(rows)
    point = conservative_point(scores, target)
    assert point.far <= target + 1e-9
    every = [*scores.genuine, *scores.impostor, np.inf]
    best = max(
        (scores.genuine >= one).mean()
        for one in every
        if (scores.impostor >= one).mean() <= target + 1e-12
    )
    assert point.tar == best
    # Rounded to six decimals, the threshold still does the same.
    if np.isfinite(point.threshold) and abs(point.threshold) < 2 and point.threshold not in every:
        rounded = round(point.threshold, 6)
        beyond = point.threshold > max(every[:-1])
        assert beyond or int(scores.matches(rounded)) == point.matches


@settings(deadline=None)
@given(SCORED)
def test_area_is_that_of_all_couples_and_knows_no_scale(rows):
    scores = scores_of(rows)
    couples = np.sign(scores.genuine[:, None] - scores.impostor[None])
    area = area_under_roc(scores)
    assert area == pytest.approx((couples.mean() + 1) / 2)
    grown = PairScores.parted(np.exp(scores.genuine), np.exp(scores.impostor))
    assert area_under_roc(grown) == area
    turned = PairScores.parted(-scores.genuine, -scores.impostor)
    assert area_under_roc(turned) == pytest.approx(1 - area)
    assert equal_error_rate(turned) == pytest.approx(1 - equal_error_rate(scores))


def test_scores_need_both_kinds_and_numbers():
    with pytest.raises(DataError, match="no impostor pair"):
        PairScores.of([0.1], np.array([True]))
    with pytest.raises(ValueError, match="nan"):
        PairScores.parted([0.1, np.nan], [0.2])
    with pytest.raises(ValueError, match="inf"):
        PairScores.parted([0.1], [np.inf])
    with pytest.raises(ValueError, match="booleans"):
        PairScores.of([0.1, 0.2], [1, 0])
    for rate in (0, 1, -0.1):
        with pytest.raises(ValueError, match="between 0 and 1"):
            threshold_at(PairScores.parted([0.1], [0.2]), rate)
        with pytest.raises(ValueError, match="between 0 and 1"):
            nearest_point(PairScores.parted([0.1], [0.2]), rate)


def test_whole_numbers_are_not_lost_to_rounding():
    assert 0.29 * 100 < 29 and allowed(0.29, 100) == 29
    assert allowed(0.001, 2999) == 2


def test_cosines_of_pairs():
    embeddings = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 0]], dtype=np.float32)
    pairs = [[0, 1], [0, 2], [2, 2], [0, 3]]
    found = pair_cosines(embeddings, pairs, [True, True, True, False])
    np.testing.assert_allclose(found, [0, 0.6, 1, FAILED], atol=1e-7)
    assert found.max() <= 1
