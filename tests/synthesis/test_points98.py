"""The 98 and the five points from the 68, on hand-made faces."""

import numpy as np
import pytest

from lineament.synthesis.points98 import five_points, points98

RIGHT_EYE, LEFT_EYE = slice(60, 68), slice(68, 76)


@pytest.fixture
def points():
    """68 points, each at (its number, minus its number), but for two round eyes."""
    numbers = np.arange(68, dtype=np.float32)
    points = np.stack([numbers, -numbers], axis=1)
    for start, middle in ((36, 100.0), (42, 200.0)):
        angles = np.radians([180, 240, 300, 0, 60, 120])
        points[start : start + 6] = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 10
        points[start : start + 6, 0] += middle
    return points


@pytest.fixture
def all98(points):
    outline = np.full((33, 2), 7.0)
    brows = np.arange(36.0).reshape(18, 2)
    pupils = np.array([[100.0, 0.0], [200.0, 0.0]])
    return points98(points, outline, brows, pupils)


def test_nose_and_lips_are_those_of_the_68(points, all98):
    assert np.array_equal(all98[51:60], points[27:36])
    assert np.array_equal(all98[76:96], points[48:68])


def test_outline_brows_and_pupils_have_their_places(all98):
    assert (all98[:33] == 7).all()
    assert all98[33].tolist() == [0, 1] and all98[50].tolist() == [34, 35]
    assert all98[96].tolist() == [100, 0] and all98[97].tolist() == [200, 0]


@pytest.mark.parametrize(("eye", "corner", "middle"), [(RIGHT_EYE, 36, 100), (LEFT_EYE, 42, 200)])
def test_lids_have_a_middle_point_above_and_below(points, all98, eye, corner, middle):
    lids = all98[eye]
    assert np.array_equal(lids[[0, 1, 3, 4, 5, 7]], points[corner : corner + 6])
    assert lids[2] == pytest.approx([middle, -9.74], abs=0.01), "9 / 8 of the lids' height"
    assert lids[6] == pytest.approx([middle, 9.74], abs=0.01)


def test_five_points_are_in_the_viewers_order(points):
    five = five_points(points)
    assert five[0] == pytest.approx([100, 0], abs=1e-4)
    assert five[1] == pytest.approx([200, 0], abs=1e-4)
    assert five[2:].tolist() == points[[30, 48, 54]].tolist()
