"""CelebAMask-HQ as a set of labelled parts: splits by number, photos at the masks' size."""

from __future__ import annotations

import numpy as np
import pytest
from part_masks import write_photo, write_png

from lineament.datasets.celebamask_hq import MASKS, PHOTOS, read_celebamask_hq
from lineament.datasets.part_readers import read_parts
from lineament.errors import DataError, ImageError
from lineament.image import read
from lineament.synthesis.parts import Part


def write_set(root, numbers, side=16, photo=32):
    for number in numbers:
        write_photo(root / PHOTOS / f"{number}.png", photo, photo, seed=number)
        skin = np.zeros((side, side), np.uint8)
        skin[4:] = 1
        write_png(root / MASKS / "0" / f"{number:05}_skin.png", skin, bits=1)
    return root


def test_splits_by_number(tmp_path):
    write_set(tmp_path, range(16, 0, -1))
    train, validation = (read_celebamask_hq(tmp_path, s) for s in ("train", "validation"))
    assert [photo.name for photo in train] == [str(n) for n in range(1, 15)]
    assert [photo.name for photo in validation] == ["15", "16"]
    assert [photo.name for photo in read_celebamask_hq(tmp_path)] == [str(n) for n in range(1, 17)]


def test_the_photos_of_stn_icnn(tmp_path):
    write_set(tmp_path, (0, 1999, 2000, 2199, 2200, 2399, 2400))
    chosen = {s: [p.name for p in read_celebamask_hq(tmp_path, f"stn-{s}")] for s in
              ("train", "validation", "test")}  # fmt: skip
    assert chosen == {
        "train": ["0", "1999"], "validation": ["2000", "2199"], "test": ["2200", "2399"]
    }  # fmt: skip


def test_a_set_without_those_photos(tmp_path):
    write_set(tmp_path, (7,))
    with pytest.raises(DataError, match="none of the photos 2200 to 2399, expected for stn-test"):
        read_celebamask_hq(tmp_path, "stn-test")


def test_the_photo_is_shrunk_by_area(tmp_path):
    (face,) = read_parts("celebamask_hq", write_set(tmp_path, (3,)), "all")
    picture, mask = face.read()
    assert picture.shape == (16, 16, 3) and mask.shape == (16, 16)
    assert face.scheme == "celebamask-19" and set(np.unique(mask)) == {0, Part.SKIN}
    blocks = read(face.image).reshape(16, 2, 16, 2, 3).mean(axis=(1, 3))
    assert np.abs(picture - blocks).max() <= 0.5


def test_a_photo_of_the_masks_size_is_taken_as_it_is(tmp_path):
    (face,) = read_celebamask_hq(write_set(tmp_path, (3,), photo=16))
    np.testing.assert_array_equal(face.read_image(), read(face.image))


@pytest.mark.parametrize(("height", "width"), [(8, 8), (32, 16), (20, 32)])
def test_a_photo_that_does_not_fit_is_refused(tmp_path, height, width):
    (face,) = read_celebamask_hq(write_set(tmp_path, (3,)))
    write_photo(face.image, height, width)
    with pytest.raises(DataError) as caught:
        face.read()
    for word in (str(face.image), f"{width} x {height}", "16 x 16", "same shape"):
        assert word in str(caught.value)


def test_damaged_files_are_named(tmp_path):
    (face,) = read_celebamask_hq(write_set(tmp_path, (3,)))
    face.mask_files[0].write_bytes(b"torn")
    with pytest.raises(DataError, match="00003_skin"):
        face.read()
    face.image.write_bytes(b"torn")
    with pytest.raises(ImageError, match=r"3\.png"):
        face.read()


def test_the_real_photos(real):
    root = real("celebamask_hq")
    train, validation = (read_celebamask_hq(root, s) for s in ("train", "validation"))
    assert (len(train), len(validation)) == (700, 100)
    assert int(train[-1].name) < int(validation[0].name)
    for face in (train[0], validation[-1]):
        picture, mask = face.read()
        assert picture.shape == (512, 512, 3) and mask.shape == (512, 512)
        assert {Part.SKIN, Part.NOSE, Part.HAIR} <= set(np.unique(mask))
        columns = {
            part: np.nonzero(mask == part)[1].mean() for part in (Part.LEFT_EYE, Part.RIGHT_EYE)
        }
        assert columns[Part.RIGHT_EYE] < columns[Part.LEFT_EYE], "left is the person's own"
