"""Detections as text files, there and back, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.datasets.labelled_picture import NOBODY
from lineament.detection.detector import NO_FACES, Detections
from lineament.errors import DataError
from lineament.evaluation.detection_texts import FDDB_FILE, read_texts, write_texts

NAMES = ("0--Parade/0_Parade_a_1", "0--Parade/0_Parade_b_2")
FOUND = Detections(
    np.array([[1.25, 2.5, 11.125, 22], [-3, 0, 5.5, 6]], np.float32),
    np.array([0.98765432, 0.02000001], np.float32),
    np.zeros((2, 5, 2), np.float32),
)


def pictures(folder: Path, protocol="wider-face") -> DetectionSet:
    found = []
    for width, name in enumerate(NAMES, 30):
        path = folder / "images" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), np.zeros((20, width, 3), np.uint8))
        found.append(DetectionPicture(path, name, NOBODY))
    return DetectionSet("x", tuple(found), "", protocol=protocol)


@pytest.mark.parametrize("protocol", ["wider-face", "fddb", "own"])
def test_there_and_back(tmp_path, protocol):
    shown = pictures(tmp_path, protocol)
    write_texts(tmp_path / "out", shown, [FOUND, NO_FACES])
    found = read_texts(tmp_path / "out", shown)
    first, second = found.pictures()
    np.testing.assert_allclose(first.boxes, FOUND.boxes, atol=1e-3)
    np.testing.assert_array_equal(first.scores, FOUND.scores)
    assert np.isnan(first.five_points).all() and len(second) == 0
    assert found.sizes.tolist() == [[20, 30], [20, 31]]


def test_the_official_layouts(tmp_path):
    write_texts(tmp_path / "w", pictures(tmp_path), [FOUND, NO_FACES])
    text = (tmp_path / "w" / f"{NAMES[0]}.txt").read_text().splitlines()
    assert text[:2] == [NAMES[0], "2"]
    assert text[2].split()[:4] == ["1.250", "2.500", "9.875", "19.500"]
    assert (tmp_path / "w" / f"{NAMES[1]}.txt").read_text() == f"{NAMES[1]}\n0\n"
    write_texts(tmp_path / "f", pictures(tmp_path, "fddb"), [FOUND, NO_FACES])
    assert [path.name for path in (tmp_path / "f").iterdir()] == [FDDB_FILE]


def test_what_others_write_is_read(tmp_path):
    """Names with a suffix and without the event, whole numbers, worse detections first."""
    shown = pictures(tmp_path)
    folder = tmp_path / "theirs" / "0--Parade"
    folder.mkdir(parents=True)
    (folder / "0_Parade_a_1.txt").write_text("0_Parade_a_1.jpg\n2\n1 2 3 4 0.1\n5 6 7 8 0.9\n")
    (folder / "0_Parade_b_2.txt").write_text("0--Parade/0_Parade_b_2.jpg\r\n0\r\n")
    first, second = read_texts(tmp_path / "theirs", shown).pictures()
    assert first.boxes.tolist() == [[5, 6, 12, 14], [1, 2, 4, 6]] and len(second) == 0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("0_Parade_a_1\n2\n1 2 3 4 0.5\n", 2, "but 1 lines to the end"),
        ("0_Parade_a_1\n0\n1 2 3 4 0.5\n", 3, "the count before it says 0 faces"),
        ("0_Parade_a_1\n1\n1 2 3 4\n", 3, "got 4 values, expected 5: left, upper"),
        ("0_Parade_a_1\n1\n1 2 3 4 high\n", 3, "got 'high', expected a number"),
        ("0_Parade_a_1\n1\n1 2 3 4 nan\n", 3, "expected a finite number"),
        ("0_Parade_a_1\n1\n1 2 -3 4 0.5\n", 3, "got sides -3 and 4"),
        ("0_Parade_z_9\n0\n", 1, "the name '0_Parade_z_9', expected that of the picture"),
        ("0_Parade_a_1\n0\n0_Parade_b_2\n0\n", 3, "a second picture"),
    ],
)
def test_bad_texts_are_told_by_file_and_line(tmp_path, text, line, words):
    shown = pictures(tmp_path)
    write_texts(tmp_path / "out", shown, [FOUND, NO_FACES])
    path = tmp_path / "out" / f"{NAMES[0]}.txt"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_texts(tmp_path / "out", shown)
    assert f"{path}:{line}:" in str(caught.value) and words in str(caught.value)


def test_missing_texts(tmp_path):
    shown = pictures(tmp_path)
    with pytest.raises(DataError, match="no folder"):
        read_texts(tmp_path / "out", shown)
    write_texts(tmp_path / "out", shown, [FOUND, NO_FACES])
    (tmp_path / "out" / f"{NAMES[1]}.txt").unlink()
    with pytest.raises(DataError, match=r"no file .*b_2\.txt; expected one for every picture"):
        read_texts(tmp_path / "out", shown)
    fddb = pictures(tmp_path, "fddb")
    write_texts(tmp_path / "fddb", fddb, [FOUND, NO_FACES])
    first = tmp_path / "fddb" / FDDB_FILE
    text = first.read_text()
    first.write_text(text.replace(NAMES[1], "elsewhere"))
    with pytest.raises(DataError, match=f"has the picture {NAMES[1]}"):
        read_texts(tmp_path / "fddb", fddb)
    first.write_text(text)
    (tmp_path / "fddb" / "more.txt").write_text(f"{NAMES[0]}.jpg\n0\n")
    with pytest.raises(DataError, match=r"more\.txt:1: .*again \(first in .*:1\)"):
        read_texts(tmp_path / "fddb", fddb)
