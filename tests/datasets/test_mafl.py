"""The reader of MAFL on a miniature CelebA."""

from __future__ import annotations

import pytest

from lineament.datasets.mafl import COORDINATES, read_mafl
from lineament.errors import ConfigError, DataError

POINTS = {
    "000001.jpg": "69 109 106 113 77 142 73 152 108 154",
    "000002.jpg": "69 110 107 112 81 135 70 151 108 153",
    "000003.jpg": "76 112 104 106 108 128 74 156 98 158",
}
FLAGS = {"000001.jpg": "-1  1 -1", "000002.jpg": " 1 -1  1", "000003.jpg": "-1 -1 -1"}


def table(columns, rows):
    return [str(len(rows)), columns + " ", *(f"{name}  {row}" for name, row in rows.items())]


def put(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(params=["official", "flat"])
def root(request, tmp_path, picture):
    official = request.param == "official"
    labels = tmp_path / "Anno" if official else tmp_path
    lists = tmp_path / "MAFL" if official else tmp_path
    put(labels / "list_landmarks_align_celeba.txt", table(COORDINATES, POINTS))
    put(labels / "list_attr_celeba.txt", table("5_o_Clock_Shadow Male Wearing_Hat", FLAGS))
    put(lists / "training.txt", ["000003.jpg", "000001.jpg"])
    put(lists / "testing.txt", ["000002.jpg"])
    for name in POINTS:
        picture(tmp_path / ("Img/img_align_celeba" if official else "img_align_celeba") / name)
    return tmp_path


def find(root, name):
    return next(root.rglob(name))


def test_a_release_reads_back(root):
    three, one = read_mafl(root)
    assert (three.name, one.name) == ("train/000003", "train/000001")
    assert one.points.tolist() == [[69, 109], [106, 113], [77, 142], [73, 152], [108, 154]]
    assert one.attributes == {"5_o_clock_shadow": False, "male": True, "wearing_hat": False}
    assert one.image == find(root, "000001.jpg")
    assert (one.scheme, one.subset) == ("five-points", "train")
    assert [face.name for face in read_mafl(root, "test")] == ["test/000002"]
    with pytest.raises(ConfigError, match="no part 'val'"):
        read_mafl(root, "val")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("training.txt", "000003.jpg", "000009.jpg", [":1:", "'000009.jpg'", "list_landmarks"]),
        ("training.txt", "000003.jpg", "000003.jpg 1", [":1:", "2 values", "1: the name"]),
        ("training.txt", "000003.jpg", "000001.jpg", [":2:", "000001.jpg again", "line 1"]),
        ("list_landmarks_align_celeba.txt", "3\n", "4\n", [":1:", "'4'", "3"]),
        ("list_landmarks_align_celeba.txt", "lefteye_x", "reye_x", [":2:", "reye_x", "lefteye_x"]),
        ("list_landmarks_align_celeba.txt", " 109 ", " nan ", [":3:", "'nan'", "finite"]),
        ("list_landmarks_align_celeba.txt", " 109 ", " ", [":3:", "10 values", "11: picture"]),
        ("list_landmarks_align_celeba.txt", "000002.jpg", "000001.jpg", [":4:", "again"]),
        ("list_attr_celeba.txt", "-1  1 -1", "-1  0 -1", [":3:", "male '0'", "-1, 1"]),
        ("list_attr_celeba.txt", "-1  1 -1", "-1  1", [":3:", "3 values", "4: picture"]),
    ],
)
def test_a_bad_line_is_told_by_file_line_and_expectation(root, file, old, new, words):
    path = find(root, file)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_mafl(root)
    for word in (f"{path}{words[0]}", *words[1:]):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "file",
    ["training.txt", "list_landmarks_align_celeba.txt", "list_attr_celeba.txt", "000001.jpg"],
)
def test_a_missing_file_is_named(root, file):
    find(root, file).unlink()
    with pytest.raises(DataError, match=file.replace(".", r"\.")):
        read_mafl(root)


def test_a_table_without_rows_is_refused(root):
    put(find(root, "list_attr_celeba.txt"), ["0", "Male"])
    with pytest.raises(DataError, match=r":2: got the end of the file"):
        read_mafl(root)
