"""`lineament group` on photographs: people apart, tables, pages whose pictures are there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from command_line import CommandLine
from embedding_weight import write_embedding

from lineament import read_image
from lineament.errors import ConfigError
from lineament.face import Box
from lineament.grouping.album import SIDE, Album, portrait

pytest.importorskip("faiss", reason="needs the extra lineament[gallery]")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
ASTRONAUT, HOPPER = EXAMPLES / "astronaut.jpg", EXAMPLES / "grace_hopper.jpg"


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two people three times each, darker from time to time, and a face of 30 pixels."""
    folder = tmp_path / "photos & more"
    folder.mkdir()
    for path in (ASTRONAUT, HOPPER):
        image = cv2.imread(str(path))
        assert image is not None
        for shade in (1.0, 0.85, 0.7):
            name = f"{path.stem}-{shade}.png"
            cv2.imwrite(str(folder / name), np.rint(image * shade).astype(np.uint8))
        if path == ASTRONAUT:
            small = cv2.resize(image, (128, 128), interpolation=cv2.INTER_AREA)
            cv2.imwrite(str(folder / "far.png"), small)
    return folder


def test_an_album_is_grouped_by_person(
    lineament: CommandLine, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = lineament(*("group", photos, "--least-side", 40), "--out", out, "--json", "--threads", 1)
    assert done.code == 0, done.err
    (report,) = done.lines
    assert (report["photos"], report["faces"]) == (7, 7)
    assert (report["people"], report["seen_once"], report["aside"]) == (2, 0, 1)
    assert report["false_match_rate"] == 0.001
    people = json.loads((out / "people.json").read_text())
    names = [
        sorted(Path(face["source"]).name[:5] for face in person["faces"])
        for person in people["people"]
    ]
    assert sorted(names) == [["astro"] * 3, ["grace"] * 3]
    assert people["aside"][0]["reason"].startswith("small: ")
    rows = pq.read_table(out / "faces.parquet").to_pylist()
    assert len(rows) == 7
    for row in rows:
        assert (row["person"] is None) == (row["aside"] is not None)
        assert cv2.imread(str(out / row["picture"])).shape == (SIDE, SIDE, 3)
        assert row["weight"] == report["weight"]
    assert {row["person"] for row in rows} == {0, 1, None}


def test_every_page_leads_to_what_is_there(
    lineament: CommandLine, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert lineament("group", photos, "--least-side", 40, "--out", out, "--threads", 1).code == 0
    pages = [out / "index.html", *sorted((out / "people").glob("*.html"))]
    assert [page.name for page in pages] == [
        *("index.html", "aside.html", "once.html", "person-00000.html", "person-00001.html")
    ]
    seen = set()
    for page in pages:
        text = page.read_text()
        for address in re.findall(r'(?:src|href)="([^"]+)"', text):
            target = (page.parent / address).resolve()
            assert target.is_file(), f"{page.name} leads to {address}"
            seen.add(target.name)
    assert len([name for name in seen if name.endswith(".jpg")]) == 7
    assert "photos &amp; more" in (out / "people/person-00000.html").read_text()


def test_a_second_run_leaves_no_face_of_the_first(
    lineament: CommandLine, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert lineament("group", photos, "--out", out, "--threads", "1").code == 0
    done = lineament("group", ASTRONAUT, "--out", out, "--threads", "1")
    assert done.code == 0
    assert "0 seen at least twice, 1 seen once" in done.out
    assert [path.name for path in (out / "faces").glob("*.jpg")] == ["0000000.jpg"]
    assert sorted(path.name for path in (out / "people").iterdir()) == ["aside.html", "once.html"]


def test_without_sheets_no_picture_is_written(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("group", ASTRONAUT, "--out", out, "--no-sheets", "--threads", "1")
    assert done.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["faces.parquet", "people.json"]


def test_a_weight_without_calibration_needs_a_threshold(
    lineament: CommandLine, tmp_path: Path
) -> None:
    record = write_embedding(tmp_path / "weight")
    arguments = ("group", ASTRONAUT, HOPPER, "--record", record, "--out", tmp_path / "out")
    refused = lineament(*arguments)
    assert refused.code == 2
    assert "give a --threshold" in refused.err
    assert not (tmp_path / "out").exists()
    done = lineament(*arguments, "--threshold", "-1", "--json", "--threads", "1")
    assert done.lines[0]["people"] == 1
    assert done.lines[0]["false_match_rate"] is None


def test_faces_of_low_quality_are_left_aside(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("group", ASTRONAUT, "--out", out, "--json", "--threads", "1")
    done = lineament(*arguments, "--min-quality", "1e6")
    assert (done.lines[0]["aside"], done.lines[0]["seen_once"]) == (1, 0)
    reason = json.loads((out / "people.json").read_text())["aside"][0]["reason"]
    assert reason.endswith("expected at least 1e+06")


def test_a_folder_of_somebody_elses_pictures_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    (tmp_path / "faces/0000000.jpg").write_bytes(b"dear")
    with pytest.raises(ConfigError, match="holds files that no grouping wrote"):
        Album(tmp_path)
    assert (tmp_path / "faces/0000000.jpg").read_bytes() == b"dear"


def test_nothing_to_read(lineament: CommandLine, tmp_path: Path) -> None:
    done = lineament("group", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert done.code == 2
    assert "no such file or folder" in done.err


def test_the_crop_shows_the_face_and_grey_beside_the_photo() -> None:
    photo = read_image(ASTRONAUT)
    crop = portrait(photo, Box(200.0, 60.0, 300.0, 200.0))
    side = 140 * 1.7
    middle = photo[130 - 5 : 130 + 6, 250 - 5 : 250 + 6].mean()
    assert crop.shape == (SIDE, SIDE, 3)
    assert crop[76:84, 76:84].mean() == pytest.approx(middle, abs=12)
    assert side < photo.shape[0]
    beside = portrait(photo, Box(-100.0, 100.0, 40.0, 240.0))
    assert (beside[:, :40] == 128).all()
