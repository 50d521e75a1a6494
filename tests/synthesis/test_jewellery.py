"""Jewellery on people of all kinds: on the lobes, on the skin, labelled."""

import dataclasses

import numpy as np
import pytest
from worn_people import needs_assets, person, same_layers

from lineament.synthesis.jewellery import Jewellery, jewellery_layers, sample_jewellery
from lineament.synthesis.jewellery.earrings import LOBES
from lineament.synthesis.jewellery.necklaces import NECK_AXIS_Z, lying_line
from lineament.synthesis.jewellery.style import EARRING_SHARES, NECKLACE_SHARES
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import OUTSIDE_VERTICES

pytestmark = needs_assets


def worn_by(traits, kind, form):
    for seed in range(3000):
        piece = getattr(sample_jewellery(np.random.default_rng(seed), traits), kind)
        if piece is not None and piece.form == form:
            return piece
    raise AssertionError(f"{form} is never drawn")


def grown_woman(seed):
    traits, posed = person(seed)
    return dataclasses.replace(traits, feminine=True, age=30.0), posed


@pytest.mark.parametrize(("seed", "form"), list(enumerate(EARRING_SHARES)))
def test_earrings_start_at_the_lobes_and_hang_down(seed, form):
    traits, posed = grown_woman(seed)
    earring = dataclasses.replace(worn_by(traits, "earring", form), ears="both")
    layers = jewellery_layers(Jewellery(earring, None, None, None), posed)
    assert {layer.material.part for layer in layers} == {Part.EARRING}
    points = np.concatenate([layer.mesh.vertices for layer in layers])
    for vertex in LOBES:
        lobe = posed.vertices[vertex]
        own = points[points[:, 0] * lobe[0] > 0]
        assert np.linalg.norm(own - lobe, axis=1).min() < 1.0
        assert own[:, 1].max() < lobe[1] + 1.0
        if form in ("drop", "plate", "hoop"):
            assert own[:, 1].min() < lobe[1] - 0.8 * earring.size


def test_an_earring_on_one_ear_only():
    traits, posed = grown_woman(1)
    earring = dataclasses.replace(worn_by(traits, "earring", "hoop"), ears="left")
    (layer,) = jewellery_layers(Jewellery(earring, None, None, None), posed)
    assert layer.mesh.vertices[:, 0].min() > 0


def test_earrings_follow_gravity():
    traits, posed = grown_woman(2)
    earring = worn_by(traits, "earring", "drop")
    worn = Jewellery(dataclasses.replace(earring, ears="left"), None, None, None)
    upright, bowed = (
        np.concatenate([layer.mesh.vertices for layer in jewellery_layers(worn, posed, down)])
        for down in ((0, -1, 0), (0, -0.8, 0.6))
    )
    assert bowed[:, 2].max() > upright[:, 2].max() + 0.4 * earring.size


@pytest.mark.parametrize(("seed", "form"), list(enumerate(NECKLACE_SHARES)))
def test_necklaces_lie_on_the_skin(seed, form):
    traits, posed = grown_woman(seed)
    necklace = worn_by(traits, "necklace", form)
    layers = jewellery_layers(Jewellery(None, necklace, None, None), posed)
    assert {layer.material.part for layer in layers} == {Part.NECKLACE}
    line = lying_line(necklace.length, 0.5 * necklace.thickness, posed)
    skin = posed.vertices[:OUTSIDE_VERTICES]
    skin = skin[(skin[:, 1] < posed.landmarks[8, 1] - 1)]
    away = np.linalg.norm(line[:, None] - skin[None], axis=2).min(axis=1)
    assert away.max() < 0.5 * necklace.thickness + 1.2
    assert line[:, 1].max() < posed.landmarks[8, 1] - 1
    assert line[0, 2] > NECK_AXIS_Z and line[:, 1].argmin() == 0


def test_stud_and_mark_keep_the_part_of_the_skin_below():
    _, posed = person(6)
    stud, mark = jewellery_layers(Jewellery(None, None, (0.8, 0.7, 0.4), (0.3, 0, 0)), posed)
    assert stud.material.part == Part.NOSE and mark.material.part == Part.SKIN
    assert np.linalg.norm(stud.mesh.vertices - posed.landmarks[35], axis=1).min() < 1.5


def test_same_seed_gives_the_same_jewellery():
    traits, posed = grown_woman(3)
    first, second = (sample_jewellery(np.random.default_rng(5), traits) for _ in range(2))
    assert first == second
    worn = Jewellery(
        worn_by(traits, "earring", "plate"), worn_by(traits, "necklace", "beads"), None, None
    )
    assert same_layers(jewellery_layers(worn, posed), jewellery_layers(worn, posed))
    assert jewellery_layers(Jewellery(None, None, None, None), posed) == []
