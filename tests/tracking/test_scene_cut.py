"""A cut is told from a pan, a zoom, noise and a change of the light."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from lineament import read_image
from lineament.face import ByteArray
from lineament.tracking.scene_cut import SceneCuts, colours

EXAMPLES = Path(__file__).parents[2] / "examples"
PHOTOS = ("astronaut.jpg", "grace_hopper.jpg", "photographer.png", "rocket.jpg")


@pytest.fixture(scope="module")
def photos() -> dict[str, ByteArray]:
    return {name: cv2.resize(read_image(EXAMPLES / name), (480, 400)) for name in PHOTOS}


@pytest.mark.parametrize("name", PHOTOS)
def test_one_scene(photos: dict[str, ByteArray], name: str) -> None:
    photo = photos[name]
    noise = np.random.default_rng(0).normal(0, 10, photo.shape)
    for other in (
        photo,
        np.roll(photo, 30, axis=1),
        cv2.resize(photo[40:-40, 48:-48], (480, 400)),
        np.clip(photo * 0.93, 0, 255).astype(np.uint8),
        np.clip(photo + noise, 0, 255).astype(np.uint8),
    ):
        cuts = SceneCuts()
        assert [cuts(photo), cuts(other)] == [False, False]


def test_a_cut_between_any_two_scenes(photos: dict[str, ByteArray]) -> None:
    for first in PHOTOS:
        for second in PHOTOS:
            cuts = SceneCuts()
            seen = [cuts(photos[name]) for name in (first, second, second)]
            assert seen == [False, first != second, False], (first, second)


def test_colours_are_shares() -> None:
    for shape in ((1, 1, 3), (700, 3, 3), (50, 60, 3)):
        image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
        assert colours(image).sum() == pytest.approx(1, abs=1e-5)
        assert colours(image).dtype == np.float32
