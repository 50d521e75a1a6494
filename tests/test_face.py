"""The value types refuse what cannot be a face."""

import json

import numpy as np
import pytest

from lineament.face import Box, Choice, Face, FaceAttributes, HeadPose, Landmarks

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
        "attributes": None,
        "parts": None,
        "embedding": None,
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


SMILE = Choice.most_probable({"no": 0.123456, "yes": 0.876544})
AGE = Choice.most_probable({"child": 0.2, "teen": 0.5, "old": 0.3})
KIND = Choice.most_probable({"none": 0.25, "clear": 0.5, "dark": 0.25})
POSE = Choice.most_probable({"left": 0.1, "frontal": 0.9})
CLOSED = Choice.most_probable({"no": 1.0, "yes": 0.0})


def test_a_choice_is_the_most_probable_class():
    assert (SMILE.label, SMILE.probability) == ("yes", 0.876544)
    assert Choice.most_probable({"a": 0.5, "b": 0.5}).label == "a"


@pytest.mark.parametrize(
    ("label", "probability", "probabilities", "message"),
    [
        ("a", 1.0, {"a": 1.0}, "two or more"),
        ("a", 1.2, {"a": 1.2, "b": -0.2}, "0 to 1"),
        ("a", float("nan"), {"a": float("nan"), "b": 0.5}, "0 to 1"),
        ("a", 0.6, {"a": 0.6, "b": 0.6}, "add to 1"),
        ("b", 0.4, {"a": 0.6, "b": 0.4}, "expected the most probable class"),
        ("a", 0.7, {"a": 0.6, "b": 0.4}, "expected the most probable class"),
        ("c", 0.6, {"a": 0.6, "b": 0.4}, "expected the most probable class"),
    ],
)
def test_a_choice_that_contradicts_itself(label, probability, probabilities, message):
    with pytest.raises(ValueError, match=message):
        Choice(label, probability, probabilities)


def test_attributes_become_plain_json():
    choices = {"glasses_kind": KIND, "smile": SMILE}
    attributes = FaceAttributes.from_choices(
        choices, pose=HeadPose(1, 2, 3), landmarks=Landmarks(FIVE, "five-points")
    )
    assert attributes.smile is SMILE and attributes.others == {"glasses_kind": KIND}
    face = Face(Box(0, 0, 10, 20), 0.9, FIVE, attributes=attributes)
    written = json.loads(json.dumps(face.to_dict()))["attributes"]
    assert written == {
        "gender_presentation": None,
        "age_group": None,
        "smile": {
            "label": "yes",
            "probability": 0.8765,
            "probabilities": {"no": 0.1235, "yes": 0.8765},
        },
        "glasses": {
            "label": "yes",
            "probability": 0.75,
            "probabilities": {"no": 0.25, "yes": 0.75},
        },
        "pose_bin": None,
        "others": {
            "glasses_kind": {
                "label": "clear",
                "probability": 0.5,
                "probabilities": {"none": 0.25, "clear": 0.5, "dark": 0.25},
            }
        },
        "pose": {"yaw": 1, "pitch": 2, "roll": 3},
        "landmarks": {"scheme": "five-points", "points": FIVE.tolist()},
    }
    with pytest.raises(ValueError, match="smile has a field"):
        FaceAttributes(others={"smile": SMILE})


def test_attributes_in_words():
    choices = {"eyes_closed": CLOSED, "age_group": AGE, "glasses_kind": KIND, "smile": SMILE}
    attributes = FaceAttributes.from_choices({**choices, "pose_bin": POSE})
    assert list(attributes.choices) == [
        *("age_group", "smile", "glasses", "pose_bin", "eyes_closed", "glasses_kind"),
    ]
    assert attributes.phrases() == ["smile 88%", "glasses 75%", "pose frontal 90%"]
    surer = {"age_group": {"teen": 0.7, "old": 0.3}, "glasses_kind": {"none": 0.1, "dark": 0.9}}
    sure = {task: Choice.most_probable(each) for task, each in surer.items()}
    assert FaceAttributes.from_choices(sure).phrases() == ["teen 70%", "dark glasses 90%"]
