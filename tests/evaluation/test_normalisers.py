"""What errors are divided by: lengths by hand, and a reason for what cannot be had."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.errors import ConfigError, DataError
from lineament.evaluation.normalisers import (
    choose_normalisers,
    lengths,
    meaning,
    possible_normalisers,
    refuse_near_zero,
)
from lineament.landmarks.schemes import find_scheme

FIVE = find_scheme("five-points")
IBUG = find_scheme("ibug-68")
POINTS = np.array([[[10, 10], [40, 50], [20, 30], [12, 60], [42, 74]]], float)
BOX = np.array([[0, 0, 90, 40]], float)


def test_lengths_by_hand() -> None:
    expected = {
        "inter_pupil": 50,
        "box": 60,
        "face_size": 90,
        "box_diagonal": np.hypot(90, 40),
        "points_box": np.sqrt(32 * 64),
    }
    for name, length in expected.items():
        np.testing.assert_allclose(lengths(POINTS, name, FIVE, BOX), [length])


def test_on_a_square_box_its_side_and_the_root_of_its_area_are_one() -> None:
    square = np.array([[5, 5, 105, 105]], float)
    for name in ("box", "face_size"):
        np.testing.assert_allclose(lengths(POINTS, name, FIVE, square), [100])


def test_near_zero_is_five_percent_of_the_longer_side() -> None:
    points = np.repeat(POINTS, 3, axis=0)
    points[:, 0], points[:, 4] = [10, 10], [10, 110]
    for row, width in enumerate((4.9, 5.1, 0)):
        points[row, 1] = [10 + width, 10]
    found = lengths(points, "inter_pupil", FIVE)
    np.testing.assert_allclose(found, [np.nan, 5.1, np.nan])
    refuse_near_zero(found[1:2], "inter_pupil")
    with pytest.raises(DataError, match=r"face b \(and 1 more\): inter_pupil is near zero"):
        refuse_near_zero(found, "inter_pupil", ["b", "c", "d"])


def test_usual_ones_follow_scheme_and_data() -> None:
    assert choose_normalisers([], IBUG, 0, 9) == ("inter_ocular", "inter_pupil")
    usual = ("inter_ocular", "inter_pupil", "box", "face_size")
    assert choose_normalisers([], IBUG, 9, 9) == usual
    assert choose_normalisers([], FIVE, 0, 9) == ("inter_pupil",)
    assert possible_normalisers(FIVE, 0, 9) == ("inter_pupil", "points_box")


def test_asked_ones_keep_their_order_once() -> None:
    asked = ["points_box", "box_diagonal", "points_box"]
    assert choose_normalisers(asked, FIVE, 9, 9) == ("points_box", "box_diagonal")


@pytest.mark.parametrize(
    ("name", "boxes", "words"),
    [
        ("inter_ocular", 9, "five-points hold no outer eye corners"),
        ("face_size", 0, "no face of this dataset has a box"),
        ("box", 4, "only 4 of 9 faces"),
        ("diagonal", 9, "no normaliser named 'diagonal'; there are inter_ocular"),
    ],
)
def test_an_impossible_one_says_why_and_what_can_be_had(name: str, boxes: int, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        choose_normalisers([name], FIVE, boxes, 9)
    with pytest.raises(ConfigError, match=r"choose from inter_pupil, points_box|there are"):
        choose_normalisers([name], FIVE, min(boxes, 4), 9)


def test_programming_mistakes() -> None:
    with pytest.raises(ValueError, match="needs boxes"):
        lengths(POINTS, "box", FIVE)
    with pytest.raises(ValueError, match=r"shape \(1, 4\)"):
        lengths(POINTS, "box", FIVE, BOX[:, :3])
    with pytest.raises(ValueError, match="finite"):
        lengths(POINTS, "box", FIVE, BOX * np.nan)
    with pytest.raises(ValueError, match="no outer eye corners"):
        lengths(POINTS, "inter_ocular", FIVE)
    with pytest.raises(ValueError, match="expected one of"):
        lengths(POINTS, "eyes", FIVE)  # type: ignore[arg-type]


def test_the_words_name_the_points() -> None:
    assert meaning("inter_ocular", IBUG) == "distance of the outer eye corners, points 36 and 45"
    assert "42, 43, 44, 45, 46, 47" in meaning("inter_pupil", IBUG)
