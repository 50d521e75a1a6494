"""Skin tone measured from pixels of known colour."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.skin_tone import tone_of, typology_angle

FIVE = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], np.float32)


def plain(colour) -> np.ndarray:
    return np.full((120, 100, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("colour", "angle"),
    [
        # sRGB to CIELAB of D65 by hand: L* and b* of the first are 82.276 and 16.130
        ((233, 198, 175), 63.446),
        ((190, 140, 105), 25.169),
        ((60, 38, 28), -71.501),
    ],
)
def test_angle_of_a_plain_colour(colour, angle):
    assert typology_angle(plain(colour), FIVE) == pytest.approx(angle, abs=0.3)


def test_darker_skin_has_a_smaller_angle():
    colours = [(245, 224, 208), (224, 186, 158), (190, 140, 105), (120, 80, 55), (60, 38, 28)]
    angles = [typology_angle(plain(colour), FIVE) for colour in colours]
    assert angles == sorted(angles, reverse=True)
    tones = [tone_of(angle) for angle in angles]
    assert tones[0] == "very light" and tones[-1] == "dark"


def test_only_the_cheeks_count():
    image = plain((0, 0, 0))
    for x in (32, 68):
        image[50:71, x - 8 : x + 9] = (224, 186, 158)
    assert typology_angle(image, FIVE) == typology_angle(plain((224, 186, 158)), FIVE)


def test_a_face_outside_the_picture_has_none():
    assert np.isnan(typology_angle(plain((200, 150, 120)), FIVE + 500))
    assert tone_of(float("nan")) is None


def test_a_photo_without_colour_has_none():
    assert np.isnan(typology_angle(plain((150, 150, 150)), FIVE))
    assert np.isnan(typology_angle(plain((150, 148, 146)), FIVE))


def test_bounds_belong_to_the_darker_tone():
    assert [tone_of(angle) for angle in (-30.0, 10.0, 10.1, 55.0, 55.1)] == [
        "dark",
        "brown",
        "tan",
        "light",
        "very light",
    ]
