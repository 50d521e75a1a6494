"""Other views of training pictures: pixels and labels move alike, hidden faces do not count."""

from __future__ import annotations

import numpy as np
import pytest
from detection.drawn_faces import DrawnFaces
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lineament.datasets.labelled_picture import NOBODY, LabelledFaces
from lineament.detection.batches import DetectionBatches
from lineament.detection.framing import Framing, inset, moved, nearer, still_seen
from lineament.detection.picture_source import PlainPicture
from lineament.geometry import share_inside

FIVE = np.zeros((1, 5, 2), np.float32)


def one_face(box: tuple[float, ...], side: int = 100) -> PlainPicture:
    """A picture whose face is white, on black; its points are the corners and the middle."""
    left, top, right, bottom = box
    image = np.zeros((side, side, 3), np.uint8)
    image[round(top) : round(bottom) + 1, round(left) : round(right) + 1] = 255
    points = [(left, top), (right, top), ((left + right) / 2, (top + bottom) / 2)]
    points += [(left, bottom), (right, bottom)]
    faces = LabelledFaces(
        np.array([box], np.float32), np.array([points], np.float32), np.zeros(1, np.bool_)
    )
    return PlainPicture(image, faces)


def white(image: np.ndarray) -> np.ndarray:
    """(4,) the outer edges of what is white, as a box in pixels."""
    rows, columns = (np.flatnonzero((image[..., 0] > 127).any(axis=axis)) for axis in (1, 0))
    return np.array([columns[0], rows[0], columns[-1], rows[-1]], np.float64)


@given(st.floats(1, 2.5), st.integers(0, 2**32))
def test_boxes_stay_on_what_is_enlarged(scale: float, seed: int) -> None:
    made = nearer(one_face((40, 44, 58, 60)), scale, np.random.default_rng(seed))
    assert made.image.shape == (100, 100, 3)
    if len(made.faces) and not made.faces.ignored[0]:
        seen = np.clip(made.faces.boxes[0], 0, 99)
        np.testing.assert_allclose(white(made.image), seen, atol=2.6)
        corners = made.faces.five_points[0, [0, 4]].reshape(4)
        np.testing.assert_allclose(corners, made.faces.boxes[0], atol=1e-4)


@given(st.floats(0.3, 0.9), st.integers(0, 2**32))
def test_boxes_stay_on_what_is_laid_into_another(side: float, seed: int) -> None:
    ground = PlainPicture(np.zeros((100, 100, 3), np.uint8), NOBODY)
    made = inset(ground, one_face((20, 30, 61, 71)), side, 0.0, np.random.default_rng(seed))
    (box,) = made.faces.boxes
    np.testing.assert_allclose(white(made.image), box, atol=1.1)
    np.testing.assert_allclose(made.faces.sides, side * 41, rtol=0.06)
    assert not ground.image.any()


def test_faces_that_are_cut_off_are_ignored_and_then_gone() -> None:
    boxes = np.array([[-80, 0, 20, 100], [-50, 0, 50, 100], [-97, 0, 3, 100]], np.float32)
    shares = share_inside(boxes, np.array([[0, 0, 200, 100]], np.float32))[:, 0]
    np.testing.assert_allclose(shares, [0.2, 0.5, 0.03], rtol=1e-6)
    faces = LabelledFaces(boxes, np.repeat(FIVE, 3, 0), np.zeros(3, np.bool_))
    left = still_seen(faces, shares)
    np.testing.assert_array_equal(left.boxes, boxes[:2])
    np.testing.assert_array_equal(left.ignored, [True, False])


def test_faces_behind_the_inset_or_too_small_in_it_do_not_count() -> None:
    covered = one_face((5, 5, 44, 44))
    seen = [
        inset(covered, one_face((20, 20, 30, 30)), 0.6, 7.0, np.random.default_rng(seed)).faces
        for seed in range(40)
    ]
    assert all(faces.ignored[-1] for faces in seen)  # 6 pixels
    counts = {(len(faces), bool(faces.ignored[0])) for faces in seen}
    assert {(2, True), (2, False)} <= counts


def test_moving_there_and_back() -> None:
    faces = DrawnFaces().picture(2).faces
    scale, corner = np.array([2.0, 2.0]), np.array([7, 3])
    there = moved(faces, scale, corner)
    back = moved(there, 1 / scale, -corner * scale)
    np.testing.assert_allclose(back.boxes, faces.boxes, atol=1e-4)
    np.testing.assert_allclose(back.five_points, faces.five_points, atol=1e-4)
    # The left edge of pixel 7 is at 6.5 and becomes the edge of the picture.
    np.testing.assert_allclose(there.boxes[:, 0], (faces.boxes[:, 0] - 6.5) * 2 - 0.5)


def test_shares_of_the_pictures_and_none_by_default() -> None:
    def batches(**framing: float) -> DetectionBatches:
        options = Framing.model_validate(framing)
        return DetectionBatches([DrawnFaces()], [1.0], 4, 9, 0.5, 1, framing=options)

    plain, near, laid = batches(), batches(nearer=0.5, nearest=2), batches(inset=1.0)
    changed = 0
    for place in range(40):
        first, other = plain.picture(place), near.picture(place)
        np.testing.assert_array_equal(near.picture(place).image, other.image)
        changed += int((first.image != other.image).any())
        assert laid.picture(place).image.shape == first.image.shape
    assert 10 < changed < 30


def test_options_out_of_range() -> None:
    with pytest.raises(ValidationError, match="0 < least <= greatest < 1"):
        Framing(inset_sides=(0.7, 0.4))
    with pytest.raises(ValidationError, match="nearest"):
        Framing(nearest=0.5)
