"""People, expressions and cameras: what is drawn, how often, and the directions of the angles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.synthesis.attributes import AGE_BOUNDS, AGE_GROUPS
from lineament.synthesis.camera import HEAD_MIDDLE, Camera, project, sample_camera
from lineament.synthesis.expression import sample_expression
from lineament.synthesis.picture import frame_box
from lineament.synthesis.traits import BLOOD, MONK_SKIN, sample_traits

NAMES = ("jawOpen", "eyeBlink_L", "eyeBlink_R", "eyeLookIn_L", "eyeLookOut_R", "mouthSmile_L")


@pytest.fixture(scope="module")
def people():
    return [sample_traits(seed) for seed in range(1500)]


def test_ages_tones_and_presentations_are_even(people):
    groups = np.digitize([person.age for person in people], AGE_BOUNDS)
    assert np.bincount(groups, minlength=len(AGE_GROUPS)).min() > 0.16 * len(people)
    tones = np.clip(np.round([person.monk for person in people]), 1, 10).astype(int)
    assert np.bincount(tones, minlength=11)[1:].min() > 0.07 * len(people)
    assert 0.45 < np.mean([person.feminine for person in people]) < 0.55


def test_the_same_seed_is_the_same_person(people):
    again = sample_traits(7)
    assert again.shape.tobytes() == people[7].shape.tobytes()
    assert {**vars(again), "shape": 0} == {**vars(people[7]), "shape": 0}
    assert again.age != people[8].age


def test_children_have_neither_grey_hair_nor_wrinkles_nor_bald_spots(people):
    children = [person for person in people if person.age < 16]
    assert not any(person.grey or person.wrinkles or person.recession for person in children)
    assert np.mean([person.grey > 0.2 for person in people if person.age > 65]) > 0.6


def test_tones_run_through_the_monk_scale(people):
    for person in people[:200]:
        low, high = int(np.clip(person.monk, 1, 10) - 1), int(np.clip(person.monk, 1, 9.999))
        span = sorted([np.mean(MONK_SKIN[low]), np.mean(MONK_SKIN[min(high, 9)])])
        span[0] *= np.mean(BLOOD)
        assert span[0] - 0.02 <= person.tone.mean() <= span[1] + 0.03


@given(st.integers(0, 100_000))
def test_expressions_are_weights_that_the_head_has(seed):
    expression = sample_expression(NAMES, np.random.default_rng(seed))
    assert expression.weights.shape == (len(NAMES),) and (expression.weights >= 0).all()
    assert expression.weights.max() < 1.6
    assert 0 <= expression.closed <= 1 and 0 <= expression.smile <= 1
    assert expression.weights[[3, 4]].sum() == 0 or expression.weights[[3, 4]].min() > 0, (
        "both eyes look the same way"
    )


def seen(camera, *points):
    plane, nearness = project(camera.view(np.array(points, np.float32)))
    return plane, nearness


NOSE, BACK, LEFT_EAR = (0, 2, 12), (0, 2, -8), (8, 2, 2)


def test_directions_of_the_angles():
    plain, _ = seen(Camera(0, 0, 0, 90, 1.5, (0, 0)), NOSE, LEFT_EAR)
    assert plain[1, 0] > 0.05, "the person's left ear is on the viewer's right"
    turned, _ = seen(Camera(0.5, 0, 0, 90, 1.5, (0, 0)), NOSE)
    assert turned[0, 0] > 0.03, "positive yaw turns to the person's left"
    lowered, _ = seen(Camera(0, 0.4, 0, 90, 1.5, (0, 0)), NOSE)
    assert lowered[0, 1] > 0.02, "positive pitch lowers the nose; y runs down"
    leaning, _ = seen(Camera(0, 0, 0.4, 90, 1.5, (0, 0)), LEFT_EAR)
    assert leaning[0, 1] < -0.02, "positive roll raises the person's left side"


@given(st.integers(0, 10_000))
def test_the_lens_stands_where_it_says(seed):
    camera = sample_camera(np.random.default_rng(seed), (1.3, 2.2), 75)
    at_lens = camera.view(camera.position[None].astype(np.float32))
    assert np.abs(at_lens).max() < 1e-2
    assert np.linalg.norm(camera.position - HEAD_MIDDLE) == pytest.approx(camera.distance, 1e-4)
    assert abs(np.degrees(camera.yaw)) <= 75.01
    _, nearness = seen(camera, NOSE, BACK)
    assert (nearness > 0).all()


def test_a_box_is_framed_with_its_margin():
    camera = Camera(0, 0, 0, 90, 2.0, (0.1, 0.0))
    low, high = np.array([-0.1, -0.05], np.float32), np.array([0.1, 0.05], np.float32)
    framing = frame_box(low, high, camera, 128)
    corners = framing(np.stack([low, high]))
    assert corners[1, 0] - corners[0, 0] == pytest.approx(64, abs=1e-3)
    middle = corners.mean(axis=0)
    assert middle[0] == pytest.approx(63.5 - 12.8, abs=1e-3)
    assert middle[1] == pytest.approx(63.5, abs=1e-3)
