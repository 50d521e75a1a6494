"""FDDB's scores on overlaps worked by hand, and overlaps with ellipses."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.ellipse_overlap import ellipse_overlaps
from lineament.evaluation.fddb_scores import fddb_curve


def shares(*rows):
    return np.array(rows, float)


def test_one_picture_by_hand():
    overlaps = shares([0.8, 0.0], [0.0, 0.0], [0.0, 0.4])
    curve = fddb_curve([overlaps], [np.array([0.9, 0.7, 0.5])])
    assert curve.thresholds.tolist() == [0.9, 0.7, 0.5]
    # The pair of 0.4 adds to the continuous score, and is a false positive of both.
    assert curve.discrete == pytest.approx([0.5, 0.5, 0.5])
    assert curve.continuous == pytest.approx([0.4, 0.4, 0.6])
    assert curve.false_positives.tolist() == [0, 1, 2]
    assert curve.at(0) == pytest.approx((0.5, 0.4))
    assert curve.at(1) == pytest.approx((0.5, 0.4))
    assert curve.at(2000) == pytest.approx((0.5, 0.6))


def test_pairs_are_those_of_the_greatest_sum_at_every_threshold():
    """The surer detection takes the first face alone, and leaves it when the other comes."""
    overlaps = shares([0.7, 0.6], [0.65, 0.0])
    curve = fddb_curve([overlaps], [np.array([0.9, 0.8])])
    assert curve.continuous == pytest.approx([0.7 / 2, 1.25 / 2])
    assert curve.discrete == pytest.approx([0.5, 1.0])
    assert curve.false_positives.tolist() == [0, 0]


def test_pictures_stand_in_one_curve_and_equal_scores_together():
    overlaps = [shares([0.9], [0.0]), shares([0.6]), np.zeros((0, 2)), np.zeros((1, 0))]
    scores = [np.array([0.9, 0.5]), np.array([0.5]), np.zeros(0), np.array([0.95])]
    curve = fddb_curve(overlaps, scores)
    assert curve.thresholds.tolist() == [0.95, 0.9, 0.5]
    assert curve.discrete == pytest.approx([0, 1 / 4, 2 / 4])
    assert curve.continuous == pytest.approx([0, 0.9 / 4, 1.5 / 4])
    assert curve.false_positives.tolist() == [1, 1, 2]
    assert curve.at(0) == (0, 0)


def test_exactly_one_half_is_not_enough():
    curve = fddb_curve([shares([0.5])], [np.array([0.9])])
    assert curve.discrete.tolist() == [0] and curve.false_positives.tolist() == [1]


def test_nothing_found_and_nothing_to_find():
    curve = fddb_curve([np.zeros((0, 3))], [np.zeros(0)])
    assert curve.at(100) == (0, 0)
    with pytest.raises(ValueError, match="without a face"):
        fddb_curve([np.zeros((1, 0))], [np.array([0.9])])
    with pytest.raises(ValueError, match="2 rows of overlaps and 1 scores"):
        fddb_curve([np.zeros((2, 1))], [np.array([0.9])])


def test_overlap_with_ellipses_is_that_of_their_areas():
    """In units of 40 pixels squared: a circle of radius 10, its square, and half of the square."""
    circle = np.array([[400, 400, 0.3, 1000, 1000]], np.float32)
    boxes = np.array([[600, 600, 1400, 1400], [600, 600, 1000, 1400], [0, 0, 20, 20]], np.float32)
    found = ellipse_overlaps(boxes, circle, (2000, 2000))[:, 0]
    area, half = np.pi * 100, np.pi * 50
    expected = [area / 400, half / (area + 200 - half), 0]
    np.testing.assert_allclose(found, expected, atol=0.002)


def test_turned_ellipses_against_a_plain_count_of_pixels():
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:90, :120]
    for _ in range(20):
        long, short, angle = rng.uniform(8, 40), rng.uniform(4, 30), rng.uniform(-1.6, 1.6)
        cx, cy = rng.uniform(-5, 125), rng.uniform(-5, 95)
        x1, y1 = rng.uniform(-20, 100, 2)
        x2, y2 = x1 + rng.uniform(5, 60), y1 + rng.uniform(5, 60)
        ellipse = np.array([[long, short, angle, cx, cy]], np.float32)
        box = np.array([[x1, y1, x2, y2]], np.float32)
        long, short, angle, cx, cy = (float(value) for value in ellipse[0])
        x1, y1, x2, y2 = (float(value) for value in box[0])
        along = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        beside = (y - cy) * np.cos(angle) - (x - cx) * np.sin(angle)
        round_ = (along / long) ** 2 + (beside / short) ** 2 <= 1
        square = (x >= x1) & (x < x2) & (y >= y1) & (y < y2)
        union = (round_ | square).sum()
        expected = (round_ & square).sum() / union if union else 0
        assert ellipse_overlaps(box, ellipse, (90, 120))[0, 0] == pytest.approx(expected)
