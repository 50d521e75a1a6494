"""Photos on their square canvas, and which boxes and photos are chosen."""

from __future__ import annotations

import numpy as np
import pytest
from parsing_stand_ins import parts_record

from lineament.errors import RecordError
from lineament.evaluation.parsing import even_steps, worst_photos
from lineament.evaluation.part_predictions import largest_box, whole_square_box
from lineament.evaluation.square_photo import square_mask, square_photo


def test_a_wide_photo_is_shrunk_and_padded_to_both_sides():
    photo = np.full((20, 64, 3), 90, np.uint8)
    mask = np.ones((20, 64), np.uint8)
    canvas, square = square_photo(photo, 32), square_mask(mask, 32)
    assert canvas.shape == (32, 32, 3) and (canvas[11:21] == 90).all()
    assert (canvas[:11] == 0).all() and (canvas[21:] == 0).all()
    assert (square[11:21] == 1).all() and (square[:11] == 255).all() and (square[21:] == 255).all()
    # A smaller one is not enlarged, one of the size is left as it is.
    small = square_mask(np.ones((10, 7), np.uint8), 32)
    assert (small == 1).sum() == 70 and (small[11:21, 12:19] == 1).all()
    same = np.random.default_rng(0).integers(0, 19, (32, 32), dtype=np.uint8)
    np.testing.assert_array_equal(square_mask(same, 32), same)


def test_a_mask_is_shrunk_by_the_nearest_pixel_centre():
    mask = np.arange(9, dtype=np.uint8)[None].repeat(9, axis=0)
    assert square_mask(mask, 3)[0].tolist() == [1, 4, 7]


def test_a_rule_without_a_box_cannot_look_at_the_whole_photo():
    plain = parts_record("parts-9").model_dump(mode="json")
    plain["networks"][0]["input"]["crop"] = {"rule": "turned_points", "scale": 1.2}
    with pytest.raises(RecordError, match="turned_points"):
        whole_square_box(type(parts_record("parts-9")).model_validate(plain), 32)


def test_choices():
    assert worst_photos(np.array([0.5, np.nan, 0.1, 0.9]), 2) == [2, 0]
    assert worst_photos(np.array([0.5, np.nan]), 5) == [0]
    assert even_steps(10, 4) == [0, 2, 5, 7]
    assert even_steps(2, 4) == [0, 1] and even_steps(3, 0) == []
    assert largest_box(np.empty((0, 4), np.float32)).shape == (0, 4)
    boxes = np.float32([[0, 0, 2, 2], [5, 5, 9, 6], [0, 0, 1, 1]])
    assert largest_box(boxes).tolist() == [[0, 0, 2, 2]]
