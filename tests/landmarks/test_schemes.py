"""The orders of points, each against a symmetric face drawn by hand point by point."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest

from lineament.geometry import crop_affine, lean, move
from lineament.landmarks.crops import points_square
from lineament.landmarks.schemes import (
    AFLW_19,
    COFW_29,
    FIVE,
    IBUG_68,
    SCHEMES,
    WFLW_98,
    Scheme,
    find_scheme,
)
from lineament.synthesis.points98 import points98
from lineament.weights import TurnedPoints

ALL = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


def line(start, end, count, y, bend=0.0):
    """Points from the picture's left to its right, the middle one higher by `bend`."""
    x = np.linspace(start, end, count)
    share = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    return np.stack([x, y - bend * (1 - share**2)], axis=1)


def ring(centre, y, half_width, height, upper, lower):
    """From the left corner over the upper edge to the right corner and back under the lower."""
    left, right = centre - half_width, centre + half_width
    over = line(left, right, upper + 2, y, height)
    under = line(left, right, lower + 2, y, -height)
    return np.concatenate([over, under[-2:0:-1]])


def outline(count):
    angles = np.linspace(np.pi, 0, count)
    return np.stack([np.cos(angles), np.sin(angles) * 1.2], axis=1)


def face68():
    return np.concatenate([
        outline(17),
        line(-0.8, -0.2, 5, -0.5, 0.1), line(0.2, 0.8, 5, -0.5, 0.1),
        [(0, -0.2), (0, -0.05), (0, 0.1), (0, 0.25)],
        line(-0.2, 0.2, 5, 0.35, -0.05),
        ring(-0.45, -0.25, 0.15, 0.05, 2, 2), ring(0.45, -0.25, 0.15, 0.05, 2, 2),
        ring(0, 0.7, 0.3, 0.1, 5, 5), ring(0, 0.7, 0.25, 0.05, 3, 3),
    ])  # fmt: skip


def brows98():
    upper = line(-0.8, -0.2, 5, -0.5, 0.1)
    lower = upper[[4, 3, 2, 1]] + [0, 0.06]
    left_upper = line(0.2, 0.8, 5, -0.5, 0.1)
    left_lower = left_upper[[3, 2, 1, 0]] + [0, 0.06]
    return np.concatenate([upper, lower, left_upper, left_lower])


def face98():
    return np.concatenate([
        outline(33),
        brows98(),
        [(0, -0.2), (0, -0.05), (0, 0.1), (0, 0.25)],
        line(-0.2, 0.2, 5, 0.35, -0.05),
        ring(-0.45, -0.25, 0.15, 0.05, 3, 3), ring(0.45, -0.25, 0.15, 0.05, 3, 3),
        ring(0, 0.7, 0.3, 0.1, 5, 5), ring(0, 0.7, 0.25, 0.05, 3, 3),
        [(-0.45, -0.25), (0.45, -0.25)],
    ])  # fmt: skip


def face29():
    return np.array([
        (-0.8, -0.5), (0.8, -0.5), (-0.2, -0.5), (0.2, -0.5),
        (-0.5, -0.6), (-0.5, -0.52), (0.5, -0.6), (0.5, -0.52),
        (-0.6, -0.25), (0.6, -0.25), (-0.3, -0.25), (0.3, -0.25),
        (-0.45, -0.3), (-0.45, -0.2), (0.45, -0.3), (0.45, -0.2),
        (-0.45, -0.26), (0.45, -0.26),
        (-0.2, 0.3), (0.2, 0.3), (0, 0.25), (0, 0.4),
        (-0.3, 0.7), (0.3, 0.7), (0, 0.6), (0, 0.65), (0, 0.75), (0, 0.8),
        (0, 1.2),
    ])  # fmt: skip


def face19():
    return np.concatenate([
        line(-0.8, -0.2, 3, -0.5, 0.1), line(0.2, 0.8, 3, -0.5, 0.1),
        line(-0.6, -0.3, 3, -0.25, 0.02), line(0.3, 0.6, 3, -0.25, 0.02),
        line(-0.2, 0.2, 3, 0.3, 0.05),
        line(-0.3, 0.3, 3, 0.7, 0.05),
        [(0, 1.2)],
    ])  # fmt: skip


def face5():
    return np.array([(-0.45, -0.25), (0.45, -0.25), (0, 0.25), (-0.3, 0.7), (0.3, 0.7)])


FACES = {
    IBUG_68.name: face68(),
    WFLW_98.name: face98(),
    COFW_29.name: face29(),
    AFLW_19.name: face19(),
    FIVE.name: face5(),
}
"""x from -1 (the person's right) to 1, y down."""


def test_every_scheme_has_a_face_here():
    assert FACES.keys() == SCHEMES.keys()
    assert {name: find_scheme(name).count for name in FACES} == {
        "ibug-68": 68,
        "wflw-98": 98,
        "cofw-29": 29,
        "aflw-19": 19,
        "five-points": 5,
    }


@ALL
def test_the_mirror_of_a_symmetric_face_is_the_face(scheme: Scheme):
    points = FACES[scheme.name]
    assert points.shape == (scheme.count, 2)
    assert len(np.unique(points.round(6), axis=0)) == scheme.count, "all points differ"
    np.testing.assert_allclose(points[scheme.mirror_index] * [-1, 1], points, atol=1e-12)


@ALL
def test_corners_and_eyes_are_the_right_ones_and_then_the_left(scheme: Scheme):
    points, mirror = FACES[scheme.name], scheme.mirror_index
    pupils = [points[list(eye)].mean(axis=0) for eye in scheme.eyes]
    np.testing.assert_allclose(pupils, [(-0.45, -0.25), (0.45, -0.25)], atol=0.021)
    assert set(mirror[list(scheme.eyes[0])]) == set(scheme.eyes[1])
    for corners, place in ((scheme.outer_eye_corners, 0.6), (scheme.inner_eye_corners, 0.3)):
        if corners is not None:
            np.testing.assert_allclose(points[list(corners)], [(-place, -0.25), (place, -0.25)])
            assert mirror[corners[0]] == corners[1]


@ALL
def test_the_up_axis_is_upright(scheme: Scheme):
    points = FACES[scheme.name]
    upper, lower = (points[list(indices)].mean(axis=0) for indices in scheme.upright)
    assert lean(upper, lower) == pytest.approx(0, abs=1e-12)
    assert upper[1] < 0 < lower[1]


@ALL
def test_every_point_is_of_one_region_in_its_place(scheme: Scheme):
    points, mirror = FACES[scheme.name], scheme.mirror_index
    everything = sorted(index for region in scheme.regions.values() for index in region)
    assert everything == list(range(scheme.count))
    order = [name for name in ("brows", "eyes", "nose", "mouth") if name in scheme.regions]
    heights = [points[list(scheme.regions[name])][:, 1] for name in order]
    for above, below in pairwise(heights):
        assert above.mean() < below.mean()
    if "jaw" in scheme.regions:
        assert points[:, 1].argmax() in scheme.regions["jaw"]
    for region in scheme.regions.values():
        assert set(mirror[list(region)]) == set(region)


@ALL
@pytest.mark.parametrize("degrees", [-170, -40, 0, 25, 90])
def test_a_turned_crop_shows_the_face_upright(scheme: Scheme, degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (FACES[scheme.name] @ turn.T * 40 + [300, 200]).astype(np.float32)
    rule = TurnedPoints(rule="turned_points", scale=1.25)
    inside = move(points_square(rule, points, scheme).affine(100), points)
    plain = FACES[scheme.name]
    shape = (plain - (plain.min(axis=0) + plain.max(axis=0)) / 2) / np.ptp(plain, axis=0).max()
    np.testing.assert_allclose((inside - 49.5) / 80, shape, atol=1e-3)


def test_the_68_turn_as_from_the_inner_eye_corners_to_the_chin():
    """Bit for bit, since shipped weights were made with it."""
    rule = TurnedPoints(rule="turned_points", scale=1.25)
    random = np.random.default_rng(5)
    for _ in range(50):
        points = random.uniform(-50, 800, (68, 2)).astype(np.float32)
        angle = lean(points[[39, 42]].mean(axis=0), points[8])
        square = points_square(rule, points, IBUG_68)
        assert square.angle == angle
        turned = move(crop_affine((0.0, 0.0), 1.0, angle, 1), points)
        assert square.side == 1.25 * float((turned.max(axis=0) - turned.min(axis=0)).max())


def test_the_98_of_the_synthesis_have_this_order():
    middle = [(-0.45, -0.25), (0.45, -0.25)]
    rendered = points98(face68().astype(np.float32), outline(33), brows98(), np.array(middle))
    np.testing.assert_allclose(rendered[WFLW_98.mirror_index] * [-1, 1], rendered, atol=1e-6)
    np.testing.assert_allclose(rendered, face98(), atol=0.03)


def test_schemes_can_be_keys_and_travel_to_workers():
    assert len(set(SCHEMES.values())) == len(SCHEMES)
    assert pickle.loads(pickle.dumps(WFLW_98)) == WFLW_98
