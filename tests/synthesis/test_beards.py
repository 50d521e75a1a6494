"""Beards and moustaches: where they grow, who wears them, and their strands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from haired_people import library
from hypothesis import given, settings
from hypothesis import strategies as st
from worn_people import needs_assets, person, same_layers

from lineament.synthesis.hair.beard_layers import beard_layers
from lineament.synthesis.hair.facial_hair import LENGTHS, STYLES, beard_cover, sample_beard
from lineament.synthesis.parts import Part
from lineament.synthesis.traits import sample_traits

MAN = replace(sample_traits(4), feminine=False, age=45.0)
UNDER_NOSE, UPPER_LIP, CHIN, CHEEK, JAW, EYE = (
    *([0.8, -1.9, 11.4], [0.5, -3.0, 11.8], [0, -6.5, 10.9]),
    *([4.5, -1, 9], [5.9, -3.4, 5.6], [3, 3.5, 9.4]),
)


def beard_of(style, length=None):
    beard = sample_beard(np.random.default_rng(2), MAN)
    length = LENGTHS[style][1] if length is None else length
    return replace(beard, style=style, length=length, density=0.9, edge=0.0)


@pytest.mark.parametrize(
    ("style", "where"),
    [
        ("none", []),
        ("moustache", [UNDER_NOSE]),
        ("goatee", [UNDER_NOSE, CHIN]),
        ("chin beard", [CHIN]),
        ("full beard", [UNDER_NOSE, CHIN, JAW]),
        ("chin strap", [CHIN, JAW]),
    ],
)
def test_a_style_grows_where_its_name_says(style, where):
    cover = beard_cover(np.array([UNDER_NOSE, UPPER_LIP, CHIN, CHEEK, JAW, EYE]), beard_of(style))
    expected = [place in where for place in (UNDER_NOSE, UPPER_LIP, CHIN, CHEEK, JAW, EYE)]
    assert (cover > 0.4).tolist() == expected


@given(
    st.sampled_from(list(STYLES)),
    st.tuples(st.floats(-8, 8), st.floats(-12, 4), st.floats(-2, 12)),
)
@settings(max_examples=60, deadline=None)
def test_a_beard_grows_the_same_on_both_sides(style, place):
    left = np.array(place)
    cover = beard_cover(np.stack([left, left * [-1, 1, 1]]), beard_of(style))
    assert cover[0] == cover[1]
    assert 0 <= cover[0] <= 1


def test_only_men_wear_beards():
    for seed in range(200):
        traits = sample_traits(seed)
        beard = sample_beard(np.random.default_rng(seed), traits)
        if traits.feminine or traits.age < 16:
            assert beard.style == "none"
        low, high = LENGTHS[beard.style]
        assert low <= beard.length <= high + 1e-3
    worn = {sample_beard(np.random.default_rng(seed), MAN).style for seed in range(400)}
    assert worn == set(STYLES)


@needs_assets
@pytest.mark.parametrize("style", STYLES)
def test_beards_are_skin_and_stay_at_the_face(style):
    _, posed = person(3)
    layers = beard_layers(beard_of(style), posed, library())
    assert bool(layers) == (style not in ("none", "stubble"))
    assert sum(len(layer.mesh.triangles) for layer in layers) <= 9_000
    for layer in layers:
        assert layer.material.part == Part.SKIN
        places = layer.mesh.vertices[np.unique(layer.mesh.triangles)]
        reach = np.abs(places[:, None] - posed.landmarks[None]).max(axis=2).min(axis=1)
        assert reach.max() < 5 + LENGTHS[style][1]
        mouth = posed.landmarks[62:67].mean(axis=0)
        assert np.linalg.norm(places - mouth, axis=1).min() > 0.3


@needs_assets
def test_the_same_beard_gives_the_same_hairs():
    _, posed = person(3)
    beard = beard_of("full beard")
    first = beard_layers(beard, posed, library())
    assert same_layers(first, beard_layers(beard, posed, library()))
    other = replace(beard, seed=beard.seed + 1)
    assert not same_layers(first, beard_layers(other, posed, library()))
