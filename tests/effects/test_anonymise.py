"""Hidden faces: nothing of them is left, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.effects.anonymise import STYLES, AnonymiseOptions, Style, anonymise
from lineament.errors import ConfigError
from lineament.face import Box, Face, FaceParts

FIVE = np.zeros((5, 2), dtype=np.float32)
RANDOM = np.random.default_rng(1)
PHOTO = RANDOM.integers(0, 256, (120, 160, 3)).astype(np.uint8)


def face(x1: float, y1: float, x2: float, y2: float, parts: FaceParts | None = None) -> Face:
    return Face(Box(x1, y1, x2, y2), 0.9, FIVE, parts=parts)


def ellipse(own: Face, options: AnonymiseOptions, reach: float = 0.0) -> np.ndarray:
    rows, columns = np.mgrid[: PHOTO.shape[0], : PHOTO.shape[1]]
    (cx, cy), grown = own.box.centre, 0.5 + options.margin + reach
    across, down = (columns - cx) / (grown * own.box.width), (rows - cy) / (grown * own.box.height)
    return across**2 + down**2 <= 1


@pytest.mark.parametrize("style", STYLES)
def test_two_people_of_one_mean_colour_look_the_same(style: Style) -> None:
    """By default what is drawn follows from the mean colour alone: with the same random numbers
    two faces that differ in every pixel, but not in their mean, become the same picture."""
    own, options = face(40, 30, 100, 90), AnonymiseOptions(style)
    inside = ellipse(own, options)
    other = PHOTO.copy()
    other[inside] = RANDOM.permutation(PHOTO[inside])
    hidden, again = (
        anonymise(photo, [own], options, random=np.random.default_rng(7))
        for photo in (PHOTO, other)
    )
    assert (PHOTO[inside] != other[inside]).any(axis=1).mean() > 0.9
    np.testing.assert_array_equal(hidden[inside], again[inside])


@pytest.mark.parametrize("style", STYLES)
def test_nothing_else_is_touched(style: Style) -> None:
    own, options = face(40, 30, 100, 90), AnonymiseOptions(style)
    before = PHOTO.copy()
    hidden = anonymise(PHOTO, [own], options)
    np.testing.assert_array_equal(PHOTO, before)
    far = ~ellipse(own, options, reach=options.feather + 0.05)
    np.testing.assert_array_equal(hidden[far], PHOTO[far])
    soft = ~far & ~ellipse(own, options)
    assert (hidden[soft] != PHOTO[soft]).any()


def test_a_second_run_differs() -> None:
    own = face(40, 30, 100, 90)
    assert (anonymise(PHOTO, [own]) != anonymise(PHOTO, [own])).any()
    filled = [anonymise(PHOTO, [own], AnonymiseOptions("fill")) for _ in range(2)]
    np.testing.assert_array_equal(*filled)


def test_more_detail_keeps_more() -> None:
    """Columns of black and white, two across the face, are seen again with detail alone."""
    photo = np.zeros((100, 100, 3), np.uint8)
    photo[:, 50:] = 255
    own = face(20, 20, 80, 80)

    def difference(detail: int) -> float:
        options = AnonymiseOptions("blur", detail)
        hidden = anonymise(photo, [own], options, random=np.random.default_rng(3)).astype(int)
        return float(hidden[40:60, 75].mean() - hidden[40:60, 25].mean())

    assert abs(difference(1)) < 60 < 120 < difference(4)


def test_parts_beyond_the_ellipse_are_hidden_too() -> None:
    mask = np.zeros((60, 60), np.uint8)
    mask[40:60, 40:60] = 1
    mask[0:10, 50:60] = 13
    parts = FaceParts("celebamask-19", (90, 60, 60, 60), mask)
    options = AnonymiseOptions("fill", feather=0)
    hidden = anonymise(PHOTO, [face(40, 30, 100, 90, parts)], options)
    assert (hidden[100:120, 130:150] == hidden[60, 70]).all(), "skin outside of the ellipse"
    np.testing.assert_array_equal(hidden[60:70, 140:150], PHOTO[60:70, 140:150])
    inside = ellipse(face(40, 30, 100, 90), options)
    assert (hidden[inside] == hidden[60, 70]).all(), "and all of the ellipse, parsed or not"
    nothing = FaceParts("celebamask-19", (0, 0, 0, 0), np.zeros((0, 0), np.uint8))
    alone = anonymise(PHOTO, [face(40, 30, 100, 90, nothing)], options)
    np.testing.assert_array_equal(alone, anonymise(PHOTO, [face(40, 30, 100, 90)], options))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("box", "touched"),
    [
        ((-30.0, -30.0, 20.0, 20.0), (0, 0)),
        ((140.0, 100.0, 200.0, 160.0), (119, 159)),
        ((70.2, 60.1, 70.9, 60.8), (60, 71)),
        ((80.0, 70.0, 81.0, 71.0), (70, 80)),
        ((-500.0, -500.0, 900.0, 900.0), (5, 5)),
    ],
)
def test_faces_at_the_border_of_one_pixel_and_of_all(
    style: Style, box: tuple[float, float, float, float], touched: tuple[int, int]
) -> None:
    hidden = anonymise(PHOTO, [face(*box)], AnonymiseOptions(style))
    assert (hidden[touched] != PHOTO[touched]).any()


def test_faces_beside_the_photo_and_no_faces() -> None:
    beside = [face(-90, 0, -40, 50), face(0, 300, 50, 350)]
    np.testing.assert_array_equal(anonymise(PHOTO, beside), PHOTO)
    copy = anonymise(PHOTO, [])
    np.testing.assert_array_equal(copy, PHOTO)
    assert copy is not PHOTO


def test_overlapping_faces_hide_each_other_whole() -> None:
    one, two = face(30, 30, 80, 80), face(60, 40, 110, 90)
    options = AnonymiseOptions("fill")
    hidden = anonymise(PHOTO, [one, two], options)
    both = ellipse(one, options) | ellipse(two, options)
    assert (hidden[both] == hidden[55, 55]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "swirl"}, "no style 'swirl'"),
        ({"detail": 0}, "at least 1 cell"),
        ({"margin": -0.1}, "margin must lie from 0 to 2"),
        ({"feather": 2.0}, "feather from 0 to 1"),
        ({"margin": float("nan")}, "margin must lie"),
    ],
)
def test_wrong_options(options: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        AnonymiseOptions(**options)
