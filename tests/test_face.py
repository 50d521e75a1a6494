"""The value types refuse what cannot be a face."""

import json

import numpy as np
import pytest

from lineament.face import Box, Face, HeadPose, Landmarks

FIVE = np.arange(10, dtype=np.float32).reshape(5, 2)


@pytest.mark.parametrize(
    "edges", [(5, 0, 5, 9), (0, 9, 5, 1), (0, 0, np.nan, 1), (0, 0, np.inf, 1)]
)
def test_a_box_needs_an_area_and_numbers(edges):
    with pytest.raises(ValueError, match="a box needs"):
        Box(*edges)


def test_box_measures():
    box = Box(10, 20, 40, 60)
    assert (box.width, box.height, box.centre) == (30, 40, (25, 40))


@pytest.mark.parametrize("shape", [(68,), (68, 3), (2, 68, 2)])
def test_landmarks_say_the_shape_they_got(shape):
    with pytest.raises(ValueError, match=r"shape \(N, 2\), got"):
        Landmarks(np.zeros(shape, np.float32), "ibug-68")


def test_landmarks_refuse_nan():
    with pytest.raises(ValueError, match="finite"):
        Landmarks(np.full((68, 2), np.nan, np.float32), "ibug-68")


def test_a_face_needs_five_points():
    with pytest.raises(ValueError, match=r"\(5, 2\), got \(4, 2\)"):
        Face(Box(0, 0, 1, 1), 0.9, FIVE[:4])


def test_a_face_becomes_plain_json():
    points = Landmarks(np.array([[1.23456, 2]], np.float64), "ibug-68")
    pose = HeadPose(12.3456, -7, 0.001)
    face = Face(Box(0, 0.126, 10, 20), 0.987654, FIVE, points, pose, track=3)
    assert json.loads(json.dumps(face.to_dict())) == {
        "box": [0, 0.13, 10, 20],
        "score": 0.9877,
        "five_points": FIVE.tolist(),
        "landmarks": {"scheme": "ibug-68", "points": [[1.23, 2.0]]},
        "pose": {"yaw": 12.35, "pitch": -7, "roll": 0},
        "track": 3,
    }
    assert face.landmarks is not None and face.landmarks.points.dtype == np.float32


@pytest.mark.parametrize(
    ("pose", "axis", "expected"),
    [
        (HeadPose(90, 0, 0), (0, 0, 1), (1, 0, 0)),
        (HeadPose(0, 90, 0), (0, 0, 1), (0, 1, 0)),
        (HeadPose(0, 0, 90), (1, 0, 0), (0, 1, 0)),
        (HeadPose(90, 90, 0), (0, 0, 1), (1, 0, 0)),
        (HeadPose(90, 90, 0), (1, 0, 0), (0, -1, 0)),
    ],
)
def test_a_head_turns_by_yaw_then_pitch_then_roll(pose, axis, expected):
    assert pose.rotation @ axis == pytest.approx(expected)
    assert np.linalg.det(pose.rotation) == pytest.approx(1)


def test_a_pose_refuses_nan():
    with pytest.raises(ValueError, match="finite"):
        HeadPose(0, float("nan"), 0)
