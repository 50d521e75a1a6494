"""Crops and back again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.geometry import (
    compose,
    crop_affine,
    inverse,
    lean,
    move,
    overlap,
    similarity,
    warp,
)

places = st.floats(-2000, 4000)
squares = st.tuples(
    st.tuples(places, places), st.floats(5, 3000), st.floats(-3.1, 3.1), st.integers(16, 512)
)


@given(squares, st.lists(st.tuples(st.floats(0, 511), st.floats(0, 511)), min_size=1, max_size=9))
def test_crop_and_back_within_a_thousandth_of_a_pixel(square, points):
    affine = crop_affine(*square)
    there = move(affine, move(inverse(affine), np.array(points)))
    scale = square[3] / square[1]
    tolerance = 1e-3 * max(1.0, scale)
    assert np.abs(there - np.array(points)).max() < tolerance


@given(squares)
def test_the_middle_of_the_square_is_the_middle_of_the_crop(square):
    centre, _, _, size = square
    assert move(crop_affine(*square), centre) == pytest.approx((size - 1) / 2, abs=0.01 * size)


@given(squares, squares)
def test_compose_applies_the_inner_first(first, second):
    inner, outer = crop_affine(*first), crop_affine(*second)
    point = np.array([12.5, -3.0])
    once = compose(outer, inner)
    stepwise = outer[:, :2] @ (inner[:, :2] @ point + inner[:, 2]) + outer[:, 2]
    assert once[:, :2] @ point + once[:, 2] == pytest.approx(stepwise, rel=1e-6, abs=1e-6)


@given(st.floats(-3.1, 3.1))
def test_a_leaning_line_stands_upright_in_its_crop(angle):
    upper = np.array([50.0, 50.0])
    lower = upper + 30 * np.array([-np.sin(angle), np.cos(angle)])
    assert lean(upper, lower) == pytest.approx(angle, abs=1e-6)
    turned = move(crop_affine(upper, 100, lean(upper, lower), 100), [upper, lower])
    assert turned[1, 0] == pytest.approx(turned[0, 0], abs=1e-3)
    assert turned[1, 1] > turned[0, 1]


@pytest.mark.parametrize("side", [40, 100, 333, 900])
@pytest.mark.parametrize("angle", [0.0, 0.4, -1.2])
def test_a_spot_lands_where_the_affine_says(side, angle):
    """Also where blocks are averaged first: the half-pixel convention holds at every scale."""
    photo = np.zeros((1000, 1000, 3), np.uint8)
    spot = np.array([512.0, 478.0])
    radius = max(3, side // 25)
    rows, columns = np.mgrid[:1000, :1000]
    photo[np.hypot(columns - spot[0], rows - spot[1]) <= radius] = 255
    affine = crop_affine((500, 490), side, angle, 64)
    crop = warp(photo, affine, 64, border=0).astype(float)[..., 0]
    rows, columns = np.mgrid[:64, :64]
    found = np.array([(columns * crop).sum(), (rows * crop).sum()]) / crop.sum()
    assert found == pytest.approx(move(affine, spot), abs=0.12)


def test_a_whole_photo_crop_is_an_exact_copy():
    photo = np.random.default_rng(0).integers(0, 256, (37, 37, 3), dtype=np.uint8)
    assert (warp(photo, crop_affine((18, 18), 37, 0, 37), 37) == photo).all()


def test_shrinking_by_whole_blocks_gives_their_means():
    photo = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    crop = warp(photo, crop_affine((31.5, 31.5), 64, 0, 16), 16)
    means = photo.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(crop - means).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2), (5, 3)])
def test_crops_of_tiny_photos(shape):
    photo = np.full((*shape, 3), 77, np.uint8)
    crop = warp(photo, crop_affine((0, 0), 500, 0.3, 64), 64)
    assert crop.shape == (64, 64, 3) and (crop == 77).all()


def test_a_crop_far_outside_repeats_the_edge():
    photo = np.full((100, 100, 3), 9, np.uint8)
    assert (warp(photo, crop_affine((-5000, 9000), 700, 0, 32), 32) == 9).all()


def test_a_crop_without_a_side_is_refused():
    with pytest.raises(ValueError, match="above zero, got 0"):
        crop_affine((0, 0), 0, 0, 64)


def test_overlap_on_hand_worked_boxes():
    boxes = np.array([[0, 0, 2, 2], [10, 10, 12, 14]], np.float32)
    others = np.array([[1, 0, 3, 2], [0, 0, 2, 2], [10, 10, 11, 12]], np.float32)
    expected = [[1 / 3, 1, 0], [0, 0, 0.25]]
    assert overlap(boxes, others) == pytest.approx(np.array(expected))


similarities = st.tuples(
    st.floats(0.01, 100), st.floats(-3.1, 3.1), st.tuples(st.floats(-3000, 3000), places)
)
FIVE = np.array([[30.0, 40], [70, 42], [50, 60], [35, 80], [66, 83]])


@given(similarities)
def test_a_similarity_is_found_again(turned):
    scale, angle, shift = turned
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    true = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])
    found = similarity(FIVE, FIVE @ true[:, :2].T + true[:, 2])
    assert found == pytest.approx(true, rel=1e-7, abs=1e-7 * max(1, *map(abs, shift)))


def test_a_similarity_is_the_least_squares_one():
    """No small change of turn, scale or shift brings the points nearer."""
    noisy = FIVE * 1.7 + np.random.default_rng(5).normal(0, 4, FIVE.shape)
    best = similarity(FIVE, noisy)

    def squares(affine):
        return ((FIVE @ affine[:, :2].T + affine[:, 2] - noisy) ** 2).sum()

    a, b = best[0, 0], best[1, 0]
    assert best[:, :2] == pytest.approx(np.array([[a, -b], [b, a]]))
    for step in (1e-3, -1e-3):
        for linear in ([[step, 0], [0, step]], [[0, -step], [step, 0]], np.zeros((2, 2))):
            for shift in ([0, 0], [step, 0], [0, step]):
                if np.any(linear) or np.any(shift):
                    assert squares(best + np.column_stack([linear, shift])) > squares(best)


def test_a_similarity_agrees_with_the_general_solution_by_singular_values():
    noisy = FIVE[:, ::-1] * 0.3 + np.random.default_rng(6).normal(0, 3, FIVE.shape)
    start, end = FIVE - FIVE.mean(axis=0), noisy - noisy.mean(axis=0)
    left, values, right = np.linalg.svd(end.T @ start)
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right))])
    linear = (left * signs) @ right * (values @ signs) / (start**2).sum()
    assert similarity(FIVE, noisy)[:, :2] == pytest.approx(linear)


def test_a_similarity_never_mirrors():
    mirrored = FIVE * (-1, 1)
    assert np.linalg.det(similarity(FIVE, mirrored)[:, :2]) > 0


@pytest.mark.parametrize(
    ("points", "onto", "words"),
    [
        (np.full((5, 2), 7.3), FIVE, "coincide"),
        (FIVE, np.full((5, 2), 1e6 / 3), "coincide"),
        (FIVE[:1], FIVE[:1], "coincide"),
        (FIVE[:4], FIVE, r"got \(4, 2\), \(5, 2\)"),
        (FIVE.T, FIVE.T, r"\(2, 5\)"),
        (FIVE * np.nan, FIVE, "finite"),
        ([[1, 1], [1, -1], [-1, -1], [-1, 1]], [[1, 1], [-1, 1], [-1, -1], [1, -1]], "mirror"),
    ],
)
def test_points_without_a_similarity(points, onto, words):
    with pytest.raises(ValueError, match=words):
        similarity(points, onto)
