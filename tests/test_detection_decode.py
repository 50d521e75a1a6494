"""Decoding on hand-made outputs, scaling there and back, and joining two working copies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.detection.centerface import decode_centerface
from lineament.detection.detector import NO_FACES, DetectionOptions, Detections
from lineament.detection.merging import merge
from lineament.detection.retinaface import decode_retinaface, prior_boxes
from lineament.detection.scaling import WorkingCopy, working_copies, write_input
from lineament.errors import ConfigError
from lineament.weights import CenterFaceOutput, InputContract, RetinaFaceOutput, WholePhoto

RETINAFACE = RetinaFaceOutput(
    kind="retinaface",
    boxes="b",
    scores="s",
    points="p",
    strides=(8, 16),
    priors=((16, 32), (64,)),
    variances=(0.1, 0.2),
)
CENTERFACE = CenterFaceOutput(
    kind="centerface", heatmap="h", sizes="s", offsets="o", points="p", stride=4
)
RULE = WholePhoto(rule="whole_photo", multiple=32)
CONTRACT = InputContract(
    name="x",
    colour="BGR",
    mean=(10, 20, 30),
    std=(1, 2, 1),
    crop=WholePhoto(rule="whole_photo", multiple=32, padding=50),
)


def faces(*boxes: tuple[float, float, float, float], scores: tuple[float, ...]) -> Detections:
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    middles = (corners[:, None, :2] + corners[:, None, 2:]) / 2
    return Detections(corners, np.array(scores, np.float32), np.repeat(middles, 5, axis=1))


def test_priors_by_hand() -> None:
    priors = prior_boxes((16, 32), (8, 16), ((16, 32), (64,)))
    assert priors.shape == (2 * 4 * 2 + 1 * 2, 4)
    np.testing.assert_array_equal(priors[0], [3.5, 3.5, 16, 16])
    np.testing.assert_array_equal(priors[1], [3.5, 3.5, 32, 32])
    np.testing.assert_array_equal(priors[2], [11.5, 3.5, 16, 16])
    np.testing.assert_array_equal(priors[8], [3.5, 11.5, 16, 16])
    np.testing.assert_array_equal(priors[-1], [23.5, 7.5, 64, 64])


def test_retinaface_by_hand() -> None:
    """The third prior, centre (11.5, 3.5) and side 16, of the second picture of two."""
    boxes = np.zeros((2, 18, 4), np.float32)
    scores = np.tile(np.array([1, 0], np.float32), (2, 18, 1))
    points = np.zeros((2, 18, 10), np.float32)
    scores[1, 2] = 0.25, 0.75
    boxes[1, 2] = 5, -2.5, np.log(2) / 0.2, 0
    points[1, 2, :4] = -10, 10, 2.5, 0
    none, found = decode_retinaface([boxes, scores, points], (16, 32), RETINAFACE, 0.5)
    assert len(none) == 0
    np.testing.assert_allclose(found.boxes, [[19.5 - 16, -0.5 - 8, 19.5 + 16, -0.5 + 8]], atol=1e-4)
    np.testing.assert_array_equal(found.scores, [0.75])
    np.testing.assert_allclose(found.five_points[0, :3], [[-4.5, 19.5], [15.5, 3.5], [11.5, 3.5]])
    assert found.boxes.dtype == found.five_points.dtype == np.float32


def test_centerface_by_hand() -> None:
    """Cell x 2, y 1 of stride 4: its middle lies at (9.5, 5.5) in pixels with whole centres."""
    heat = np.zeros((1, 1, 4, 4), np.float32)
    sizes, offsets = np.zeros((2, 1, 2, 4, 4), np.float32)
    points = np.zeros((1, 10, 4, 4), np.float32)
    heat[0, 0, 1, 2] = 0.9
    sizes[0, :, 1, 2] = np.log([5, 2])
    offsets[0, :, 1, 2] = 0.25, -0.5
    points[0, :4, 1, 2] = 0.5, 0.25, 1, 0
    (found,) = decode_centerface([heat, sizes, offsets, points], CENTERFACE, 0.5)
    x, y = 9.5 - 2, 5.5 + 1
    np.testing.assert_allclose(found.boxes, [[x - 4, y - 10, x + 4, y + 10]], atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.9])
    expected = [[x - 2, y], [x - 4, y + 10], [x - 4, y - 10]]
    np.testing.assert_allclose(found.five_points[0, :3], expected, atol=1e-4)
    assert found.boxes.dtype == found.five_points.dtype == np.float32


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(0, 90))
def test_copies_are_padded_within_bounds_and_cover_all_sizes(
    height: int, width: int, smallest: int
) -> None:
    options = DetectionOptions(smallest_face=smallest, longest_side=1024)
    copies = working_copies(height, width, options, RULE)
    for copy in copies:
        assert all(side % 32 == 0 for side in copy.padded)
        assert all(0 <= p - s < 32 for p, s in zip(copy.padded, copy.size, strict=True))
        assert max(copy.size) <= 1024
    assert copies[0].from_side == 0
    assert copies[-1].to_side == np.inf
    if len(copies) == 2:
        assert copies[1].from_side < copies[0].to_side
        assert max(copies[1].size) < max(copies[0].size)


def test_a_photo_of_640_by_480_is_searched_once_and_at_its_own_size() -> None:
    assert working_copies(480, 640, DetectionOptions(), RULE) == [
        WorkingCopy((480, 640), (480, 640), (480, 640))
    ]


def test_larger_smallest_faces_need_smaller_copies() -> None:
    wide = [
        max(working_copies(1500, 2000, DetectionOptions(smallest_face=side), RULE)[0].size)
        for side in (0, 24, 48, 96, 4000)
    ]
    assert wide == [2000, 2000, 1000, 500, 320]


def test_scaling_keeps_to_pixel_centres_at_integers() -> None:
    """The middle of a photo stays the middle of its copy, and its corners the corners."""
    copy = WorkingCopy(photo=(100, 300), size=(25, 100), padded=(32, 128))
    found = Detections(
        np.array([[-0.5, -0.5, 99.5, 24.5]], np.float32),
        np.ones(1, np.float32),
        np.full((1, 5, 2), (49.5, 12), np.float32),
    )
    moved = copy.to_photo(found)
    np.testing.assert_allclose(moved.boxes, [[-0.5, -0.5, 299.5, 99.5]])
    np.testing.assert_allclose(moved.five_points[0, 0], [149.5, 49.5])


def test_the_input_has_the_contracts_colours_range_and_padding() -> None:
    image = np.zeros((40, 33, 3), np.uint8)
    image[:] = 100, 150, 200
    copy = WorkingCopy((40, 33), (40, 33), (64, 64))
    out = np.full((3, 64, 64), np.nan, np.float32)
    write_input(image, copy, CONTRACT, out)
    np.testing.assert_array_equal(out[:, 0, 0], [200 - 10, (150 - 20) / 2, 100 - 30])
    np.testing.assert_array_equal(out[:, 39, 32], out[:, 0, 0])
    for corner in (out[:, 40, 0], out[:, 0, 33], out[:, 63, 63]):
        np.testing.assert_array_equal(corner, [50 - 10, (50 - 20) / 2, 50 - 30])


def test_parts_of_a_large_face_give_way_to_it() -> None:
    fine = WorkingCopy((2000, 2000), (2000, 2000), (2016, 2016), to_side=400)
    coarse = WorkingCopy((2000, 2000), (400, 400), (416, 416), from_side=300)
    own_size = faces(
        (300, 300, 500, 500),
        (700, 700, 900, 900),
        (1800, 0, 1900, 100),
        (100, 100, 1100, 1200),
        scores=(0.7, 0.95, 0.8, 0.99),
    )
    reduced = faces((40, 40, 200, 240), (360, 0, 380, 20), scores=(0.9, 0.99))
    merged = merge([(fine, own_size), (coarse, reduced)], 0)
    np.testing.assert_allclose(merged.scores, [0.95, 0.9, 0.8])
    np.testing.assert_allclose(merged.boxes[1], [202, 202, 1002, 1202])


def test_answers_for_one_face_are_averaged_by_their_scores() -> None:
    copy = WorkingCopy((200, 200), (200, 200), (224, 224))
    found = faces(
        (0, 0, 49, 49), (2, 0, 51, 49), (20, 0, 69, 49), (100, 100, 149, 149),
        scores=(0.9, 0.6, 0.8, 0.7),
    )  # fmt: skip
    alone, mean = (merge([(copy, found)], 0, average=average) for average in (False, True))
    np.testing.assert_array_equal(mean.scores, alone.scores)
    np.testing.assert_array_equal(alone.boxes[0], [0, 0, 49, 49])
    # The second overlaps the first by 0.92 and counts, the third by 0.42 and does not.
    np.testing.assert_allclose(mean.boxes, [[0.8, 0, 49.8, 49], [100, 100, 149, 149]], rtol=1e-5)
    expected = (0.9 * found.five_points[0] + 0.6 * found.five_points[1]) / 1.5
    np.testing.assert_allclose(mean.five_points[0], expected, rtol=1e-5)
    nothing = faces((0, 0, 9, 9), (1, 0, 10, 9), scores=(0, 0))
    np.testing.assert_allclose(merge([(copy, nothing)], 0, average=True).boxes, [[0.5, 0, 9.5, 9]])
    assert len(merge([(copy, NO_FACES)], 0, average=True)) == 0


def test_senseless_numbers_and_too_small_faces_are_dropped() -> None:
    copy = WorkingCopy((100, 100), (100, 100), (128, 128))
    found = faces(
        (0, 0, 9, 9), (20, 20, 32, 32), (50, 50, 40, 60), (1, 2, np.nan, 4), scores=(1, 1, 1, 1)
    )
    np.testing.assert_allclose(merge([(copy, found)], 10).boxes, [[20, 20, 32, 32]])
    assert len(merge([(copy, NO_FACES)], 0)) == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"min_score": 1.5}, "min_score must be 0 to 1, got 1.5"),
        ({"smallest_face": -1}, "smallest_face must be zero or more photo pixels, got -1"),
        ({"smallest_face": float("inf")}, "smallest_face"),
        ({"longest_side": 8}, "longest_side must be at least 32 pixels"),
    ],
)
def test_options_out_of_range(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        DetectionOptions(**wrong)  # type: ignore[arg-type]


def test_shapes_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match=r"boxes needs shape \(2, 4\), got \(1, 4\)"):
        Detections(
            np.zeros((1, 4), np.float32), np.zeros(2, np.float32), np.zeros((2, 5, 2), np.float32)
        )
