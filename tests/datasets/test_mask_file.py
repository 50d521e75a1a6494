"""Masks as PNG files: the numbers come back whatever the bits and the colours are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from part_masks import write_photo, write_png

from lineament.datasets.mask_file import read_mask
from lineament.errors import DataError


@pytest.mark.parametrize("palette", [False, True])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_numbers_come_back(tmp_path, bits, palette):
    mask = np.random.default_rng(1).integers(0, 2**bits, (7, 13)).astype(np.uint8)
    read = read_mask(write_png(tmp_path / "mask.png", mask, bits, palette))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, mask)


def test_what_opencv_writes_is_read(tmp_path):
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert cv2.imwrite(str(tmp_path / "mask.png"), mask)
    np.testing.assert_array_equal(read_mask(tmp_path / "mask.png"), mask)


def test_what_is_no_mask_is_named(tmp_path):
    def fault(name, *words):
        with pytest.raises(DataError) as caught:
            read_mask(tmp_path / name)
        for word in (str(tmp_path / name), *words):
            assert word in str(caught.value)

    fault("none.png", "no such file", "expected a mask")
    (tmp_path / "text.png").write_text("not a picture at all")
    fault("text.png", "expected one of")
    (tmp_path / "empty.png").write_bytes(b"")
    fault("empty.png", "expected one of")
    write_photo(tmp_path / "photo.jpg")
    fault("photo.jpg", "JPEG", "expected PNG")
    write_photo(tmp_path / "colour.png")
    fault("colour.png", "colour PNG of 8 bits", "grey or palette")
    assert cv2.imwrite(str(tmp_path / "deep.png"), np.zeros((4, 4), np.uint16))
    fault("deep.png", "grey PNG of 16 bits")
    (tmp_path / "folder.png").mkdir()
    fault("folder.png", "cannot read the mask")


def test_every_cut_of_a_file_is_refused(tmp_path):
    whole = write_png(tmp_path / "mask.png", np.ones((9, 9), np.uint8), palette=True).read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut.png").write_bytes(whole[:length])
        with pytest.raises(DataError, match=r"cut\.png"):
            read_mask(tmp_path / "cut.png")


def test_a_flipped_bit_is_refused(tmp_path):
    whole = write_png(tmp_path / "mask.png", np.ones((9, 9), np.uint8)).read_bytes()
    for place in range(16, len(whole) - 16):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        (tmp_path / "damaged.png").write_bytes(damaged)
        with pytest.raises(DataError, match=r"damaged\.png"):
            read_mask(tmp_path / "damaged.png")
