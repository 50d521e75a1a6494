"""Which detection counts as the labelled face."""

from __future__ import annotations

import numpy as np
import pytest
from stand_ins import face_in, true_box

from lineament.evaluation.matching import labelled_face, points_box, truth_box

TRUE = true_box(150)
TRUTH = face_in(TRUE)


def boxes(*rows):
    return np.array(rows, np.float32).reshape(-1, 4)


def widened(factor):
    x1, y1, x2, y2 = TRUE
    middle, half = (x1 + x2) / 2, (x2 - x1) / 2 * factor
    return (middle - half, y1, middle + half, y2)


def test_the_points_span_their_box():
    np.testing.assert_allclose(points_box(TRUTH), TRUE, atol=1e-4)


def test_no_detection_no_face():
    assert labelled_face(boxes(), TRUTH) is None


@pytest.mark.parametrize(
    ("factor", "hit"), [(0.45, None), (0.55, 0), (1.0, 0), (1.9, 0), (2.1, None)]
)
def test_the_width_may_differ_by_two(factor, hit):
    assert labelled_face(boxes(widened(factor)), TRUTH) == hit


def test_the_neighbour_that_does_not_hold_the_nose_is_no_hit():
    x1, y1, x2, y2 = TRUE
    beside = (x1 + 45, y1, x2 + 45, y2)
    assert labelled_face(boxes(beside), TRUTH) is None
    assert labelled_face(boxes(beside, TRUE), TRUTH) == 1


def test_of_two_the_greater_overlap_wins_and_then_the_better_score():
    assert labelled_face(boxes(widened(1.8), widened(1.1)), TRUTH) == 1
    assert labelled_face(boxes(widened(1.2), widened(1.2)), TRUTH) == 0


def test_a_detector_like_box_reaches_over_the_brows_only():
    x1, y1, x2, y2 = TRUE
    box = truth_box(TRUTH)
    np.testing.assert_allclose(box[[0, 2, 3]], [x1, x2, y2], atol=1e-4)
    assert box[1] == pytest.approx(y1 - 0.35 * (y2 - y1), abs=1e-4)
    assert labelled_face(box[None], TRUTH) == 0
