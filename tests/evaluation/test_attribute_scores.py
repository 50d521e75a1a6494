"""Scores of answers, on cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.attribute_scores import (
    Counts,
    angle_errors,
    balanced_accuracy,
    confusion_matrix,
    count_groups,
    score_task,
    summed,
    wilson_interval,
)
from lineament.evaluation.calibration import (
    expected_calibration_error,
    negative_log_likelihood,
    reliability,
)

MISSED = [np.nan, np.nan]
LABELS = [0, 0, 1, 1, -1, 1]
ANSWERS = [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], MISSED, [0.5, 0.5], [0.3, 0.7]]


def test_scores_of_a_task():
    """Of six faces one has no label and one was missed; of the other four one answer is wrong."""
    scores = score_task(LABELS, ANSWERS)
    assert (scores.counts, scores.unknown) == (Counts(faces=5, found=4, correct=3), 1)
    assert scores.counts.accuracy == 0.75 and scores.counts.recall == 0.8
    assert scores.confusion.tolist() == [[1, 1], [0, 2]]
    assert scores.balanced_accuracy == 0.75
    assert scores.majority == 0.5
    assert scores.negative_log_likelihood == pytest.approx(
        -(np.log(0.9) + np.log(0.4) + np.log(0.8) + np.log(0.7)) / 4
    )
    assert scores.calibration_error == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)


def test_missed_and_unknown_faces_leave_no_number():
    scores = score_task([0, -1], [MISSED, [0.3, 0.7]])
    assert scores.counts == Counts(1, 0, 0) and scores.unknown == 1
    assert scores.counts.accuracy is None and scores.counts.interval is None
    assert scores.counts.recall == 0
    assert scores.balanced_accuracy is scores.majority is scores.calibration_error is None
    assert scores.negative_log_likelihood is None
    assert not scores.confusion.any()


def test_counts_of_groups():
    groups = ["light", "light", "dark", "dark", "dark", None]
    counted = count_groups(LABELS, ANSWERS, groups)
    assert counted == {"light": Counts(2, 2, 1), "dark": Counts(2, 1, 1)}
    assert list(counted) == ["light", "dark"]


def test_balanced_accuracy_weighs_classes_not_faces():
    confusion = confusion_matrix([0] * 8 + [1] * 2, [0] * 8 + [0, 1], 3)
    assert confusion.tolist() == [[8, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert balanced_accuracy(confusion) == (1 + 0.5) / 2
    with pytest.raises(ValueError, match="without a face"):
        balanced_accuracy(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (10, 10, 0.7225, 1.0),
        (0, 1, 0.0, 0.7935),
        (50, 100, 0.4038, 0.5962),
    ],
)
def test_wilson_intervals_of_tables(successes, trials, low, high):
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_no_interval_of_nothing():
    for successes, trials in ((0, 0), (3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="successes"):
            wilson_interval(successes, trials)


def test_calibration_error_of_one_shared_bin():
    """0.95 and 0.97 share the last of fifteen bins: one of two right where 0.96 was promised."""
    answers = [[0.95, 0.05], [0.97, 0.03]]
    assert expected_calibration_error([0, 1], answers) == pytest.approx(0.96 - 0.5)
    assert expected_calibration_error([0, 1], answers, bins=100) == pytest.approx((0.05 + 0.97) / 2)


def test_bins_are_closed_above():
    found = reliability([0, 0, 1], [[1.0, 0.0], [0.5, 0.5], [0.6, 0.4]], bins=10)
    assert found.counts.tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert found.accuracy[[4, 5, 9]].tolist() == [1, 0, 1]
    assert found.confidence[[4, 5, 9]].tolist() == [0.5, 0.6, 1]
    assert np.isnan(found.accuracy[0])


def test_perfect_calibration_has_no_error():
    answers = np.tile([0.75, 0.25], (4, 1))
    assert expected_calibration_error([0, 0, 0, 1], answers) == 0


def test_a_class_that_was_ruled_out_costs_much_but_not_all():
    assert negative_log_likelihood([1], [[1.0, 0.0]]) == pytest.approx(-np.log(1e-12))


def test_finer_classes_are_summed():
    kinds = [[0.4, 0.35, 0.25], [0.7, 0.2, 0.1], [np.nan] * 3]
    worn = summed(kinds, {0: 0, 1: 1, 2: 1}, 2)
    np.testing.assert_allclose(worn, [[0.4, 0.6], [0.7, 0.3], MISSED])


def test_angles_are_compared_round_the_circle_where_both_are_known():
    nan = np.nan
    predicted = [[10, 0, 179], [-20, 5, nan], [nan, nan, nan]]
    truth = [[15, 0, -179], [-30, nan, 0], [1, 2, 3]]
    assert angle_errors(predicted, truth) == {"yaw": (2, 7.5), "pitch": (1, 0), "roll": (1, 2)}
    assert angle_errors([[nan] * 3], [[nan] * 3])["yaw"] == (0, None)


@pytest.mark.parametrize(
    ("labels", "answers", "words"),
    [
        ([0, 2], [[1, 0], [1, 0]], "0 to 1"),
        ([-2], [[1, 0]], "unknown"),
        ([0], [[1, 0], [1, 0]], "shapes"),
        ([0], [[np.nan, 1]], "whole"),
        ([0], [[0.9, 0.3]], "sum to 1"),
    ],
)
def test_wrong_arrays_are_told(labels, answers, words):
    with pytest.raises(ValueError, match=words):
        score_task(labels, answers)
