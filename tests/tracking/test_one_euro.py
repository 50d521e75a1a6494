"""The filter against its published formula, and what it is for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from lineament.tracking.one_euro import OneEuroFilter, OneEuroOptions

RATE = 30.0


def by_the_paper(
    values: list[float], rate: float, fc: float, beta: float, dc: float
) -> list[float]:
    """Algorithm 1 of the paper for one number, as it is printed."""

    def alpha(cutoff: float) -> float:
        tau, te = 1 / (2 * math.pi * cutoff), 1 / rate
        return 1 / (1 + tau / te)

    smoothed, speed = values[0], 0.0
    answer = [smoothed]
    for value in values[1:]:
        speed = alpha(dc) * (value - smoothed) * rate + (1 - alpha(dc)) * speed
        share = alpha(fc + beta * abs(speed))
        smoothed = share * value + (1 - share) * smoothed
        answer.append(smoothed)
    return answer


def filtered(points: np.ndarray, options: OneEuroOptions, size: float = 1.0) -> np.ndarray:
    filter_ = OneEuroFilter(options)
    return np.array([filter_(row, index / RATE, size) for index, row in enumerate(points)])


def test_one_step_by_hand() -> None:
    """At 2 pi frames a second tau / Te = rate / (2 pi fc) = 1 / fc: from 0 to 1 with both
    cut-offs 1 and beta 1, the speed is half of 2 pi, and alpha is (1 + pi) / (2 + pi)."""
    filter_ = OneEuroFilter(OneEuroOptions(min_cutoff=1, beta=1, derivative_cutoff=1))
    assert filter_(np.zeros((1, 1)), 0.0, 1.0) == 0
    after = filter_(np.ones((1, 1)), 1 / (2 * math.pi), 1.0)
    assert after[0, 0] == pytest.approx((1 + math.pi) / (2 + math.pi))


def test_one_number_goes_as_in_the_paper() -> None:
    values = np.cumsum(np.random.default_rng(0).normal(0, 0.1, 50)).tolist()
    options = OneEuroOptions(min_cutoff=1.7, beta=0.6, derivative_cutoff=1.2)
    answer = filtered(np.array(values)[:, None, None], options)[:, 0, 0]
    assert answer == pytest.approx(by_the_paper(values, RATE, 1.7, 0.6, 1.2))


def test_every_point_goes_its_own_way() -> None:
    motion = np.random.default_rng(1).normal(0, 5, (40, 6, 2)).cumsum(axis=0)
    together = filtered(motion, OneEuroOptions(), 80.0)
    for point in range(6):
        alone = filtered(motion[:, [point]], OneEuroOptions(), 80.0)
        np.testing.assert_allclose(together[:, [point]], alone)


def test_resolution_and_the_turn_of_the_picture_do_not_matter() -> None:
    motion = np.random.default_rng(2).normal(0, 4, (40, 5, 2)).cumsum(axis=0)
    plain = filtered(motion, OneEuroOptions(), 100.0)
    np.testing.assert_allclose(filtered(motion * 4, OneEuroOptions(), 400.0), plain * 4)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    np.testing.assert_allclose(filtered(motion @ turn, OneEuroOptions(), 100.0), plain @ turn)


def test_what_trembles_in_place_is_calmed() -> None:
    """Noise of half a hundredth of the face, as detectors have it, is less than halved."""
    noise = np.random.default_rng(3).normal(0, 0.005, (300, 68, 2))
    answer = filtered(noise, OneEuroOptions())
    assert answer[30:].std() < 0.5 * noise.std()
    steps = np.diff(answer[30:], axis=0).std() / np.diff(noise[30:], axis=0).std()
    assert steps < 0.3


@pytest.mark.parametrize("speed", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("beta", [2.0, 10.0])
def test_what_moves_lags_by_a_bounded_part_of_the_face(speed: float, beta: float) -> None:
    size, bound = 150.0, 1 / (2 * math.pi * beta)
    path = np.arange(240)[:, None, None] / RATE * speed * size * np.array([[[0.6, 0.8]]])
    lag = np.linalg.norm(path - filtered(path, OneEuroOptions(beta=beta), size), axis=2)[:, 0]
    assert 0 < lag[120:].max() < bound * size
    assert lag[120:].max() < lag[120:].min() * 1.05, "the lag has settled"


def test_beta_zero_is_a_plain_low_pass() -> None:
    step = np.concatenate([np.zeros((1, 1, 2)), np.ones((200, 1, 2))])
    answer = filtered(step, OneEuroOptions(min_cutoff=1.0, beta=0.0))[:, 0, 0]
    keep = 1 - 1 / (1 + RATE / (2 * math.pi))
    assert answer[1:6] == pytest.approx([1 - keep**n for n in range(1, 6)])


def test_a_repeated_time_changes_nothing() -> None:
    filter_ = OneEuroFilter()
    first = filter_(np.ones((2, 2)), 1.0, 10.0)
    assert (filter_(np.full((2, 2), 9.0), 1.0, 10.0) == first).all()


def test_what_it_refuses() -> None:
    filter_ = OneEuroFilter()
    filter_(np.zeros((5, 2)), 0.0, 10.0)
    with pytest.raises(ValueError, match=r"\(4, 2\), expected \(5, 2\)"):
        filter_(np.zeros((4, 2)), 0.1, 10.0)
    with pytest.raises(ValueError, match="size above zero"):
        filter_(np.zeros((5, 2)), 0.2, 0.0)
    with pytest.raises(ValidationError):
        OneEuroOptions(min_cutoff=0)
    with pytest.raises(ValidationError):
        OneEuroOptions(gamma=1)  # type: ignore[call-arg]
