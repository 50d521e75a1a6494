"""The reader of COFW on a miniature release, written the way Matlab 7.3 does."""

from __future__ import annotations

import sys

import cv2
import numpy as np
import pytest

from lineament import image
from lineament.datasets.cofw import read_cofw
from lineament.errors import ConfigError, DataError

RANDOM = np.random.default_rng(11)
COLOUR = RANDOM.integers(0, 256, (9, 14, 3), np.uint8)
GREY = RANDOM.integers(0, 256, (7, 5), np.uint8)
PHIS = np.concatenate(
    [RANDOM.uniform(1, 9, (2, 58)).astype(np.float32), RANDOM.integers(0, 2, (2, 29))], axis=1
)
BOXES = np.array([[2.0, 3.0, 10.0, 4.0], [1.0, 1.0, 4.0, 6.0]])


def save(path, end="T", pictures=(COLOUR, GREY), phis=PHIS, boxes=BOXES):
    """Matlab's arrays stand in HDF5 with their axes in reverse order, cells as references."""
    hdf5 = pytest.importorskip("h5py")
    with hdf5.File(path, "w", userblock_size=512) as file:
        cells = [file.create_dataset(f"#refs#/{n}", data=p.T) for n, p in enumerate(pictures)]
        references = np.array([[cell.ref for cell in cells]], dtype=hdf5.ref_dtype)
        file.create_dataset(f"Is{end}", data=references.reshape(1, -1), dtype=hdf5.ref_dtype)
        file[f"phis{end}"] = np.asarray(phis).T
        file[f"bboxes{end}"] = np.asarray(boxes).T
    return path


@pytest.fixture
def release(tmp_path):
    return save(tmp_path / "COFW_test_color.mat")


def test_a_release_reads_back(release):
    one, two = read_cofw(release.parent, "test")
    assert (one.name, two.name, one.subset, one.scheme) == (
        "test/0001", "test/0002", "test", "cofw-29",
    )  # fmt: skip
    expected = np.stack([PHIS[0, :29], PHIS[0, 29:58]], axis=1) - 1
    np.testing.assert_allclose(one.points, expected, rtol=1e-6)
    np.testing.assert_array_equal(two.visible, PHIS[1, 58:] == 0)
    assert one.box.tolist() == [1, 2, 11, 6] and two.box.tolist() == [0, 0, 4, 6]
    np.testing.assert_array_equal(image.read(one.image), COLOUR)
    np.testing.assert_array_equal(image.read(two.image), np.repeat(GREY[:, :, None], 3, axis=2))


def test_pictures_are_unpacked_once(release):
    first = read_cofw(release.parent, "test")[0].image
    assert first == release.parent / "COFW_test_color" / "0001.png"
    cv2.imwrite(str(first), COLOUR[:3])
    first.with_name("0002.png").unlink()
    again = [face.image for face in read_cofw(release.parent, "test")]
    assert image.read(again[0]).shape == (3, 14, 3), "kept"
    assert image.read(again[1]).shape == (7, 5, 3), "written again"
    assert sorted(path.name for path in first.parent.iterdir()) == ["0001.png", "0002.png"]


def test_the_train_part_has_its_own_file_and_names(release):
    with pytest.raises(DataError, match=r"no file .*COFW_train_color\.mat"):
        read_cofw(release.parent)
    save(release.with_name("COFW_train_color.mat"), "Tr")
    assert [face.name for face in read_cofw(release.parent)] == ["train/0001", "train/0002"]
    with pytest.raises(ConfigError, match="no part 'all'"):
        read_cofw(release.parent, "all")


def spoilt(array, place, value):
    array = array.copy()
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"phis": spoilt(PHIS, (1, 3), np.nan)}, ["row 2 of phisT", "finite numbers"]),
        ({"phis": spoilt(PHIS, (1, 3), 1e200)}, ["row 2 of phisT", "finite numbers"]),
        ({"phis": spoilt(PHIS, (0, 60), 0.5)}, ["row 1 of phisT", "0 or 1 as occlusion"]),
        ({"phis": PHIS[:, :86]}, ["phisT is float64 (2, 86)", "(2, 87)"]),
        ({"phis": PHIS[:1]}, ["(1, 87)", "2 pictures"]),
        ({"boxes": spoilt(BOXES, (1, 2), 0)}, ["row 2 of bboxesT", "positive width"]),
        ({"boxes": spoilt(BOXES, (0, 0), np.inf)}, ["row 1 of bboxesT", "finite numbers"]),
        ({"pictures": (COLOUR, GREY.astype(float))}, ["picture 2 is float64 (5, 7)", "uint8"]),
        ({"pictures": (COLOUR[:, :, :2], GREY)}, ["picture 1 is uint8 (2, 14, 9)"]),
    ],
)
def test_a_bad_value_is_told_by_file_and_row(tmp_path, values, words):
    path = save(tmp_path / "COFW_test_color.mat", **values)
    with pytest.raises(DataError) as caught:
        read_cofw(tmp_path, "test")
    for word in (str(path), *words):
        assert word in str(caught.value)


def test_files_that_are_none(tmp_path):
    pytest.importorskip("h5py")
    path = tmp_path / "COFW_test_color.mat"
    path.write_bytes(b"no matlab")
    with pytest.raises(DataError, match=r"got no Matlab file of version 7\.3"):
        read_cofw(tmp_path, "test")
    save(path, "Tr")
    with pytest.raises(DataError, match="no variable IsT, phisT, bboxesT"):
        read_cofw(tmp_path, "test")


def test_a_file_without_pictures_is_refused(tmp_path):
    save(tmp_path / "COFW_test_color.mat", pictures=(), phis=PHIS[:0], boxes=BOXES[:0])
    with pytest.raises(DataError, match="IsT is empty"):
        read_cofw(tmp_path, "test")


def test_a_place_that_cannot_be_written_is_told(release):
    release.with_suffix("").write_text("in the way")
    with pytest.raises(DataError, match=r"cannot unpack a picture of .* may write to"):
        read_cofw(release.parent, "test")


def test_without_h5py_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "COFW_test_color.mat").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ConfigError, match="h5py, which is not installed: pip install h5py"):
        read_cofw(tmp_path, "test")
