"""Picture, points and classes stay together, whatever happens to the picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.geometry import move
from lineament.landmarks.schemes import IBUG_68
from lineament.synthesis.parts import MIRRORED, Part
from lineament.synthesis.probe.batches import Augmentation, ProbeBatches
from lineament.synthesis.probe.classes import CLASSES, classes_of
from lineament.synthesis.probe.faces import Faces
from lineament.synthesis.probe.occlusion import BACKGROUND, Occlusion, occluded
from lineament.synthesis.probe.sample import Sample
from lineament.synthesis.probe.spoiling import Spoiling, spoiled
from lineament.synthesis.probe.straying import Straying, random_affine, strayed

SIZE = 64
SKIN, HAIR = (list(CLASSES).index(name) for name in ("skin", "hair"))


def marked_sample(seed: int = 0) -> Sample:
    """A red disc of hair on green skin, and points on its middle and around it."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices((SIZE, SIZE))
    disc = (columns - 24) ** 2 + (rows - 36) ** 2 <= 6**2
    image = np.where(disc[..., None], (255, 0, 0), (0, 255, 0)).astype(np.uint8)
    classes = np.where(disc, HAIR, SKIN).astype(np.uint8)
    points = random.uniform(8, SIZE - 8, (68, 2)).astype(np.float32)
    points[30] = (24, 36)
    return Sample(image, points, classes)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_one_affine_moves_all_three(seed: int) -> None:
    sample = marked_sample()
    affine, mirrors = random_affine(Straying(), SIZE, np.random.default_rng(seed))
    moved = strayed(sample, affine, mirrors)
    assert moved.classes.shape == (SIZE // 2, SIZE // 2)
    assert mirrors == (np.linalg.det(affine[:, :2]) < 0)
    rows, columns = np.nonzero(moved.image[:, :, 0] > 127)
    np.testing.assert_allclose(moved.points[30], (columns.mean(), rows.mean()), atol=0.4)
    rows, columns = np.nonzero(moved.classes == HAIR)
    middle = 2 * np.array([columns.mean(), rows.mean()]) + 0.5
    np.testing.assert_allclose(moved.points[30], middle, atol=0.6)
    order = IBUG_68.mirror_index if mirrors else np.arange(68)
    np.testing.assert_allclose(moved.points, move(affine, sample.points)[order])


def test_mirrored_is_mirrored() -> None:
    sample = marked_sample()
    flip = np.array([[-1.0, 0.0, SIZE - 1.0], [0.0, 1.0, 0.0]])
    plain = strayed(sample, np.eye(2, 3), mirrors=False)
    mirrored = strayed(sample, flip, mirrors=True)
    np.testing.assert_array_equal(mirrored.image, plain.image[:, ::-1])
    assert np.mean(mirrored.classes == plain.classes[:, ::-1]) > 0.97
    turned = plain.points[IBUG_68.mirror_index] * [-1, 1] + [SIZE - 1, 0]
    np.testing.assert_allclose(mirrored.points, turned, atol=1e-4)


def test_no_class_needs_to_change_its_name_in_a_mirror() -> None:
    swapped = np.array([MIRRORED.get(part, part) for part in Part], dtype=np.uint8)
    every = np.arange(len(Part), dtype=np.uint8)
    np.testing.assert_array_equal(classes_of(swapped), classes_of(every))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_hides_the_face_is_background_and_nothing_else_changes(seed: int) -> None:
    sample = strayed(marked_sample(), np.eye(2, 3), mirrors=False)
    other = np.full_like(sample.image, 77)
    hidden = occluded(sample, other, Occlusion(share=1.0), np.random.default_rng(seed))
    changed = (hidden.image != sample.image).any(axis=2)
    covered = hidden.classes == BACKGROUND
    np.testing.assert_array_equal(hidden.classes[~covered], sample.classes[~covered])
    np.testing.assert_array_equal(hidden.points, sample.points)
    grown = np.kron(covered, np.ones((2, 2), dtype=bool))
    assert (changed & ~grown).sum() <= 0.1 * changed.sum() + 40, "the two rims may differ a little"


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_spoiling_keeps_shape_and_place(seed: int) -> None:
    sample = marked_sample()
    everything = Spoiling(grey=0, fade=1, gradient=1, small=1, blur=1, noise=1, jpeg=1, cast=0)
    image = spoiled(sample.image, everything, np.random.default_rng(seed))
    assert image.shape == sample.image.shape and image.dtype == np.uint8


def test_without_faults_a_picture_passes_unchanged() -> None:
    nothing = Spoiling(**dict.fromkeys(Spoiling.model_fields, 0.0))
    image = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    np.testing.assert_array_equal(spoiled(image, nothing, np.random.default_rng(1)), image)


@pytest.fixture
def faces() -> Faces:
    random = np.random.default_rng(0)
    return Faces(
        random.integers(0, 256, (10, SIZE, SIZE, 3), dtype=np.uint8),
        random.uniform(0, SIZE, (10, 68, 2)).astype(np.float32),
        random.integers(0, len(Part), (10, SIZE, SIZE), dtype=np.uint8),
    )


def test_a_batch_is_a_function_of_its_number(faces: Faces) -> None:
    one = ProbeBatches(faces, 4, Augmentation(), seed=3)
    other = ProbeBatches(faces, 4, Augmentation(), seed=3)
    other.batch(0)
    first, second = one.batch(7), other.batch(7)
    assert {name: array.shape for name, array in first.items()} == {
        "image": (4, SIZE, SIZE, 3),
        "points": (4, 68, 2),
        "classes": (4, SIZE // 2, SIZE // 2),
    }
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name])


def test_processes_share_a_batch(faces: Faces) -> None:
    batches = ProbeBatches(faces, 4, Augmentation(), seed=3)
    whole = batches.batch(2)["image"]
    for rank in range(2):
        np.testing.assert_array_equal(batches.batch(2, rank, 2)["image"], whole[rank::2])


def test_an_epoch_shows_every_face_once(faces: Faces) -> None:
    still = Augmentation(
        straying=Straying(rotation=0, scale=0, shift=0, mirror=0),
        occlusion=Occlusion(share=0),
        spoiling=Spoiling(**dict.fromkeys(Spoiling.model_fields, 0.0)),
    )
    batches = ProbeBatches(faces, 5, still, seed=3)
    shown = np.concatenate([batches.batch(i)["points"] for i in range(2)])
    np.testing.assert_allclose(np.sort(shown[:, 0, 0]), np.sort(faces.points[:, 0, 0]), atol=1e-4)
