"""Crop rules and point schemes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.errors import ConfigError
from lineament.geometry import move
from lineament.landmarks.crops import box_square, points_square
from lineament.landmarks.schemes import IBUG_68, find_scheme
from lineament.weights import DetectorBox, TurnedPoints

UPRIGHT = np.random.default_rng(3).uniform(20, 80, (68, 2)).astype(np.float32)
UPRIGHT[8] = (50, 90)
UPRIGHT[39], UPRIGHT[42] = (40, 30), (60, 30)


def test_box_square_is_centred_and_scaled():
    square = box_square(DetectorBox(rule="detector_box", scale=1.5), np.array([10, 20, 50, 110]))
    assert square.side == pytest.approx(1.5 * 60)
    assert square.centre == pytest.approx([30, 65])


def test_box_square_moves_down_by_shares_of_its_side():
    rule = DetectorBox(rule="detector_box", scale=1.0, down=0.1)
    assert box_square(rule, np.array([0, 0, 100, 100])).centre == pytest.approx([50, 60])


@given(st.floats(-3.1, 3.1), st.floats(0.2, 20), st.floats(-500, 500), st.floats(-500, 500))
def test_turned_crop_does_not_depend_on_the_pose_in_the_photo(angle, scale, x, y):
    rule = TurnedPoints(rule="turned_points", scale=1.25)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    moved = (UPRIGHT @ turn.T + [x, y]).astype(np.float32)
    plain = move(points_square(rule, UPRIGHT, IBUG_68).affine(128), UPRIGHT)
    turned = move(points_square(rule, moved, IBUG_68).affine(128), moved)
    assert turned == pytest.approx(plain, abs=0.05)


def test_turned_crop_holds_all_points_with_its_margin():
    rule = TurnedPoints(rule="turned_points", scale=1.25)
    inside = move(points_square(rule, UPRIGHT, IBUG_68).affine(100), UPRIGHT)
    assert inside.min() == pytest.approx(9.5, abs=0.5) and inside.max() < 91


def test_mirror_is_its_own_inverse_and_swaps_sides():
    mirror = IBUG_68.mirror_index
    assert (mirror[mirror] == np.arange(68)).all()
    assert mirror[[36, 39, 48, 31, 0, 17, 8, 27, 33, 51, 57, 62, 66]].tolist() == [
        45, 42, 54, 35, 16, 26, 8, 27, 33, 51, 57, 62, 66,
    ]  # fmt: skip


def test_unknown_scheme_lists_those_that_exist():
    with pytest.raises(ConfigError, match="ibug-68"):
        find_scheme("ibug-86")
