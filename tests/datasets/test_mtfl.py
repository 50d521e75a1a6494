"""The reader of MTFL on a miniature release and on the real training faces."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineament.datasets.mtfl import POSES, read_mtfl
from lineament.errors import ConfigError, DataError

XY = "1.5 9 5 2 8 2 2.25 5 8 8"
GOOD = rf" lfw_5590\a.jpg {XY} 2 1 2 5"


@pytest.fixture
def root(tmp_path, picture):
    for name in ("lfw_5590/a.jpg", "net_7876/_b_0.jpg", "AFLW/0001-c.jpg", "d.jpg"):
        picture(tmp_path / name)
    return tmp_path


def write(root, lines, file="training.txt"):
    path = root / file
    path.write_bytes(("\r\n".join([*lines, " "])).encode())
    return path


def test_a_release_reads_back(root):
    write(root, [GOOD, rf"net_7876\_b_0.jpg {XY} 1 2 1 3", GOOD, f"d.jpg {XY} 1 1 1 1"])
    faces = read_mtfl(root)
    assert [face.name for face in faces] == ["lfw_5590/a", "net_7876/_b_0", "lfw_5590/a#2", "d"]
    assert [face.subset for face in faces] == ["lfw_5590", "net_7876", "lfw_5590", root.name]
    assert faces[0].image == root / "lfw_5590" / "a.jpg"
    assert faces[0].points.tolist() == [[1.5, 2], [9, 2.25], [5, 5], [2, 8], [8, 8]]
    assert faces[0].attributes == {
        "gender": "female", "smile": True, "glasses": False, "pose": "right profile",
    }  # fmt: skip
    assert faces[1].attributes == {
        "gender": "male", "smile": False, "glasses": True, "pose": "frontal",
    }  # fmt: skip
    assert {face.scheme for face in faces} == {"five-points"}


def test_the_test_part_has_its_own_list(root):
    write(root, [rf"AFLW\0001-c.jpg {XY} 1 1 1 1"], "testing.txt")
    assert [face.name for face in read_mtfl(root, "test")] == ["AFLW/0001-c"]
    with pytest.raises(DataError, match=r"no file .*training\.txt"):
        read_mtfl(root)
    with pytest.raises(ConfigError, match="no part 'all'"):
        read_mtfl(root, "all")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (rf"lfw_5590\a.jpg {XY} 2 1 2", ["14 values", "15: picture, x of 5 points"]),
        (rf"lfw_5590\a.jpg {XY} 0 1 2 3", ["gender '0'", "1, 2"]),
        (rf"lfw_5590\a.jpg {XY} 1 3 2 3", ["smile '3'", "1, 2"]),
        (rf"lfw_5590\a.jpg {XY} 1 1 1.0 3", ["glasses '1.0'", "1, 2"]),
        (rf"lfw_5590\a.jpg {XY} 1 1 1 6", ["pose '6'", "1, 2, 3, 4, 5"]),
        (GOOD.replace("2.25", "nan"), ["'nan'", "finite"]),
        (GOOD.replace("2.25", "2;25"), ["'2;25'", "a number"]),
        (GOOD.replace("2.25", "225"), ["point 2 at (9, 225)", "picture of 16 x 12 pixels"]),
        (GOOD.replace("1.5 9", "-1.5e3 9"), ["point 1 at (-1500, 2)", "in or near its picture"]),
        (GOOD.replace("a.jpg", "z.jpg"), ["z.jpg is missing"]),
        (GOOD.replace("lfw_5590", ".."), [r"'..\\a.jpg'", "a path below"]),
        (GOOD.replace("lfw_5590", r"\etc"), ["a path below"]),
    ],
)
def test_a_bad_line_is_told_by_file_line_and_expectation(root, line, words):
    path = write(root, [GOOD, line])
    with pytest.raises(DataError) as caught:
        read_mtfl(root)
    for word in (f"{path}:2:", *words):
        assert word in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.floats(-6, 18, width=32), min_size=10, max_size=10))
def test_every_number_in_and_near_the_picture_reads_back(root, numbers):
    """Half a side outside the 16 x 12 pixels is near: a border may cut a face."""
    words = " ".join(repr(value) for value in numbers)
    write(root, [f"d.jpg {words} 1 1 1 1"])
    (face,) = read_mtfl(root)
    np.testing.assert_array_equal(face.points.T.ravel(), np.array(numbers, np.float32))


def test_a_picture_without_a_size_is_told_by_file_and_line(root):
    (root / "d.jpg").write_bytes(b"\xff\xd8torn")
    path = write(root, [GOOD, f"d.jpg {XY} 1 1 1 1"])
    with pytest.raises(DataError, match=rf"{path}:2: cannot read .*d\.jpg"):
        read_mtfl(root)


def test_an_empty_list_is_refused(root):
    write(root, [])
    with pytest.raises(DataError, match="is empty"):
        read_mtfl(root)


def test_the_real_training_faces(real):
    faces = read_mtfl(real("mtfl"))
    assert len(faces) == len({face.name for face in faces}) == 10_000
    assert Counter(face.subset for face in faces) == {"lfw_5590": 4151, "net_7876": 5849}
    assert Counter(face.attributes["pose"] for face in faces) == dict(
        zip(POSES, (136, 1113, 7445, 1111, 195), strict=True)
    )
    points = np.stack([face.points for face in faces])
    right, left, nose = points[:, 0], points[:, 1], points[:, 2]
    assert (right[:, 0] < left[:, 0]).all()
    # The nose lies to the left of the middle of the eyes where the pose says left.
    aside = (nose - (right + left) / 2)[:, 0] / (left - right)[:, 0]
    pose = np.array([face.attributes["pose"] for face in faces])
    middles = [float(np.median(aside[pose == name])) for name in POSES]
    assert middles == sorted(middles) and middles[1] < -0.2 and middles[3] > 0.2
    for face in faces[::1000]:
        height, width = cv2.imread(str(face.image)).shape[:2]
        assert (face.points >= 0).all() and (face.points < [width, height]).all()
