"""Modes and skins: what is carried over from MakeHuman's base mesh to the head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import registered_body as known
from original_folders import write_makehuman

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import SCALE, makehuman_originals
from lineament.synthesis.asset_build.skins import make_skin_baker, read_skin_picture
from lineament.synthesis.asset_build.targets import STILL_ABOVE, TargetTransfer, make_modes

pytestmark = known.needs_assets


FIELDS = {
    f"{people}-{sex}-old": known.older
    for people in ("african", "asian", "caucasian")
    for sex in ("female", "male")
}
FIELDS |= {"asian-female-young": lambda places: np.full_like(places, 2.0) * [0, 0, 1]}


@pytest.fixture(scope="module")
def makehuman(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("makehuman")
    return write_makehuman(folder, known.body(), FIELDS, known.painted())


def test_a_smooth_target_is_transferred() -> None:
    head, body = known.real_head(), known.body()
    base, registration = known.base_mesh(), known.registration()
    moved = TargetTransfer(head, base, registration)(known.older(body.placed) / SCALE)
    assert moved.shape == head.vertices.shape
    truth = known.older(body.placed)[body.row]
    error = np.linalg.norm(moved[:SKIN_VERTICES] - truth, axis=1).mean()
    assert error < 0.05 * np.linalg.norm(truth, axis=1).mean()
    teeth = np.unique(head.triangles[head.has_material("M_Teeth")])
    expected = known.older(head.vertices[teeth].astype(float))
    gap = np.linalg.norm(moved[teeth] - expected, axis=1).mean()
    assert gap < 0.25 * np.linalg.norm(expected, axis=1).mean()


def test_modes_are_made_of_the_targets(makehuman: Path) -> None:
    head, body = known.real_head(), known.body()
    base, registration = known.base_mesh(), known.registration()
    modes = make_modes(makehuman_originals(makehuman), head, base, registration)
    still = head.vertices[:SKIN_VERTICES, 1] > STILL_ABOVE
    truth = known.older(body.placed)[body.row]
    truth = truth - truth[still].mean(axis=0)
    old = modes.old[:SKIN_VERTICES].astype(float)
    assert np.linalg.norm(old - truth, axis=1).mean() < 0.05 * np.linalg.norm(truth, axis=1).mean()
    for name in ("female", "asian", "african", "caucasian", "child", "heavy"):
        assert np.abs(getattr(modes, name)).max() < 0.02, f"{name}: a mere shift is taken out"
    assert modes.old.dtype == np.float16


def test_modes_point_where_their_names_say(tmp_path: Path) -> None:
    head, body = known.real_head(), known.body()
    base, registration = known.base_mesh(), known.registration()
    fields = {
        "universal-male-young-averagemuscle-averageweight": known.older,
        "universal-female-young-averagemuscle-maxweight": lambda places: -known.older(places),
    }
    folder = makehuman_originals(write_makehuman(tmp_path, body, fields, known.painted()))
    modes = make_modes(folder, head, base, registration)
    chin = head.landmark68[8]
    drop = known.older(head.vertices[[chin]].astype(float))[0, 1]
    assert drop < -0.5
    assert modes.female[chin, 1] < 0.5 * drop, "from female to male"
    assert modes.heavy[chin, 1] > -0.2 * drop
    assert modes.old[chin, 1] > 0 and modes.child[chin, 1] > 0, "measured from the young"


def test_a_skin_is_baked_where_it_belongs(makehuman: Path) -> None:
    head, base, registration = known.real_head(), known.base_mesh(), known.registration()
    originals = makehuman_originals(makehuman)
    name = "makehuman/data/skins/textures/young_female_diffuse.png"
    baker = make_skin_baker(head, base, registration)
    baked = baker.bake(read_skin_picture(originals.read(name)))
    assert baked.shape == (512, 512, 3) and baked.dtype == np.uint8
    assert (baked[:, :, 2] == 90).all(), "no texel is left black, not even outside of the face"
    places = registration.places[head.landmark68]
    across = (places[:, 0] / 36 + 0.5) * 255
    down = (1 - (places[:, 1] / 44 + 0.55)) * 255
    chosen = head.has_material("M_Face")
    corner = {
        int(v): t
        for v, t in zip(
            head.triangles[chosen].ravel(), head.triangle_texcoords[chosen].ravel(), strict=True
        )
    }
    uv = head.texcoords[[corner[int(v)] for v in head.landmark68]] % 1
    column, row = (uv[:, 0] * 512).astype(int), ((1 - uv[:, 1]) * 512).astype(int)
    assert np.median(np.abs(baked[row, column, 0] - across)) < 2
    assert np.median(np.abs(baked[row, column, 1] - down)) < 2


def test_a_skin_that_git_lfs_has_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "skin.png").write_bytes(b"version https://git-lfs.github.com/spec/v1\noid x\n")
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    originals = makehuman_originals(tmp_path)
    with pytest.raises(DataError, match=r"skin\.png .*git lfs pull"):
        read_skin_picture(originals.read("skin.png"))
    with pytest.raises(DataError, match=r"torn\.png cannot be read"):
        read_skin_picture(originals.read("torn.png"))
