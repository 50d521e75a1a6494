"""The reader of AFLW-19 on a miniature release: four faces to train, three to test."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from lineament.datasets import aflw19
from lineament.datasets.aflw19 import FILE, read_aflw19
from lineament.errors import ConfigError, DataError

io = pytest.importorskip("scipy.io")

NAMES = ("0/a.jpg", "0/b.jpg", "2/c.jpg", "2/c.jpg", "3/d.jpg", "3/d.jpg", "3/e.jpg")
ORDER = (3, 1, 7, 2, 5, 4, 6)
"""The release counts from 1: rows 2, 0, 6, 1 train, rows 4, 3, 5 test."""


def release():
    rows = len(NAMES)
    xs = 10.0 * np.arange(rows)[:, None] + np.arange(19)
    cells = np.empty((rows, 1), dtype=object)
    cells[:, 0] = NAMES
    mask = np.ones((rows, 19), np.uint8)
    mask[3, 4] = 0
    left = np.arange(rows) + 5
    return {
        "bbox": np.stack([left, left + 100, left + 20, left + 120], axis=1).astype(float),
        "data": np.concatenate([xs, xs + 0.5], axis=1),
        "mask_new": mask,
        "nameList": cells,
        "ra": np.array(ORDER)[None],
    }


def save(root, found):
    io.savemat(root / FILE, found)
    return root


@pytest.fixture(params=["data/flickr", "flickr", "."])
def root(request, tmp_path, picture, monkeypatch):
    monkeypatch.setattr(aflw19, "TRAIN_FACES", 4)
    for name in set(NAMES):
        picture(tmp_path / request.param / name)
    return tmp_path


def test_a_release_reads_back(root):
    save(root, release())
    train = read_aflw19(root)
    assert [face.name for face in train] == ["train/2/c", "train/0/a", "train/3/e", "train/0/b"]
    assert train[0].points.tolist() == [[20 + n, 20.5 + n] for n in range(19)]
    assert train[0].box.tolist() == [7, 27, 107, 127]
    assert train[0].visible.all() and train[0].visible.dtype == np.bool_
    assert {face.scheme for face in train} == {"aflw-19"}
    assert all(face.image.is_file() for face in train)


def test_the_test_is_cut_into_frontal_and_turned(root):
    save(root, release())
    test = read_aflw19(root, "test")
    assert [face.name for face in test] == ["frontal/3/d", "turned/2/c", "frontal/3/d#2"]
    assert np.flatnonzero(~test[1].visible).tolist() == [4]
    frontal = read_aflw19(root, "frontal")
    assert [face.name for face in frontal] == ["frontal/3/d", "frontal/3/d#2"]
    with pytest.raises(ConfigError, match="no part 'full'; there are train, test, frontal"):
        read_aflw19(root, "full")


def spoilt(name, row, value):
    found = release()
    found[name] = found[name].astype(float if name != "nameList" else object)
    found[name][row] = value
    return found


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (spoilt("data", (2, 30), np.nan), ["row 3 of data", "not finite"]),
        (spoilt("data", (2, 30), 1e300), ["row 3 of data", "not finite"]),
        (spoilt("bbox", (1, 1), 6), ["row 2 of bbox", "left < right"]),
        (spoilt("mask_new", (0, 0), 2), ["mask_new", "0 (hidden) and 1 (visible)"]),
        (spoilt("nameList", (4, 0), 7.0), ["row 5 of nameList", "a picture's name"]),
        (spoilt("nameList", (4, 0), "9/x.jpg"), ["9/x.jpg is missing"]),
        (spoilt("ra", (0, 0), 1), ["ra", "from 1 to 7 once"]),
        (release() | {"ra": np.array(ORDER[:6])}, ["6 values", "from 1 to 7"]),
        (release() | {"data": release()["data"][:, :36]}, ["data is", "(7, 36)", "(7, 38)"]),
        (release() | {"bbox": np.array(["a"] * 7)}, ["bbox is", "expected numbers (7, 4)"]),
        ({key: value for key, value in release().items() if key != "ra"}, ["no variable ra"]),
    ],
)
def test_a_bad_value_is_told_by_file_and_row(root, found, words):
    save(root, found)
    with pytest.raises(DataError) as caught:
        for part in ("train", "test"):
            read_aflw19(root, part)
    for word in (str(root / FILE), *words):
        assert word in str(caught.value)


@pytest.mark.parametrize("part", ["train", "test", "frontal"])
def test_a_release_without_test_faces_is_refused(root, monkeypatch, part):
    save(root, release())
    monkeypatch.setattr(aflw19, "TRAIN_FACES", 7)
    with pytest.raises(DataError, match="got 7 faces, expected more than 7"):
        read_aflw19(root, part)


def test_a_part_without_faces_is_refused(root):
    found = release()
    found["mask_new"][3:6, 0] = 0
    save(root, found)
    assert len(read_aflw19(root, "test")) == 3
    with pytest.raises(DataError, match="no face of the part 'frontal'"):
        read_aflw19(root, "frontal")


def test_files_that_are_none(root):
    with pytest.raises(DataError, match=rf"no file .*{FILE}"):
        read_aflw19(root)
    (root / FILE).write_bytes(b"no matlab")
    with pytest.raises(DataError, match="not a readable Matlab file"):
        read_aflw19(root)
    (root / FILE).write_bytes(b" " * 512 + b"\x89HDF\r\n\x1a\n")
    with pytest.raises(DataError, match=r"got a Matlab file of version 7\.3"):
        read_aflw19(root)


def test_without_scipy_it_says_what_to_install(root, monkeypatch):
    save(root, release())
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(ConfigError, match=r"scipy.*pip install 'lineament\[synth\]'"):
        read_aflw19(root)
