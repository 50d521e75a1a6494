"""Hair and hats: put on the head and bound to it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import registered_body as known
from original_folders import write_piece

from lineament.errors import DataError
from lineament.synthesis.asset_build.ict import SKIN_VERTICES
from lineament.synthesis.asset_build.makehuman import (
    makehuman_assets_originals,
    makehuman_originals,
)
from lineament.synthesis.asset_build.wear import bind, make_wear, put_on
from lineament.synthesis.assets import read_wear

pytestmark = known.needs_assets


def test_binding_is_that_of_the_real_pieces() -> None:
    head = known.real_head()
    for piece in list(read_wear(known.ASSETS).hair.values())[::4]:
        index, weights = bind(piece.vertices.astype(float), head)
        assert np.array_equal(index, piece.bind_index)
        assert weights == pytest.approx(piece.bind_weight.astype(float), abs=1e-3)


def test_a_point_by_the_skin_stays_by_it() -> None:
    head, registration = known.real_head(), known.registration()
    chosen = np.arange(0, SKIN_VERTICES, 37)
    put = put_on(registration.places[chosen], registration)
    gap = np.linalg.norm(put - head.vertices[chosen], axis=1)
    assert gap.mean() < 0.1


@pytest.fixture
def assets(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """MakeHuman's assets with one head of hair, whose places are given, and the two hats."""
    places = write_piece(tmp_path / "base" / "hair" / "cap", "cap", known.body(), 1.5)
    for name in ("fedora", "fedora_cocked"):
        write_piece(tmp_path / "base" / "clothes" / "fedora01", name, known.body(), 2)
    return tmp_path, places


def test_hair_sits_on_the_head_and_follows_it(assets: tuple[Path, np.ndarray]) -> None:
    head, body = known.real_head(), known.body()
    base, registration = known.base_mesh(), known.registration()
    folder, on_base = assets
    picture = np.full((64, 64, 4), (10, 20, 30, 128), np.uint8)
    cv2.imwrite(str(folder / "base" / "hair" / "cap" / "cap_picture.png"), picture)
    wear = make_wear(
        makehuman_originals(folder), makehuman_assets_originals(folder), head, base, registration
    )
    assert list(wear.hair) == ["cap"] and list(wear.hats) == ["fedora", "fedora_cocked"]
    cap = wear.hair["cap"]
    lower = on_base - [0, 1.5, 0]
    nearest = [np.linalg.norm(body.placed - place, axis=1).argmin() for place in lower]
    row = np.argsort(body.row)[nearest]
    expected = on_base + head.vertices[row] - body.placed[nearest]
    assert np.linalg.norm(cap.vertices - expected, axis=1).mean() < 0.15
    assert cap.triangles.shape == (38, 3) and cap.texcoords.shape == (38, 3, 2)
    assert cap.bind_weight.astype(float).sum(axis=1) == pytest.approx(np.ones(60), abs=0.01)
    assert cap.texture.shape == (512, 512, 4)
    assert (cap.texture == [30, 20, 10, 128]).all(), "RGBA"
    assert (wear.hats["fedora"].texture == 200).all(), "a placeholder"


def test_faults_of_wear(assets: tuple[Path, np.ndarray]) -> None:
    head, base, registration = known.real_head(), known.base_mesh(), known.registration()
    folder, _ = assets
    place = folder / "base" / "hair" / "cap"

    def complain(pattern: str) -> None:
        with pytest.raises(DataError, match=pattern):
            make_wear(
                makehuman_originals(folder),
                makehuman_assets_originals(folder),
                head,
                base,
                registration,
            )

    whole = (place / "cap.obj").read_text()
    (place / "cap.obj").write_text("v 0 0 0\n" + whole)
    complain(r"cap\.obj has 61 vertices, but .*cap\.mhclo binds 60")
    (place / "cap.obj").unlink()
    complain(r"cap\.obj: there is no such file")
    (place / "cap.mhclo").rename(place / "other.mhclo")
    complain(r"hair has no NAME/NAME\.mhclo")
