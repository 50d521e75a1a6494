"""Picture and points move together."""

import numpy as np
import pytest

from lineament.landmarks.crops import Square
from lineament.landmarks.schemes import IBUG_68
from lineament.training.augment import Augmentation, augmented, cut, mirrored


@pytest.fixture
def spots():
    """A picture with a bright spot at each of 68 points, well apart."""
    columns, rows = np.meshgrid(np.arange(9), np.arange(8))
    points = np.stack([columns.ravel(), rows.ravel()], axis=1)[:68] * 20.0 + 20
    picture = np.zeros((200, 200, 3), np.uint8)
    grid_rows, grid_columns = np.mgrid[:200, :200]
    for x, y in points:
        picture[np.hypot(grid_columns - x, grid_rows - y) < 4] = 255
    return picture, points.astype(np.float32)


def brightness_at(crop, points):
    rounded = np.clip(np.round(points).astype(int), 0, crop.shape[0] - 1)
    return crop[rounded[:, 1], rounded[:, 0], 0]


SQUARE = Square(np.array([100, 90], np.float32), 190.0, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_every_point_stays_on_its_spot(spots, seed):
    picture, points = spots
    options = Augmentation(mirror=0.5, rotation=30, shift=0.05, scale=0.1, blur=0.0)
    random = np.random.default_rng(seed)
    sample = augmented(picture, points, SQUARE, 160, IBUG_68.mirror_index, options, random)
    inside = ((sample.points > 1) & (sample.points < 158)).all(axis=1)
    assert inside.sum() > 40
    assert brightness_at(sample.crop, sample.points[inside]).min() > 200


def test_a_mirrored_sample_names_the_other_side(spots):
    picture, points = spots
    sample = cut(picture, points, SQUARE, 160)
    crop, moved = mirrored(sample.crop, sample.points, IBUG_68.mirror_index)
    assert brightness_at(crop, moved).min() > 200
    assert moved[36] == pytest.approx([159 - sample.points[45, 0], sample.points[45, 1]])
    again, back = mirrored(crop, moved, IBUG_68.mirror_index)
    assert (again == sample.crop).all() and back == pytest.approx(sample.points, abs=1e-3)


def test_the_same_seed_gives_the_same_sample(spots):
    picture, points = spots
    one, two = (
        augmented(
            picture, points, SQUARE, 64, IBUG_68.mirror_index, Augmentation(),
            np.random.default_rng(7),
        )
        for _ in range(2)
    )  # fmt: skip
    assert (one.crop == two.crop).all() and (one.points == two.points).all()


def test_rotation_stays_within_its_bounds(spots):
    picture, points = spots
    options = Augmentation(mirror=0, rotation=30, shift=0, scale=0, blur=0)
    angles = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        moved = augmented(picture, points, SQUARE, 64, IBUG_68.mirror_index, options, random).points
        across = moved[8] - moved[0]
        angles.append(np.degrees(np.arctan2(across[1], across[0])))
    assert max(map(abs, angles)) <= 30.01 and max(angles) > 20 and min(angles) < -20
