"""Head pose on the mean head itself, turned by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.errors import ConfigError
from lineament.face import FloatArray, HeadPose
from lineament.landmarks.head_pose import (
    USUAL_NEARNESS,
    head_pose,
    head_poses,
    known_poses,
    mean_heads,
)
from lineament.landmarks.schemes import SCHEMES

POSES = [
    HeadPose(0, 0, 0),
    HeadPose(35, 0, 0),
    HeadPose(0, -25, 0),
    HeadPose(0, 0, 50),
    HeadPose(-60, 20, -30),
    HeadPose(70, -15, 170),
]


def seen(scheme: str, pose: HeadPose, nearness: float = USUAL_NEARNESS) -> FloatArray:
    """The mean head's points as a camera at 1 / nearness centimetres sees them."""
    x, y, z = pose.rotation @ mean_heads()[scheme].points.T
    away = 1 - nearness * z
    return np.stack([400 + 11 * x / away, 300 - 11 * y / away], axis=1).astype(np.float32)


def apart(one: HeadPose, other: HeadPose) -> float:
    """Degrees of the rotation between two poses."""
    cosine = (np.trace(one.rotation @ other.rotation.T) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_every_scheme_finds_the_turn_again(scheme: str) -> None:
    found = head_poses(np.stack([seen(scheme, pose) for pose in POSES]), scheme)
    for pose, answer in zip(POSES, found, strict=True):
        assert answer is not None
        assert apart(pose, answer) < 0.1, (pose, answer)


@pytest.mark.parametrize("nearness", [0.0, 1 / 200, 1 / 45])
def test_the_distance_of_the_camera_does_little(nearness: float) -> None:
    for pose in POSES:
        answer = head_pose(seen("ibug-68", pose, nearness), "ibug-68")
        assert answer is not None
        assert apart(pose, answer) < 4


def test_the_signs_are_those_of_the_docs() -> None:
    """Worked out on three points in the picture, without any rotation matrix."""
    eyes, nose = [36, 45], 30

    def of(pose: HeadPose) -> tuple[FloatArray, FloatArray, FloatArray]:
        points = seen("ibug-68", pose)
        return points[eyes[0]], points[eyes[1]], points[nose]

    right, left, tip = of(HeadPose(20, 0, 0))
    assert tip[0] > (right[0] + left[0]) / 2 + 5, "to the person's left: right in the picture"
    _, _, level = of(HeadPose(0, 0, 0))
    _, _, tip = of(HeadPose(0, 20, 0))
    assert tip[1] < level[1] - 5, "up"
    right, left, _ = of(HeadPose(0, 0, 20))
    assert left[1] < right[1] - 5, "the left side is raised"


def test_place_size_and_noise() -> None:
    random = np.random.default_rng(0)
    for pose in POSES:
        points = seen("ibug-68", pose)
        moved = head_pose(points * 0.3 + [900, -40], "ibug-68")
        noisy = head_pose(points + random.normal(0, 1.5, points.shape), "ibug-68")
        assert moved is not None and noisy is not None
        assert apart(pose, moved) < 0.1
        assert apart(pose, noisy) < 3


def test_many_are_the_same_as_one_by_one() -> None:
    points = np.stack([seen("ibug-68", pose) for pose in POSES])
    points += np.random.default_rng(1).normal(0, 4, points.shape).astype(np.float32)
    for row, together in zip(points, head_poses(points, "ibug-68"), strict=True):
        alone = head_pose(row, "ibug-68")
        assert alone is not None and together is not None
        assert apart(alone, together) < 1e-6


def test_points_that_are_no_face() -> None:
    one_place = np.full((68, 2), 7, np.float32)
    line = np.stack([np.arange(68), np.zeros(68)], axis=1).astype(np.float32)
    scattered = np.random.default_rng(2).normal(0, 1e4, (68, 2)).astype(np.float32)
    nothing, *rest = head_poses(np.stack([one_place, line, scattered]), "ibug-68")
    assert nothing is None
    assert all(isinstance(each, HeadPose) for each in rest)
    assert head_poses(np.zeros((0, 68, 2), np.float32), "ibug-68") == []


def test_what_it_refuses() -> None:
    with pytest.raises(ConfigError, match="no mean head for points in the order 'ibug'"):
        head_pose(np.zeros((68, 2), np.float32), "ibug")
    with pytest.raises(ValueError, match=r"\(N, 68, 2\), got \(1, 98, 2\)"):
        head_pose(np.zeros((98, 2), np.float32), "ibug-68")
    with pytest.raises(ValueError, match="finite"):
        head_pose(np.full((68, 2), np.nan, np.float32), "ibug-68")
    assert known_poses(np.zeros((2, 12, 2), np.float32), "of-my-own") == [None, None]


def test_the_mean_head_is_even_and_has_its_measures() -> None:
    """Mirrored points mirror each other to a millimetre and a half; the eyes' outer corners are
    about 9 cm apart, as in people."""
    for name, head in mean_heads().items():
        mirrored = head.points[SCHEMES[name].mirror_index] * [-1, 1, 1]
        assert np.abs(mirrored - head.points).max() < 0.15, name
        assert (head.spread > 0.05).all() and (head.spread < 2.5).all()
    right, left = mean_heads()["ibug-68"].points[[36, 45]]
    assert 8 < np.linalg.norm(left - right) < 10
