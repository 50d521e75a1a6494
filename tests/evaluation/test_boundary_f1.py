"""Boundary F1 on outlines whose distances are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lineament.evaluation.boundary_f1 import TOLERANCE, boundary_scores, mean_boundary_f1

SIDE = 30
DIAGONAL = math.hypot(SIDE, SIDE)


def square(left: int, right: int, number: int = 1) -> np.ndarray:
    """Columns left to right - 1 of rows 10 to 19."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[10:20, left:right] = number
    return mask


def pixels(count: float) -> float:
    """A tolerance of so many pixels."""
    return count / DIAGONAL


def test_the_published_tolerance() -> None:
    assert TOLERANCE * math.hypot(512, 512) == pytest.approx(5.43, abs=0.01)


def test_a_shift_of_two_pixels_is_met_only_by_a_greater_tolerance() -> None:
    guess, truth = square(12, 22), square(10, 20)
    assert boundary_scores(guess, truth, 2, pixels(2.01))[1] == 1
    # A pixel is met by one that is closer than the tolerance, not by one that is as far.
    assert boundary_scores(guess, truth, 2, pixels(2))[1] < 1


def test_precision_and_recall_by_hand() -> None:
    """A square of 10 x 10 has 36 pixels of outline; the guess misses its left half.

    Truth: columns 10 to 19. Guess: columns 15 to 19, an outline of 10 + 10 + 3 + 3 = 26 pixels.
    Closer than one pixel means on it: the guess's rows 10 and 19 and its right column lie on the
    true outline, its left column only with its two ends: 18 of 26. Those 18 are also all of the
    true outline that is met: 18 of 36.
    """
    scores = boundary_scores(square(15, 20), square(10, 20), 2, pixels(1))
    precision, recall = 18 / 26, 18 / 36
    assert scores[1] == pytest.approx(2 * precision * recall / (precision + recall))


def test_absent_classes() -> None:
    truth = square(10, 20)
    scores = boundary_scores(np.zeros_like(truth), truth, 3)
    # The background has an outline in the truth alone, as has class 1; class 2 is nowhere.
    assert scores[:2].tolist() == [0, 0] and np.isnan(scores[2])
    # A class that fills the whole of both pictures has no outline: its border is the picture's.
    full = np.ones((SIDE, SIDE), np.uint8)
    assert np.isnan(boundary_scores(full, full, 2)).all()


def test_what_is_not_known_makes_no_outline() -> None:
    truth = square(10, 20)
    truth[:, :15] = 255
    assert boundary_scores(square(15, 20), truth, 2, pixels(1))[1] == 1
    assert boundary_scores(square(0, 20), truth, 2, pixels(1))[1] == 1
    assert np.isnan(boundary_scores(truth, np.full_like(truth, 255), 2)).all()


def test_the_mean_is_over_pictures_that_have_the_class() -> None:
    scores = np.array([[1.0, 0.5, np.nan], [0.5, np.nan, np.nan]])
    means = mean_boundary_f1(scores)
    assert means[:2].tolist() == [0.75, 0.5] and np.isnan(means[2])


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="shape"):
        boundary_scores(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8), 2)
    with pytest.raises(ValueError, match="above zero"):
        boundary_scores(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8), 2, 0.0)


@settings(max_examples=30, deadline=None)
@given(*[arrays(np.uint8, (9, 11), elements=st.integers(0, 2))] * 2, st.floats(0.01, 0.4))
def test_against_a_plain_reference(guess: np.ndarray, truth: np.ndarray, share: float) -> None:
    reach = share * math.hypot(*truth.shape)
    scores = boundary_scores(guess, truth, 3, share)
    np.testing.assert_allclose(scores, boundary_scores(truth, guess, 3, share))
    for number in range(3):
        a, b = outline(guess, number), outline(truth, number)
        if not a and not b:
            assert np.isnan(scores[number])
        elif not a or not b:
            assert scores[number] == 0
        else:
            precision, recall = met(a, b, reach), met(b, a, reach)
            expected = 2 * precision * recall / max(precision + recall, 1e-12)
            assert scores[number] == pytest.approx(expected)


def outline(mask: np.ndarray, number: int) -> list[tuple[int, int]]:
    height, width = mask.shape
    found = []
    for y, x in np.argwhere(mask == number):
        near = [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        inside = [mask[r, c] for r, c in near if 0 <= r < height and 0 <= c < width]
        if any(other != number for other in inside):
            found.append((int(y), int(x)))
    return found


def met(one: list, other: list, reach: float) -> float:
    nearest = [min(math.dist(here, there) for there in other) for here in one]
    return sum(distance < reach for distance in nearest) / len(one)
