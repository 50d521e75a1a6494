"""`lineament align`: aligned crops of any photo folder, by the real detector."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import CommandLine

from lineament import Analyzer, read_image
from lineament.cli.aligned_photos import chosen_faces
from lineament.datasets.identity_folder import read_identity_folder
from lineament.detection import Detections
from lineament.geometry import move
from lineament.recognition.alignment import TEMPLATE, alignment

EXAMPLES = Path(__file__).parent.parent / "examples"
PHOTO, EMPTY = EXAMPLES / "grace_hopper.jpg", EXAMPLES / "rocket.jpg"
WALL = EXAMPLES / "photo_wall.jpg"


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    for person in ("grace", "nobody"):
        (root / person).mkdir(parents=True)
    shutil.copy(PHOTO, root / "grace" / "one.jpg")
    shutil.copy(PHOTO, root / "grace" / "one.jpeg")
    return root


def lines(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "aligned.jsonl").read_text().splitlines()]


def test_a_folder_of_people(lineament: CommandLine, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("align", photos, "--out", out, "--format", "png", "--threads", 1, "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert (report["photos"], report["crops"], report["failed"]) == (2, 2, 0)
    pictures = read_identity_folder(out)
    assert pictures.aligned and pictures.names == ("grace",)
    assert pictures.files == ("grace/one-2.png", "grace/one.png")
    (face,) = Analyzer((), threads=1).analyze(read_image(PHOTO))
    crop = pictures.picture(0)
    assert crop.shape == (112, 112, 3)
    # The face of the crop is found where the template has it.
    again = Analyzer((), threads=1).analyze(np.pad(crop, ((56, 56), (56, 56), (0, 0)), "edge"))
    away = again[0].five_points - 56 - move(alignment(face.five_points), face.five_points)
    assert np.abs(away).max() < 8 and np.abs(again[0].five_points - 56 - TEMPLATE).max() < 9
    first = lines(out)[0]["crops"]
    assert isinstance(first, list) and first[0]["crop"] == "grace/one.png"
    np.testing.assert_allclose(first[0]["five_points"], face.five_points, atol=0.01)
    facts = json.loads((out / "alignment.json").read_text())
    assert facts["template"] == "arcface-112" and facts["detector"] == "retinaface-mobilenet"


def test_photos_without_a_face_or_a_picture_are_told(
    lineament: CommandLine, photos: Path, tmp_path: Path
) -> None:
    shutil.copy(EMPTY, photos / "nobody" / "rocket.jpg")
    (photos / "nobody" / "torn.jpg").write_bytes(PHOTO.read_bytes()[:3000])
    out = tmp_path / "out"
    done = lineament("align", photos, "--out", out, "--threads", 1)
    assert done.code == 1
    assert "2 crops of 4 photos" in done.out and "1 without a face, 1 that failed" in done.out
    assert "torn.jpg" in done.err and "rocket.jpg: shows no face" in done.err
    kinds = [line.get("error") for line in lines(out)]
    assert kinds == [None, None, "NoFace", "ImageError"]
    only = tmp_path / "only"
    only.mkdir()
    shutil.copy(EMPTY, only / "rocket.jpg")
    assert lineament("align", only, "--out", tmp_path / "x", "--threads", 1).code == 2


def test_all_faces_of_a_photo(lineament: CommandLine, tmp_path: Path) -> None:
    root = tmp_path / "photos"
    root.mkdir()
    shutil.copy(WALL, root / "wall.jpg")
    found = len(Analyzer((), threads=1).analyze(read_image(WALL)))
    done = lineament("align", root, "--out", tmp_path / "out", "--which", "all", "--json")
    assert done.code == 0 and json.loads(done.out)["crops"] == found > 1
    assert len(list((tmp_path / "out").glob("wall*.jpg"))) == found
    done = lineament("align", root, "--out", tmp_path / "one", "--size", 64, "--json")
    assert json.loads(done.out)["crops"] == 1
    assert read_image(tmp_path / "one" / "wall.jpg").shape == (64, 64, 3)


def test_a_border_moves_nothing(lineament: CommandLine, photos: Path, tmp_path: Path) -> None:
    points = []
    for pad in (0, 0.5):
        out = tmp_path / f"out{pad}"
        done = lineament("align", photos, "--out", out, "--pad", pad, "--threads", 1)
        assert done.code == 0, done.err
        crops = lines(out)[0]["crops"]
        assert isinstance(crops, list)
        points.append(np.array(crops[0]["five_points"]))
    assert np.abs(points[0] - points[1]).max() < 12, "the eyes are 84 pixels apart"


def test_the_results_may_lie_in_the_folder(lineament: CommandLine, photos: Path) -> None:
    for _ in range(2):
        done = lineament("align", photos, "--out", photos / "out", "--threads", 1, "--json")
        assert done.code == 0 and json.loads(done.out)["photos"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--which", "best"), "--which is 'best'"),
        (("--format", "gif"), "--format is 'gif'"),
        (("--detector", "none"), "none"),
    ],
)
def test_mistakes(
    lineament: CommandLine, photos: Path, tmp_path: Path, options: tuple[str, str], words: str
) -> None:
    done = lineament("align", photos, "--out", tmp_path / "out", *options)
    assert done.code == 2 and words in done.err and not (tmp_path / "out").exists()


def test_no_folder_and_the_same_folder(lineament: CommandLine, photos: Path) -> None:
    assert "is no folder" in lineament("align", PHOTO, "--out", photos).err
    assert "is the folder of the photos" in lineament("align", photos, "--out", photos).err


def test_which_face_is_taken() -> None:
    boxes = np.array([[0, 0, 10, 10], [40, 40, 60, 60], [70, 0, 100, 30]], np.float32)
    faces = Detections(
        boxes, np.array([0.9, 0.8, 0.7], np.float32), np.zeros((3, 5, 2), np.float32)
    )
    taken = {which: chosen_faces(faces, (100, 100), which) for which in ("surest", "central")}
    assert taken == {"surest": [0], "central": [1]}
    assert chosen_faces(faces, (100, 100), "largest") == [2]
    assert chosen_faces(faces, (100, 100), "all") == [0, 1, 2]
    assert chosen_faces(faces.take(np.array([], int)), (100, 100), "all") == []
