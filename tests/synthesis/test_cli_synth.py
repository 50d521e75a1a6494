"""`lineament synth assets check`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from small_assets import write_small_assets

from lineament.cli.main import main


class Done(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str


Check = Callable[..., Done]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as stop:
            main(["synth", "assets", "check", *map(str, arguments)])
        assert isinstance(stop.value.code, int)
        return Done(stop.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_assets(tmp_path / "assets")


def test_sound_assets(check: Check, folder: Path) -> None:
    done = check(folder, "--json")
    assert done.code == 0
    report = json.loads(done.out)
    assert report["folder"] == str(folder) and report["faults"] == []
    assets = {asset["name"]: asset for asset in report["assets"]}
    assert {asset["state"] for asset in assets.values()} == {"ok"}
    head = assets["head.npz"]
    assert head["needed"] is True and "MIT" in head["licence"] and "ICT-FaceKit" in head["source"]
    assert head["arrays"]["identity"] == "(3, 12, 3) float16"
    digest = hashlib.sha256((folder / "head.npz").read_bytes()).hexdigest()
    assert head["sha256"] == {"head.npz": digest}
    assert set(assets["skins"]["sha256"]) == {"skins/090.png", "skins/180.png"}
    people = check(folder)
    assert people.code == 0
    for words in (*assets, digest, "present and sound", "MIT", "CC0", "identity (3, 12, 3)"):
        assert words in people.out


def test_the_environment_names_the_folder(
    check: Check, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAMENT_ASSETS", str(folder))
    report = json.loads(check("--json").out)
    assert report["folder"] == str(folder)


def test_a_missing_optional_file_is_told_and_no_fault(check: Check, folder: Path) -> None:
    (folder / "wear.npz").unlink()
    done = check(folder)
    assert done.code == 0 and "absent" in done.out


def test_damage_is_a_fault_with_its_reason(check: Check, folder: Path) -> None:
    (folder / "uv.npz").write_bytes(b"nothing")
    done = check(folder, "--json")
    assert done.code == 1
    assert ["uv.npz" in fault for fault in json.loads(done.out)["faults"]] == [True]
    assert "broken" in check(folder).out


def test_a_folder_without_the_head_is_a_fault(check: Check, tmp_path: Path) -> None:
    done = check(tmp_path, "--json")
    assert done.code == 1
    assert "head.npz" in json.loads(done.out)["faults"][0]


def test_no_folder_and_wrong_use_are_errors_of_use(check: Check, tmp_path: Path) -> None:
    done = check(tmp_path / "nowhere", "--json")
    assert (done.code, done.out) == (2, "")
    assert "LINEAMENT_ASSETS" in done.err
    assert check("--jsn").code == 2
    assert check(tmp_path, tmp_path).code == 2
