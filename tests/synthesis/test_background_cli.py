"""`lineament synth backgrounds import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from background_packages import write_unpacked

from lineament.cli.main import main
from lineament.synthesis.background import licences


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["synth", "backgrounds", "import", *map(str, arguments)])
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_import_tells_what_became_of_each_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages, out = tmp_path / "packages", tmp_path / "out"
    table = write_unpacked(packages)
    monkeypatch.setattr(licences, "catalogue", lambda: table)
    assert run("--packages", packages, "--out", tmp_path / "plain", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    plain = [picture.name for picture in table if picture.licence in ("CC0-1.0", "CC-BY-4.0")]
    assert report["written"] == plain and len(plain) < len(table)
    assert run("--packages", packages, "--out", out, "--share-alike", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["written"] == [picture.name for picture in table]
    assert report["absent"] == report["different"] == []
    (packages / "wallpapers" / table[0].path).write_bytes(b"something else")
    assert run("--packages", packages, "--out", out, "--share-alike") == 1
    assert "refused, other bytes" in capsys.readouterr().out


def test_a_folder_without_packages_is_an_error_of_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--packages", tmp_path, "--out", tmp_path / "out") == 2
    assert "apt-get download" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
