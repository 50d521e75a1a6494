"""LFW's lists of pairs on a miniature release."""

from __future__ import annotations

import pytest

from lineament.datasets.lfw_pairs import read_lfw_pairs
from lineament.errors import ConfigError, DataError

VIEW2 = ["2\t2", "Ann\t1\t2", "Bob_Roe\t1\t3", "Ann\t1\tBob_Roe\t1", "Ann\t2\tCy\t1",
         "Cy\t1\t2", "Ann\t2\t3", "Cy\t1\tAnn\t1", "Cy\t2\tBob_Roe\t3"]  # fmt: skip


@pytest.fixture
def root(tmp_path, picture):
    for name, count in (("Ann", 3), ("Bob_Roe", 3), ("Cy", 2)):
        for number in range(1, count + 1):
            picture(tmp_path / "lfw" / name / f"{name}_{number:04d}.jpg")
    return tmp_path


def write(root, lines, name="pairs.txt"):
    (root / name).write_text("\r\n".join([*lines, ""]))
    return root


def test_the_folds_of_view_2(root):
    pairs = read_lfw_pairs(write(root, VIEW2))
    assert pairs.name == "lfw" and not pairs.aligned
    assert pairs.same.tolist() == [True, True, False, False] * 2
    assert pairs.fold.tolist() == [0] * 4 + [1] * 4
    shown = [[pairs.names[place] for place in pair] for pair in pairs.pairs.tolist()]
    assert shown[1] == ["Bob_Roe_0001", "Bob_Roe_0003"] and shown[7] == ["Cy_0002", "Bob_Roe_0003"]
    assert len(pairs.pictures) == len(set(pairs.names)) == 7, "a picture is held once"
    assert pairs.pictures[0].shape == (12, 16, 3)


def test_dev_lists_are_one_fold(root):
    lines = ["2", "Ann 1 2", "Cy 1 2", "Ann 1 Cy 1", "Ann 2 Cy 2"]
    pairs = read_lfw_pairs(write(root, lines, "pairsDevTest.txt"), "dev-test")
    assert pairs.name == "lfw-dev-test" and not pairs.fold.any()
    assert pairs.same.tolist() == [True, True, False, False]
    with pytest.raises(DataError, match=r"no file .*pairsDevTrain\.txt"):
        read_lfw_pairs(root, "dev-train")
    with pytest.raises(ConfigError, match="no part 'view1'"):
        read_lfw_pairs(root, "view1")


def test_aligned_pictures_are_taken_first(root, picture):
    for path in (root / "lfw").rglob("*.jpg"):
        picture(root / "aligned" / path.parent.name / path.with_suffix(".png").name)
    (root / "aligned" / "alignment.json").write_text("{}")
    pairs = read_lfw_pairs(write(root, VIEW2))
    assert pairs.aligned and all(path.parts[-3] == "aligned" for path in pairs.pictures.paths)


@pytest.mark.parametrize(
    ("row", "line", "words"),
    [
        (0, "2 3", ":1: got '2 3' before 8 pairs, expected 2 x 2 x 3 = 12 pairs"),
        (0, "2 2 2", ":1: got '2 2 2', expected FOLDS PAIRS"),
        (0, "two 2", ":1: got 'two 2'"),
        (0, "0 2", ":1: got '0 2'"),
        (0, "101 2", "1 to 100 folds"),
        (1, "Ann 1 Cy 1", ":2: got 4 values, expected 3: NAME NUMBER NUMBER"),
        (1, "Ann 1 1", ":2: got picture 1 of Ann twice"),
        (1, "Ann 1 x", ":2: got 'x', expected the number"),
        (1, "Ann 0 1", ":2: got '0'"),
        (3, "Ann 1 2", ":4: got 3 values, expected 4: NAME NUMBER NAME NUMBER"),
        (3, "Ann 1 Ann 2", ":4: got Ann twice"),
        (4, "Ann 1 Cy 3", r":5: its picture .*Cy_0003\.jpg is missing"),
        (4, "Ann 1 ../lfw/Cy 1", ":5: .*a path below"),
    ],
)
def test_a_malformed_line_is_named(root, row, line, words):
    lines = list(VIEW2)
    lines[row] = line
    with pytest.raises(DataError, match=words):
        read_lfw_pairs(write(root, lines))


def test_no_pictures(tmp_path):
    with pytest.raises(DataError, match=r"no first picture of pairs\.txt"):
        read_lfw_pairs(write(tmp_path, VIEW2))
