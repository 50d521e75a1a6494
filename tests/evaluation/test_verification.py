"""Ten-fold verification on cases worked by hand, and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.evaluation.pair_scores import FAILED
from lineament.evaluation.verification import (
    FINE_THRESHOLDS,
    THRESHOLDS,
    fold_accuracy,
    squared_distances,
    validation_at_far,
)

# Two folds of two genuine and two impostor pairs each.
DISTANCES = np.array([0.5, 1.0, 1.5, 2.0, 0.5, 1.6, 1.4, 3.0])
SAME = np.array([True, True, False, False] * 2)
FOLD = np.repeat([0, 1], 4)


def test_thresholds_are_those_of_the_published_code():
    assert len(THRESHOLDS) == 400 and THRESHOLDS[0] == 0 and THRESHOLDS[-1] == 3.99
    assert len(FINE_THRESHOLDS) == 4000 and FINE_THRESHOLDS[-1] == 3.999


def test_a_threshold_is_chosen_on_the_other_fold_and_is_the_least_of_the_best():
    """On the second fold 0.51 to 1.40 and 1.61 to 3.00 tell three of four rightly; on the first
    1.01 to 1.50 tell all."""
    found = fold_accuracy(DISTANCES, SAME, FOLD)
    assert found.thresholds.tolist() == [0.51, 1.01]
    assert found.accuracies.tolist() == [0.75, 0.75]
    assert (found.mean, found.deviation) == (0.75, 0)


def test_deviation_is_that_of_the_folds_themselves():
    same = SAME.copy()
    same[3] = True  # On the first fold, 2.01 to 3.99 now accept all three genuine pairs.
    found = fold_accuracy(DISTANCES, same, FOLD)
    assert found.thresholds.tolist() == [0.51, 1.01]
    assert found.accuracies.tolist() == [0.5, 0.75]
    assert found.deviation == pytest.approx(0.125)


def test_a_pair_at_the_threshold_is_refused():
    """Strictly below: 0.51 itself would not accept a distance of 0.51."""
    distances = np.array([0.51, 0.52, 0.51, 0.52])
    found = fold_accuracy(distances, [True, False, True, False], [0, 0, 1, 1])
    assert found.thresholds.tolist() == [0.52, 0.52]
    assert found.mean == 1


def test_a_failed_comparison_is_never_accepted():
    distances = squared_distances([1.0, 0.0, -1.0, FAILED])
    assert distances.tolist() == [0, 2, 4, np.inf]
    two = np.array([0.0, np.inf, 3.0, np.inf] * 2)
    found = fold_accuracy(two, SAME, FOLD)
    assert found.accuracies.tolist() == [0.75, 0.75]
    assert validation_at_far(two, SAME, FOLD, 0.9).rates.tolist() == [0.5, 0.5]


def test_validation_rate_worked_by_hand():
    """One of two impostor pairs may be accepted: on the second fold up to 3.0, on the first up
    to 2.0."""
    found = validation_at_far(DISTANCES, SAME, FOLD, 0.5)
    assert found.thresholds.tolist() == [3.0, 2.0]
    assert found.rates.tolist() == [1, 1] and found.fars.tolist() == [1, 0.5]
    assert (found.mean, found.deviation, found.far) == (1, 0, 0.75)
    none = validation_at_far(DISTANCES, SAME, FOLD, 1e-3)
    assert none.thresholds.tolist() == [1.4, 1.5]
    assert none.rates.tolist() == [1, 0.5] and none.fars.tolist() == [0, 0.5]


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(ValueError, match="two or more"):
        fold_accuracy(DISTANCES, SAME, np.zeros(8))
    with pytest.raises(ValueError, match="one shape"):
        fold_accuracy(DISTANCES[:7], SAME, FOLD)
    with pytest.raises(ValueError, match="NaN"):
        fold_accuracy(np.where(SAME, np.nan, DISTANCES), SAME, FOLD)
    with pytest.raises(ValueError, match="no impostor"):
        validation_at_far(DISTANCES, np.ones(8, bool), FOLD)
    with pytest.raises(ValueError, match="false accept rate"):
        validation_at_far(DISTANCES, SAME, FOLD, 0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.booleans(), st.integers(0, 2)), min_size=6, max_size=40
    ).filter(lambda rows: len({fold for _, _, fold in rows}) > 1)
)
def test_accuracy_is_that_of_plain_loops(rows):
    distances = np.array([(hundredths + 0.5) / 100 for hundredths, _, _ in rows])
    same = np.array([one for _, one, _ in rows])
    fold = np.array([number for _, _, number in rows])
    found = fold_accuracy(distances, same, fold)
    for place, number in enumerate(np.unique(fold)):
        others, here = fold != number, fold == number
        shares = [((distances < t) == same)[others].mean() for t in np.arange(0, 4, 0.01)]
        best = int(np.argmax(shares))  # The first of the best.
        assert found.thresholds[place] == pytest.approx(best / 100)
        right = ((distances < THRESHOLDS[best]) == same)[here].mean()
        assert found.accuracies[place] == pytest.approx(right)
