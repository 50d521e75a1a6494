"""Sets that measure detectors and are no benchmarks: labelled photos, folders, and their names."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from lineament.cli.evaluate_detection import DATASETS
from lineament.datasets.counted_pictures import read_counted
from lineament.datasets.detection_readers import (
    DETECTION_READERS,
    SHORT_NAMES,
    find_detection_reader,
    read_detection_set,
)
from lineament.datasets.people_free import read_people_free
from lineament.datasets.points_to_box import box_of_5, box_of_68
from lineament.errors import ConfigError, DataError
from lineament.face import FIVE_POINTS
from lineament.geometry import overlap

FIVE = np.array([[4, 4], [8, 4], [6, 6], [4.5, 8], [7.5, 8]], np.float32)


def test_the_box_of_68_points_has_a_forehead():
    points = np.full((68, 2), 20.0)
    points[:2] = [[10, 20], [30, 60]]
    assert box_of_68(points).tolist() == [10, 6, 30, 60]


def test_the_box_of_five_points_worked_by_hand():
    # Middle of the eyes (0,0), of the mouth (0,4), of both (0,2); the nose lies 1 to the right.
    points = np.array([[-2, 0], [2, 0], [1, 2], [-1, 4], [1, 4]], float)
    spread = np.sqrt(
        sum((x - 0.2) ** 2 for x in (-2, 2, 1, -1, 1)) + sum((y - 2) ** 2 for y in (0, 0, 2, 4, 4))
    )
    centre = np.array([0 - 0.72 * 1, 2 - 0.19 * 4])
    half = spread * np.array([0.78, 1.05])
    expected = np.concatenate([centre - half, centre + half])
    np.testing.assert_allclose(box_of_5(points), expected, rtol=1e-6)
    # It moves and grows with the points.
    np.testing.assert_allclose(box_of_5(3 * points + 7), 3 * expected + 7, rtol=1e-6)


def test_both_rules_mean_the_same_box(real):
    """On real faces the box of five points is that of the 68, which knows cheeks and chin."""
    pictures = read_detection_set("300w", real("300w")).pictures[::20]
    shares = [
        overlap(box_of_5(one.faces.five_points[0])[None], one.faces.boxes[:1])[0, 0]
        for one in pictures
    ]
    assert len(pictures) > 50 and len(FIVE_POINTS) == 5
    assert np.mean(shares) > 0.8 and min(shares) > 0.5


def test_300w_and_mtfl(tmp_path, picture):
    shape = np.stack([np.linspace(2, 12, 68), np.linspace(4, 10, 68)], axis=1)
    picture(tmp_path / "300w" / "afw" / "a.jpg")
    rows = "".join(f"{x + 1} {y + 1}\n" for x, y in shape)
    (tmp_path / "300w" / "afw" / "a.pts").write_text(f"version: 1\nn_points: 68\n{{\n{rows}}}\n")
    found = read_detection_set("300w", tmp_path / "300w")
    assert (found.kind, found.complete, found.protocol) == ("labelled", False, "own")
    (one,) = found.pictures
    assert one.name == "afw/a"
    np.testing.assert_allclose(one.faces.boxes[0], box_of_68(shape), atol=1e-4)
    np.testing.assert_allclose(one.faces.five_points[0, 2], shape[30], atol=1e-4)
    assert "35 %" in found.truth

    picture(tmp_path / "mtfl" / "a.jpg")
    xy = " ".join(f"{value:g}" for value in FIVE.T.ravel())
    other = " ".join(f"{value:g}" for value in (FIVE + 1).T.ravel())
    (tmp_path / "mtfl" / "training.txt").write_text(f"a.jpg {xy} 1 1 1 3\na.jpg {other} 1 1 1 3\n")
    (one,) = read_detection_set("mtfl", tmp_path / "mtfl").pictures
    assert len(one.faces) == 2  # both faces of one picture
    np.testing.assert_allclose(one.faces.five_points, [FIVE, FIVE + 1])
    np.testing.assert_allclose(one.faces.boxes[1], box_of_5(FIVE + 1))


def test_people_free_pictures(tmp_path, picture):
    for name in ("b.jpg", "sub/a.PNG", ".hidden/c.jpg", "sub/.d.jpg"):
        picture(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    found = read_people_free(tmp_path)
    assert [one.name for one in found.pictures] == ["b.jpg", "sub/a.PNG"]
    assert found.kind == "people-free" and not any(len(one.faces) for one in found.pictures)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"holds no picture; expected files that end in \.bmp"):
        read_people_free(tmp_path / "empty")


COUNTED = '[[pictures]]\nname = "a.jpg"\ncount = 2\ncounted_by = "eye"\n'


def test_counted_pictures(tmp_path, picture):
    picture(tmp_path / "a.jpg")
    picture(tmp_path / "b.jpg")
    path = tmp_path / "pictures.toml"
    path.write_text(COUNTED + COUNTED.replace("a.jpg", "b.jpg").replace("eye", "two people"))
    found = read_counted(tmp_path)
    assert found.kind == "counted" and found.truth == "counted by eye; two people"
    assert [(one.name, one.count, len(one.faces)) for one in found.pictures] == [
        ("a.jpg", 2, 0),
        ("b.jpg", 2, 0),
    ]
    path.write_text(COUNTED + "boxes = [[1, 2, 5, 8], [6.5, 2, 9, 8]]\n")
    found = read_counted(tmp_path)
    assert found.kind == "labelled" and found.pictures[0].count is None
    assert found.pictures[0].faces.boxes.tolist() == [[1, 2, 5, 8], [6.5, 2, 9, 8]]
    with path.open("a") as file:
        file.write("ignored = [[1, 9, 3, 11]]\n")
    faces = read_counted(tmp_path).pictures[0].faces
    assert faces.boxes.tolist() == [[1, 2, 5, 8], [6.5, 2, 9, 8], [1, 9, 3, 11]]
    assert faces.ignored.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COUNTED.replace("count =", "faces ="), "unknown key 'faces'"),
        (COUNTED.replace("= 2", "= 0"), "greater than or equal to 1"),
        (COUNTED.replace("= 2", "= 2.5"), "pictures.0.count"),
        (COUNTED + "boxes = [[1, 2, 5, 8]]\n", "got 1 boxes and the count 2"),
        (COUNTED + "boxes = [[1, 2, 5, 8], [9, 2, 5, 8]]\n", "expected one with area"),
        (COUNTED + "ignored = [[1, 2, 5, 8]]\n", "got ignored boxes without boxes"),
        (COUNTED + COUNTED, "a.jpg is listed twice"),
        (COUNTED.replace("a.jpg", "c.jpg"), "c.jpg is missing"),
        (COUNTED.replace("a.jpg", "../a.jpg"), "a.jpg is missing"),
        ("", "pictures"),
        ("[[pictures\n", "is not a TOML file"),
        (
            COUNTED + "boxes = [[1, 2, 5, 8], [6, 2, 9, 8]]\n" + COUNTED.replace("a.jpg", "b.jpg"),
            "b.jpg has no boxes",
        ),
    ],
)
def test_a_bad_list_of_counted_pictures(tmp_path, picture, text, words):
    inside = tmp_path / "set"
    picture(inside / "a.jpg")
    picture(inside / "b.jpg")
    picture(tmp_path / "a.jpg")
    (inside / "pictures.toml").write_text(text)
    with pytest.raises(DataError) as caught:
        read_counted(inside)
    assert words in str(caught.value) and "pictures.toml" in str(caught.value)


def test_readers_by_name(tmp_path):
    assert set(DATASETS) == {*DETECTION_READERS, *SHORT_NAMES}
    for reader in DETECTION_READERS.values():
        assert callable(getattr(importlib.import_module(reader.module), reader.function))
    assert find_detection_reader("counted") is DETECTION_READERS["folder-counted"]
    with pytest.raises(ConfigError, match=r"did you mean wider-face\?"):
        find_detection_reader("widerface")
    for name, reader in DETECTION_READERS.items():
        with pytest.raises(ConfigError, match="no part 'nonsense'"):
            read_detection_set(name, tmp_path, "nonsense")
        with pytest.raises(DataError):
            read_detection_set(name, tmp_path / "missing", reader.parts[-1])
