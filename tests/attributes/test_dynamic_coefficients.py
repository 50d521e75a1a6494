"""Dynamic task coefficients on hand-worked losses."""

import math

import pytest

from lineament.attributes.dynamic_coefficients import (
    DynamicCoefficients,
    DynamicOptions,
    coefficient_step,
    prior_mean,
    prior_penalty,
    relative_fall,
)
from lineament.errors import DataError


@pytest.mark.parametrize(
    ("before", "now", "fall"), [(0.8, 0.6, 0.25), (0.5, 0.5, 0), (0.5, 0.7, 0), (0, 0, 0)]
)
def test_relative_fall(before, now, fall):
    assert relative_fall(before, now) == pytest.approx(fall)


def test_prior_mean_is_the_product_of_both_falls():
    assert prior_mean((0.8, 0.6), (1.0, 0.6), 5) == pytest.approx(5 * 0.25 * 0.4)
    assert prior_mean((0.8, 0.6), None, 5) == pytest.approx(5 * 0.25)


def test_two_losses_that_rise_do_not_make_a_coefficient():
    assert prior_mean((0.6, 0.8), (0.6, 1.0), 5) == 0


def test_the_penalty_is_half_the_squared_distance():
    assert prior_penalty({"smile": 0.5, "hat": 1.0}, {"smile": 0.1, "hat": 0.0}) == pytest.approx(
        0.08 + 0.5
    )


def test_a_whole_step_reaches_the_minimum():
    """0.1 L c + (c - m)^2 / 2 is least at c = m - 0.1 L."""
    found = coefficient_step(0.9, mean=0.5, loss=2.0, rate=1.0, loss_weight=0.1)
    assert found == pytest.approx(0.3)
    assert coefficient_step(0.9, 0.5, 2.0, 0.5, 0.1) == pytest.approx(0.6)


def test_a_coefficient_is_never_below_zero():
    assert coefficient_step(0.1, mean=0.0, loss=3.0, rate=1.0, loss_weight=1.0) == 0


def test_coefficients_follow_the_falls_over_the_lag():
    options = DynamicOptions(lag=2, scale=5, rate=0.5)
    followed = DynamicCoefficients(options, {"smile": 0.1, "glasses": 0.4})
    falling, flat = [1.0, 0.9, 0.5, 0.45], [0.3] * 4
    found = [
        followed.update({"smile": a, "glasses": b}, {"smile": a / 2, "glasses": b, "points": 9})
        for a, b in zip(falling, flat, strict=True)
    ]
    assert found[0] == found[1] == {"smile": 0.1, "glasses": 0.4}
    # 1.0 -> 0.5: mu = 5 x 0.5 x 0.5 = 1.25, half way from 0.1; a flat loss halves its own.
    assert found[2] == pytest.approx({"smile": 0.675, "glasses": 0.2})
    # 0.9 -> 0.45: mu = 1.25 again.
    assert found[3] == pytest.approx({"smile": 0.9625, "glasses": 0.1})
    assert followed.weights == found[3]


def test_by_validation_alone():
    options = DynamicOptions(lag=1, scale=2, rate=1, product=False)
    followed = DynamicCoefficients(options, {"smile": 0.1})
    followed.update({"smile": 1.0}, {"smile": 1.0})
    assert followed.update({"smile": 2.0}, {"smile": 0.75}) == pytest.approx({"smile": 0.5})


@pytest.mark.parametrize("losses", [{}, {"smile": math.nan}])
def test_a_task_without_a_loss_is_named(losses):
    followed = DynamicCoefficients(DynamicOptions(), {"smile": 0.1})
    with pytest.raises(DataError, match="task smile has the losses"):
        followed.update({"smile": 1.0}, losses)
