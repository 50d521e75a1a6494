"""Which detection counts as the labelled face."""

from __future__ import annotations

import numpy as np
import pytest
from stand_ins import face_in, true_box

from lineament.evaluation.matching import (
    MARGINS,
    NOSE_TIP,
    face_extent,
    labelled_face,
    points_box,
    recall_rule,
    truth_box,
)
from lineament.geometry import overlap
from lineament.landmarks.schemes import SCHEMES, find_scheme

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


def test_every_scheme_has_a_nose_tip_of_its_nose():
    assert set(NOSE_TIP) == set(MARGINS) == set(SCHEMES)
    for name, scheme in SCHEMES.items():
        assert NOSE_TIP[name] in scheme.regions["nose"]
        assert f"point {NOSE_TIP[name]}," in recall_rule(scheme)


def test_five_points_grow_to_a_face_by_hand():
    """The points span 40 x 50 px: 26 px to either side, 17 above and 30.5 below."""
    five = np.array([[100, 100], [140, 100], [120, 130], [104, 150], [136, 150]], np.float32)
    scheme = find_scheme("five-points")
    expected = [100 - 26, 100 - 17, 140 + 26, 150 + 30.5]
    np.testing.assert_allclose(face_extent(five, scheme), expected, atol=1e-4)
    height = 50 + 17 + 30.5
    raised = [74, 83 - 0.35 * height, 166, 180.5]
    np.testing.assert_allclose(truth_box(five, scheme), raised, atol=1e-4)
    assert labelled_face(boxes((70, 60, 170, 185)), five, scheme) == 0
    assert labelled_face(boxes((100, 100, 140, 150)), five, scheme) is None


def test_the_extent_of_five_points_is_near_that_of_68_on_real_faces(real_300w):
    from lineament.datasets.ibug300w import read_300w

    scheme = find_scheme("five-points")
    shared, plain = [], []
    for face in read_300w(real_300w)[::10]:
        p = face.points
        five = np.stack([p[36:42].mean(0), p[42:48].mean(0), p[30], p[48], p[54]])
        grown, tight = face_extent(five, scheme), points_box(p)
        shared.append(overlap(grown[None], tight[None])[0, 0])
        plain.append(overlap(points_box(five)[None], tight[None])[0, 0])
    assert np.median(plain) < 0.3
    assert np.median(shared) > 0.75
