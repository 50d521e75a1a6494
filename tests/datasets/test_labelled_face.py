"""What every reader returns: checked on the way in."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from lineament.datasets.labelled_face import LabelledFace, numbered
from lineament.errors import ConfigError

POINTS = np.array([[1, 2], [3, 2], [2, 3], [1, 4], [3, 4]])


def face(**values):
    return LabelledFace(
        **{
            "image": Path("a.jpg"), "points": POINTS, "subset": "s", "name": "s/a",
            "scheme": "five-points", **values,
        }
    )  # fmt: skip


def test_arrays_are_float32_and_bool_whatever_came():
    made = face(box=[0, 0, 4, 5], visible=[1, 1, 0, 1, 1])
    assert made.points.dtype == np.float32 and made.points.tolist() == POINTS.tolist()
    assert made.box.dtype == np.float32 and made.box.tolist() == [0, 0, 4, 5]
    assert made.visible.dtype == np.bool_ and made.visible.tolist() == [
        True,
        True,
        False,
        True,
        True,
    ]


def test_what_a_dataset_does_not_say_is_none():
    assert (face().box, face().visible, dict(face().attributes)) == (None, None, {})


def test_it_travels_to_workers():
    back = pickle.loads(pickle.dumps(face(attributes={"smile": True})))
    assert back.name == "s/a" and back.attributes == {"smile": True}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"points": POINTS[:4]}, r"five-points needs points of shape \(5, 2\), got \(4, 2\)"),
        ({"points": POINTS.T}, r"shape \(N, 2\), got \(2, 5\)"),
        ({"points": POINTS * np.nan}, "finite"),
        ({"box": [0, 0, 4]}, "four finite numbers"),
        ({"box": [0, 0, 4, np.inf]}, "four finite numbers"),
        ({"box": [4, 0, 4, 5]}, "x1 < x2"),
        ({"visible": [True] * 4}, r"visible needs shape \(5,\), got \(4,\)"),
    ],
)
def test_mistakes_are_refused(values, words):
    with pytest.raises(ValueError, match=words):
        face(**values)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ConfigError, match="five-points"):
        face(scheme="six-points")


def test_faces_of_one_picture_are_numbered_from_the_second_on():
    assert numbered(["a", "b", "a", "a", "b"]) == ["a", "b", "a#2", "a#3", "b#2"]
