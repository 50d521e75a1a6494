"""Glasses on people of all kinds: outside the head, on the ears, labelled."""

import dataclasses

import numpy as np
import pytest
from worn_people import needs_assets, person, same_layers

from lineament.synthesis.glasses import glasses_layers, sample_glasses
from lineament.synthesis.glasses.fit import EAR_ROOTS, fit_glasses
from lineament.synthesis.glasses.frame import frame_mesh
from lineament.synthesis.glasses.lens_shapes import ONE_PIECE, OUTLINES
from lineament.synthesis.glasses.style import FORMS
from lineament.synthesis.head_relief import HeadRelief
from lineament.synthesis.material import Finish
from lineament.synthesis.parts import Part

pytestmark = needs_assets
DEEPEST = -0.2
"""Centimetres by which a rim may press into the skin."""


def glasses_of_form(form, traits, seed=0):
    for number in range(2000):
        glasses = sample_glasses(np.random.default_rng([seed, number]), traits)
        if glasses is not None and glasses.form == form:
            return glasses
    raise AssertionError(f"{form} is never drawn")


def with_people():
    return [(form, seed) for seed, form in enumerate(FORMS)] + [("square", 20), ("wrap", 21)]


@pytest.mark.parametrize("outline", [*OUTLINES.values(), ONE_PIECE])
def test_outlines_run_counter_clockwise_within_their_square(outline):
    after = np.roll(outline, -1, axis=0)
    area = 0.5 * (outline[:, 0] * after[:, 1] - outline[:, 1] * after[:, 0]).sum()
    assert 2 < area < 4 and np.abs(outline).max() < 1.15


@pytest.mark.parametrize(("form", "seed"), with_people())
def test_glasses_stay_outside_the_head(form, seed):
    traits, posed = person(seed)
    glasses = dataclasses.replace(glasses_of_form(form, traits), metal=False)
    fit = fit_glasses(glasses, posed)
    vertices = frame_mesh(glasses, fit, posed).vertices
    front = HeadRelief(posed, (0, 0, 1), (-9, -4), (9, 9))
    before = vertices[vertices[:, 2] > fit.on_front(fit.outlines).reshape(-1, 3)[:, 2].min() - 0.2]
    assert front.clearance(before).min() > DEEPEST
    lenses = glasses_layers(glasses, posed)[1].mesh.vertices
    assert front.clearance(lenses).min() > 0.1
    for side, sign in enumerate((1, -1)):
        beside = HeadRelief(posed, (sign, 0, 0), (-14, -3), (14, 9))
        ear = posed.vertices[EAR_ROOTS[side]]
        along = fit.temples[side]
        along = along[along[:, 2] > ear[2] + 0.6]
        if form != "goggles":
            assert beside.clearance(along).min() > 0
            assert np.linalg.norm(fit.temples[side] - ear, axis=1).min() < 0.7
            assert fit.temples[side][-1, 1] < ear[1] < along[0, 1] + 3


def test_whole_lens_and_frame_count_as_glasses():
    traits, posed = person(3)
    frame, lens = glasses_layers(glasses_of_form("round", traits), posed)
    assert frame.material.part == lens.material.part == Part.EYE_GLASSES
    assert lens.material.finish == Finish.LENS and frame.material.finish == Finish.PLAIN
    assert len(frame.mesh.triangles) + len(lens.mesh.triangles) < 4000


@pytest.mark.parametrize("seed", [1, 6, 9])
def test_both_eyes_are_behind_a_lens(seed):
    traits, posed = person(seed)
    mesh = glasses_layers(glasses_of_form("square", traits), posed)[1].mesh
    for eye in posed.eye_centres:
        corners = mesh.vertices[mesh.triangles]
        a, b, c = (corners[:, k, :2] - eye[:2] for k in range(3))
        turns = np.stack(
            [p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] for p, q in ((a, b), (b, c), (c, a))]
        )
        covering = corners[(turns >= 0).all(axis=0) | (turns <= 0).all(axis=0)]
        assert len(covering) and covering[..., 2].min() > eye[2] + 1


def test_same_seed_gives_the_same_glasses():
    traits, posed = person(4)
    first, second = (sample_glasses(np.random.default_rng(12), traits) for _ in range(2))
    assert first == second
    glasses = glasses_of_form("aviator", traits)
    assert same_layers(glasses_layers(glasses, posed), glasses_layers(glasses, posed))


def test_the_old_wear_clear_glasses_more_often():
    traits, _ = person(0)
    shares = {}
    for age in (22, 75):
        aged = dataclasses.replace(traits, age=float(age))
        drawn = [sample_glasses(np.random.default_rng(k), aged) for k in range(1500)]
        kinds = [glasses.kind for glasses in drawn if glasses is not None]
        shares[age] = kinds.count("clear") / len(drawn)
        assert 0.04 < (len(kinds) - kinds.count("clear")) / len(drawn) < 0.1
    assert 0.1 < shares[22] < 0.22 < 0.26 < shares[75] < 0.4
