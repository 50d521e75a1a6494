"""Picture, points and classes of the probe's samples stay together, whatever happens to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.geometry import compose, move
from lineament.landmarks.schemes import IBUG_68
from lineament.synthesis.parts import MIRRORED, Part
from lineament.synthesis.probe.batches import ProbeBatches
from lineament.synthesis.probe.classes import BACKGROUND, CLASSES, classes_of
from lineament.synthesis.probe.faces import Faces
from lineament.synthesis.probe.recipe import ProbeRecipe
from lineament.training.augmentation.options import Augmentation, Occlusion, Spoiling, Straying
from lineament.training.augmentation.straying import mirroring
from lineament.training.config import load_recipe

SIZE = 64
HAIR = list(CLASSES).index("hair")
NOSE_TIP = 30
RECIPE = load_recipe(Path(__file__).parents[2] / "recipes" / "synthesis" / "probe.toml")
assert isinstance(RECIPE, ProbeRecipe)
EVERYTHING = RECIPE.augmentation
STRAYING = Augmentation(straying=EVERYTHING.straying, border=EVERYTHING.border)

seeds = st.integers(0, 2**32 - 1)


def marked_faces() -> Faces:
    """Two times a red disc of hair on green skin, points on its middle and around it."""
    random = np.random.default_rng(0)
    rows, columns = np.indices((SIZE, SIZE))
    disc = (columns - 24) ** 2 + (rows - 36) ** 2 <= 6**2
    image = np.where(disc[..., None], (255, 0, 0), (0, 255, 0)).astype(np.uint8)
    mask = np.where(disc, Part.HAIR, Part.SKIN).astype(np.uint8)
    points = random.uniform(8, SIZE - 8, (68, 2)).astype(np.float32)
    points[NOSE_TIP] = (24, 36)
    return Faces(np.stack([image] * 2), np.stack([points] * 2), np.stack([mask] * 2))


def middle_of(found: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(found)
    return np.array([columns.mean(), rows.mean()])


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_one_affine_moves_all_three(seed: int) -> None:
    faces = marked_faces()
    batches = ProbeBatches(faces, 1, STRAYING, seed)
    moved = {name: array[0] for name, array in batches.batch(0).items()}
    tip = moved["points"][NOSE_TIP]
    np.testing.assert_allclose(tip, middle_of(moved["image"][:, :, 0] > 127), atol=0.8)
    np.testing.assert_allclose(tip, 2 * middle_of(moved["classes"] == HAIR) + 0.5, atol=1.2)
    draw = batches.augmenter.draw(batches.square, np.random.default_rng([seed, 0]))
    affine, order = draw.square.affine(SIZE), np.arange(68)
    if draw.mirrors:
        affine, order = compose(mirroring(SIZE), affine), IBUG_68.mirror_index
    expected = move(affine, faces.points[0])[order]
    np.testing.assert_allclose(moved["points"], expected, atol=1e-4)


def test_neither_picture_nor_classes_lie_beside_the_points() -> None:
    moved = ProbeBatches(marked_faces(), 250, STRAYING, seed=0).batch(0)
    tips = moved["points"][:, NOSE_TIP]
    seen = [middle_of(image[:, :, 0] > 127) for image in moved["image"]]
    classed = [2 * middle_of(classes == HAIR) + 0.5 for classes in moved["classes"]]
    # One sample is off by up to half a pixel of its own, of the classes by one; the mean is not.
    np.testing.assert_allclose(np.mean(seen - tips, axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.mean(classed - tips, axis=0), 0, atol=0.06)


def test_mirrored_is_mirrored() -> None:
    without, always = (
        ProbeBatches(
            marked_faces(),
            8,
            Augmentation(straying=STRAYING.straying.model_copy(update={"mirror": mirror})),
            seed=2,
        ).batch(0)
        for mirror in (0.0, 1.0)
    )
    np.testing.assert_array_equal(always["image"], without["image"][:, :, ::-1])
    np.testing.assert_array_equal(always["classes"], without["classes"][:, :, ::-1])
    turned = without["points"][:, IBUG_68.mirror_index] * [-1, 1] + [SIZE - 1, 0]
    np.testing.assert_allclose(always["points"], turned, atol=1e-4)
    assert (always["image"] != without["image"]).any()


def test_no_class_needs_to_change_its_name_in_a_mirror() -> None:
    swapped = np.array([MIRRORED.get(part, part) for part in Part], dtype=np.uint8)
    every = np.arange(len(Part), dtype=np.uint8)
    np.testing.assert_array_equal(classes_of(swapped), classes_of(every))


def test_beyond_the_edge_lies_the_reflection() -> None:
    columns = np.broadcast_to(np.arange(SIZE, dtype=np.uint8), (SIZE, SIZE))
    image = np.repeat(columns[:, :, None], 3, axis=2)
    mask = np.where(columns < 4, Part.SKIN, Part.HAIR).astype(np.uint8)
    points = np.zeros((1, 68, 2), np.float32)
    faces = Faces(image[None], points, mask[None])
    far = Augmentation(straying=Straying(shift=0.4), border=STRAYING.border)
    moved = ProbeBatches(faces, 60, far, seed=0).batch(0)
    to_the_left = 0
    for seen, place, classes in zip(
        moved["image"], moved["points"][:, 0, 0], moved["classes"], strict=True
    ):
        columns_seen = np.arange(SIZE) - place
        expected = SIZE - 0.5 - np.abs((columns_seen + 0.5) % (2 * SIZE) - SIZE)
        assert np.abs(seen[:, :, 0] - expected).max() <= 1
        if place > 10:
            to_the_left += 1
            skin = np.flatnonzero(classes[0] == list(CLASSES).index("skin")) * 2 + 0.5 - place
            assert skin.min() < -2 and np.abs(skin + 0.5).max() < 5, "4 columns, and 4 reflected"
    assert to_the_left > 5


@settings(max_examples=40, deadline=None)
@given(seed=seeds)
def test_what_hides_the_face_is_background_and_nothing_else_changes(seed: int) -> None:
    plain, hidden = (
        ProbeBatches(marked_faces(), 1, Augmentation(occlusion=occlusion), seed).batch(0)
        for occlusion in (Occlusion(), Occlusion(share=1.0))
    )
    covered = hidden["classes"][0] == BACKGROUND
    np.testing.assert_array_equal(hidden["classes"][0][~covered], plain["classes"][0][~covered])
    np.testing.assert_array_equal(hidden["points"], plain["points"])
    changed = (hidden["image"][0] != plain["image"][0]).any(axis=2)
    grown = np.kron(covered, np.ones((2, 2), dtype=bool))
    assert (changed & ~grown).sum() <= 0.1 * changed.sum() + 40, "the two rims may differ a little"


def test_a_third_of_what_hides_a_face_shows_another_face() -> None:
    number = 20
    colours = np.random.default_rng(1).integers(0, 256, (number, 3), dtype=np.uint8)
    images = np.broadcast_to(colours[:, None, None], (number, SIZE, SIZE, 3))
    masks = np.full((number, SIZE, SIZE), Part.SKIN, dtype=np.uint8)
    faces = Faces(np.ascontiguousarray(images), np.full((number, 68, 2), 30, np.float32), masks)
    occlusion = Augmentation(occlusion=Occlusion(share=1.0, smallest=0.3, largest=0.4))
    shown = ProbeBatches(faces, 300, occlusion, seed=0).batch(0)["image"]
    of_faces = {tuple(colour) for colour in colours.tolist()}
    seen = [{tuple(colour) for colour in np.unique(x.reshape(-1, 3), axis=0)} for x in shown]
    others = np.mean([len(x) == 2 and x <= of_faces for x in seen])
    assert others == pytest.approx(1 / 3 * (1 - 1 / number), abs=0.09)


def test_a_third_of_what_hides_a_face_has_the_colour_of_its_skin() -> None:
    image = np.full((SIZE, SIZE, 3), (0, 0, 120), dtype=np.uint8)
    mask = np.full((SIZE, SIZE), Part.HAIR, dtype=np.uint8)
    image[:6], mask[:6] = (0, 120, 0), Part.SKIN
    faces = Faces(image[None], np.full((1, 68, 2), 40, np.float32), mask[None])
    occlusion = Augmentation(occlusion=Occlusion(share=1.0, smallest=0.3, largest=0.4))
    shown = ProbeBatches(faces, 300, occlusion, seed=0).batch(0)["image"]
    changed = [picture[(picture != image).any(axis=2)] for picture in shown]
    greens = [len(x) > 0 and not x[:, [0, 2]].any() and 84 <= x[0, 1] <= 156 for x in changed]
    assert np.mean(greens) == pytest.approx(1 / 3, abs=0.09)


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_spoiling_changes_the_picture_alone(seed: int) -> None:
    every = Spoiling(
        gamma=0.3, contrast=0.2, fade=1, gradient=1, small=1, blur=1, noise=1, jpeg=1
    )  # fmt: skip
    spoiled = ProbeBatches(
        marked_faces(), 2, STRAYING.model_copy(update={"spoiling": every}), seed
    ).batch(0)
    clean = ProbeBatches(marked_faces(), 2, STRAYING, seed).batch(0)
    assert spoiled["image"].shape == clean["image"].shape and spoiled["image"].dtype == np.uint8
    assert (spoiled["image"] != clean["image"]).mean() > 0.5
    np.testing.assert_array_equal(spoiled["points"], clean["points"])
    np.testing.assert_array_equal(spoiled["classes"], clean["classes"])


@pytest.fixture
def faces() -> Faces:
    random = np.random.default_rng(0)
    return Faces(
        random.integers(0, 256, (10, SIZE, SIZE, 3), dtype=np.uint8),
        random.uniform(0, SIZE, (10, 68, 2)).astype(np.float32),
        random.integers(0, len(Part), (10, SIZE, SIZE), dtype=np.uint8),
    )


def test_a_batch_is_a_function_of_its_number_and_the_seed(faces: Faces) -> None:
    one = ProbeBatches(faces, 4, EVERYTHING, seed=3)
    other = ProbeBatches(faces, 4, EVERYTHING, seed=3)
    other.batch(0)
    first, second = one.batch(7), other.batch(7)
    assert {name: (array.shape, str(array.dtype)) for name, array in first.items()} == {
        "image": ((4, SIZE, SIZE, 3), "uint8"),
        "points": ((4, 68, 2), "float32"),
        "classes": ((4, SIZE // 2, SIZE // 2), "int64"),
    }
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])
    for unlike in (one.batch(8), ProbeBatches(faces, 4, EVERYTHING, seed=4).batch(7)):
        for name, array in first.items():
            assert (array != unlike[name]).any(), name


def test_processes_share_a_batch(faces: Faces) -> None:
    batches = ProbeBatches(faces, 4, EVERYTHING, seed=3)
    whole = batches.batch(2)
    for rank in range(2):
        for name, array in batches.batch(2, rank, 2).items():
            np.testing.assert_array_equal(array, whole[name][rank::2])


def test_an_epoch_shows_every_face_once(faces: Faces) -> None:
    batches = ProbeBatches(faces, 5, Augmentation(), seed=3)
    for epoch in range(2):
        halves = [batches.batch(2 * epoch + half) for half in range(2)]
        shown = {name: np.concatenate([half[name] for half in halves]) for name in halves[0]}
        order = [int((faces.images == image).all((1, 2, 3)).argmax()) for image in shown["image"]]
        assert sorted(order) == list(range(10)) and order != sorted(order)
        np.testing.assert_array_equal(shown["image"], faces.images[order])
        np.testing.assert_allclose(shown["points"], faces.points[order], atol=1e-4)
