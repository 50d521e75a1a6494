"""The aligned crop: five points come to lie on the template, and nothing else changes."""

import numpy as np
import pytest

from lineament.face import FIVE_POINTS
from lineament.geometry import inverse, move
from lineament.recognition.alignment import TEMPLATE, align, alignment, template

PUBLISHED = [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366)]


@pytest.fixture
def picture():
    """(112,112,3) uint8 of soft noise."""
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (14, 14, 3), dtype=np.uint8)
    return coarse.repeat(8, axis=0).repeat(8, axis=1)


def test_the_template_is_the_published_one_in_the_order_of_five_points():
    assert TEMPLATE[:3].tolist() == [list(point) for point in PUBLISHED]
    right, left = (FIVE_POINTS.index(name) for name in ("right_eye", "left_eye"))
    corners = [FIVE_POINTS.index(f"{side}_mouth_corner") for side in ("right", "left")]
    assert TEMPLATE[right, 0] < TEMPLATE[left, 0]
    assert TEMPLATE[corners[0], 0] < TEMPLATE[corners[1], 0]
    assert (TEMPLATE[corners, 1] > TEMPLATE[FIVE_POINTS.index("nose_tip"), 1]).all()


def test_the_crop_of_an_aligned_picture_is_itself(picture):
    assert (align(picture, TEMPLATE) == picture).all()


def test_a_turned_shifted_and_scaled_face_gives_the_same_crop(picture):
    import cv2

    cos, sin = 1.4 * np.cos(0.3), 1.4 * np.sin(0.3)
    into = np.array([[cos, -sin, 90.0], [sin, cos, 30.0]])
    photo = cv2.warpAffine(picture, into, (300, 300), flags=cv2.INTER_CUBIC)
    crop = align(photo, move(into, TEMPLATE))
    inner = np.s_[8:-8, 8:-8]
    assert np.abs(crop[inner].astype(int) - picture[inner]).mean() < 6
    assert alignment(move(into, TEMPLATE)) == pytest.approx(inverse(into), abs=1e-4)


def test_points_come_to_lie_on_the_template_at_any_size():
    photo_points = move(np.array([[2.0, 0.5, 10], [-0.5, 2.0, 200]]), TEMPLATE)
    for size in (56, 112, 160, 224):
        assert move(alignment(photo_points, size), photo_points) == pytest.approx(
            template(size), abs=1e-3
        )


def test_half_the_crop_of_224_is_the_crop_of_112(picture):
    large = align(picture, TEMPLATE, 224)
    halved = large.reshape(112, 2, 112, 2, 3).astype(float).mean(axis=(1, 3))
    small = align(picture, TEMPLATE).astype(float)
    inner = np.s_[2:-2, 2:-2]
    assert np.corrcoef(halved[inner].ravel(), small[inner].ravel())[0, 1] > 0.99
    shifted = small[2:-2, 3:-1]
    assert np.abs(halved[inner] - small[inner]).mean() < np.abs(halved[inner] - shifted).mean() / 2


def test_outside_the_photo_it_is_black(picture):
    crop = align(picture | 1, TEMPLATE + np.array([40, 0]))
    assert (crop[:, 80:] == 0).all()
    assert (crop[:, :60] > 0).all()


def test_points_that_coincide_are_refused(picture):
    with pytest.raises(ValueError, match="coincide"):
        align(picture, np.full((5, 2), 50.0))
    with pytest.raises(ValueError, match=r"\(4, 2\)"):
        align(picture, TEMPLATE[:4])
