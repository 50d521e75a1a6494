"""The adaptation learns a custom of marking, sees no place, size, lean or side, and keeps NaN."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.errors import DataError
from lineament.landmarks.label_adaptation import STRENGTHS, LabelAdaptation
from lineament.landmarks.schemes import IBUG_68

RANDOM = np.random.default_rng(5)
BASE = RANDOM.uniform(-50, 50, (68, 2))
BASE = (BASE + BASE[IBUG_68.mirror_index] * [-1, 1]) / 2
"""A shape with two equal sides."""


def faces(count, seed=0):
    """Varied shapes (N,68,2): a few ways to differ, each face at its own place, size and lean."""
    random = np.random.default_rng(seed)
    ways = np.random.default_rng(6).normal(size=(4, 68, 2)) * 4
    shapes = BASE + np.einsum("nk,klx->nlx", random.normal(size=(count, 4)), ways)
    return similar(shapes, random)


def similar(shapes, random):
    angle = random.uniform(-np.pi, np.pi, len(shapes))
    turn = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1)
    size = random.uniform(0.5, 4, (len(shapes), 1, 1))
    return size * shapes @ turn.reshape(-1, 2, 2) + random.uniform(0, 900, (len(shapes), 1, 2))


def another_custom(points):
    """The jaw's points a share of the way to the face's middle, as other annotators put them."""
    moved = points.copy()
    moved[:, :17] += 0.08 * (points.mean(axis=1, keepdims=True) - points[:, :17])
    return moved


def error(points, truth):
    size = np.linalg.norm(truth - truth.mean(axis=1, keepdims=True), axis=(1, 2))
    return np.nanmean(np.linalg.norm(points - truth, axis=2).mean(axis=1) / size)


def test_a_custom_is_learned_and_holds_on_new_faces():
    train, new = faces(300), faces(100, seed=1)
    made = LabelAdaptation.fit(train, another_custom(train), IBUG_68)
    plain, adapted = error(new, another_custom(new)), error(made.apply(new), another_custom(new))
    assert adapted < 0.02 * plain
    assert made.strength == min(STRENGTHS)


def test_pure_noise_is_not_learned():
    train, new = faces(120), faces(200, seed=1)
    noise = np.random.default_rng(2)
    made = LabelAdaptation.fit(train, train + noise.normal(size=train.shape), IBUG_68)
    truth = new + noise.normal(size=new.shape)
    assert made.strength > 1
    assert error(made.apply(new), truth) < 1.02 * error(new, truth)


@settings(max_examples=30, deadline=None)
@given(st.floats(-4, 4), st.floats(0.05, 20), st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_place_size_and_lean_change_nothing(angle, size, x, y):
    train, new = faces(100), faces(5, seed=3)
    truth = another_custom(train) + np.random.default_rng(4).normal(size=train.shape)
    made = LabelAdaptation.fit(train, truth, IBUG_68)
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    turn, shift = np.array([[cos, sin], [-sin, cos]]), np.array([x, y])
    assert np.allclose(
        made.apply(new @ turn + shift), made.apply(new) @ turn + shift, atol=2e-3 + 2e-3 * size
    )
    other = LabelAdaptation.fit(train @ turn + shift, truth @ turn + shift, IBUG_68)
    assert np.allclose(other.apply(new), made.apply(new), atol=2e-3)


def test_the_side_changes_nothing():
    train, new = faces(100), faces(9, seed=3)
    truth = another_custom(train) + np.random.default_rng(4).normal(size=train.shape)
    made = LabelAdaptation.fit(train, truth, IBUG_68)

    def mirrored(points):
        return points[:, IBUG_68.mirror_index] * [-1, 1]

    assert np.allclose(made.apply(mirrored(new)), mirrored(made.apply(new)), atol=1e-2)


def test_missed_faces_are_left_out_and_stay_missed():
    train = faces(100)
    spoilt = np.concatenate([train, np.full((7, 68, 2), np.nan)])
    spoilt_truth = np.concatenate([another_custom(train), faces(7, seed=8)])
    made = LabelAdaptation.fit(spoilt, spoilt_truth, IBUG_68)
    plain = LabelAdaptation.fit(train, another_custom(train), IBUG_68)
    assert np.array_equal(made.weights, plain.weights)
    new = faces(4, seed=9)
    new[2, 5, 0] = np.nan
    adapted = made.apply(new)
    assert adapted.dtype == np.float32
    assert np.isnan(adapted[2]).all() and np.isfinite(adapted[[0, 1, 3]]).all()
    assert np.isnan(made.apply(new[2:3])).all() and made.apply(new[:0]).shape == (0, 68, 2)


def test_too_little_to_fit_on_is_refused():
    train = faces(60)
    train[:20] = np.nan
    with pytest.raises(DataError, match=r"got 40 faces .* \(of 60\), expected at least 50"):
        LabelAdaptation.fit(train, faces(60), IBUG_68)
    made = LabelAdaptation.fit(faces(60), faces(60), IBUG_68)
    with pytest.raises(
        DataError, match="1 of 1 predicted faces have all their points in one place"
    ):
        made.apply(np.zeros((1, 68, 2)))
    with pytest.raises(ValueError, match=r"expected \(N,68,2\), got \(60, 5, 2\)"):
        made.apply(train[:, :5])
    with pytest.raises(ValueError, match=r"expected \(N,68,2\) twice"):
        LabelAdaptation.fit(train, train[:30], IBUG_68)
