"""Gaussians of points, peaks of maps, and the map of the facial boundary."""

import math
import time

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lineament.errors import ConfigError
from lineament.landmarks.boundary import CURVES, boundary_maps, facial_curves, spline
from lineament.landmarks.heatmaps import decode, draw

COUNTS = {"ibug-68": 68, "wflw-98": 98, "cofw-29": 29, "aflw-19": 19}


def test_a_gaussian_of_sigma_one_on_seven_by_seven_cells():
    (map_,) = draw(torch.tensor([[[43.9, 80.0]]]))[0]
    assert map_[20, 10] == 1, "row floor(80 / 4), column floor(43.9 / 4)"
    assert map_[20, 11].item() == pytest.approx(math.exp(-0.5))
    assert map_[22, 13].item() == pytest.approx(math.exp(-(4 + 9) / 2))
    assert (map_ > 0).sum() == 49
    assert map_[17:24, 7:14].min() > 0


def test_gaussians_are_cut_at_the_rim():
    map_ = draw(torch.tensor([[[0.0, 255.9]]]))[0, 0]
    assert map_[63, 0] == 1
    assert (map_ > 0).sum() == 16


@pytest.mark.parametrize("point", [(-0.1, 50), (50, 256), (math.nan, 50), (1e30, 50), (-1e9, 5)])
def test_points_outside_have_empty_maps(point):
    assert draw(torch.tensor([[point]], dtype=torch.float32)).abs().sum() == 0


@given(st.integers(1, 62), st.integers(1, 62))
def test_a_drawn_point_is_found_in_the_middle_of_its_cell(x, y):
    points = torch.tensor([[[4.0 * x + 0.5, 4.0 * y + 3.5]]])
    assert decode(draw(points)).tolist() == [[4 * x + 2, 4 * y + 2]]


def test_a_peak_moves_a_quarter_of_a_cell_towards_its_larger_neighbour():
    maps = torch.zeros(1, 3, 64, 64)
    maps[0, :, 20, 10] = 1
    maps[0, 0, 20, 11] = 0.5
    maps[0, 0, 19, 10] = 0.2
    maps[0, 1, 20, 9] = 0.1
    maps[0, 1, 21, 10] = 0.1
    x, y = decode(maps).view(2, 3)
    assert x.tolist() == [43, 41, 42]
    assert y.tolist() == [81, 83, 82]


def test_a_peak_on_the_rim_stays():
    maps = torch.zeros(1, 1, 64, 64)
    maps[0, 0, 0, 10], maps[0, 0, 0, 11] = 1, 0.5
    assert decode(maps).tolist() == [[42, 2]]


def test_decoding_against_a_plain_reference():
    torch.manual_seed(0)
    maps = torch.randn(2, 5, 16, 12)
    expected = torch.zeros(2, 2, 5)
    for face in range(2):
        for point in range(5):
            values = maps[face, point]
            y, x = divmod(int(values.argmax()), 12)
            moved_x, moved_y = float(x), float(y)
            if 0 < x < 11 and 0 < y < 15:
                moved_x += 0.25 if values[y, x + 1] > values[y, x - 1] else -0.25
                moved_y += 0.25 if values[y + 1, x] > values[y - 1, x] else -0.25
            expected[face, :, point] = torch.tensor([moved_x + 0.5, moved_y + 0.5]) * 4
    assert torch.equal(decode(maps), expected.flatten(1))


@pytest.mark.parametrize("scheme", ["ibug-68", "wflw-98", "cofw-29"])
def test_thirteen_curves(scheme):
    assert len(facial_curves(scheme)) == 13


@pytest.mark.parametrize(("scheme", "count"), COUNTS.items())
def test_curves_use_points_that_exist(scheme, count):
    used = {point for curve in CURVES[scheme] for point in curve}
    assert min(used) >= 0 and max(used) < count


def test_five_points_outline_no_curve():
    with pytest.raises(ConfigError, match="outline no facial curve"):
        facial_curves("five-points")


@pytest.mark.parametrize("knots", [2, 3, 4, 7, 33])
def test_splines_against_scipy(knots):
    interpolate = pytest.importorskip("scipy.interpolate")
    points = np.random.default_rng(knots).normal(size=(knots, 2)).astype(np.float32)
    kind = "natural" if knots > 2 else "not-a-knot"
    reference = interpolate.CubicSpline(np.arange(knots), points, bc_type=kind)
    places = np.arange((knots - 1) * 6 + 1) / 6
    assert np.allclose(spline(knots) @ points, reference(places), atol=1e-5)


def face(scheme="ibug-68", seed=0):
    return np.random.default_rng(seed).uniform(30, 220, (COUNTS[scheme], 2)).astype(np.float32)


def test_the_map_falls_off_with_the_distance_and_ends_at_three_cells():
    points = np.full((1, 19, 2), np.nan, np.float32)
    points[0, 12:15] = [(80, 130), (128, 130), (176, 130)]  # one level curve in row 32
    map_ = boundary_maps(points, "aflw-19")[0]
    assert map_[30:35, 30] == pytest.approx(np.exp([-2, -0.5, 0, -0.5, -2]), abs=1e-6)
    assert map_[29, 30] == map_[35, 30] == 0
    assert map_[32, 20] == map_[32, 44] == 1
    assert (map_[32, :18] == 0).all() and (map_[32, 47:] == 0).all()


@pytest.mark.parametrize("scheme", COUNTS)
def test_every_point_on_a_curve_lies_on_the_boundary(scheme):
    points = face(scheme)
    map_ = boundary_maps(points[None], scheme)[0]
    used = sorted({point for curve in CURVES[scheme] for point in curve})
    x, y = (points[used] // 4).astype(int).T
    assert map_[y, x].min() > math.exp(-0.5) - 1e-6, "at most one cell away"


def test_a_batch_is_its_single_faces():
    faces = np.stack([face(seed=seed) for seed in range(3)])
    singles = [boundary_maps(one[None], "ibug-68")[0] for one in faces]
    assert np.array_equal(boundary_maps(faces, "ibug-68"), singles)


def test_faces_outside_or_unknown_draw_nothing_and_coincident_points_draw_a_dot():
    faces = np.stack([face() + 1000, face() * np.nan, face() * 1e9, np.full((68, 2), 130)])
    maps = boundary_maps(faces.astype(np.float32), "ibug-68")
    assert maps[:2].max() == 0
    assert np.isfinite(maps).all()
    assert maps[3, 32, 32] == 1 and (maps[3] > 0).sum() == 25


def test_curves_are_drawn_without_gaps():
    drawn = (boundary_maps(face()[None], "ibug-68")[0] == 1).astype(np.uint8)
    parts, _ = cv2.connectedComponents(drawn, connectivity=8)
    assert parts - 1 <= 13


def test_a_batch_of_eight_is_cheap():
    faces = np.stack([face(seed=seed) for seed in range(8)])
    boundary_maps(faces, "ibug-68")
    started = time.process_time()
    boundary_maps(faces, "ibug-68")
    assert time.process_time() - started < 0.1
