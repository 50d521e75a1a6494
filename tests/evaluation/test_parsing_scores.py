"""F1 of class masks on hand-worked answers."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.parsing_scores import confusion, f1_per_class, mean_f1

TRUTH = np.array([[0, 0, 1], [2, 2, 1]])
GUESS = np.array([[0, 1, 1], [2, 0, 0]])


def test_counts_by_true_row_and_predicted_column() -> None:
    counts = confusion(GUESS, TRUTH, 4)
    assert counts.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    assert counts.sum() == TRUTH.size


def test_f1_by_hand() -> None:
    scores = f1_per_class(confusion(GUESS, TRUTH, 4))
    # Class 0: 1 shared, 3 predicted, 2 true; class 1: 1, 2, 2; class 2: 1, 1, 2.
    np.testing.assert_allclose(scores[:3], [2 / 5, 2 / 4, 2 / 3])
    assert np.isnan(scores[3])


def test_the_mean_leaves_out_background_and_absent_classes() -> None:
    counts = confusion(GUESS, TRUTH, 4)
    assert mean_f1(counts) == pytest.approx((2 / 4 + 2 / 3) / 2)
    assert mean_f1(counts, background=None) == pytest.approx((2 / 5 + 2 / 4 + 2 / 3) / 3)


def test_counts_are_summed_before_the_score() -> None:
    one = confusion([1, 1, 0, 0], [1, 0, 0, 0], 2)
    other = confusion([1] * 8, [1] * 8, 2)
    assert mean_f1(one + other) == pytest.approx(2 * 9 / (10 + 9))
    assert mean_f1(one + other) != pytest.approx((mean_f1(one) + mean_f1(other)) / 2)


def test_a_class_that_is_only_predicted_scores_zero() -> None:
    assert f1_per_class(confusion([1, 0], [0, 0], 2))[1] == 0


def test_wrong_input() -> None:
    with pytest.raises(ValueError, match="shape"):
        confusion([0, 1], [0], 2)
    with pytest.raises(ValueError, match="predicted holds numbers beyond 0 to 1"):
        confusion([0, 2], [0, 1], 2)
    with pytest.raises(ValueError, match="truth holds"):
        confusion([0, 1], [0, -1], 2)
    with pytest.raises(ValueError, match="no class occurs"):
        mean_f1(confusion([0, 0], [0, 0], 3))
