"""PNG files with a palette and with alpha, read back by other readers."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from lineament import read_image
from lineament.errors import ImageError
from lineament.parsing.part_schemes import CELEBAMASK_19
from lineament.picture_file.png_writer import write_palette, write_rgba

RANDOM = np.random.default_rng(5)


@pytest.mark.parametrize("shape", [(1, 1), (7, 13), (64, 3)])
def test_class_numbers_and_their_colours(shape: tuple[int, int], tmp_path: Path) -> None:
    mask = RANDOM.integers(0, 19, shape).astype(np.uint8)
    path = tmp_path / "mask.png"
    write_palette(path, mask, CELEBAMASK_19.palette)
    with Image.open(path) as picture:
        assert picture.mode == "P"
        np.testing.assert_array_equal(np.array(picture), mask)
    colours = np.array(CELEBAMASK_19.palette, dtype=np.uint8)[mask]
    np.testing.assert_array_equal(read_image(path), colours)


@pytest.mark.parametrize("shape", [(1, 1), (9, 1), (20, 31)])
def test_alpha(shape: tuple[int, int], tmp_path: Path) -> None:
    image = RANDOM.integers(0, 256, (*shape, 4)).astype(np.uint8)
    path = tmp_path / "alpha.png"
    write_rgba(path, image)
    with Image.open(path) as picture:
        assert picture.mode == "RGBA"
        np.testing.assert_array_equal(np.array(picture), image)
    bgra = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(bgra[..., [2, 1, 0, 3]], image)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    mask = np.zeros((2, 2), np.uint8)
    with pytest.raises(ImageError, match="has no pixels"):
        write_palette(tmp_path / "a.png", mask[:0], CELEBAMASK_19.palette)
    with pytest.raises(ImageError, match="cannot write"):
        write_palette(tmp_path / "none" / "a.png", mask, CELEBAMASK_19.palette)
    with pytest.raises(ValueError, match="holds 2, the palette 2 colours"):
        write_palette(tmp_path / "a.png", mask + 2, CELEBAMASK_19.palette[:2])
    with pytest.raises(ValueError, match="uint8"):
        write_palette(tmp_path / "a.png", mask.astype(int), CELEBAMASK_19.palette)
    with pytest.raises(ValueError, match=r"\(H, W, 4\)"):
        write_rgba(tmp_path / "a.png", np.zeros((2, 2, 3), np.uint8))
    assert not list(tmp_path.iterdir())
