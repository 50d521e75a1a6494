"""`lineament gallery` with the shipped weight and real photographs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
ASTRONAUT, GRACE, EMPTY, WALL = (
    EXAMPLES / name
    for name in ("astronaut.jpg", "grace_hopper.jpg", "rocket.jpg", "photo_wall.jpg")
)


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINEAMENT_GALLERY", str(tmp_path / "gallery.db"))
    return tmp_path / "gallery.db"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """One sub-folder for each person, and a photo without a face."""
    for name, photos in {"Eileen": [ASTRONAUT, EMPTY], "Grace": [GRACE], "Nobody": []}.items():
        (tmp_path / "album" / name).mkdir(parents=True)
        for photo in photos:
            shutil.copy(photo, tmp_path / "album" / name)
    return tmp_path / "album"


def read(text: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


@pytest.mark.usefixtures("store")
def test_from_a_folder_to_nobody(lineament: CommandLine, album: Path, tmp_path: Path) -> None:
    done = lineament(
        *("gallery", "enrol", album, "--tag", "space", "--keep-thumbnails", "--json"),
        *("--threads", 1, "--retention-days", 30),
    )
    assert done.code == 1
    report = read(done.out)
    assert report["schema"] == "lineament.gallery.enrol/1"
    assert [each["person"]["name"] for each in report["people"]] == ["Eileen", "Grace"]
    assert all(each["enrolled"][0]["thumbnail"] for each in report["people"])
    assert sorted((Path(each["source"]).name, each["kind"]) for each in report["failed"]) == [
        ("Nobody", "InputError"),
        ("rocket.jpg", "NoFace"),
    ]
    assert (report["gallery"]["people"], report["gallery"]["templates"]) == (2, 2)
    eileen = report["people"][0]["person"]

    again = lineament("gallery", "enrol", ASTRONAUT, "--name", "Eileen", "--threads", 1)
    assert again.code == 0
    assert "refused (duplicate)" in again.err
    assert "Eileen: 0 enrolled, 1 in all" in again.out
    false_name = lineament("gallery", "enrol", ASTRONAUT, "--name", "Eve", "--threads", 1)
    assert false_name.code == 1
    assert "refused (lookalike)" in false_name.err and eileen["id"] in false_name.err

    found = lineament("gallery", "search", ASTRONAUT, EMPTY, "--json", "--threads", 1)
    assert found.code == 1
    report = read(found.out)
    assert report["schema"] == "lineament.gallery.search/1"
    face = report["pictures"][0]["faces"][0]
    assert [match["name"] for match in face["matches"]] == ["Eileen", "Grace"]
    assert face["matches"][0]["score"] == pytest.approx(1, abs=1e-4)
    assert face["known"] is True
    assert len(face["box"]) == 4
    assert report["pictures"][1]["faces"] == []
    assert [each["kind"] for each in report["failed"]] == ["NoFace"]
    words = lineament("gallery", "search", WALL, "--top", 1, "--fpir", "0.0001", "--threads", 1)
    assert words.code == 0
    assert "nothing decided" in words.out and "Grace" in words.out
    assert "lowest that was measured" in words.err

    listed = read(lineament("gallery", "people", "--tag", "space", "--json", "--templates").out)
    assert listed["total"] == 2
    assert Path(listed["people"][0]["templates"][0]["source"]).name == "astronaut.jpg"
    shown = lineament("gallery", "people", "--templates").out
    assert eileen["id"] in shown and "templates of" in shown and "2 of 2 people" in shown
    info = read(lineament("gallery", "info", "--json").out)
    assert info["weight"].startswith("faces-light@") and info["dimension"] == 512

    file = tmp_path / "all.parquet"
    assert read(lineament("gallery", "export", file, "--json").out)["templates"] == 2
    gone = lineament("gallery", "forget", "--name", "Eileen", "--yes", "--json")
    assert gone.code == 0
    assert read(gone.out)["people"] == [eileen["id"]] and read(gone.out)["erased"] is True
    assert read(lineament("gallery", "import", file, "--json").out)["templates"] == 1
    one = read(lineament("gallery", "people", "--templates", "--json").out)["people"][0]
    assert (one["id"], one["expires"] is not None) == (eileen["id"], True)
    last = lineament("gallery", "forget", "--template", one["templates"][0]["id"])
    assert last.code == 0 and "1 person, 1 template;" in last.out


@pytest.mark.usefixtures("store")
def test_wrong_requests(lineament: CommandLine, tmp_path: Path) -> None:
    def refused(*arguments: object, because: str) -> None:
        done = lineament("gallery", *arguments)
        assert (done.code, done.out) == (2, "")
        assert because in done.err

    refused("people", because="no gallery at")
    refused("search", ASTRONAUT, because="no gallery at")
    refused("search", tmp_path / "none.jpg", because="no such file or folder")
    refused("enrol", ASTRONAUT, because="without --name")
    (tmp_path / "flat").mkdir()
    refused("enrol", tmp_path / "flat", because="has no sub-folders")
    refused("enrol", tmp_path / "flat", "--name", "Ann", because="holds no photo")
    refused("forget", because="say whom to forget")
    refused("forget", "--name", "Ann", "--person", "0", because="say whom to forget")
    refused("info", "--store", "http://127.0.0.1:1", because="no Milvus server answers")
    refused("info", "--record", "light-68", because="expected one of recognition")
    assert lineament("gallery", "enrol", EMPTY, "--name", "Ann", "--threads", 1).code == 2
    refused("forget", "--name", "Ann", because="nobody named 'Ann'")
    refused("import", tmp_path / "none.parquet", because="cannot be read as Parquet")
