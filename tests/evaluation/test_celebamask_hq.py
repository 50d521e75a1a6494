"""The reader of CelebAMask-HQ: layers in the official order, and a word on what is wrong."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from lineament.datasets.celebamask_hq import MASKS, PHOTOS, read_celebamask_hq
from lineament.errors import DataError
from lineament.synthesis.parts import Part


def draw(path: Path, rows: slice, size: int = 16) -> None:
    mask = np.zeros((size, size, 3), dtype=np.uint8)
    mask[rows] = 255
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), mask)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photos 2 and 10: skin with hair over it; skin alone, in another folder of masks."""
    root = tmp_path / "set"
    (root / PHOTOS).mkdir(parents=True)
    for number in (2, 10):
        assert cv2.imwrite(str(root / PHOTOS / f"{number}.jpg"), np.zeros((32, 32, 3), np.uint8))
    draw(root / MASKS / "0" / "00002_skin.png", slice(4, 12))
    draw(root / MASKS / "0" / "00002_hair.png", slice(0, 6))
    draw(root / MASKS / "1" / "00010_skin.png", slice(0, 16))
    return root


def test_photos_by_number_with_later_parts_on_top(folder: Path) -> None:
    two, ten = read_celebamask_hq(folder)
    assert (two.name, ten.name) == ("2", "10")
    expected = [Part.HAIR] * 6 + [Part.SKIN] * 6 + [Part.BACKGROUND] * 4
    np.testing.assert_array_equal(two.mask(), np.repeat(np.array(expected)[:, None], 16, axis=1))
    assert two.mask().dtype == np.uint8
    assert set(np.unique(ten.mask())) == {Part.SKIN}


def test_what_is_missing_or_wrong_is_named(folder: Path) -> None:
    def fault(*words: object) -> None:
        with pytest.raises(DataError) as caught:
            [photo.mask() for photo in read_celebamask_hq(folder)]
        for word in words:
            assert str(word) in str(caught.value)

    anno = folder / MASKS / "1"
    draw(anno / "00010_hair.png", slice(0, 4), size=20)
    fault(anno / "00010_hair.png", "20 x 20", "16 x 16", "same size")
    (anno / "00010_hair.png").write_bytes(b"no picture")
    fault("cannot read", anno / "00010_hair.png")
    (anno / "00010_hair.png").rename(anno / "00010_chin.png")
    fault(anno / "00010_chin.png", "'chin'", "skin, nose, eye_g")
    (anno / "00010_chin.png").rename(anno / "0001x_skin.png")
    fault("0001x_skin.png", "number")
    (anno / "0001x_skin.png").rename(anno / "00011_skin.png")
    fault("00011_skin.png", "11.jpg", "missing")
    (anno / "00011_skin.png").unlink()
    (anno / "00010_skin.png").unlink()
    fault(folder / PHOTOS / "10.jpg", "no part")


def test_a_folder_of_another_kind(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        read_celebamask_hq(tmp_path / "nowhere")
    with pytest.raises(DataError, match=PHOTOS):
        read_celebamask_hq(tmp_path)
    for photo in (folder / PHOTOS).iterdir():
        photo.unlink()
    with pytest.raises(DataError, match="holds no photos"):
        read_celebamask_hq(folder)
