"""Hair of the head: hair line, styles, strands and what is under a hat."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from haired_people import library
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from worn_people import needs_assets, person, same_layers

from lineament.synthesis.hair.cards import ribbons
from lineament.synthesis.hair.cuts import CUTS
from lineament.synthesis.hair.hair_layers import hair_layers
from lineament.synthesis.hair.hairline import growth, hair_cover
from lineament.synthesis.hair.head_space import carry, height_and_outwards
from lineament.synthesis.hair.library import HairLibrary
from lineament.synthesis.hair.style_shares import (
    SHARES_BOYS,
    SHARES_FEMININE,
    SHARES_GIRLS,
    SHARES_MASCULINE,
    TIGHT_CURLS,
)
from lineament.synthesis.hair.styles import sample_hairstyle
from lineament.synthesis.hair.worn import PIECES
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import OUTSIDE_VERTICES
from lineament.synthesis.traits import sample_traits

MAN = replace(sample_traits(4), feminine=False, age=45.0, recession=0.0, hairline=0.0)
FOREHEAD, CROWN, NOSE, NAPE = [0, 8, 10.4], [0, 14, -2], [0, 1, 12.8], [0, -3, -6]


def style_of(name, seed=1, traits=MAN):
    return replace(sample_hairstyle(np.random.default_rng(seed), traits, name), worn="")


@given(
    st.tuples(st.floats(-9, 9), st.floats(-8, 14.5), st.floats(-9, 13)),
    st.floats(0, 1),
    st.integers(0, 50),
)
@settings(max_examples=60, deadline=None)
def test_the_hair_line_is_the_same_on_both_sides(place, recession, seed):
    traits = replace(MAN, seed=seed, recession=recession)
    left = np.array(place)
    cover = hair_cover(np.stack([left, left * [-1, 1, 1]]), traits)
    assert cover[0] == cover[1]
    assert 0 <= cover[0] <= 1


def test_hair_grows_on_the_crown_and_not_on_the_face():
    cover = hair_cover(np.array([CROWN, NAPE, FOREHEAD, NOSE]), MAN)
    assert cover.tolist() == [1, 1, 0, 0]


@given(st.floats(0, 0.9), st.floats(0.02, 0.5))
@settings(max_examples=30, deadline=None)
def test_a_hair_line_that_draws_back_never_gains(recession, more):
    x, y = np.meshgrid(np.linspace(-8, 8, 17), np.linspace(6, 14.5, 12))
    z = np.sqrt(np.maximum(110 - x**2 - (y - 3) ** 2 * 0.8, 0))
    places = np.stack([x, y, z], axis=-1)
    before = hair_cover(places, replace(MAN, recession=recession))
    after = hair_cover(places, replace(MAN, recession=min(1.0, recession + more)))
    assert (after <= before + 0.02).all()


def test_recession_and_a_high_hair_line_bare_the_forehead():
    height = np.linspace(8, 14.4, 80)
    line = np.stack([0 * height, height, np.interp(height, [8, 12, 14.4], [10.4, 8, 1])], axis=1)

    def lowest(**change):
        return line[np.argmax(hair_cover(line, replace(MAN, **change)) > 0.5), 1]

    assert lowest(hairline=1.0) - lowest() == pytest.approx(1.0, abs=0.2)
    assert lowest(recession=0.5) > lowest() + 0.4
    assert hair_cover(np.array([CROWN]), replace(MAN, recession=1.0))[0] == 0


@needs_assets
def test_growth_is_the_cover_of_every_vertex_and_none_inside_the_head():
    head = person(0)[1].head
    cover = growth(head, MAN)
    assert cover.shape == (len(head.vertices),)
    assert cover[OUTSIDE_VERTICES:].max() == 0
    assert cover[head.vertices[:, 1].argmax()] == 1
    assert cover[head.landmark68[17:]].max() == 0


@needs_assets
def test_places_near_the_skin_move_as_it_does():
    _, posed = person(5)
    space = library().space
    on_skull = np.flatnonzero(growth(posed.head, MAN) == 1)
    moved = np.empty((len(on_skull), 3), np.float32)
    carry(posed.head.vertices[on_skull], space.movement(posed.offset), moved)
    assert np.linalg.norm(moved - posed.vertices[on_skull], axis=1).mean() < 0.12
    outwards = np.zeros(3, np.float32)
    above = np.array([0, 17.5, -1], np.float32)
    assert height_and_outwards(space.distance, above, outwards) == pytest.approx(3, abs=0.3)
    assert outwards[1] > 0.95


def test_a_straight_strand_becomes_a_flat_ribbon():
    lines = np.array([[[0, 0, 0], [0, -1, 0], [0, -2, 0]]], np.float32)
    outwards = np.tile(np.array([0, 0, 1], np.float32), (1, 3, 1))
    mesh = ribbons(lines, outwards, np.array([1.0]), np.array([0], np.int32))
    assert mesh.triangles.shape == (4, 3)
    assert np.abs(mesh.vertices[:, 2]).max() == 0
    assert np.ptp(mesh.vertices[:, 0]) == pytest.approx(0.97, abs=0.1)
    one = ribbons(
        *(lines, outwards, np.array([1.0]), np.array([0], np.int32)),
        shown=np.array([[False, True]]),
    )
    assert mesh.vertices[np.unique(one.triangles), 1].max() == -1


def test_shares_name_known_styles_and_add_up():
    for shares in (SHARES_MASCULINE, SHARES_FEMININE, SHARES_BOYS, SHARES_GIRLS):
        assert set(shares) <= set(CUTS)
        assert sum(shares.values()) == pytest.approx(1, abs=0.08)
    assert {name for shares in TIGHT_CURLS.values() for name in shares} <= set(CUTS)
    assert set(PIECES) <= set(CUTS)


def test_styles_suit_the_person_and_seldom_hide_an_eye():
    drawn = []
    for seed in range(600):
        traits = sample_traits(seed)
        drawn.append((traits, sample_hairstyle(np.random.default_rng(seed), traits)))
    over_eye = [s.fringe == "swept" and s.fringe_level < 3.5 for _, s in drawn]
    assert np.mean(over_eye) < 0.04
    assert len({style.name for _, style in drawn}) == len(CUTS)
    assert not any(s.name == "bald" for t, s in drawn if t.age < 13)
    long = [s.top > 20 for t, s in drawn if t.feminine and t.age > 13]
    assert np.mean(long) > 0.5 > 2 * np.mean([s.top > 20 for t, s in drawn if not t.feminine])


@needs_assets
@pytest.mark.parametrize("name", CUTS)
def test_hair_stays_out_of_the_head_within_its_budget(name):
    traits, posed = person(3)
    layers = hair_layers(style_of(name), traits, posed, library())
    assert (name == "bald") == (not layers)
    assert sum(len(layer.mesh.triangles) for layer in layers) <= 15_000
    neutral = posed.head.vertices[:OUTSIDE_VERTICES]
    skull = np.flatnonzero((np.abs(neutral[:, 0]) < 7.95) | (neutral[:, 1] > 4))
    tree = cKDTree(posed.vertices[skull])
    for layer in layers:
        assert layer.material.part == Part.HAIR
        places = layer.mesh.vertices[np.unique(layer.mesh.triangles)]
        assert np.isfinite(places).all()
        far, nearest = tree.query(places)
        at = skull[nearest]
        height = np.einsum("pd,pd->p", places - posed.vertices[at], posed.normals[at])
        at_ear = (np.abs(places[:, 0]) > 7.95) & (places[:, 1] < 4)
        assert height[(far < 1.5) & ~at_ear].min(initial=0) > -0.6
        assert layer.occlusion is None or len(layer.occlusion) == len(layer.mesh.vertices)


@needs_assets
def test_the_same_style_gives_the_same_hair():
    traits, posed = person(3)
    style = style_of("long wavy")
    first = hair_layers(style, traits, posed, library())
    again = HairLibrary(posed.head, None)
    assert same_layers(first, hair_layers(style, traits, posed, again))
    other = hair_layers(replace(style, seed=style.seed + 1), traits, posed, library())
    assert not same_layers(first, other)


@needs_assets
@pytest.mark.parametrize("name", ["long straight", "afro", "bun", "buzz", "crop"])
def test_nothing_is_left_under_a_hat_and_the_rest_hangs_out(name):
    traits, posed = person(3)
    brim = float(posed.landmarks[19:25, 1].max()) + 1.5
    for worn in ("", "long01"):
        style = replace(style_of(name), worn=worn)
        layers = hair_layers(
            *(style, traits, posed, library()), cut=lambda places: places[:, 1] > brim
        )
        for layer in layers:
            corners = layer.mesh.vertices[layer.mesh.triangles]
            above = corners[..., 1].min(axis=1) > brim + 0.1
            assert not above.any()
        assert min(layer.mesh.vertices[layer.mesh.triangles][..., 1].min() for layer in layers) < 3


@needs_assets
def test_a_mirrored_piece_is_the_mirror_image_on_a_symmetric_head():
    _, posed = person(0)
    neutral = replace(posed, vertices=posed.head.vertices)
    piece = library().worn["short04"]
    left, right = (piece.mesh(neutral, side, 1.0, None) for side in (False, True))
    assert np.abs(left.vertices * [-1, 1, 1] - right.vertices).max() < 0.02
    assert np.einsum("pd,pd->p", left.normals * [-1, 1, 1], right.normals).min() > 0.99


@needs_assets
def test_a_head_of_hair_takes_a_few_milliseconds():
    traits, posed = person(3)
    style = style_of("long wavy")
    taken = []
    for _ in range(12):
        start = time.process_time()
        hair_layers(style, traits, posed, library())
        taken.append(time.process_time() - start)
    assert min(taken) < 0.012
