"""Clothes: what every outfit keeps to, on people of all shapes."""

from dataclasses import replace

import numpy as np
import pytest
from dressed_people import SEEDS, head, needs_assets, person, ray_reach

from lineament.synthesis.clothes.dressing import ClothesLibrary, outfit_layers
from lineament.synthesis.clothes.fabric import PATTERNS, RELIEFS, Fabric, FabricBank
from lineament.synthesis.clothes.garment import neckline
from lineament.synthesis.clothes.neck_turn import Posture, sample_posture, turn_neck
from lineament.synthesis.clothes.outfit import STYLES, sample_outfit
from lineament.synthesis.clothes.patch import patch
from lineament.synthesis.material import Finish
from lineament.synthesis.parts import Part

pytestmark = needs_assets
SHOULDERS_FROM = 0.9
TRIANGLES = 6000


@pytest.fixture(scope="module")
def library():
    return ClothesLibrary(head())


def dressed(style, seed, library, **changes):
    traits, posed = person(seed)
    outfit = replace(sample_outfit(np.random.default_rng(seed), traits), style=style, **changes)
    return outfit_layers(outfit, traits, posed, library), posed


def test_a_patch_faces_the_side_where_rows_run_down_and_columns_right():
    rows, columns = np.mgrid[:3, :4]
    points = np.stack([columns, -rows, 0 * rows], axis=-1)
    mesh = patch(points, points[..., :2])
    assert mesh.triangles.shape == (12, 3)
    assert np.allclose(mesh.normals, [0, 0, 1])
    assert np.allclose(mesh.texcoords, mesh.vertices[mesh.triangles][..., :2])


def test_the_seam_of_a_closed_patch_shares_vertices_but_not_texture():
    turn = 2 * np.pi * np.arange(8) / 8
    ring = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=-1)
    points = np.stack([ring, ring - [0, 1, 0]])
    texcoords = np.stack(np.meshgrid(np.linspace(0, 1, 9), [0, 1]), axis=-1)
    mesh = patch(points, texcoords, closed=True)
    assert len(mesh.vertices) == 16 and len(mesh.triangles) == 16
    assert np.ptp(mesh.texcoords[..., 0], axis=1).max() == pytest.approx(1 / 8)
    assert (mesh.normals * mesh.vertices)[:, [0, 2]].sum(axis=1).min() > 0.9


@pytest.mark.parametrize("style", STYLES)
def test_same_outfit_gives_the_same_bytes_within_budget(style, library):
    first, _ = dressed(style, 2, library)
    again, _ = dressed(style, 2, library)
    assert sum(len(layer.mesh.triangles) for layer in first) <= TRIANGLES
    for one, other in zip(first, again, strict=True):
        assert one.mesh.vertices.tobytes() == other.mesh.vertices.tobytes()
        assert one.mesh.texcoords.tobytes() == other.mesh.texcoords.tobytes()
        assert one.material.colour == other.material.colour
        assert np.isfinite(one.mesh.vertices).all() and np.isfinite(one.mesh.normals).all()
        assert one.mesh.triangles.max() < len(one.mesh.vertices)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", SEEDS)
def test_clothes_stay_below_the_face_and_only_skin_is_neck(style, seed, library):
    layers, posed = dressed(style, seed, library)
    chin = posed.landmarks[8]
    for layer in layers:
        used = layer.mesh.vertices[np.unique(layer.mesh.triangles)]
        front = used[used[:, 2] > 1.0]
        assert front[:, 1].max() < chin[1] + 0.5
        assert layer.material.part == (
            Part.NECK
            if layer.material.specular == 0.12 and layer.material.wrap == 0.25
            else Part.CLOTH
        )


@pytest.mark.parametrize("style", ["crew", "suit", "bare", "hoodie", "boat"])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_of_the_neck_is_covered(style, seed, library):
    """Whatever lies near the lower end of the head's mesh has clothes or body outside it."""
    layers, posed = dressed(style, seed, library, scarf=None, under="crew")
    chart = library.torso.chart(posed)
    axis = chart.points[11].mean(axis=0) - [0, 3, 0]
    for column in range(0, 64, 4):
        point = chart.points[11, column]
        outward = point - axis
        distance = np.linalg.norm(outward)
        assert ray_reach(layers, axis, outward / distance) > distance - 0.12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_body_reaches_far_below_the_picture(seed, library):
    layers, posed = dressed("crew", seed, library)
    low = np.concatenate([layer.mesh.vertices for layer in layers])[:, 1]
    assert low.min() < posed.landmarks[8, 1] - 20


def test_skin_has_the_tone_of_the_person(library):
    traits, _ = person(5)
    layers, _ = dressed("bare chest", 5, library)
    skin = layers[0].material
    assert skin.part == Part.NECK and skin.finish == Finish.PLAIN
    assert skin.colour == pytest.approx(traits.tone)


def test_a_deeper_opening_lowers_the_front():
    for style in ("crew", "v neck", "scoop", "shirt"):
        assert neckline(style, 1.0)[0] > neckline(style, 0.0)[0]
        assert neckline(style, 0.5).min() > 0


def test_turning_the_body_moves_shoulders_and_leaves_the_face(library):
    _, posed = person(0)
    turned = turn_neck(posed, Posture(0.5, 0.0, 0.0), library.torso.shares)
    moved = np.linalg.norm(turned.vertices - posed.vertices, axis=1)
    assert moved[head().landmark68].max() == 0
    shoulders = library.torso.shares == 1
    assert shoulders.any()
    a, b = posed.vertices[shoulders], turned.vertices[shoulders]
    assert np.linalg.norm(a - a[0], axis=1) == pytest.approx(
        np.linalg.norm(b - b[0], axis=1), abs=1e-3
    )
    left = a[:, 0].argmax()
    assert b[left, 2] < a[left, 2] - 3


def test_posture_turns_back_against_the_head_within_its_limits():
    drawn = [sample_posture(np.random.default_rng(i), yaw=0.8).yaw for i in range(200)]
    assert np.mean(drawn) < -0.3 and min(drawn) >= -0.6
    assert sample_posture(np.random.default_rng(4), 0.2) == sample_posture(
        np.random.default_rng(4), 0.2
    )


def test_every_fabric_gives_a_square_texture():
    bank = FabricBank()
    colours = ((0.1, 0.2, 0.3),) * 4
    for relief in RELIEFS:
        for pattern in PATTERNS:
            look = bank.material(Fabric(relief, pattern, colours, 8.0), Part.CLOTH)
            assert look.texture.shape == (128, 128, 4) and look.texture.dtype == np.uint8
            assert (look.finish == Finish.PICTURE) == (pattern != "plain")
            assert (look.texture[..., 3] == 0).any() == (relief == "lace")


def test_children_have_narrower_shoulders():
    traits, _ = person(5)
    widths = [
        np.mean(
            [
                sample_outfit(np.random.default_rng(i), replace(traits, age=age)).width
                for i in range(30)
            ]
        )
        for age in (5.0, 12.0, 30.0)
    ]
    assert widths[0] < widths[1] < widths[2]
