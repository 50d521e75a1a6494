"""Laying the base mesh over the head, and registering one to the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import registered_body as known
from original_folders import CC0

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import (
    BASE,
    BaseMesh,
    makehuman_originals,
    read_base_mesh,
)
from lineament.synthesis.asset_build.register import RegistrationSettings, register, similarity
from lineament.synthesis.asset_build.surface import SampledSurface, closest_weights

pytestmark = known.needs_assets


def test_the_base_mesh_is_laid_over_the_head(tmp_path: Path) -> None:
    body, expected = known.body(), known.base_mesh()
    (tmp_path / BASE).parent.mkdir(parents=True)
    (tmp_path / BASE).write_text(body.text())
    base = read_base_mesh(makehuman_originals(tmp_path), known.real_head())
    assert base.vertices == pytest.approx(body.placed, abs=1e-5)
    assert base.original == pytest.approx(expected.original, abs=1e-6)
    assert base.texcoords == pytest.approx(expected.texcoords, abs=1e-6)
    assert np.array_equal(base.triangles, expected.triangles)
    assert len(base.triangles) < len(body.triangles), "the shoulders are left out"
    assert base.body.tolist() == list(range(SKIN_VERTICES))


def test_nearest_points_of_triangles_are_those_of_a_search() -> None:
    random = np.random.default_rng(5)
    corners, points = random.standard_normal((60, 3, 3)), random.standard_normal((60, 3)) * 2
    weights = closest_weights(points, corners)
    assert weights.sum(axis=1) == pytest.approx(np.ones(60)) and weights.min() >= 0
    found = np.linalg.norm(np.einsum("nc,ncd->nd", weights, corners) - points, axis=1)
    grid = np.linspace(0, 1, 41)
    shares = [(1 - b - c, b, c) for b in grid for c in grid if b + c <= 1 + 1e-9]
    places = np.einsum("sc,ncd->snd", np.array(shares), corners)
    searched = np.linalg.norm(places - points, axis=2).min(axis=0)
    assert (found <= searched + 1e-9).all() and np.abs(found - searched).max() < 0.06


def test_a_similarity_is_recovered() -> None:
    random = np.random.default_rng(6)
    points, turn = random.standard_normal((30, 3)), np.linalg.qr(random.standard_normal((3, 3)))[0]
    turn *= np.linalg.det(turn)
    scale, found, shift = similarity(points, 1.7 * points @ turn.T + [1, -2, 3])
    assert scale == pytest.approx(1.7) and found == pytest.approx(turn)
    assert shift == pytest.approx([1, -2, 3])


def test_the_head_finds_itself_on_a_larger_copy() -> None:
    head, body, registration = known.real_head(), known.body(), known.registration()
    gap = np.linalg.norm(registration.places - body.placed[body.row], axis=1)
    assert gap.mean() < 0.1
    back = registration.places + registration.displacement
    assert back == pytest.approx(head.vertices[:SKIN_VERTICES], abs=1e-5)
    again = register(head, known.base_mesh(), known.QUICK)
    assert np.array_equal(again.places, registration.places), "the same numbers each time"


def test_the_head_finds_its_points_on_another_person() -> None:
    head, body = known.real_head(), known.body()
    amounts = 3 * np.array([1.2, -0.9, 0.8, 1.0, -1.1, 0.7])
    moved = np.zeros_like(body.placed)
    shape = np.tensordot(amounts, head.identity[:6].astype(float), axes=1)
    moved[body.row] = shape[:SKIN_VERTICES]
    found = register(head, known.base_of(body.placed + moved), known.QUICK)
    truth = (body.placed + moved)[body.row]
    skull = head.vertices[:SKIN_VERTICES, 1] > -11
    before = np.linalg.norm(head.vertices[:SKIN_VERTICES] - truth, axis=1)[skull].mean()
    after = np.linalg.norm(found.places - truth, axis=1)[skull].mean()
    assert before > 0.5 and after < 0.3 * before


def test_another_mesh_cannot_be_registered() -> None:
    head = known.real_head()
    ball = np.random.default_rng(1).standard_normal((300, 3))
    ball = ball / np.linalg.norm(ball, axis=1, keepdims=True) * 5 + [30, 0, 0]
    triangles = np.arange(300, dtype=np.int32).reshape(100, 3)
    base = BaseMesh(
        ball, ball, np.zeros(3), np.arange(300, dtype=np.int32), triangles, np.zeros((100, 3, 2))
    )
    with pytest.raises(DataError, match=r"fits MakeHuman's base mesh only at"):
        register(head, base, RegistrationSettings(identities=2, samples=2000, fit_steps=2))


def test_base_meshes_that_cannot_be(tmp_path: Path) -> None:
    head = known.real_head()
    path = tmp_path / BASE
    path.parent.mkdir(parents=True)
    for text, pattern in (
        (CC0 + "g shoe\nv 0 0 0\nf 1 1 1\n", "no group 'body', but shoe"),
        (CC0 + "g body\nv 0 0 0\nf 1 1 1\n", "no textured 'body'"),
        ("# license AGPL3\n" + known.body().text()[len(CC0) :], "expected CC0"),
    ):
        path.write_text(text)
        with pytest.raises(DataError, match=pattern):
            read_base_mesh(makehuman_originals(tmp_path), head)


def test_samples_lie_on_the_surface() -> None:
    base = known.base_mesh()
    surface = SampledSurface(base.vertices, base.triangles, 5000)
    nearest = surface.nearest(surface.points)
    assert np.linalg.norm(nearest.points - surface.points, axis=1).max() < 1e-6
    assert nearest.weights.sum(axis=1) == pytest.approx(np.ones(5000))
