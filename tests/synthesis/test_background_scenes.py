"""Drawn backgrounds, the mixture of all kinds, and the light guessed from them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from background_packages import write_unpacked

from lineament.synthesis.background.ambient import DIRECTIONS, ambient_colours
from lineament.synthesis.background.import_photographs import import_photographs
from lineament.synthesis.background.lens import LUMINANCE, defocus, expose
from lineament.synthesis.background.photographs import BackgroundPhotographs
from lineament.synthesis.background.procedural import (
    SCENES,
    procedural_background,
    scene_background,
)
from lineament.synthesis.background.sample import sample_background


@pytest.mark.parametrize("kind", SCENES)
def test_every_scene_is_linear_light_that_its_seed_decides(kind: str) -> None:
    for seed in range(12):
        side = (37, 64, 130, 400)[seed % 4]
        scene = scene_background(np.random.default_rng(seed), side, kind)
        assert scene.shape == (side, side, 3) and scene.dtype == np.float32
        assert np.isfinite(scene).all() and scene.min() >= 0 and scene.max() <= 1
        again = scene_background(np.random.default_rng(seed), side, kind)
        assert scene.tobytes() == again.tobytes()


def test_shares_of_the_scenes_add_up_to_one() -> None:
    assert sum(scene.share for scene in SCENES.values()) == pytest.approx(1)


def test_drawn_backgrounds_are_muted_and_differ_in_brightness() -> None:
    scenes = [procedural_background(np.random.default_rng(seed), 48) for seed in range(150)]
    means = np.array([scene.mean((0, 1)) for scene in scenes])
    saturation = 1 - means.min(1) / means.max(1)
    assert np.median(saturation) < 0.45
    assert np.percentile(means, 10) < 0.08 and np.percentile(means, 90) > 0.3


def test_photographs_and_drawn_scenes_are_mixed_and_repeat(tmp_path: Path) -> None:
    table = write_unpacked(tmp_path / "packages")
    import_photographs(tmp_path / "packages", tmp_path / "out", table)
    photographs = BackgroundPhotographs(tmp_path / "out")
    with_photographs = [
        sample_background(np.random.default_rng(seed), 32, photographs) for seed in range(60)
    ]
    drawn = [sample_background(np.random.default_rng(seed), 32) for seed in range(60)]
    again = [sample_background(np.random.default_rng(seed), 32, photographs) for seed in range(60)]
    assert [a.tobytes() for a in with_photographs] == [a.tobytes() for a in again]
    assert len({a.tobytes() for a in drawn}) == 60
    assert not {a.tobytes() for a in with_photographs} & {a.tobytes() for a in drawn}


def test_drawing_is_fast_enough_for_the_engine() -> None:
    """1.5 ms is the aim at 256 pixels; three times that is allowed on a busy machine."""
    procedural_background(np.random.default_rng(0), 256)
    start = time.process_time()
    for seed in range(60):
        procedural_background(np.random.default_rng(seed), 256)
    assert (time.process_time() - start) / 60 < 4.5e-3


def test_light_comes_from_where_the_background_is_bright() -> None:
    picture = np.zeros((60, 60, 3), np.float32)
    picture[:, 30:] = (0.2, 0.4, 0.8)
    light = dict(zip(DIRECTIONS, ambient_colours(picture), strict=True))
    assert (light["right"] > light["behind"]).all() and (light["behind"] > light["left"]).all()
    np.testing.assert_allclose(light["behind"], (0.1, 0.2, 0.4), atol=1e-6)
    np.testing.assert_allclose(light["right"], np.array((0.15, 0.3, 0.6)), atol=1e-6)
    np.testing.assert_allclose(light["up"], light["down"], atol=1e-6)


def test_one_colour_all_round_lights_evenly() -> None:
    light = ambient_colours(np.full((50, 50, 3), 0.25, np.float32))
    np.testing.assert_allclose(light[:5], 0.25, rtol=1e-5)
    np.testing.assert_allclose(light[5], 0.2, rtol=1e-5)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.5, 6.0, 15.0])
def test_defocus_keeps_the_light_and_spreads_it_as_far_as_told(sigma: float) -> None:
    spot = np.zeros((161, 161, 3), np.float32)
    spot[78:83, 78:83] = 1
    blurred = defocus(spot, sigma)
    assert blurred.sum() == pytest.approx(spot.sum(), rel=0.02)
    across = np.arange(161) - 80
    weight = blurred[:, :, 0].sum(0) / blurred[:, :, 0].sum()
    assert abs((weight * across).sum()) < 0.1
    assert (weight * across**2).sum() == pytest.approx(sigma**2 + 2, rel=0.25)


def test_exposure_by_hand() -> None:
    pixel = np.array((0.1, 0.2, 0.4), np.float32).reshape(1, 1, 3)
    ones = np.ones(3, np.float32)
    np.testing.assert_allclose(expose(pixel, 1.0, ones)[0, 0], (0.2, 0.4, 0.8), rtol=1e-6)
    np.testing.assert_allclose(expose(pixel, 2.0, ones)[0, 0], (0.4, 0.8, 1.0), rtol=1e-6)
    grey = float(LUMINANCE @ pixel[0, 0])
    np.testing.assert_allclose(expose(pixel, 0.0, ones, saturation=0.0)[0, 0], grey, rtol=1e-6)
