"""Cut-outs: their files, the bank, the folder that a command writes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from cutout_folder import SIDE, drawn_cutout, write_cutouts
from small_assets import write_small_assets

from lineament.cli.main import main
from lineament.errors import ConfigError, DataError
from lineament.synthesis.dataset_recipe import load_recipe_of
from lineament.synthesis.groups import cutout_source
from lineament.synthesis.groups.cutout import CutOut
from lineament.synthesis.groups.cutout_bank import CutOutBank
from lineament.synthesis.groups.cutout_file import decode_cutout, encode_cutout
from lineament.synthesis.groups.cutout_kinds import KindShares
from lineament.synthesis.groups.cutout_recipe import CutOutRecipe
from lineament.synthesis.groups.face_outline import face_outline
from lineament.synthesis.groups.light import halved, to_light, to_picture
from lineament.synthesis.shard_reader import shard_path

RECIPE = Path(__file__).parents[2] / "recipes" / "synthesis" / "cutouts.toml"


def test_files_give_the_cutout_back() -> None:
    cutout = drawn_cutout("statue", occlusion=0.25, number=3)
    files = encode_cutout("000000003", cutout)
    again = decode_cutout("000000003", files)
    for name in ("image", "points", "seen", "outline"):
        np.testing.assert_allclose(getattr(again, name), getattr(cutout, name), atol=6e-4)
    assert (again.kind, again.attributes, again.identity, again.scene) == (
        *(cutout.kind, cutout.attributes, cutout.identity, cutout.scene),
    )
    assert files == encode_cutout("000000003", cutout)


def test_light_and_file_agree_and_smaller_levels_are_means_of_light() -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    image[0, 0] = (255, 0, 0, 255)
    light = to_light(image)
    np.testing.assert_array_equal(to_picture(light)[0, 0], image[0, 0])
    small = halved(light)
    np.testing.assert_allclose(small[0, 0], (0.25, 0, 0, 0.25))
    np.testing.assert_array_equal(to_picture(small)[0, 0], (255, 0, 0, 64))


def test_the_outline_reaches_from_chin_to_forehead_and_turns_with_the_face() -> None:
    points = np.zeros((68, 2), np.float32)
    points[:17] = np.column_stack(
        [np.linspace(-6, 6, 17), np.r_[np.arange(9), np.arange(7, -1, -1)]]
    )
    points[17:27] = np.column_stack([np.linspace(-4.5, 4.5, 10), np.full(10, -2)])
    outline = face_outline(points)
    # 10 from chin to brows, so the inner brows are raised by 3: their top is at -5, from -2.5 on
    np.testing.assert_allclose(outline.min(axis=0), (-6, -5), atol=1e-5)
    np.testing.assert_allclose(outline.max(axis=0), (6, 8), atol=1e-5)
    assert np.abs(outline[outline[:, 1] < -4.9][:, 0]).max() == pytest.approx(2.5)
    quarter = np.array([[0, 1], [-1, 0]], np.float32)
    np.testing.assert_allclose(face_outline(points @ quarter).max(axis=0), (5, 6), atol=1e-5)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    files = encode_cutout("000000000", drawn_cutout())
    facts = json.loads(files["json"])
    with pytest.raises(DataError, match=r"000000000\.png is not a picture with coverage"):
        decode_cutout("000000000", {**files, "png": b"nothing"})
    with pytest.raises(DataError, match="expected an object with"):
        decode_cutout("000000000", {**files, "json": b"{}"})
    wrong = json.dumps({**facts, "kind": "ghost"}).encode()
    with pytest.raises(DataError, match="kind 'ghost'"):
        decode_cutout("000000000", {**files, "json": wrong})
    with pytest.raises(DataError, match="make some with"):
        CutOutBank(tmp_path)
    write_cutouts(tmp_path, [drawn_cutout("back")])
    with pytest.raises(DataError, match="no cut-out of the kind 'bust'"):
        CutOutBank(tmp_path)
    shard_path(tmp_path, 0).write_bytes(b"x" * 700)
    with pytest.raises(DataError, match="torn or not a tar"):
        CutOutBank(tmp_path)


def test_the_bank_reads_every_level(tmp_path: Path) -> None:
    bank = CutOutBank(write_cutouts(tmp_path, [drawn_cutout(), drawn_cutout("back")]))
    entry = bank.draw(np.random.default_rng(0), "back", 30.0)
    assert (len(bank), bank.kinds(), entry.kind) == (2, ("bust", "back"), "back")
    assert entry.side == pytest.approx(np.sqrt(48 * 64), abs=0.01)
    lights = [entry.light(level) for level in range(4)]
    assert [light.shape for light in lights] == [(SIDE // k, SIDE // k, 4) for k in (1, 2, 4, 8)]
    for light in lights:
        np.testing.assert_allclose(light.mean((0, 1)), lights[0].mean((0, 1)), atol=4e-3)


def test_large_faces_come_from_large_cutouts(tmp_path: Path) -> None:
    small, large = drawn_cutout(number=1), drawn_cutout(number=2)
    middle = small.outline.mean(axis=0)
    shrunk = CutOut(**{**vars(small), "outline": (small.outline - middle) / 4 + middle})
    bank = CutOutBank(write_cutouts(tmp_path, [shrunk, large, shrunk, large]))
    random = np.random.default_rng(1)
    assert {round(bank.draw(random, "bust", 80).side) for _ in range(20)} == {55}
    assert {round(bank.draw(random, "bust", 12).side) for _ in range(20)} == {14, 55}


def test_a_recipe_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    recipe = load_recipe_of(CutOutRecipe, RECIPE)
    written = tmp_path / "again.toml"
    written.write_text(recipe.to_toml())
    assert load_recipe_of(CutOutRecipe, written) == recipe
    for change, words in (
        ("engine.size=100", "engine.size: got 100, expected a multiple of 8"),
        ('image.kind="jpeg"', "expected png"),
        ("kinds.back=0.9", "the shares add up to"),
        ("kinds.backs=0.1", "did you mean 'back'"),
    ):
        with pytest.raises(ConfigError, match=words):
            load_recipe_of(CutOutRecipe, RECIPE, [change])


def test_kinds_come_as_often_as_asked_for() -> None:
    random = np.random.default_rng(3)
    shares = KindShares(back=0.3)
    drawn = [shares.draw(random) for _ in range(4000)]
    for kind, share in (("back", 0.3), ("close-up", 0.25), ("hand", 0.03), ("bust", 0.35)):
        assert drawn.count(kind) / 4000 == pytest.approx(share, abs=0.03)


@dataclass(frozen=True)
class DrawnEngine:
    """Makes, and is, an engine of drawn cut-outs."""

    def __call__(self) -> DrawnEngine:
        return self

    def identity(self, seed: int, years: float = 0.0) -> int:
        return seed + round(years)

    def render(self, identity: int, scene_seed: int) -> CutOut:
        cutout = drawn_cutout(number=identity)
        return CutOut(**{**vars(cutout), "scene": scene_seed})


def test_the_command_writes_a_folder_that_a_bank_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cutout_source, "CutOutSource", lambda *_: DrawnEngine())
    assets, out = write_small_assets(tmp_path / "assets"), tmp_path / "out"
    command = ["synth", "cutouts", str(RECIPE), "--out", str(out), "--assets", str(assets)]
    command += ["--count", "5", "--workers", "1", "--set", "shard_size=3", "--json"]
    made = []
    for _ in range(2):
        with pytest.raises(SystemExit) as stop:
            main(command)
        assert stop.value.code == 0
        report = json.loads(capsys.readouterr().out)
        made.append((report["made"], report["found"], report["shards"]))
    assert made == [(5, 0, 2), (0, 5, 2)]
    assert len(CutOutBank(out)) == 5
    rows = pq.read_table(out / "index.parquet").to_pylist()
    assert rows[4]["shard"] == "shard-000001.tar" and rows[4]["box_x1"] == pytest.approx(39.5)
    card = (out / "README.md").read_text()
    assert "RGB picture and coverage" in card and "lineament synth cutouts recipe.toml" in card


ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")


@pytest.mark.skipif(not (ASSETS / "head.npz").is_file(), reason="the head is not there")
def test_rendered_cutouts_are_whole_and_labelled() -> None:
    from lineament.synthesis.engine_options import EngineOptions
    from lineament.synthesis.groups.cutout_engine import CutOutEngine

    engine = CutOutEngine(ASSETS, EngineOptions(size=128, skin="procedural", max_yaw=90))
    person = engine.identity(4)
    found: dict[str, CutOut] = {}
    for kind in ("bust", "back", "statue", "hand"):
        shares = dict.fromkeys(KindShares.model_fields, 0.0)
        engine.kinds = KindShares(**{**shares, **({kind: 0.999} if kind != "bust" else {})})
        found[kind] = engine.render(person, 2)
        assert found[kind].kind == kind
    for kind in ("bust", "back", "statue"):
        cover = found[kind].image[..., 3]
        assert not cover[0].any() and not cover[:, 0].any() and not cover[:, -1].any()
        assert (cover[-1] > 250).mean() > 0.3
    bust = found["bust"]
    engine.kinds = KindShares(**shares)
    np.testing.assert_array_equal(bust.image, engine.render(person, 2).image)
    assert bust.seen.all() and not found["back"].seen.any()
    assert (bust.points > bust.box[:2]).all() and (bust.points < bust.box[2:]).all()
    column, row = np.rint(bust.points).astype(int).T
    assert (bust.image[row, column, 3] == 255).all()
    width, height = bust.box[2:] - bust.box[:2]
    assert 0.2 < width / 128 < 0.5 and 1.0 < height / width < 1.6
    colours = found["statue"].image[found["statue"].image[..., 3] == 255][:, :3].astype(float)
    hues = colours / colours.sum(axis=1, keepdims=True)
    assert np.std(hues[colours.sum(axis=1) > 60], axis=0).max() < 0.04
    assert 0.02 < (found["hand"].image[..., 3] > 0).mean() < 0.8


@pytest.mark.skipif(not (ASSETS / "head.npz").is_file(), reason="the head is not there")
def test_the_hair_of_somebody_bald_is_something_else() -> None:
    from lineament.synthesis.engine_options import EngineOptions
    from lineament.synthesis.groups.cutout_engine import CutOutEngine

    shares = dict.fromkeys(KindShares.model_fields, 0.0)
    engine = CutOutEngine(
        ASSETS,
        EngineOptions(size=64, skin="procedural"),
        KindShares(**{**shares, "hair": 0.999}),
    )
    person = engine.identity(8059765772966961)
    scene = engine.scene(6928147365877529, person)
    assert scene.hairstyle.name == "bald" and scene.kind == "clothes"
    assert engine.render(person, scene.seed).image[..., 3].any()
