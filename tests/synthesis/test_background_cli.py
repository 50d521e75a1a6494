"""`lineament synth backgrounds import`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from background_packages import write_table, write_unpacked

from lineament.cli.main import main
from lineament.image import read
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
    assert report["left_out"] == [picture.name for picture in table if picture.name not in plain]
    assert run("--packages", packages, "--out", out, "--share-alike", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["written"] == [picture.name for picture in table]
    assert report["absent"] == report["different"] == report["left_out"] == []
    (packages / "wallpapers" / table[0].path).write_bytes(b"something else")
    assert run("--packages", packages, "--out", out, "--share-alike") == 1
    assert "refused, other bytes" in capsys.readouterr().out


def test_a_folder_without_packages_is_an_error_of_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--packages", tmp_path, "--out", tmp_path / "out") == 2
    assert "apt-get download" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_table_of_ones_own_and_what_its_licences_leave_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages, table = tmp_path / "packages", tmp_path / "table.toml"
    pictures = write_unpacked(packages)
    write_table(table, pictures[:2])
    options = ("--packages", packages, "--table", table, "--longest-side", 800)
    assert run(*options, "--out", tmp_path / "plain") == 0
    words = capsys.readouterr().out
    assert "1 photographs in" in words and "1 left out, as the licence asks" in words
    assert read(tmp_path / "plain" / "picture-0.jpg").shape == (400, 800, 3)
    assert not (tmp_path / "plain" / "picture-1.jpg").exists()
    assert run(*options, "--out", tmp_path / "all", "--share-alike") == 0
    assert "left out" not in capsys.readouterr().out
    write_table(table, pictures[1:2])
    assert run(*options, "--out", tmp_path / "none") == 2
    assert "--share-alike takes them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("picture = []\n", "names no picture"),
        ('[[picture]]\ntitel = "x"\n', "did you mean 'title'"),
        ("[[picture\n", "not a TOML file"),
        (None, "cannot read"),
    ],
)
def test_a_bad_table_is_an_error_of_use(
    tmp_path: Path, text: str | None, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "table.toml"
    if text is not None:
        table.write_text(text)
    assert run("--packages", tmp_path, "--out", tmp_path / "out", "--table", table) == 2
    assert words in " ".join(capsys.readouterr().err.split())
