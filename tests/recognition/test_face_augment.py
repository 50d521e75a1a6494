"""Random erasing, Mixup, CutMix and RandAugment: what they change, and how often."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance, ImageOps
from pydantic import ValidationError

from lineament.recognition.face_augment import (
    CutMixOptions,
    MixupOptions,
    RandomErasingOptions,
    cutmix,
    mixup,
    random_erasing,
)
from lineament.recognition.rand_augment import (
    BLENDS,
    MOVES,
    TABLES,
    RandAugmentOptions,
    change,
    rand_augment,
)

SIZE = 36


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def faces(count=6, seed=0):
    """Smooth pictures with some noise, whole grey levels 0 to 255."""
    generator = seeded(seed)
    coarse = torch.rand(count, 3, 5, 5, generator=generator) * 200 + 20
    smooth = torch.nn.functional.interpolate(coarse, SIZE, mode="bilinear")
    return (smooth + torch.randn(smooth.shape, generator=generator) * 8).round().clamp(0, 255)


WAYS = {
    "random_erasing": lambda x, g: random_erasing(x, RandomErasingOptions(probability=1.0), g),
    "mixup": lambda x, g: mixup(x, torch.arange(len(x)), MixupOptions(), g).pictures,
    "cutmix": lambda x, g: (
        cutmix(x, torch.arange(len(x)), CutMixOptions(probability=1), g).pictures
    ),
    "rand_augment": lambda x, g: rand_augment(x, RandAugmentOptions(strength=0.7), g),
}


@pytest.mark.parametrize("way", WAYS)
def test_pictures_come_back_new_in_range_and_by_the_seed(way):
    pictures = faces()
    kept = pictures.clone()
    made = WAYS[way](pictures, seeded())
    assert torch.equal(pictures, kept)
    assert made.shape == pictures.shape and made.dtype == torch.float32
    assert made.min() >= 0 and made.max() <= 255
    assert not torch.equal(made, pictures)
    assert torch.equal(made, WAYS[way](pictures, seeded()))
    assert not torch.equal(made, WAYS[way](pictures, seeded(1)))


def boxes(changed):
    """(top, left, height, width) of each picture's changed pixels, which must fill a box."""
    found = []
    for picture in changed:
        rows, columns = picture.any(dim=1).nonzero()[:, 0], picture.any(dim=0).nonzero()[:, 0]
        if not len(rows):
            found.append(None)
            continue
        top, left = int(rows[0]), int(columns[0])
        bottom, right = int(rows[-1]) + 1, int(columns[-1]) + 1
        assert picture[top:bottom, left:right].all()
        found.append((top, left, bottom - top, right - left))
    return found


def test_random_erasing_fills_boxes_of_the_papers_sizes():
    pictures = torch.full((400, 3, SIZE, SIZE), 300.0)
    made = random_erasing(pictures, RandomErasingOptions(), seeded())
    changed = (made != pictures).all(dim=1)
    assert torch.equal(changed, (made != pictures).any(dim=1))
    found = [box for box in boxes(changed) if box]
    assert 0.4 < len(found) / 400 < 0.6
    shares = np.array([height * width for _, _, height, width in found]) / SIZE**2
    assert shares.min() > 0.01 and shares.max() < 0.43 and 0.15 < shares.mean() < 0.25
    ratios = np.array([height / width for _, _, height, width in found])
    assert ratios.min() > 0.25 and ratios.max() < 4 and (ratios < 1).any() and (ratios > 1).any()
    tops = np.array([box[0] for box in found])
    bottoms = np.array([box[0] + box[2] for box in found])
    assert tops.min() == 0 and bottoms.max() == SIZE
    levels = made[changed[:, None].expand_as(made)]
    assert levels.min() == 0 and levels.max() == 255 and torch.equal(levels, levels.round())
    assert levels.mean().item() == pytest.approx(127.5, abs=1)


def test_nothing_is_erased_where_nothing_is_asked_for_or_no_box_fits():
    pictures = faces()
    assert torch.equal(
        random_erasing(pictures, RandomErasingOptions(probability=0), seeded()), pictures
    )
    flat = RandomErasingOptions(probability=1, smallest=1, largest=1, flattest=0.01)
    made = random_erasing(pictures[:1].expand(50, -1, -1, -1), flat, seeded())
    assert boxes((made != pictures[:1]).any(dim=1)).count(None) > 25


def test_mixup_blends_by_the_share_that_it_says():
    pictures, labels = faces(64), torch.arange(64) * 3
    mixed = mixup(pictures, labels, MixupOptions(alpha=1.0), seeded())
    partners = mixed.others // 3
    share = mixed.share[:, None, None, None]
    torch.testing.assert_close(mixed.pictures, share * pictures + (1 - share) * pictures[partners])
    assert torch.equal(mixed.labels, labels)
    assert sorted(mixed.others.tolist()) == labels.tolist()
    assert len(mixed.share.unique()) == 64 and mixed.share.dtype == torch.float32


@pytest.mark.parametrize(("alpha", "deviation"), [(0.2, 0.4226), (1.0, 0.2887), (8.0, 0.1213)])
def test_shares_have_the_deviation_of_their_beta_distribution(alpha, deviation):
    share = mixup(
        torch.zeros(4000, 3, 1, 1), torch.arange(4000), MixupOptions(alpha=alpha), seeded()
    ).share
    assert share.mean().item() == pytest.approx(0.5, abs=0.03)
    assert share.std().item() == pytest.approx(deviation, rel=0.05)


def test_cutmix_shows_a_box_of_the_other_picture_and_says_its_share():
    labels = torch.arange(300)
    pictures = labels.float()[:, None, None, None].expand(-1, 3, SIZE, SIZE)
    mixed = cutmix(pictures, labels, CutMixOptions(probability=0.7), seeded())
    own = mixed.pictures == pictures
    met = mixed.others != labels
    torch.testing.assert_close(own.float().mean(dim=(1, 2, 3))[met], mixed.share[met])
    others = mixed.others.float()[:, None, None, None].expand_as(own)
    assert torch.equal(mixed.pictures[~own], others[~own])
    found = [box for box in boxes(~own.all(dim=1)) if box]
    assert 0.55 < len(found) / 300 < 0.8
    squares = [box for box in found if box[0] and box[1] and box[0] + box[2] < SIZE
               and box[1] + box[3] < SIZE]  # fmt: skip
    assert squares and all(height == width for _, _, height, width in squares)


def test_one_picture_alone_meets_itself():
    pictures, label = faces(1), torch.tensor([4])
    for mixed in (
        mixup(pictures, label, MixupOptions(), seeded()),
        cutmix(pictures, label, CutMixOptions(probability=1.0), seeded()),
    ):
        torch.testing.assert_close(mixed.pictures, pictures)
        assert mixed.others.tolist() == [4]


def with_pillow(pictures, make):
    made = []
    for picture in pictures:
        image = Image.fromarray(picture.permute(1, 2, 0).numpy().astype(np.uint8))
        made.append(np.asarray(make(image)))
    return torch.as_tensor(np.stack(made)).permute(0, 3, 1, 2).float()


PILLOW = {
    "autocontrast": lambda image, _: ImageOps.autocontrast(image),
    "equalise": lambda image, _: ImageOps.equalize(image),
    "solarise": lambda image, amount: ImageOps.solarize(image, int(256 * (1 - abs(amount)))),
    "posterise": lambda image, amount: ImageOps.posterize(image, 8 - int(4 * abs(amount))),
    "colour": lambda image, amount: ImageEnhance.Color(image).enhance(1 + 0.9 * amount),
    "contrast": lambda image, amount: ImageEnhance.Contrast(image).enhance(1 + 0.9 * amount),
    "brightness": lambda image, amount: ImageEnhance.Brightness(image).enhance(1 + 0.9 * amount),
    "sharpness": lambda image, amount: ImageEnhance.Sharpness(image).enhance(1 + 0.9 * amount),
    "rotate": lambda image, amount: image.rotate(30 * amount, Image.Resampling.BILINEAR),
}


@pytest.mark.parametrize("amount", [0.5, -0.8])
@pytest.mark.parametrize("name", PILLOW)
def test_changes_are_those_of_pillow(name, amount):
    pictures = faces()
    made = change(name, pictures, torch.full((len(pictures),), amount))
    expected = with_pillow(pictures, lambda image: PILLOW[name](image, amount))
    off = (made - expected).abs()
    if name in MOVES:
        # Pillow has other ways outside the picture and in the last pixel before it.
        middle = slice(SIZE // 4, -SIZE // 4)
        off = off[:, :, middle, middle]
    # Grey is rounded after the weights here, and cut off in Pillow's fixed point there.
    assert off.max() <= 2 and off.mean() < 0.6
    assert (made - pictures).abs().mean() > 1


def test_flat_pictures_survive_every_change():
    pictures = torch.full((2, 3, SIZE, SIZE), 128.0)
    for name in (*MOVES, *TABLES, *BLENDS):
        made = change(name, pictures, torch.full((2,), 0.5))
        assert made.isfinite().all() and (made == made[0, 0, 0, 0]).all(), name


def test_translations_and_shears_go_both_ways_by_their_amount():
    pictures = torch.zeros(2, 3, SIZE, SIZE)
    pictures[:, :, 18, 18] = 255
    for name, axis in (("translate_x", 3), ("translate_y", 2)):
        made = change(name, pictures, torch.tensor([0.5, -0.5]))
        own = made[:, :, 12:24, 18:19] if axis == 2 else made[:, :, 18:19, 12:24]
        place = own.argmax(dim=axis).flatten(1)[:, 0] + 12
        # Half of full strength is 5.4 pixels.
        assert place.tolist() == [13, 23]
    ramp = torch.arange(SIZE).float()[None, None, None, :].expand(1, 3, SIZE, -1) * 4
    made = change("shear_x", ramp, torch.tensor([1.0]))
    slope = made[0, 0, 20, 18] - made[0, 0, 15, 18]
    assert slope.item() == pytest.approx(5 * 0.3 * 4, abs=1)


def test_rand_augment_draws_each_change_about_as_often():
    """At one change a picture, those of a fourteenth are left alone."""
    pictures = faces(1).expand(700, -1, -1, -1)
    options = RandAugmentOptions(changes=1, strength=1.0)
    made = rand_augment(pictures, options, seeded())
    same = (made == pictures).all(dim=(1, 2, 3)).float().mean()
    assert same.item() == pytest.approx(1 / 14, abs=0.03)
    # One way each of identity and of four tables, two ways of nine others.
    assert len(made.unique(dim=0)) == 1 + 4 + 2 * 9


def test_rand_augment_without_changes_is_the_identity():
    pictures = faces()
    assert torch.equal(rand_augment(pictures, RandAugmentOptions(changes=0), seeded()), pictures)


def test_wrong_options_are_refused():
    for make in (
        lambda: RandomErasingOptions(smallest=0.5, largest=0.4),
        lambda: RandomErasingOptions(probability=1.5),
        lambda: MixupOptions(alpha=0),
        lambda: CutMixOptions(alpha=-1),
        lambda: RandAugmentOptions(strength=2),
        lambda: RandAugmentOptions(magnitude=9),
    ):
        with pytest.raises(ValidationError):
            make()
