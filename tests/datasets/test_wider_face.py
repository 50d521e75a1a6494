"""The reader of WIDER FACE on a miniature release with its quirks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import savemat

from lineament.datasets.wider_face import read_wider_face
from lineament.errors import ConfigError, DataError

ONE = "0--Parade/0_Parade_a_1.jpg"
TWO = "0--Parade/0_Parade_b_2.jpg"
THREE = "1--Handshaking/1_c_3.jpg"
LIST = f"""{ONE}
3
10 20 30 40 0 0 0 0 0 0 
50 20 8 9 2 0 1 1 2 0 
60 20 0 9 2 0 0 0 0 0 
{TWO}
0
0 0 0 0 0 0 0 0 0 0 
{THREE}
1
1 2 3 4 0 0 0 0 0 0
"""  # noqa: W291 (the release has blanks at the ends of its lines)


@pytest.fixture
def root(tmp_path, picture):
    for name in (ONE, TWO, THREE):
        picture(tmp_path / "WIDER_val" / "images" / name)
    (tmp_path / "wider_face_split").mkdir()
    write(tmp_path, LIST)
    return tmp_path


def write(root, text):
    path = root / "wider_face_split" / "wider_face_val_bbx_gt.txt"
    path.write_text(text)
    return path


def cells(values):
    """A column of Matlab cells."""
    column = np.empty((len(values), 1), dtype=object)
    for row, value in enumerate(values):
        column[row, 0] = value
    return column


def write_subset(root, subset, kept, names=None):
    """A list like `wider_easy_val.mat`; `kept` has the numbers for the three pictures."""
    names = names or [["0_Parade_a_1", "0_Parade_b_2"], ["1_c_3"]]
    numbers = [np.array(one, np.uint16).reshape(-1, 1) for one in kept]
    savemat(
        root / "wider_face_split" / f"wider_{subset}_val.mat",
        {
            "event_list": cells(["0--Parade", "1--Handshaking"]),
            "file_list": cells([cells(event) for event in names]),
            "gt_list": cells([cells(numbers[:2]), cells(numbers[2:])]),
        },
    )


def test_a_release_reads_back(root):
    found = read_wider_face(root)
    assert (found.name, found.kind, found.complete, found.protocol) == (
        "wider-face", "labelled", True, "own",
    )  # fmt: skip
    first, second, third = found.pictures
    assert first.name == "0--Parade/0_Parade_a_1"
    assert first.image == root / "WIDER_val" / "images" / ONE
    assert first.faces.boxes.tolist() == [[10, 20, 40, 60], [50, 20, 58, 29], [60, 20, 60, 29]]
    # The second is flagged invalid, the third has no width.
    assert first.faces.ignored.tolist() == [False, True, True]
    assert np.isnan(first.faces.five_points).all()
    assert len(second.faces) == 0
    assert third.faces.boxes.tolist() == [[1, 2, 4, 6]]
    assert third.read().shape == (12, 16, 3)


def test_no_row_of_zeros_is_fine_too(root):
    write(root, LIST.replace("0 0 0 0 0 0 0 0 0 0 \n1--", "1--"))
    assert [len(one.faces) for one in read_wider_face(root).pictures] == [3, 0, 1]


def test_the_official_subsets(root):
    write_subset(root, "easy", [[1], [], []])
    write_subset(root, "medium", [[1], [], [1]])
    with pytest.raises(DataError, match=r"no file .*wider_hard_val\.mat"):
        read_wider_face(root)
    write_subset(root, "hard", [[1, 2], [], [1]])
    found = read_wider_face(root)
    assert found.protocol == "wider-face"
    first, second, third = found.pictures
    assert list(first.kept) == ["easy", "medium", "hard"]
    assert first.kept["easy"].tolist() == [True, False, False]
    assert first.kept["hard"].tolist() == [True, True, False]
    assert second.kept["hard"].tolist() == []
    assert [third.kept[key].tolist() for key in third.kept] == [[False], [True], [True]]


@pytest.mark.parametrize(
    ("kept", "names", "words"),
    [
        ([[4], [], []], None, "keeps faces 4 to 4, expected numbers from 1 to 3"),
        ([[1], [], [0]], None, "keeps faces 0 to 0, expected numbers from 1 to 1"),
        ([[1], [], []], [["0_Parade_a_1", "other"], ["1_c_3"]], "picture 0--Parade/other"),
        ([[1], [], []], [["0_Parade_a_1", "0_Parade_b_2"], []], "event 1--Handshaking has 0 pic"),
    ],
)
def test_subsets_that_do_not_fit_the_list(root, kept, names, words):
    for subset in ("easy", "medium", "hard"):
        write_subset(root, subset, kept, names)
    with pytest.raises(DataError) as caught:
        read_wider_face(root)
    assert words in str(caught.value) and "wider_easy_val.mat" in str(caught.value)


def test_five_points_of_retinaface(root):
    points = "11 25 0.0 30 26 1.0 20 35 0 -1 -1 -1 28 50 0.0"
    labels = f"# {ONE}\n10 20 30 40 {points} 0.9\n50 20 8 9\n# {THREE}\n1 2 3 4\n"
    path = root / "val" / "label.txt"
    path.parent.mkdir()
    path.write_text(labels)
    first, _, third = read_wider_face(root).pictures
    assert first.faces.five_points[0, :3].tolist() == [[11, 25], [30, 26], [20, 35]]
    assert np.isnan(first.faces.five_points[0, 3]).all()
    assert first.faces.five_points[0, 4].tolist() == [28, 50]
    assert np.isnan(first.faces.five_points[1:]).all() and np.isnan(third.faces.five_points).all()
    path.write_text(f"# {ONE}\n10 20 30 40 1\n")
    with pytest.raises(DataError, match=rf"{path}:2: got 5 values, expected 20 or 4"):
        read_wider_face(root)
    path.write_text("10 20 30 40\n")
    with pytest.raises(DataError, match=rf"{path}:1: .*name of the first picture"):
        read_wider_face(root)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("10 20 30 40 0", "10 20 x 40 0", 3, "got 'x', expected a number"),
        ("10 20 30 40 0", "10 20 nan 40 0", 3, "got 'nan', expected a finite number"),
        ("10 20 30 40 0", "10 20 30 40", 3, "got 9 values, expected 10: left, upper"),
        ("jpg\n3\n", "jpg\nthree\n", 2, "got 'three', expected the number of faces"),
        ("jpg\n3\n", "jpg\n-3\n", 2, "got '-3', expected the number of faces"),
        ("jpg\n3\n", "jpg\n2\n", 5, "expected the name of a picture; the count before it says 2"),
        ("jpg\n3\n", "jpg\n4\n", 6, "expected face 4 of the 4 of 0--Parade/0_Parade_a_1.jpg that"),
        ("jpg\n1\n", "jpg\n2\n", 10, "got 2 faces of 1--Handshaking/1_c_3.jpg, but 1 lines"),
        (TWO, ONE, 6, "again (first on line 1)"),
        ("1_c_3.jpg", "none.jpg", 9, "none.jpg is missing"),
        ("1--Handshaking", "..", 9, "a path below"),
    ],
)
def test_a_bad_list_is_told_by_file_line_and_expectation(root, old, new, line, words):
    path = write(root, LIST.replace(old, new))
    with pytest.raises(DataError) as caught:
        read_wider_face(root)
    assert f"{path}:{line}:" in str(caught.value)
    assert words in str(caught.value)


def test_what_is_not_there(root, tmp_path):
    with pytest.raises(ConfigError, match="no part 'test'"):
        read_wider_face(root, "test")
    with pytest.raises(DataError, match="no list of faces"):
        read_wider_face(root, "train")
    with pytest.raises(DataError, match="does not exist"):
        read_wider_face(tmp_path / "elsewhere")
    write(root, "\n")
    with pytest.raises(DataError, match="is empty"):
        read_wider_face(root)
    write(root, ONE + "\n")
    with pytest.raises(DataError, match="got the end of the file, expected the number of faces"):
        read_wider_face(root)
