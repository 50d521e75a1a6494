"""Thresholds for false match rates, and probabilities that mean something."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.errors import DataError
from lineament.evaluation.match_calibration import (
    calibrate,
    fit_probability,
    fmrs_told,
    likelihood_ratio_cost,
    pairs_needed,
    sigmoid,
)
from lineament.evaluation.pair_scores import FAILED, PairScores


def test_a_rate_needs_thirty_false_matches():
    assert [pairs_needed(fmr) for fmr in (0.1, 0.01, 1e-3, 1e-6)] == [300, 3000, 30_000, 30_000_000]
    assert fmrs_told(299) == () and fmrs_told(300) == (0.1,)
    assert fmrs_told(78_000) == (0.1, 0.01, 0.001)
    # IJB-C: 1e-6 rests on 15 impostor pairs and is not told.
    assert fmrs_told(15_638_932)[-1] == 1e-5


def test_a_rate_that_too_few_pairs_can_tell_is_refused():
    scores = PairScores.parted(np.full(50, 0.9), np.arange(2999) / 3000)
    with pytest.raises(DataError, match=r"2999 impostor pairs .* 0\.01, expected at least 3000"):
        calibrate(scores, [0.1, 0.01])
    assert [fmr for fmr, _ in calibrate(scores).thresholds] == [0.1]
    assert calibrate(PairScores.parted([0.9, 0.8], [0.1])).thresholds == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibrate(scores, [1.0])


def test_comparisons_that_failed_are_no_evidence():
    """Two thousand failed impostor pairs would make any threshold look safe."""
    impostor = np.concatenate([np.arange(1000) / 1000, np.full(2000, FAILED)])
    scores = PairScores.parted(np.full(50, 0.9), impostor)
    with pytest.raises(DataError, match="got 1000 impostor pairs"):
        calibrate(scores, [0.01])
    found = calibrate(scores, [0.1])
    alone = calibrate(PairScores.parted(np.full(50, 0.9), impostor[:1000]), [0.1])
    assert found == alone


def test_thresholds_keep_their_rates_and_stand_in_order():
    rng = np.random.default_rng(1)
    impostor = rng.normal(0, 0.1, 40_000)
    found = calibrate(PairScores.parted(rng.normal(0.6, 0.2, 500), impostor))
    rates, scores = zip(*found.thresholds, strict=True)
    assert rates == (0.1, 0.01, 0.001) and list(scores) == sorted(scores)
    for rate, threshold in found.thresholds:
        assert (impostor >= threshold).mean() == pytest.approx(rate)


def test_the_probability_of_two_scores_worked_by_hand():
    """Where scores are 0 or 1, the fit meets the share of genuine pairs of each, both kinds
    weighing the same and Platt's targets standing for 1 and 0."""
    genuine, impostor = np.repeat([1.0, 0.0], [30, 10]), np.repeat([1.0, 0.0], [20, 180])
    slope, offset = fit_probability(PairScores.parted(genuine, impostor))
    yes, no = 41 / 42, 1 / 202
    for score, (one, other) in ((1, (0.75, 0.1)), (0, (0.25, 0.9))):
        expected = (one * yes + other * no) / (one + other)
        assert sigmoid(slope * score + offset) == pytest.approx(expected, abs=1e-8)


def test_the_probability_of_normal_scores_is_that_of_theory():
    """Two normal distributions of one spread: slope (m1 - m0) / s^2, offset (m0^2 - m1^2) / 2s^2.
    How many pairs of each kind there are does not matter."""
    grid = np.linspace(0, 1, 20_001)[1:-1]
    from statistics import NormalDist

    normal = np.array([NormalDist().inv_cdf(float(one)) for one in grid])
    slope, offset = fit_probability(PairScores.parted(0.5 + 0.2 * normal[::7], 0.1 + 0.2 * normal))
    assert slope == pytest.approx(0.4 / 0.04, rel=0.01)
    assert offset == pytest.approx((0.01 - 0.25) / 0.08, rel=0.01)


def test_scores_without_a_mistake_have_a_finite_slope():
    found = calibrate(PairScores.parted(np.linspace(0.7, 0.9, 50), np.linspace(-0.2, 0.3, 400)))
    assert 0 < found.slope < 1000
    low, high = found.probability([0.3, 0.7])
    assert low < 0.05 and high > 0.9


def test_scores_that_tell_nobody_apart_are_refused():
    for genuine, impostor in (([0.1, 0.2], [0.3, 0.4]), ([0.5], [0.5])):
        with pytest.raises(DataError, match="tell nobody apart"):
            fit_probability(PairScores.parted(genuine, impostor))


def test_a_shift_of_the_scores_moves_the_offset_alone():
    rng = np.random.default_rng(2)
    genuine, impostor = rng.normal(0.4, 0.2, 300), rng.normal(0, 0.2, 900)
    slope, offset = fit_probability(PairScores.parted(genuine, impostor))
    moved = fit_probability(PairScores.parted(genuine + 3, impostor + 3))
    assert moved == pytest.approx((slope, offset - 3 * slope), rel=1e-6)
    grown = fit_probability(PairScores.parted(10 * genuine, 10 * impostor))
    assert grown == pytest.approx((slope / 10, offset), rel=1e-6)


def test_cost_of_likelihood_ratios():
    scores = PairScores.parted([0.9, 0.8, FAILED], [0.1, 0.3])
    assert likelihood_ratio_cost(scores, 0, 0) == pytest.approx(1)
    assert likelihood_ratio_cost(scores, 1000, -550) == pytest.approx(0, abs=1e-12)
    # log2(1 + exp(-1)) for every pair: each is one unit on the right side.
    even = PairScores.parted([1.0], [-1.0])
    assert likelihood_ratio_cost(even, 1, 0) == pytest.approx(np.log2(1 + np.exp(-1)))
    # The wrong way round it costs more than saying nothing.
    assert likelihood_ratio_cost(even, -1, 0) > 1


def test_the_fit_is_the_cheapest_of_its_neighbours():
    rng = np.random.default_rng(5)
    scores = PairScores.parted(rng.normal(0.4, 0.2, 4000), rng.normal(0, 0.2, 4000))
    slope, offset = fit_probability(scores)
    best = likelihood_ratio_cost(scores, slope, offset)
    for other in ((1.1, 1), (0.9, 1), (1, 1.1), (1, 0.9)):
        assert likelihood_ratio_cost(scores, slope * other[0], offset * other[1]) > best


def test_sigmoid_never_overflows():
    np.testing.assert_array_equal(sigmoid([-1e6, 0, 1e6]), [0, 0.5, 1])
