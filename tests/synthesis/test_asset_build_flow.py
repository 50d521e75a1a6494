"""The whole build: what is put in place, when, and with which provenance; the command."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import registered_body as known
from original_folders import write_ict, write_makehuman, write_piece

from lineament.cli.main import main
from lineament.errors import ConfigError, DataError
from lineament.synthesis.array_file import ArrayFile
from lineament.synthesis.asset_build import BuildSettings, Folders, build_assets
from lineament.synthesis.asset_build.register import RegistrationSettings
from lineament.synthesis.asset_check import check_assets
from lineament.synthesis.assets import read_head, read_modes, read_skins, read_wear
from lineament.synthesis.build_record import PREFIX, Origin, read_record, record_arrays

pytestmark = known.needs_assets
SAMPLE = known.ASSETS / "ict-sample"
COMMIT = "8cf9645" + "0" * 33
QUICK = BuildSettings(
    RegistrationSettings(identities=3, samples=30_000, fit_steps=4, stiffness=(30, 5)), directions=6
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    place = tmp_path_factory.mktemp("originals")
    ict = write_ict(place / "ict", known.real_head(), 3, ("jawOpen",))
    fields = {"asian-male-old": known.older}
    makehuman = write_makehuman(place / "mh", known.body(), fields, known.painted())
    assets = place / "mha"
    write_piece(assets / "base" / "hair" / "cap", "cap", known.body(), 1.5)
    for name in ("fedora", "fedora_cocked"):
        write_piece(assets / "base" / "clothes" / "fedora01", name, known.body(), 2)
    (assets / ".git").mkdir()
    (assets / ".git" / "HEAD").write_text(COMMIT)
    return Folders(ict, makehuman, assets)


@pytest.fixture(scope="module")
def built(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    (out / "skins").mkdir()
    (out / "skins" / "07.png").write_bytes(b"of an older build")
    stages: dict[str, tuple[int, int]] = {}
    files = build_assets(
        folders,
        out,
        force=True,
        partial=True,
        settings=QUICK,
        progress=lambda stage, done, total: stages.update({stage: (done, total)}),
    )
    assert len(stages) == 6 and all(done == total for done, total in stages.values())
    names = ["head.npz", "modes.npz", "skins/00.png", "uv.npz", "wear.npz"]
    assert [file.name for file in files] == names
    for file in files:
        content = (out / file.name).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest() and file.size == len(content)
    return out


def test_everything_is_there_and_sound(built: Path) -> None:
    assert {path.name for path in built.iterdir()} == {
        *("head.npz", "modes.npz", "wear.npz", "uv.npz", "skins")
    }
    assert {state.state for state in check_assets(built)} == {"ok"}
    head = read_head(built)
    count = len(head.vertices)
    assert head.identity.shape == (3, count, 3)
    assert read_modes(built, count).old.shape == (count, 3)
    assert list(read_wear(built, count).hair) == ["cap"]
    assert read_skins(built).names == ("00",), "the older skins are gone"


def test_every_asset_tells_what_it_was_built_from(folders: Folders, built: Path) -> None:
    origins = {state.provenance.name: state.origins for state in check_assets(built)}
    ict, makehuman, assets = (
        "ICT-VGL/ICT-FaceKit",
        "makehumancommunity/makehuman",
        "makehumancommunity/makehuman-assets",
    )
    sources = {
        name: [origin.source.removeprefix("https://github.com/") for origin in found]
        for name, found in origins.items()
    }
    assert sources == {
        "head.npz": [ict],
        "uv.npz": [ict],
        "modes.npz": [ict, makehuman],
        "wear.npz": [ict, makehuman, assets],
        "skins": [makehuman],
    }
    head = origins["head.npz"][0]
    assert "MIT" in head.licence and head.revision == "unknown" and len(head.inputs) == 6
    neutral = folders.ict_facekit / "FaceXModel" / "generic_neutral_mesh.obj"
    digest = hashlib.sha256(neutral.read_bytes()).hexdigest()
    assert head.inputs["FaceXModel/generic_neutral_mesh.obj"] == digest
    hair = origins["wear.npz"][2]
    assert hair.revision == COMMIT and "CC0" in hair.licence
    assert {"base/hair/cap/cap.mhclo", "base/hair/cap/cap.obj"} <= set(hair.inputs)
    assert len(origins["modes.npz"][1].inputs) == 29, "the base mesh and 28 targets"
    assert "makehuman/data/skins/textures/young_female_diffuse.png" in origins["skins"][0].inputs


def test_the_same_originals_give_the_same_bytes(
    folders: Folders, built: Path, tmp_path: Path
) -> None:
    (tmp_path / "modes.npz").write_bytes(b"old")
    head_only = Folders(folders.ict_facekit)
    files = build_assets(head_only, tmp_path, partial=True, settings=QUICK)
    assert [file.name for file in files] == ["head.npz", "uv.npz"]
    for file in files:
        assert (tmp_path / file.name).read_bytes() == (built / file.name).read_bytes()
    assert (tmp_path / "modes.npz").read_bytes() == b"old", "not built, so left as it is"


def test_nothing_is_replaced_without_force_or_by_half(folders: Folders, tmp_path: Path) -> None:
    for name in ("head.npz", "uv.npz"):
        (tmp_path / name).write_bytes(b"old")
    with pytest.raises(DataError, match=r"has head\.npz, uv\.npz already; .*--force"):
        build_assets(Folders(folders.ict_facekit), tmp_path, partial=True, settings=QUICK)
    broken = Folders(folders.ict_facekit, makehuman=tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"base\.obj: there is no such file"):
        build_assets(broken, tmp_path, force=True, partial=True, settings=QUICK)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "head.npz": b"old",
        "uv.npz": b"old",
    }


def test_hair_needs_the_base_mesh() -> None:
    with pytest.raises(ConfigError, match="--makehuman too"):
        Folders(Path("ict"), makehuman_assets=Path("mha"))


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    origins = (
        Origin("https://example.org/a", "unknown", "MIT", {"one.obj": "0a", "two.obj": "1b"}),
        Origin("https://example.org/b", COMMIT, "CC0 1.0", {"one.obj": "2c"}),
    )
    np.savez(tmp_path / "some.npz", **record_arrays(origins))
    with ArrayFile(tmp_path / "some.npz") as file:
        assert read_record(file) == origins
    np.savez(tmp_path / "none.npz", other=np.zeros(3))
    with ArrayFile(tmp_path / "none.npz") as file:
        assert read_record(file) == ()
    arrays = record_arrays(origins)
    arrays[f"{PREFIX}input_source"][1] = 2
    np.savez(tmp_path / "wrong.npz", **arrays)
    with (
        ArrayFile(tmp_path / "wrong.npz") as file,
        pytest.raises(DataError, match="has the index 2"),
    ):
        read_record(file)


def test_a_damaged_record_of_the_skins(built: Path, tmp_path: Path) -> None:
    folder = tmp_path / "skins"
    folder.mkdir()
    (folder / "00.png").write_bytes((built / "skins" / "00.png").read_bytes())
    (folder / "provenance.json").write_text("{")
    skins = next(s for s in check_assets(tmp_path) if s.provenance.name == "skins")
    assert skins.state == "broken" and "provenance.json" in skins.message


def command(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["synth", "assets", *map(str, words)])
    assert isinstance(stop.value.code, int)
    return (stop.value.code, *capsys.readouterr())


def test_the_command_builds_and_the_check_shows_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    build = ("build", "--ict-facekit", SAMPLE, "--out", tmp_path, "--partial", "--json")
    (tmp_path / "uv.npz").write_bytes(b"old")
    code, out, err = command(capsys, *build)
    assert code == 2 and "--force" in err and out == ""
    code, out, err = command(capsys, *build, "--force")
    report = json.loads(out)
    assert (code, err) == (0, "") and report["folder"] == str(tmp_path)
    assert [file["name"] for file in report["files"]] == ["head.npz", "uv.npz"]
    code, out, _ = command(capsys, "check", tmp_path, "--json")
    head = json.loads(out)["assets"][0]
    assert head["origins"][0]["revision"] == "unknown"
    assert "jawOpen.obj" in head["origins"][0]["inputs"]
    code, out, _ = command(capsys, "check", tmp_path)
    words = " ".join(out.split())
    assert "built from" in words and "at unknown: 5 files" in words and "input_source" not in words


def test_mistakes_in_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = command(capsys, "build", "--ict-facekit", SAMPLE, "--out", tmp_path)
    assert code == 2 and "identity002.obj" in err
    code, _, err = command(capsys, "build", "--ict-facekit", tmp_path, "--out", tmp_path)
    assert code == 2 and "--ict-facekit" in err
    assert list(tmp_path.iterdir()) == []
    assert command(capsys, "build", "--out", tmp_path)[0] == 2
