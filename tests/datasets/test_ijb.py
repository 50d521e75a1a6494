"""IJB's lists on a miniature release."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.datasets.ijb import read_ijb, read_ijb_search
from lineament.errors import ConfigError, DataError

POINTS = "4 3 11 3 7 6 5 9 10 9"
FACES = ["1.jpg 7 100", "2.jpg 7 100", "3.jpg 7 101", "4.jpg 9 5"]
NAMED = [f"{number}.jpg {POINTS} 0.{number}" for number in range(1, 5)]
PAIRS = ["7 9 0", "7 7 1", "9 7 0"]
SEARCH = ["TEMPLATE_ID,SUBJECT_ID,FILENAME", "7,55,a.jpg", "7,55,b.jpg", "9,3,c.jpg"]


@pytest.fixture
def root(tmp_path, picture):
    for number in range(1, 5):
        picture(tmp_path / "loose_crop" / f"{number}.jpg")
    (tmp_path / "meta").mkdir()
    write(tmp_path, "face_tid_mid.txt", FACES)
    write(tmp_path, "name_5pts_score.txt", NAMED)
    write(tmp_path, "template_pair_label.txt", PAIRS)
    for name in ("1N_gallery_G1.csv", "1N_gallery_G2.csv", "1N_probe_mixed.csv"):
        write(tmp_path, name, SEARCH)
    return tmp_path


def write(root, name, lines, part="ijbc"):
    (root / "meta" / f"{part}_{name}").write_text("\n".join(lines) + "\n")


def test_a_release_reads_back(root):
    found = read_ijb(root)
    assert len(found) == 4 and found.name == "ijbc"
    assert found.templates.tolist() == [7, 7, 7, 9] and found.media.tolist() == [100, 100, 101, 5]
    np.testing.assert_allclose(found.scores, [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    assert found.pairs.tolist() == [[7, 9], [7, 7], [9, 7]] and found.same.tolist() == [0, 1, 0]
    assert found.pairs.dtype == np.int32 and found.same.dtype == bool
    assert found.pictures[3].shape == (112, 112, 3)
    assert abs(int(found.pictures[3][60, 60, 0]) - 90) < 3, "the grey of the picture's middle"
    with pytest.raises(DataError, match=r"no file .*ijbb_name_5pts_score\.txt"):
        read_ijb(root, "ijbb")
    with pytest.raises(ConfigError, match="no part 'ijba'"):
        read_ijb(root, "ijba")


def test_galleries_and_probes(root):
    search = read_ijb_search(root)
    assert search.probes[0].tolist() == [7, 9] and search.probes[1].tolist() == [55, 3]
    assert len(search.galleries) == 2
    write(root, "1N_probe_mixed.csv", [*SEARCH, "x,3"])
    with pytest.raises(DataError, match=r"probe_mixed\.csv:5: got 'x,3'"):
        read_ijb_search(root)
    write(root, "1N_probe_mixed.csv", SEARCH[:1])
    with pytest.raises(DataError, match="no row below its head"):
        read_ijb_search(root)


@pytest.mark.parametrize(
    ("name", "row", "line", "words"),
    [
        ("face_tid_mid.txt", 1, "3.jpg 7 100", ":2: got picture '3.jpg', expected '2.jpg'"),
        ("face_tid_mid.txt", 1, "2.jpg 7", ":2: got 2 values"),
        ("face_tid_mid.txt", 1, "2.jpg 7 x", ":2: got '7 x'"),
        ("face_tid_mid.txt", 3, "", "3 pictures, expected the 4"),
        ("name_5pts_score.txt", 2, "3.jpg 1 2 3", ":3: got 4 values"),
        ("name_5pts_score.txt", 2, f"3.jpg {POINTS} nan", ":3: got 'nan'"),
        ("name_5pts_score.txt", 2, f"../3.jpg {POINTS} 1", ":3: got '../3.jpg'"),
        ("template_pair_label.txt", 1, "7 8 1", ":2: templates 7 and 8"),
        ("template_pair_label.txt", 1, "7 9 2", "label 2"),
        ("template_pair_label.txt", 1, "7 9", "8 numbers, expected 3 in every line"),
        ("template_pair_label.txt", 1, "7 b 1", "lines of 3 whole numbers"),
    ],
)
def test_a_malformed_line_is_named(root, name, row, line, words):
    lines = {"f": FACES, "n": NAMED, "t": PAIRS}[name[0]]
    write(root, name, [*lines[:row], line, *lines[row + 1 :]])
    with pytest.raises(DataError, match=words):
        read_ijb(root)


def test_points_that_coincide_name_the_picture(root):
    write(root, "name_5pts_score.txt", [f"1.jpg {'3 3 ' * 5} 0.1", *NAMED[1:]])
    found = read_ijb(root)
    found.pictures[1]
    with pytest.raises(DataError, match=r"1\.jpg: its five points"):
        found.pictures[0]
