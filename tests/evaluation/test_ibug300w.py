"""The reader of 300-W: order, frame, and a clear word on everything that is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from lineament.datasets.ibug300w import read_300w, read_pts
from lineament.errors import DataError

HEADER = ["version: 1", "n_points:  68", "{"]
ROWS = [f"{i + 1}.000 {2 * i + 1}.500" for i in range(68)]


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_first_pixel_is_one_in_the_file_and_zero_here(tmp_path):
    points = read_pts(write(tmp_path / "a.pts", [*HEADER, *ROWS, "}"]))
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, [[i, 2 * i + 0.5] for i in range(68)])


def test_windows_line_ends_and_blank_lines_are_fine(tmp_path):
    path = tmp_path / "a.pts"
    path.write_bytes(("\r\n".join([*HEADER, "", *ROWS, "}", "", ""])).encode())
    assert read_pts(path).shape == (68, 2)


def test_sorted_by_subset_and_name_whatever_the_disk_says(folder):
    (folder / ".DS_Store").write_text("x")
    (folder / "afw" / "notes.txt").write_text("x")
    samples = read_300w(folder)
    assert [sample.name for sample in samples] == [
        "afw/a",
        "afw/b",
        "helen/trainset/c",
        "helen/trainset/d",
    ]
    assert {sample.subset for sample in samples} == {"afw", "helen/trainset"}
    assert samples[0].image == folder / "afw" / "a.png"


def test_a_folder_of_one_subset_is_named_after_itself(folder):
    assert {sample.subset for sample in read_300w(folder / "afw")} == {"afw"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], [":1:", "the end of the file", "version: 1"]),
        (["points", *HEADER[1:], *ROWS, "}"], [":1:", "'points'", "version: 1"]),
        ([HEADER[0], "n_points: 29", "{", *ROWS, "}"], [":2:", "'29'", "68"]),
        ([HEADER[0], "{", *ROWS, "}"], [":2:", "n_points"]),
        ([*HEADER[:2], *ROWS, "}"], [":3:", "expected '{'"]),
        ([*HEADER, *ROWS[:-1], "}"], [":71:", "67 points", "68"]),
        ([*HEADER, *ROWS, "1 2", "}"], [":73:", "69 points", "68"]),
        ([*HEADER, *ROWS[:9], "12.5", *ROWS[10:], "}"], [":13:", "'12.5'", "two numbers"]),
        ([*HEADER, "1 2 3", *ROWS[1:], "}"], [":4:", "'1 2 3'", "two numbers"]),
        ([*HEADER, "1 two", *ROWS[1:], "}"], [":4:", "'1 two'", "two numbers"]),
        ([*HEADER, *ROWS[:-1], "1 nan", "}"], [":71:", "'1 nan'", "finite"]),
        ([*HEADER, *ROWS[:-1], "inf 1", "}"], [":71:", "'inf 1'", "finite"]),
        ([*HEADER, *ROWS], [":71:", "without a closing }"]),
        ([*HEADER, *ROWS, "}", "more"], [":73:", "'more'", "expected nothing"]),
    ],
)
def test_a_bad_file_is_told_by_file_line_and_expectation(tmp_path, lines, words):
    path = write(tmp_path / "bad.pts", lines)
    with pytest.raises(DataError) as caught:
        read_pts(path)
    for word in (str(path), *words):
        assert word in str(caught.value)


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "bad.pts"
    path.write_bytes(b"version: 1\n\xff\xfe\x00")
    with pytest.raises(DataError, match=r"bad\.pts: not a text file"):
        read_pts(path)


def test_partners_must_be_there(folder):
    (folder / "afw" / "a.pts").unlink()
    with pytest.raises(DataError, match=r"afw/a\.png: missing \.pts file"):
        read_300w(folder)
    (folder / "afw" / "a.png").unlink()
    (folder / "helen" / "trainset" / "c.png").unlink()
    (folder / "helen" / "trainset" / "d.png").unlink()
    with pytest.raises(DataError, match=r"c\.pts: missing picture .* \(and 1 more"):
        read_300w(folder)


def test_two_pictures_of_one_stem_are_refused(folder):
    (folder / "afw" / "a.jpg").write_bytes((folder / "afw" / "a.png").read_bytes())
    with pytest.raises(DataError, match="two pictures"):
        read_300w(folder)


def test_places_without_a_dataset(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_300w(tmp_path / "none")
    with pytest.raises(DataError, match="holds no pictures"):
        read_300w(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is a file"):
        read_300w(tmp_path / "file")


def test_a_loop_of_links_ends(folder):
    (folder / "afw" / "again").symlink_to(folder, target_is_directory=True)
    assert len(read_300w(folder)) == 4


def test_the_real_training_faces(real_300w):
    samples = read_300w(real_300w)
    counts = Counter(sample.subset.split("/")[0] for sample in samples)
    assert counts == {"afw": 337, "helen": 870, "lfpw": 805}
    assert len({sample.name for sample in samples}) == len(samples)
    # The crops cut points off at the border of the picture, half a pixel before the first centre.
    assert -0.5 <= min(float(sample.points.min()) for sample in samples) < -0.4
    for sample in samples[::200]:
        height, width = cv2.imread(str(sample.image)).shape[:2]
        middle = sample.points.mean(axis=0)
        assert (np.abs(middle - [width / 2, height / 2]) < [width / 4, height / 4]).all()
        assert sample.points[36, 0] < sample.points[45, 0]
        assert sample.points[27, 1] < sample.points[8, 1]
