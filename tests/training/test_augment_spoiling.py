"""Faults of colour, sharpness and files: each does what its name says, and no more."""

from __future__ import annotations

import numpy as np
import pytest
from augment_subjects import SIZE, smooth
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.training.augmentation.options import Spoiling
from lineament.training.augmentation.spoiling import Faults, draw_faults, spoiled

IMAGE = smooth(0, SIZE).image


def grown(image: np.ndarray) -> float:
    """Energy of the differences of neighbours."""
    return float(np.square(np.diff(image.astype(float), axis=1)).mean())


def test_without_faults_a_picture_passes_unchanged() -> None:
    faults = draw_faults(Spoiling(), SIZE, np.random.default_rng(1))
    assert spoiled(IMAGE, faults) is IMAGE


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([17, 64, 200, 600]))
def test_all_faults_at_once_keep_the_shape(seed: int, size: int) -> None:
    options = Spoiling(gamma=0.5, cast=0.1, fade=1, gradient=1, small=1, blur=1, noise=1, jpeg=1)
    image = np.full((size, size, 3), 90, dtype=np.uint8)
    faults = draw_faults(options, size, np.random.default_rng(seed))
    made = spoiled(image, faults)
    assert made.shape == image.shape and made.dtype == np.uint8
    assert image.min() == image.max() == 90, "the picture that was given stays"
    assert faults.small is not None and 8 <= faults.small[0] <= max(size / 1.3, 8)
    assert faults.blur is not None and 0.4 <= faults.blur <= 1.6
    assert faults.noise is not None and 0 <= faults.noise[2] <= 255 * options.noise_level
    assert faults.jpeg is not None and 15 <= faults.jpeg < 75
    assert 0.2 <= faults.grey <= 0.8


def test_faults_come_as_often_as_they_say() -> None:
    options = Spoiling(
        grey=0.1, fade=0.2, gradient=0.3, small=0.4, blur=0.5, noise=0.6, jpeg=0.7
    )  # fmt: skip
    random = np.random.default_rng(0)
    drawn = [draw_faults(options, SIZE, random) for _ in range(3000)]
    shares = {
        "gradient": np.mean([faults.light is not None for faults in drawn]),
        "grey": np.mean([faults.grey == 1 for faults in drawn]),
        "fade": np.mean([0 < faults.grey < 1 for faults in drawn]),
        "small": np.mean([faults.small is not None for faults in drawn]),
        "blur": np.mean([faults.blur is not None for faults in drawn]),
        "noise": np.mean([faults.noise is not None for faults in drawn]),
        "jpeg": np.mean([faults.jpeg is not None for faults in drawn]),
    }
    for name, share in shares.items():
        assert share == pytest.approx(getattr(options, name), abs=0.035), name


def test_a_grey_picture_has_one_value_in_all_channels() -> None:
    grey = spoiled(IMAGE, Faults(grey=1.0))
    assert (grey == grey[:, :, :1]).all()
    half = spoiled(IMAGE, Faults(grey=0.5)).astype(float)
    np.testing.assert_allclose(half, (IMAGE.astype(float) + grey) / 2, atol=1)


def test_light_falls_off_in_its_direction() -> None:
    lit = spoiled(np.full((SIZE, SIZE, 3), 80, np.uint8), Faults(light=(0.0, 0.5)))
    profile = lit[0, :, 0].astype(int)
    assert (np.diff(profile) >= 0).all() and (lit == lit[:1]).all()
    assert profile[0] == pytest.approx(80 * np.exp(-0.5), abs=1)
    assert profile[-1] == pytest.approx(80 * np.exp(0.5), abs=1)


def test_noise_adds_its_deviation_and_no_offset() -> None:
    plain = np.full((SIZE, SIZE, 3), 128, np.uint8)
    added = spoiled(plain, Faults(noise=(5, 9, 10.0))).astype(float) - 128
    assert added.std() == pytest.approx(10, rel=0.05) and abs(added.mean()) < 0.6


def test_blur_and_small_take_detail_away() -> None:
    noisy = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    for faults in (Faults(blur=1.0), Faults(small=(30, 0)), Faults(small=(30, 1))):
        assert grown(spoiled(noisy, faults)) < 0.3 * grown(noisy)


def test_jpeg_keeps_red_and_blue_apart() -> None:
    red = np.zeros((SIZE, SIZE, 3), np.uint8)
    red[:, :, 0] = 200
    made = spoiled(red, Faults(jpeg=70)).reshape(-1, 3).mean(axis=0)
    assert made == pytest.approx([200, 0, 0], abs=8)
