"""The reader of WFLW on a miniature release."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineament.datasets.wflw import LISTS, read_wflw
from lineament.errors import ConfigError, DataError

POINTS = np.arange(196).reshape(98, 2) + 0.5
NAMES = ("0--Parade/a_1.jpg", "7--Cheering/b_2.jpg", "0--Parade/a_1.jpg")


def row(name, points=POINTS, box="10 20 110 220", flags="1 0 0 1 0 0"):
    return " ".join([*(f"{value:.6f}" for value in points.ravel()), box, flags, name])


@pytest.fixture
def root(tmp_path, picture):
    for name in NAMES:
        picture(tmp_path / "WFLW_images" / name)
    return tmp_path


def write(root, lines, part="test", place=LISTS[0]):
    path = root / place / f"list_98pt_rect_attr_{part}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("place", LISTS)
def test_a_release_reads_back(root, place):
    write(root, [row(name, POINTS + n) for n, name in enumerate(NAMES)], place=place)
    faces = read_wflw(root, "test")
    assert [face.name for face in faces] == [
        "test/0--Parade/a_1",
        "test/7--Cheering/b_2",
        "test/0--Parade/a_1#2",
    ]
    for n, face in enumerate(faces):
        np.testing.assert_array_equal(face.points, (POINTS + n).astype(np.float32))
        assert face.image == root / "WFLW_images" / NAMES[n] and face.image.is_file()
        assert (face.scheme, face.subset, face.visible) == ("wflw-98", "test", None)
        assert face.box.tolist() == [10, 20, 110, 220]
    assert faces[0].attributes == {
        "pose": True, "expression": False, "illumination": False,
        "make_up": True, "occlusion": False, "blur": False,
    }  # fmt: skip


def test_the_parts_have_their_own_lists(root):
    write(root, [row(NAMES[0])], "train")
    assert [face.name for face in read_wflw(root)] == ["train/0--Parade/a_1"]
    with pytest.raises(DataError, match=r"no list list_98pt_rect_attr_test\.txt"):
        read_wflw(root, "test")
    with pytest.raises(ConfigError, match=r"no part 'val'; there are train, test"):
        read_wflw(root, "val")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (row(NAMES[0])[9:], ["206 values", "207", "196 coordinates"]),
        (row(NAMES[0]) + " x", ["208 values", "207"]),
        (row(NAMES[0]).replace("0.500000", "o.5", 1), ["'o.5'", "a number", "coordinate"]),
        (row(NAMES[0]).replace("0.500000", "nan", 1), ["'nan'", "finite"]),
        (row(NAMES[0]).replace("0.500000", "1e300", 1), ["'1e300'", "finite"]),
        (row(NAMES[0], box="10 20 110 inf"), ["'inf'", "finite", "rectangle"]),
        (row(NAMES[0], box="10 20 10 40"), ["10 20 10 40", "x1 < x2"]),
        (row(NAMES[0], flags="1 0 2 1 0 0"), ["illumination '2'", "0, 1"]),
        (row("0--Parade/none.jpg"), ["none.jpg is missing"]),
        (row("../a_1.jpg"), ["'../a_1.jpg'", "a path below"]),
    ],
)
def test_a_bad_line_is_told_by_file_line_and_expectation(root, line, words):
    path = write(root, [row(NAMES[0]), "", line])
    with pytest.raises(DataError) as caught:
        read_wflw(root, "test")
    for word in (f"{path}:3:", *words):
        assert word in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)))
def test_whatever_stands_in_a_list_is_refused_with_its_place(root, words):
    """No list of random words is a face, and no error but DataError leaves the reader."""
    path = write(root, [row(NAMES[0]), "x" + " ".join(words).replace("\n", " ")])
    with pytest.raises(DataError, match=r":\d+: got \d+ values, expected 207") as caught:
        read_wflw(root, "test")
    assert str(path) in str(caught.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 205), st.sampled_from(["nan", "-inf", "0x1", "1,5", "--", "1e39", "७x"]))
def test_one_bad_value_anywhere_is_refused(root, place, value):
    words = row(NAMES[0]).split()
    words[place] = value
    path = write(root, [" ".join(words)])
    with pytest.raises(DataError) as caught:
        read_wflw(root, "test")
    assert f"{path}:1: got" in str(caught.value) and repr(value) in str(caught.value)


def test_places_without_a_dataset(root, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_wflw(tmp_path / "none")
    write(root, [])
    with pytest.raises(DataError, match="is empty"):
        read_wflw(root, "test")
    write(root, [row(NAMES[0])]).write_bytes(b"1 2\xff\xfe")
    with pytest.raises(DataError, match=r"not a text file \(byte 3\)"):
        read_wflw(root, "test")
    (tmp_path / "bare").mkdir()
    write(tmp_path / "bare", [row(NAMES[0])])
    with pytest.raises(DataError, match=r"folder of pictures.*WFLW_images"):
        read_wflw(tmp_path / "bare", "test")
