"""The five-fold scheme of STN-iCNN: what each copy may do, and that its affines say the truth."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from lineament.geometry import compose, inverse, move
from lineament.landmarks.crops import Square
from lineament.parsing.five_fold import (
    COPIES,
    Change,
    FiveFold,
    changed,
    changed_square,
    draw_change,
)
from lineament.parsing.patch_jitter import PATCHES, SMALL, PatchFiveFold, draw_jitter, seen_affine
from lineament.training.augmentation.sample import Sample

HELEN = FiveFold(kind="five_fold")
PATCH = PatchFiveFold(kind="five_fold_patches")
NO_POINTS = np.empty((0, 2), np.float32)


def changes(copy, options=HELEN, count=600):
    random = np.random.default_rng(copy)
    return [draw_change(options, copy, random) for _ in range(count)]


def kinds(change):
    happened = {
        "rotation": change.angle != 0,
        "scale": change.scale != 1,
        "shift": change.shift != (0, 0),
        "noise": change.noise != 0,
    }
    return frozenset(name for name, yes in happened.items() if yes)


def test_what_happens_to_each_copy():
    moves = {"rotation", "scale", "shift"}
    seen = [Counter(kinds(change) for change in changes(copy)) for copy in range(COPIES)]
    assert set(seen[0]) == {frozenset()}
    assert set(seen[1]) == {frozenset(["noise"]), frozenset(moves), frozenset(moves | {"noise"})}
    assert set(seen[2]) == {frozenset([move]) for move in moves}
    assert set(seen[3]) == {frozenset(moves - {move}) for move in moves}
    assert set(seen[4]) == {frozenset(moves)}
    for counts in seen[1:4]:
        assert min(counts.values()) > 140, "each kind in a third of 600"


@pytest.mark.parametrize(
    ("copy", "least", "largest", "shift"),
    [(2, 0.8, 1.5, 0.3), (3, 0.9, 1.2, 0.1), (4, 0.9, 1.2, 0.1)],
)
def test_the_ranges_are_those_of_the_paper(copy, least, largest, shift):
    drawn = changes(copy)
    scales = [change.scale for change in drawn if change.scale != 1]
    shifts = np.abs([change.shift for change in drawn])
    turns = np.degrees(np.abs([change.angle for change in drawn]))
    assert least <= min(scales) < least + 0.02 and largest - 0.02 < max(scales) <= largest
    assert 0.98 * shift < shifts.max() <= shift and 14.8 < turns.max() <= 15


def test_other_ranges_can_be_asked_for():
    celeba = FiveFold(kind="five_fold", rotation=17, scale=(0.6, 1.1), noise=0.05)
    drawn = changes(4, celeba)
    assert min(change.scale for change in drawn) < 0.62
    assert np.degrees(max(abs(change.angle) for change in drawn)) > 16.5
    assert {change.noise for change in changes(1, celeba)} == {0, 0.05}


def test_a_change_does_what_it_says():
    """Where points of a plain canvas of 100 pixels come to lie."""
    square = Square(np.float32([49.5, 49.5]), 100.0, 0.0)

    def moved(change, points):
        return move(changed_square(square, change).affine(100), np.float32(points))

    np.testing.assert_allclose(moved(Change(scale=2), [[49.5, 49.5], [59.5, 49.5]]),
                               [[49.5, 49.5], [69.5, 49.5]], atol=1e-4)  # fmt: skip
    np.testing.assert_allclose(moved(Change(shift=(0.1, -0.2)), [[10, 50]]), [[20, 30]], atol=1e-4)
    right, quarter = [[69.5, 49.5]], Change(angle=np.pi / 2)
    np.testing.assert_allclose(moved(quarter, right), [[49.5, 29.5]], atol=1e-4)
    both = Change(angle=np.pi / 2, scale=0.5, shift=(0.3, 0))
    np.testing.assert_allclose(moved(both, right), [[79.5, 39.5]], atol=1e-4)


def test_a_change_is_about_the_middle_of_a_turned_square_too():
    square = Square(np.float32([30, 70]), 40.0, 0.4)
    change = Change(angle=0.2, scale=1.3, shift=(0.1, 0.05))
    plain, after = square.affine(64), changed_square(square, change).affine(64)
    across = compose(after, inverse(plain))
    np.testing.assert_allclose(move(across, [31.5, 31.5]), [31.5 + 6.4, 31.5 + 3.2], atol=1e-3)
    np.testing.assert_allclose(np.sqrt(np.linalg.det(across[:, :2])), 1.3, atol=1e-6)
    np.testing.assert_allclose(np.arctan2(across[0, 1], across[0, 0]), 0.2, atol=1e-6)


def test_what_comes_from_outside_is_black_and_background():
    sample = Sample(np.full((40, 40, 3), 200, np.uint8), NO_POINTS, np.full((40, 40), 3, np.uint8))
    square = Square(np.float32([19.5, 19.5]), 40.0, 0.0)
    canvas = changed(sample, square, 40, Change(shift=(0.25, 0)), np.random.default_rng(0))
    assert (canvas.image[:, :10] == 0).all() and (canvas.image[:, 10:] == 200).all()
    assert (canvas.mask[:, :10] == 0).all() and (canvas.mask[:, 10:] == 3).all()


def test_noise_is_as_strong_as_it_says_and_leaves_the_mask():
    sample = Sample(np.full((80, 80, 3), 128, np.uint8), NO_POINTS, np.eye(80, dtype=np.uint8))
    square = Square(np.float32([39.5, 39.5]), 80.0, 0.0)
    canvas = changed(sample, square, 80, Change(noise=0.1), np.random.default_rng(0))
    values = canvas.image.astype(float)
    assert values.mean() == pytest.approx(128, abs=0.6)
    assert values.std() == pytest.approx(25.5, abs=0.6)
    channels = np.corrcoef(values.reshape(-1, 3).T)
    assert abs(channels[0, 1]) < 0.05, "every value has its own"
    np.testing.assert_array_equal(canvas.mask, sample.mask)


def jitters(copy, count=400):
    random = np.random.default_rng(copy)
    drawn = [draw_jitter(PATCH, copy, random) for _ in range(count)]
    return np.stack([affines for affines, _ in drawn]), np.array([noise for _, noise in drawn])


def test_copy_k_of_a_patch_has_k_changes():
    identity = np.tile(np.float32([[1, 0, 0], [0, 1, 0]]), (6, 1, 1))
    affines, noise = jitters(0, 5)
    np.testing.assert_array_equal(affines, np.tile(identity, (5, 1, 1, 1)))
    assert not noise.any()
    for copy in range(1, COPIES):
        affines, noise = jitters(copy)
        large = affines[:, SMALL:]
        turned = np.abs(large[..., 0, 1]).max(axis=1) > 0
        scaled = np.abs(np.linalg.det(large[..., :2]) - 1).max(axis=1) > 1e-5
        shifted = np.abs(large[..., 2]).max(axis=(1, 2)) > 0
        assert (turned.astype(int) + scaled + shifted + (noise > 0) == copy).all()
        assert turned.mean() > 0 and noise.mean() > 0


def test_the_ranges_of_patches():
    affines = np.concatenate([jitters(copy)[0] for copy in range(1, COPIES)])
    scales = 1 / np.sqrt(np.linalg.det(affines[..., :2]))
    assert scales.shape == (1600, len(PATCHES))
    small, large = scales[:, :SMALL], scales[:, SMALL:]
    assert small.min() > 1 - 1e-5 and 1.45 < small.max() < 1.5 + 1e-5
    assert 0.8 - 1e-5 < large.min() < 0.82 and large.max() < 1 + 1e-5
    shifts = np.linalg.solve(affines[..., :2], affines[..., 2:])[..., 0] / -2
    assert 0.29 < np.abs(shifts[:, :SMALL]).max() <= 0.3 + 1e-5
    assert 0.095 < np.abs(shifts[:, SMALL:]).max() <= 0.1 + 1e-5
    both = (np.abs(shifts[:, :SMALL]).max(axis=2) > 1e-6) & (small > 1 + 1e-5)
    assert not both.any(), "brows and eyes that are shifted keep their scale"
    assert (affines[:, 0] != affines[:, 1]).any(), "every patch has its own"


def test_a_jittered_patch_is_the_plain_one_after_its_change():
    """Sampled where `seen_affine` says, against the crop that `changed_square` cuts."""
    patch, canvas = 81, 200
    rows, columns = np.mgrid[:canvas, :canvas]
    picture = (127 + 60 * np.sin(columns / 9) + 50 * np.cos(rows / 7)).astype(np.uint8)
    centre, change = np.float32([90, 110]), Change(angle=0.2, scale=0.8, shift=(0.1, -0.05))
    square = Square(centre, float(patch), 0.0)
    affine = changed_square(square, change).affine(patch)
    expected = cv2.warpAffine(picture, affine, (patch, patch), flags=cv2.INTER_LINEAR)
    line = np.linspace(-1, 1, patch)
    places = np.stack(np.meshgrid(line, line), axis=-1)
    seen = places @ seen_affine(change)[:, :2].T + seen_affine(change)[:, 2]
    pixels = (centre + seen * (patch - 1) / 2).astype(np.float32)
    sampled = cv2.remap(picture, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR)
    away = np.abs(sampled.astype(float) - expected)
    # A share of the patch is one of 81 pixels there, one of 80 steps here.
    assert away.mean() < 1.5 and away.max() < 8
    plain = cv2.warpAffine(picture, square.affine(patch), (patch, patch))
    assert np.abs(sampled.astype(float) - plain).mean() > 20
