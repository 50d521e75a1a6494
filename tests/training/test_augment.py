"""Picture, points and mask stay together, whatever happens to the picture."""

from __future__ import annotations

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest
from augment_subjects import (
    CLASSES,
    EVERYTHING,
    LEFT,
    MASK_MIRROR,
    MIRROR,
    PHOTO,
    POINTS,
    RIGHT,
    SIZE,
    SQUARE,
    STRAYING,
    augmenter,
    dotted,
    smooth,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lineament.errors import DataError
from lineament.geometry import move, warp
from lineament.landmarks.crops import Square
from lineament.landmarks.schemes import IBUG_68
from lineament.training.augmentation.augmented import Augmenter
from lineament.training.augmentation.cut import cut
from lineament.training.augmentation.occlusion import draw_occluder, occluded
from lineament.training.augmentation.options import Augmentation, Occlusion, Spoiling, Straying
from lineament.training.augmentation.sample import Sample
from lineament.training.augmentation.straying import mirrored, strayed

seeds = st.integers(0, 2**32 - 1)


def middle_of(found: np.ndarray) -> tuple[float, float]:
    rows, columns = np.nonzero(found)
    return float(columns.mean()), float(rows.mean())


@settings(max_examples=40, deadline=None)
@given(seed=seeds, mask_size=st.sampled_from([None, SIZE // 2, SIZE]))
def test_picture_points_and_mask_stay_together(seed: int, mask_size: int | None) -> None:
    crop = augmenter(Augmentation(straying=STRAYING), mask_size).augmented(
        dotted(), SQUARE, np.random.default_rng(seed)
    )
    assert crop.mask is not None and crop.mask.shape == (mask_size or SIZE,) * 2
    scale = (mask_size or SIZE) / SIZE
    reds, blues = crop.image[:, :, 0] > 127, crop.image[:, :, 2] > 127
    mirrors = middle_of(crop.mask == LEFT) != pytest.approx(
        (np.array(middle_of(reds)) + 0.5) * scale - 0.5, abs=2
    )
    first, second = (blues, reds) if mirrors else (reds, blues)
    for place, (seen, number) in enumerate(((first, LEFT), (second, RIGHT))):
        assert crop.points[place] == pytest.approx(middle_of(seen), abs=0.4)
        in_mask = (np.array(middle_of(crop.mask == number)) + 0.5) / scale - 0.5
        assert crop.points[place] == pytest.approx(in_mask, abs=0.9)


def test_both_sides_are_seen() -> None:
    straying = Straying(mirror=0.5)
    mirrors = [strayed(SQUARE, straying, np.random.default_rng(seed))[1] for seed in range(400)]
    assert 160 < sum(mirrors) < 240


def test_mirrored_twice_is_the_same() -> None:
    crop = cut(smooth(), SQUARE, SIZE)
    once = mirrored(crop, MIRROR, MASK_MIRROR)
    twice = mirrored(once, MIRROR, MASK_MIRROR)
    assert crop.mask is not None and once.mask is not None and twice.mask is not None
    np.testing.assert_array_equal(once.image, crop.image[:, ::-1])
    np.testing.assert_array_equal(once.mask, MASK_MIRROR[crop.mask[:, ::-1]])
    assert once.points[0] == pytest.approx([SIZE - 1 - crop.points[1, 0], crop.points[1, 1]])
    np.testing.assert_array_equal(twice.image, crop.image)
    np.testing.assert_array_equal(twice.mask, crop.mask)
    np.testing.assert_allclose(twice.points, crop.points, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, middle=st.tuples(st.floats(-40, 200), st.floats(-40, 200)))
def test_without_options_a_crop_is_that_of_inference(
    seed: int, middle: tuple[float, float]
) -> None:
    square = Square(np.array(middle, dtype=np.float32), 90.0, 0.3)
    sample, nothing = smooth(), augmenter(Augmentation())
    crop = nothing.augmented(sample, square, np.random.default_rng(seed))
    affine = square.affine(SIZE)
    assert crop.image.tobytes() == warp(sample.image, affine, SIZE).tobytes()
    assert crop.points.tobytes() == move(affine, sample.points).tobytes()
    plain = nothing.plain(sample, square)
    assert plain.image.tobytes() == crop.image.tobytes()
    assert plain.mask is not None and crop.mask is not None
    assert plain.mask.tobytes() == crop.mask.tobytes()


def test_the_same_seed_gives_the_same_bytes() -> None:
    def make(seed: int) -> bytes:
        other = smooth(1).image
        crop = augmenter(EVERYTHING).augmented(
            smooth(), SQUARE, np.random.default_rng(seed), lambda _: other
        )
        assert crop.mask is not None
        return crop.image.tobytes() + crop.points.tobytes() + crop.mask.tobytes()

    assert [make(seed) for seed in range(20)] == [make(seed) for seed in range(20)]
    assert len({make(seed) for seed in range(20)}) == 20


@settings(max_examples=60, deadline=None)
@given(
    seed=seeds,
    rotation=st.floats(0, 90),
    shift=st.floats(0, 0.5),
    scale=st.floats(0, 0.9),
    kind=st.sampled_from(["uniform", "normal"]),
)
def test_squares_stray_within_their_limits(
    seed: int, rotation: float, shift: float, scale: float, kind: str
) -> None:
    options = Straying.model_validate(
        {"rotation": rotation, "rotation_kind": kind, "shift": shift, "scale": scale}
    )
    random = np.random.default_rng(seed)
    limit = np.radians(rotation) * (2 if kind == "normal" else 1)
    for _ in range(20):
        square, mirrors = strayed(SQUARE, options, random)
        assert not mirrors
        assert abs(square.angle - SQUARE.angle) <= limit + 1e-9
        assert abs(square.side / SQUARE.side - 1) <= scale + 1e-9
        assert np.abs(square.centre - SQUARE.centre).max() <= shift * SQUARE.side + 1e-3


@pytest.mark.parametrize(("kind", "spread"), [("uniform", 30 / 3**0.5), ("normal", 28.8)])
def test_rotation_spreads_as_it_says(kind: str, spread: float) -> None:
    options = Straying.model_validate({"rotation": 30.0, "rotation_kind": kind})
    random = np.random.default_rng(0)
    turns = [strayed(SQUARE, options, random)[0].angle - SQUARE.angle for _ in range(4000)]
    # A normal of deviation 30 whose values beyond 60 become 60 has the deviation 28.8.
    assert np.degrees(np.std(turns)) == pytest.approx(spread, rel=0.04)
    assert abs(np.degrees(np.mean(turns))) < 1.5


@settings(max_examples=30, deadline=None)
@given(seed=seeds, x=st.floats(-300, 500), y=st.floats(-300, 500), side=st.floats(20, 120))
def test_beyond_the_edge_lies_what_the_option_says(
    seed: int, x: float, y: float, side: float
) -> None:
    sample = smooth(seed % 5)
    square = Square(np.array([x, y], dtype=np.float32), side, 0.4)
    edge, black, reflect = (cut(sample, square, SIZE, border) for border in BORDERS)
    inside = move(np.linalg.inv(np.vstack([square.affine(SIZE), [0, 0, 1]]))[:2], grid())
    reach = side / SIZE + 1
    within = ((inside > reach) & (inside < PHOTO - 1 - reach)).all(axis=2)
    beyond = ((inside < -2 * reach) | (inside > PHOTO + 2 * reach)).any(axis=2)
    assert (black.image[beyond] == 0).all()
    for crop in (black, reflect):
        difference = np.abs(crop.image[within].astype(int) - edge.image[within])
        assert difference.size == 0 or (difference.max() <= 8 and difference.mean() < 0.3)
    wide = cv2.copyMakeBorder(sample.image, *[1500] * 4, cv2.BORDER_REFLECT)
    moved = Square(square.centre + 1500, side, 0.4)
    expected = cut(replace(sample, image=np.asarray(wide), mask=None), moved, SIZE)
    assert np.abs(reflect.image.astype(int) - expected.image).mean() < 0.3


@settings(max_examples=20, deadline=None)
@given(x=st.floats(-400, 600), side=st.floats(2 * SIZE, 700))
def test_a_shrunk_crop_sees_the_reflection_too(x: float, side: float) -> None:
    ramp = np.broadcast_to(np.arange(PHOTO, dtype=np.uint8)[None, :, None], (PHOTO, PHOTO, 3))
    sample = Sample(np.ascontiguousarray(ramp), POINTS)
    crop = cut(sample, Square(np.array([x, 80], dtype=np.float32), side, 0.0), SIZE, "reflect")
    places = x + (np.arange(SIZE) - (SIZE - 1) / 2) * side / SIZE
    expected = PHOTO - 0.5 - np.abs((places + 0.5) % (2 * PHOTO) - PHOTO)
    error = np.abs(crop.image[:, :, 0] - expected)
    assert error.mean() < 1.5 and error.max() <= 1 + side / SIZE


BORDERS = ("edge", "black", "reflect")


def grid() -> np.ndarray:
    rows, columns = np.indices((SIZE, SIZE))
    return np.stack([columns, rows], axis=2).astype(np.float64)


def test_points_outside_move_like_all_others() -> None:
    sample = replace(dotted(), points=np.array([[-50, 30], [400, 9], [80, 80]], np.float32))
    options = Augmentation(straying=replace_mirror(STRAYING))
    square, _ = strayed(SQUARE, options.straying, np.random.default_rng(4))
    crop = augmenter(options).augmented(sample, SQUARE, np.random.default_rng(4))
    np.testing.assert_allclose(crop.points, move(square.affine(SIZE), sample.points), rtol=1e-6)


def replace_mirror(straying: Straying) -> Straying:
    return straying.model_copy(update={"mirror": 0.0})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_points_that_are_no_numbers_are_refused(bad: float) -> None:
    points = POINTS.copy()
    points[1, 0] = bad
    sample = replace(dotted(), points=points, name="helen/232194_1")
    for make in (augmenter(EVERYTHING).plain, augmenter(EVERYTHING).augmented):
        arguments = (np.random.default_rng(0),) if make.__name__ == "augmented" else ()
        with pytest.raises(DataError, match="point 1 of sample 'helen/232194_1'"):
            make(sample, SQUARE, *arguments)


def test_labels_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(DataError, match=r"'dotted' have shape \(2, 2\), expected \(3, 2\)"):
        augmenter(EVERYTHING).plain(replace(dotted(), points=POINTS[:2]), SQUARE)
    with pytest.raises(DataError, match="mask of sample 'dotted'"):
        augmenter(EVERYTHING).plain(replace(dotted(), mask=np.zeros((9, 9), np.uint8)), SQUARE)


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_what_hides_a_face_changes_nothing_else(seed: int) -> None:
    crop = cut(dotted(), SQUARE, SIZE, mask_size=SIZE // 2)
    occluder = draw_occluder(Occlusion(share=1), SIZE, np.random.default_rng(seed))
    assert occluder is not None and crop.mask is not None
    hidden = occluded(crop, occluder, np.full_like(crop.image, 77), CLASSES)
    assert hidden.mask is not None
    covered = hidden.mask == CLASSES.behind
    np.testing.assert_array_equal(hidden.mask[~covered], crop.mask[~covered])
    np.testing.assert_array_equal(hidden.points, crop.points)
    changed = (hidden.image != crop.image).any(axis=2)
    grown = np.kron(covered, np.ones((2, 2), dtype=bool))
    assert (changed & ~grown).sum() <= 0.1 * changed.sum() + 40, "the two rims may differ a little"
    if occluder.filling == "picture":
        assert (hidden.image[changed] == 77).all()
    if occluder.filling == "skin" and changed.any():
        shown = np.kron(crop.mask == CLASSES.skin, np.ones((2, 2), dtype=bool))
        shades = np.unique(crop.image[shown], axis=0) * occluder.tint
        away = np.abs(np.clip(shades, 0, 255) - np.median(hidden.image[changed], axis=0))
        assert away.max(axis=1).min() <= 1, "it is the colour of some skin"


def test_options_say_what_is_wrong() -> None:
    for wrong in ({"grey": 0.7, "fade": 0.6}, {"blur_sigma": (2, 1)}, {"noise": 1.5}):
        with pytest.raises(ValidationError):
            Spoiling.model_validate(wrong)
    with pytest.raises(ValidationError, match="smallest"):
        Occlusion(smallest=0.5, largest=0.1)


def test_a_core_makes_250_crops_a_second() -> None:
    random = np.random.default_rng(0)
    photo = random.integers(0, 256, (256, 256, 3), dtype=np.uint8)
    points = random.uniform(50, 200, (68, 2)).astype(np.float32)
    square = Square(np.array([128, 128], dtype=np.float32), 230.0, 0.0)
    maker = Augmenter(EVERYTHING, 128, IBUG_68.mirror_index)
    sample, count = Sample(photo, points, np.zeros((256, 256), np.uint8)), 200
    maker.augmented(sample, square, random)
    before = time.process_time()
    for seed in range(count):
        maker.augmented(sample, square, np.random.default_rng(seed))
    assert count / (time.process_time() - before) >= 250
