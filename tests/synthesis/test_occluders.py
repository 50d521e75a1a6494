"""Foreign things before faces: they touch where they should and never cut into the head."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worn_people import needs_assets, person, same_layers

from lineament.synthesis.camera import Camera, project
from lineament.synthesis.head_relief import HeadRelief, frame_of
from lineament.synthesis.occluders import draw_occluder, occluder_layers, sample_occluder
from lineament.synthesis.occluders.gestures import GESTURES, POSES
from lineament.synthesis.occluders.hand_bones import BONES, JOINTS, bone_motions, turns_about
from lineament.synthesis.occluders.hand_shape import hand_shape
from lineament.synthesis.occluders.held_things import HOLDS
from lineament.synthesis.occluders.level_surface import level_surface
from lineament.synthesis.occluders.occluder import KIND_SHARES
from lineament.synthesis.parts import Part

MIRROR = np.array([-1, 1, 1])


def occluder(kind, name="", seed=0, **changes):
    traits, _ = person(seed)
    drawn = draw_occluder(np.random.default_rng([seed, 8]), traits)
    return dataclasses.replace(drawn, kind=kind, name=name, **({"both": False} | changes))


def test_the_level_surface_of_a_ball_is_a_closed_ball():
    def ball(points):
        return np.linalg.norm(points, axis=-1) - 2

    vertices, triangles = level_surface(ball, np.full(3, -2.6), np.full(3, 2.6), 0.25)
    assert np.abs(np.linalg.norm(vertices, axis=1) - 2).max() < 0.05
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi * 8, rel=0.03)
    edges = np.sort(
        np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    )
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


@given(st.floats(-3, 3), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_turns_keep_lengths_and_their_axis(angle, seed):
    axis = np.random.default_rng(seed).normal(size=(1, 3))
    axis /= np.linalg.norm(axis)
    turn = turns_about(axis, np.array([angle]))[0]
    assert np.allclose(turn @ turn.T, np.eye(3)) and np.linalg.det(turn) == pytest.approx(1)
    assert np.allclose(turn @ axis[0], axis[0])


def test_bent_fingers_keep_the_length_of_their_bones():
    rotations, shifts = bone_motions(POSES["fist"], np.eye(3))
    for finger in range(5):
        ends = []
        for joint in range(3):
            bone = 1 + 3 * finger + joint
            start, end = (
                rotations[bone] @ JOINTS[finger, joint + k] + shifts[bone] for k in range(2)
            )
            ends.append((start, end))
            length = np.linalg.norm(JOINTS[finger, joint + 1] - JOINTS[finger, joint])
            assert np.linalg.norm(end - start) == pytest.approx(length)
        assert np.allclose(ends[0][1], ends[1][0]) and np.allclose(ends[1][1], ends[2][0])


def test_finger_tips_of_a_fist_lie_before_the_palm():
    rotations, shifts = bone_motions(POSES["fist"], np.eye(3))
    for finger in range(1, 5):
        bone = 3 + 3 * finger
        tip = rotations[bone] @ JOINTS[finger, 3] + shifts[bone]
        assert tip[1] < JOINTS[finger, 0, 1] and -4.5 < tip[2] < -0.8


def test_the_skin_of_the_hand_is_shared_out_among_its_bones():
    shape = hand_shape()
    assert shape.weights.shape == (len(shape.vertices), BONES)
    assert np.allclose(shape.weights.sum(axis=1), 1, atol=1e-5)
    assert 17 < np.ptp(shape.vertices[:, 1]) < 25 and 9 < np.ptp(shape.vertices[:, 0]) < 17
    assert len(shape.triangles) < 4000


def head_clearance(layers, posed, outwards, mirrored):
    towards = np.array(outwards) * (MIRROR if mirrored else 1)
    points = np.concatenate([layer.mesh.vertices for layer in layers])
    middle = frame_of(towards)[:2] @ posed.landmarks.mean(axis=0)
    relief = HeadRelief(posed, towards, tuple(middle - 14), tuple(middle + 14))
    inside = np.abs((points @ relief.axes[:2].T) - middle).max(axis=1) < 13.5
    return relief.clearance(points[inside])


@needs_assets
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("seed", "name"), list(enumerate(GESTURES)))
def test_hands_touch_the_face_or_stay_before_it(seed, name, mirrored):
    traits, posed = person(seed)
    gesture = GESTURES[name]
    layers = occluder_layers(occluder("gesture", name, seed, mirrored=mirrored), traits, posed)
    skin = head_clearance(layers[:1], posed, gesture.outwards, mirrored)
    assert skin.min() > -0.35
    if gesture.touch:
        assert skin.min() < 0.35


@needs_assets
@pytest.mark.parametrize(("seed", "name"), list(enumerate(HOLDS)))
def test_what_is_held_does_not_cut_the_face(seed, name):
    traits, posed = person(seed)
    thing = occluder("held", name, seed, mirrored=False)
    layers = occluder_layers(thing, traits, posed)
    solid = head_clearance(
        layers[4 if thing.sleeve is not None else 3 :], posed, HOLDS[name].outwards, False
    )
    assert solid.min() > -0.35
    if name in ("cup", "bottle", "food", "microphone"):
        mouth = posed.landmarks[62]
        points = np.concatenate([layer.mesh.vertices for layer in layers[3:]])
        assert np.linalg.norm(points - mouth, axis=1).min() < 5


@needs_assets
@pytest.mark.parametrize("kind", KIND_SHARES)
def test_parts_and_size_of_every_kind(kind):
    name = {"gesture": "mouth covered", "held": "cup"}.get(kind, "")
    traits, posed = person(5)
    layers = occluder_layers(occluder(kind, name, 5), traits, posed)
    assert layers
    part = Part.CLOTH if kind == "scarf" else Part.BACKGROUND
    assert {layer.material.part for layer in layers} == {part}
    assert sum(len(layer.mesh.triangles) for layer in layers) < 4700
    assert all(np.isfinite(layer.mesh.vertices).all() for layer in layers)


@needs_assets
@pytest.mark.parametrize("seed", [0, 3, 7])
def test_a_mask_covers_nose_and_mouth_and_leaves_the_eyes(seed):
    traits, posed = person(seed)
    mask = occluder("mask", seed=seed, strength=0.0)
    shell = occluder_layers(mask, traits, posed)[0].mesh.vertices
    relief = HeadRelief(posed, (0, 0, 1), (-10, -10), (10, 10))
    assert relief.clearance(shell).min() > 0
    lips_and_nose = posed.landmarks[[30, 33, 48, 54, 51, 57]]
    assert shell[:, 1].min() < lips_and_nose[:, 1].min() - 1
    assert lips_and_nose[:, 1].max() < shell[:, 1].max() < posed.eye_centres[:, 1].min() + 0.5
    assert shell[:, 2].max() > posed.landmarks[30, 2]


@needs_assets
@pytest.mark.parametrize("kind", ["leaves", "bars", "neighbour"])
def test_things_in_front_stand_between_viewer_and_face(kind):
    traits, posed = person(2)
    camera = Camera(0.9, 0.2, -0.1, 70.0, 1.6, (0.0, 0.0))
    layers = occluder_layers(occluder(kind, seed=2), traits, posed, camera)
    points = camera.view(np.concatenate([layer.mesh.vertices for layer in layers]))
    face = camera.view(posed.landmarks)
    assert np.median(points[:, 2]) > face[:, 2].max() and points[:, 2].max() < -1
    plane, _ = project(points)
    seen, _ = project(face)
    middle, half = seen.mean(axis=0), 0.5 * camera.margin * np.ptp(seen, axis=0).max()
    assert (plane.min(axis=0) < middle + half).all() and (plane.max(axis=0) > middle - half).all()


@needs_assets
def test_same_seed_gives_the_same_occluder():
    traits, posed = person(1)
    for seed in range(12):
        first, second = (draw_occluder(np.random.default_rng(seed), traits) for _ in range(2))
        assert first == second
        layers = [occluder_layers(first, traits, posed) for _ in range(2)]
        assert same_layers(*layers)


@needs_assets
def test_one_scene_in_six_has_an_occluder_mostly_a_hand():
    traits, _ = person(1)
    drawn = [sample_occluder(np.random.default_rng(seed), traits) for seed in range(2500)]
    kinds = [one.kind for one in drawn if one is not None]
    assert 0.13 < len(kinds) / len(drawn) < 0.19
    assert kinds.count("gesture") + kinds.count("held") > 0.6 * len(kinds)
