"""Batches on a device are the same pictures as those made one by one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from augment_subjects import CLASSES, EVERYTHING, SIZE, SQUARE, STRAYING, augmenter, smooth

from lineament.landmarks.crops import Square
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.device_occlusion import inside
from lineament.training.augmentation.device_resampling import blur_matrices, smaller_matrices
from lineament.training.augmentation.device_spoiling import spoil_batch
from lineament.training.augmentation.occlusion import draw_occluder, occluded
from lineament.training.augmentation.on_device import SampleBatch, apply_batch, augment_batch
from lineament.training.augmentation.options import Augmentation, Border, Occlusion
from lineament.training.augmentation.sample import Sample
from lineament.training.augmentation.spoiling import ENLARGING, Faults, spoiled

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
COUNT = 16

pytestmark = pytest.mark.parametrize("device", DEVICES)


def batch_of(samples: list[Sample], device: str) -> SampleBatch:
    images = torch.from_numpy(np.stack([sample.image for sample in samples]))
    masks = np.stack([sample.mask for sample in samples if sample.mask is not None])
    return SampleBatch(
        images.permute(0, 3, 1, 2).to(device),
        torch.from_numpy(np.stack([sample.points for sample in samples])).to(device),
        torch.from_numpy(masks).to(device),
    )


def generators() -> list[np.random.Generator]:
    return [np.random.default_rng([9, place]) for place in range(COUNT)]


def both(maker: Augmenter, square: Square, device: str) -> tuple[SampleBatch, list[Sample]]:
    samples = [smooth(seed) for seed in range(COUNT)]
    made = augment_batch(maker, batch_of(samples, device), [square] * COUNT, generators())
    singles = [
        maker.augmented(sample, square, random)
        for sample, random in zip(samples, generators(), strict=True)
    ]
    return made, singles


def differences(made: SampleBatch, singles: list[Sample]) -> np.ndarray:
    images = made.images.permute(0, 2, 3, 1).cpu().numpy().astype(int)
    return np.abs(images - np.stack([single.image for single in singles]))


@pytest.mark.parametrize("border", ["edge", "black", "reflect"])
@pytest.mark.parametrize("side", [40.0, 100.0, 180.0])
def test_affines_are_those_of_single_samples(device: str, border: Border, side: float) -> None:
    maker = augmenter(Augmentation(straying=STRAYING, border=border), SIZE // 2)
    made, singles = both(maker, Square(SQUARE.centre, side, 0.1), device)
    assert made.images.shape == (COUNT, 3, SIZE, SIZE) and made.images.dtype == torch.uint8
    assert differences(made, singles).mean() < 1
    points = np.stack([single.points for single in singles])
    np.testing.assert_allclose(made.points.cpu().numpy(), points, atol=1e-3)
    assert made.masks is not None
    masks = np.stack([single.mask for single in singles if single.mask is not None])
    assert np.mean(made.masks.cpu().numpy() == masks) > 0.98


def test_a_crop_that_shrinks_does_not_alias(device: str) -> None:
    maker = augmenter(Augmentation())
    made, singles = both(maker, Square(SQUARE.centre, 3.3 * SIZE, 0.1), device)
    assert differences(made, singles).mean() < 2.5
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[:, ::2] = 255
    sample = Sample(stripes, SQUARE.centre[None].repeat(3, 0), np.zeros((400, 400), np.uint8))
    square = Square(np.array([200, 200], np.float32), 256.0, 0.0)
    grey = augment_batch(maker, batch_of([sample], device), [square], generators()[:1])
    assert (grey.images.float() - 127.5).abs().max() < 3


def test_nothing_asked_for_is_nothing_done(device: str) -> None:
    whole = Square(np.array([31.5, 31.5], np.float32), float(SIZE), 0.0)
    samples = [smooth(seed, SIZE) for seed in range(COUNT)]
    given = batch_of(samples, device)
    made = augment_batch(augmenter(Augmentation()), given, [whole] * COUNT, generators())
    assert torch.equal(made.images, given.images) and torch.equal(made.points, given.points)
    assert made.masks is not None and given.masks is not None
    assert torch.equal(made.masks, given.masks)


def test_all_faults_together_are_those_of_single_samples(device: str) -> None:
    options = EVERYTHING.model_copy(update={"occlusion": Occlusion()})
    made, singles = both(augmenter(options), SQUARE, device)
    per_sample = differences(made, singles).mean(axis=(1, 2, 3))
    assert np.median(per_sample) < 1 and per_sample.max() < 4


@pytest.mark.parametrize(
    ("faults", "tolerance"),
    [
        (Faults(light=(2.0, 0.7)), 0.05),
        (Faults(grey=0.6), 0.4),
        (Faults(small=(20, 0)), 0.5),
        (Faults(small=(33, 1)), 0.6),
        (Faults(small=(29, 2)), 0.5),
        (Faults(blur=0.5), 0.3),
        (Faults(blur=1.5), 0.3),
        (Faults(noise=(3, 100, 12.0)), 0.01),
        (Faults(jpeg=20), 1.5),
        (Faults(jpeg=70), 1.2),
    ],
)
def test_each_fault_is_that_of_single_pictures(
    device: str, faults: Faults, tolerance: float
) -> None:
    images = np.stack([smooth(seed, SIZE).image for seed in range(4)])
    given = torch.from_numpy(images).permute(0, 3, 1, 2).float().to(device)
    made = spoil_batch(given, [Faults(), faults, faults, Faults()])
    made_images = made.permute(0, 2, 3, 1).cpu().numpy()
    np.testing.assert_array_equal(made_images[[0, 3]], images[[0, 3]])
    for place in (1, 2):
        expected = spoiled(images[place], faults).astype(float)
        assert np.abs(made_images[place] - expected).mean() < tolerance
        change = np.abs(expected - images[place]).mean()
        assert change > 1.2 * tolerance, "the picture is one on which the fault shows"


@pytest.mark.parametrize("way", range(len(ENLARGING)))
@pytest.mark.parametrize("small", [17, 21, 32, 49])
def test_resampling_matrices_are_what_opencv_does(device: str, way: int, small: int) -> None:
    line = np.random.default_rng(0).uniform(0, 255, (SIZE, 1)).astype(np.float32)
    shrunk = cv2.resize(line, (1, small), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(shrunk, (1, SIZE), interpolation=ENLARGING[way])
    sides, ways = torch.tensor([small, 55]), torch.tensor([way, 0])
    matrix = smaller_matrices(SIZE, sides.to(device), ways.to(device))[0].cpu().numpy()
    np.testing.assert_allclose(matrix @ line, expected, atol=0.05)
    sigma = small / 20
    width = round(6 * sigma + 1) | 1
    blurred = cv2.GaussianBlur(line.repeat(99, 1), (width, width), sigma)[:, 50:51]
    blur = blur_matrices(SIZE, torch.tensor([sigma, 0.4], device=device))[0].cpu().numpy()
    np.testing.assert_allclose(blur @ line, blurred, atol=0.05)


def test_polygons_hide_the_same_pixels(device: str) -> None:
    maker = augmenter(Augmentation(occlusion=Occlusion(share=1.0)), SIZE // 2)
    samples = [smooth(seed) for seed in range(COUNT)]
    draws = [maker.draw(SQUARE, random) for random in generators()]
    made = apply_batch(maker, batch_of(samples, device), draws)
    plain = [maker.plain(sample, SQUARE) for sample in samples]
    images = made.images.permute(0, 2, 3, 1).cpu().numpy()
    for place, draw in enumerate(draws):
        assert draw.occluder is not None and made.masks is not None
        other = plain[(place + 1) % COUNT].image
        single = occluded(plain[place], draw.occluder, other, CLASSES)
        assert single.mask is not None
        wrong = (np.abs(images[place].astype(int) - single.image) > 12).any(axis=2)
        rim = 4 * np.ptp(draw.occluder.polygon, axis=0).sum() * 0.75 + 8
        assert wrong.sum() <= min(rim, 0.1 * SIZE**2)
        assert np.mean(made.masks[place].cpu().numpy() == single.mask) > 0.94


def test_a_square_covers_its_pixels(device: str) -> None:
    corners = torch.tensor([[[1.5, 2.5], [6.5, 2.5], [6.5, 7.5], [1.5, 7.5], [1.5, 7.5]]])
    cover = inside(corners.to(device), 10)[0].cpu().numpy()
    assert cover[3:8, 2:7].all() and cover.sum() == 25


def test_the_same_seeds_give_the_same_pictures(device: str) -> None:
    first, _ = both(augmenter(EVERYTHING), SQUARE, device)
    second, _ = both(augmenter(EVERYTHING), SQUARE, device)
    assert torch.equal(first.images, second.images) and torch.equal(first.points, second.points)
    assert draw_occluder(Occlusion(), SIZE, np.random.default_rng(0)) is None


def test_a_batch_that_does_not_fit_together_is_refused(device: str) -> None:
    given = batch_of([smooth(0)], device)
    with pytest.raises(ValueError, match="1 pictures need as many"):
        augment_batch(augmenter(EVERYTHING), given, [SQUARE] * 2, generators()[:1])
    short = SampleBatch(given.images, given.points[:, :2])
    with pytest.raises(ValueError, match=r"expected \(1, 3, 2\)"):
        augment_batch(augmenter(EVERYTHING), short, [SQUARE], generators()[:1])
