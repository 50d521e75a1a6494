"""F1 and IoU of class masks on hand-worked answers, and what must hold for any masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lineament.evaluation.parsing_scores import (
    confusion,
    f1_of_group,
    f1_per_class,
    iou_per_class,
    mean_f1,
    mean_iou,
    merged,
    pixel_accuracy,
)

TRUTH = np.array([[0, 0, 1], [2, 2, 1]])
GUESS = np.array([[0, 1, 1], [2, 0, 0]])

MASK = arrays(np.uint8, (5, 6), elements=st.integers(0, 3))


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
    with pytest.raises(ValueError, match="truth holds"):
        confusion([0, 1], [0, 255], 2)
    with pytest.raises(ValueError, match="partition"):
        merged(confusion(GUESS, TRUTH, 3), [[0], [1]])
    with pytest.raises(ValueError, match="partition"):
        merged(confusion(GUESS, TRUTH, 3), [[0, 1], [1, 2]])


def test_iou_by_hand() -> None:
    counts = confusion(GUESS, TRUTH, 4)
    # Class 0: 1 shared of 4; class 1: 1 of 3; class 2: 1 of 2.
    np.testing.assert_allclose(iou_per_class(counts)[:3], [1 / 4, 1 / 3, 1 / 2])
    assert np.isnan(iou_per_class(counts)[3])
    assert mean_iou(counts) == pytest.approx((1 / 3 + 1 / 2) / 2)
    assert mean_iou(counts, background=None) == pytest.approx((1 / 4 + 1 / 3 + 1 / 2) / 3)
    assert pixel_accuracy(counts) == pytest.approx(3 / 6)
    assert np.isnan(pixel_accuracy(np.zeros((2, 2), np.int64)))


def test_unknown_pixels_are_left_out_whatever_is_predicted_there() -> None:
    truth = TRUTH.copy()
    truth[0] = 255
    counts = confusion(GUESS, truth, 3, ignored=255)
    assert counts.tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 1]]
    assert confusion([7], [255], 3, ignored=255).sum() == 0


def test_a_group_counts_confusions_within_it_as_correct() -> None:
    """Left taken for right in two pixels, one pixel of the pair missed, one invented."""
    truth = np.array([1, 1, 2, 2, 0, 0])
    guess = np.array([2, 2, 2, 0, 1, 0])
    counts = confusion(guess, truth, 3)
    assert f1_per_class(counts)[1] == 0
    assert f1_of_group(counts, [1, 2]) == pytest.approx(2 * 3 / (4 + 4))
    assert np.isnan(f1_of_group(confusion([0], [0], 3), [1, 2]))


@settings(max_examples=50, deadline=None)
@given(MASK, MASK)
def test_f1_and_iou_do_not_care_which_mask_is_the_truth(one: np.ndarray, other: np.ndarray) -> None:
    there, back = confusion(one, other, 4), confusion(other, one, 4)
    np.testing.assert_array_equal(there, back.T)
    np.testing.assert_allclose(f1_per_class(there), f1_per_class(back))
    np.testing.assert_allclose(iou_per_class(there), iou_per_class(back))
    # The two scores are one ratio in two spellings.
    iou = iou_per_class(there)
    np.testing.assert_allclose(f1_per_class(there), 2 * iou / (1 + iou))


@settings(max_examples=50, deadline=None)
@given(MASK, MASK, st.permutations(range(4)), st.integers(1, 3))
def test_merged_counts_are_those_of_merged_masks(
    one: np.ndarray, other: np.ndarray, order: list[int], cut: int
) -> None:
    groups = [order[:cut], order[cut:]]
    new_number = np.array([next(g for g in (0, 1) if old in groups[g]) for old in range(4)])
    counts = confusion(one, other, 4)
    by_hand = confusion(new_number[one], new_number[other], 2)
    np.testing.assert_array_equal(merged(counts, groups), by_hand)
    for number, group in enumerate(groups):
        np.testing.assert_allclose(f1_of_group(counts, group), f1_per_class(by_hand)[number])


@settings(max_examples=50, deadline=None)
@given(MASK)
def test_a_mask_against_itself_is_perfect(mask: np.ndarray) -> None:
    counts = confusion(mask, mask, 4)
    assert set(f1_per_class(counts)[np.unique(mask)]) == {1.0}
    assert mean_iou(counts, background=None) == pixel_accuracy(counts) == 1
