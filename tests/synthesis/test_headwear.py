"""Hats: what every style keeps to, on heads of all shapes."""

import numpy as np
import pytest
from dressed_people import ASSETS, SEEDS, head, needs_assets, person, ray_reach

from lineament.synthesis.assets import read_wear
from lineament.synthesis.headwear.fitting import ANGLES
from lineament.synthesis.headwear.head_map import map_head, mapped_triangles
from lineament.synthesis.headwear.headwear import (
    HEADWEAR_SHARE,
    STYLES,
    sample_headwear,
    sample_style,
)
from lineament.synthesis.headwear.wearing import (
    HeadwearLibrary,
    headwear_cut,
    headwear_layers,
)
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import OUTSIDE_VERTICES

pytestmark = needs_assets
TRIANGLES = 4000
OPEN = ("headband", "crown")
WITHIN = 0.04
"""Radians by which a covered vertex lies within a hat's edge."""


@pytest.fixture(scope="module")
def library():
    return HeadwearLibrary(head(), read_wear(ASSETS))


@pytest.mark.parametrize("style", STYLES)
def test_same_hat_gives_the_same_bytes_within_budget(style, library):
    _, posed = person(2)
    hat = sample_style(style, np.random.default_rng(3))
    first = headwear_layers(hat, posed, library)
    again = headwear_layers(hat, posed, HeadwearLibrary(head(), read_wear(ASSETS)))
    assert sum(len(layer.mesh.triangles) for layer in first) <= TRIANGLES
    for one, other in zip(first, again, strict=True):
        assert one.mesh.vertices.tobytes() == other.mesh.vertices.tobytes()
        assert one.material.part == Part.HAT
        assert np.isfinite(one.mesh.vertices).all() and np.isfinite(one.mesh.normals).all()


@pytest.mark.parametrize("style", [style for style in STYLES if style not in OPEN])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_skin_shines_through(style, seed, library):
    """A ray from within through a vertex of the head that the hat covers meets the hat last."""
    _, posed = person(seed)
    random = np.random.default_rng([seed, 4])
    hat = sample_style(style, random)
    layers = headwear_layers(hat, posed, library)
    fit = library.fit(hat, posed)
    centre = fit.map.centre
    outside = posed.vertices[:OUTSIDE_VERTICES]
    outside = outside[outside[:, 1] > posed.landmarks[8, 1]]
    angle, polar, _ = fit.map.polar(outside)
    covered = outside[polar < np.interp(angle, ANGLES, fit.edge, period=2 * np.pi) - WITHIN]
    assert headwear_cut(hat, posed, library)(covered).all()
    assert len(covered) > 300
    peak = posed.vertices[[posed.vertices[:OUTSIDE_VERTICES, 1].argmax()]]
    for point in [*peak, *covered[random.choice(len(covered), 25, replace=False)]]:
        outward = point - centre
        distance = float(np.linalg.norm(outward))
        assert ray_reach(layers, centre, outward / distance) > distance


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", SEEDS)
def test_eyes_nose_and_mouth_stay_free(style, seed, library):
    _, posed = person(seed)
    for draw in range(3):
        hat = sample_style(style, np.random.default_rng([seed, draw]))
        cut = headwear_cut(hat, posed, library)
        if cut is not None:
            assert not cut(posed.landmarks[27:]).any()


def test_hair_on_top_vanishes_and_hair_on_the_shoulders_remains(library):
    _, posed = person(0)
    cut = headwear_cut(sample_style("beanie", np.random.default_rng(0)), posed, library)
    top = posed.vertices[:, 1].max()
    assert cut(np.array([[0, top + 1, 0], [12, -14, 0]], np.float32)).tolist() == [True, False]


def test_a_headband_leaves_the_hair_above_it(library):
    _, posed = person(0)
    cut = headwear_cut(sample_style("headband", np.random.default_rng(0)), posed, library)
    assert not cut(np.array([[0, posed.vertices[:, 1].max(), 0]], np.float32)).any()


def test_about_one_person_in_seven_wears_something():
    traits, _ = person(0)
    worn = [sample_headwear(np.random.default_rng(i), traits) for i in range(2000)]
    share = np.mean([hat is not None for hat in worn])
    assert share == pytest.approx(HEADWEAR_SHARE, abs=0.03)
    assert len({hat.style for hat in worn if hat}) > 15
    assert worn[:50] == [sample_headwear(np.random.default_rng(i), traits) for i in range(50)]


def test_the_map_holds_the_head():
    _, posed = person(5)
    found = map_head(posed, mapped_triangles(head()))
    skull = posed.vertices[:OUTSIDE_VERTICES]
    skull = skull[skull[:, 1] > posed.landmarks[19, 1]]
    angle, polar, distance = found.polar(skull)
    assert np.abs(found.reach(angle, polar) - distance).max() < 0.2
    back = found.centre + found.directions(angle, polar) * distance[:, None]
    assert back == pytest.approx(skull, abs=1e-3)
    pushed = found.push_out(skull, 1.0)
    assert np.linalg.norm(pushed - skull, axis=1) == pytest.approx(1.0, abs=0.2)


def test_without_assets_their_style_falls_back_to_a_fedora():
    _, posed = person(0)
    hat = sample_style("assets", np.random.default_rng(0))
    assert headwear_layers(hat, posed, HeadwearLibrary(head()))
