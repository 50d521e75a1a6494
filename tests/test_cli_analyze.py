"""`lineament analyze`: what goes in, what comes out, and where to."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from attribute_weight import CLASSES, write_attributes
from command_line import CommandLine
from own_weight import write_weight

from lineament import read_image
from lineament.cli.inputs import Source, collect
from lineament.cli.output import PhotoLine
from lineament.cli.reading import Photo, ahead, read_all
from lineament.cli.video import count_frames, read_frames
from lineament.errors import ImageError
from lineament.face import FaceAttributes

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
FACES = {"astronaut.jpg": 1, "grace_hopper.jpg": 1, "photographer.png": 1, "rocket.jpg": 0}
WALL = "photo_wall.jpg"
"""54 faces, some of 12 pixels; how many are found is the detector's affair."""
ALONE = ("--heads", "none", "--threads", "1")


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten frames of 256 x 256, the astronaut on frames 0 to 4, at 5 frames a second."""
    photo = cv2.resize(cv2.imread(str(EXAMPLES / "astronaut.jpg")), (256, 256))
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5.0, (256, 256))
    for index in range(10):
        writer.write(photo if index < 5 else np.full_like(photo, 90))
    writer.release()
    return path


def test_the_examples_as_json(lineament: CommandLine) -> None:
    done = lineament("analyze", EXAMPLES, "--json", *ALONE)
    assert done.code == 0
    found = {Path(line["source"]).name: len(line["faces"]) for line in done.lines}
    assert 40 <= found.pop(WALL) <= 54
    assert found == FACES
    assert [line["source"] for line in done.lines] == sorted(line["source"] for line in done.lines)
    for line, text in zip(done.lines, done.out.splitlines(), strict=True):
        PhotoLine.model_validate_json(text)
        height, width = read_image(line["source"]).shape[:2]
        assert (line["width"], line["height"]) == (width, height)
        assert line["weights"] == {"detection": "retinaface-mobilenet"}
        assert line["error"] is None
    assert "photos/s" in done.err


def test_the_schema_file_and_its_page_are_those_of_the_code(lineament: CommandLine) -> None:
    schema = (ROOT / "docs" / "faces.schema.json").read_text(encoding="utf-8")
    assert json.loads(schema) == json.loads(PhotoLine.schema_text())
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    (line,) = lineament("analyze", EXAMPLES / "astronaut.jpg", "--json", *ALONE).lines
    for field in [*line, *line["faces"][0], *FaceAttributes().to_dict(), "probabilities"]:
        assert f"`{field}`" in page
    assert list(line) == json.loads(schema)["required"]


def test_the_output_folder(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    record = write_weight(tmp_path / "weight")
    table = tmp_path / "faces.csv"
    done = lineament(
        "analyze", EXAMPLES, "--out", out, "--csv", table, "--record", record, "--threads", 1
    )
    assert done.code == 0
    assert "index.html" in done.out
    lines = [json.loads(line) for line in (out / "faces.jsonl").read_text().splitlines()]
    assert len(lines) == len(FACES) + 1
    sheet = (out / "index.html").read_text(encoding="utf-8")
    for line in lines:
        PhotoLine.model_validate(line)
        original, drawn = read_image(line["source"]), read_image(out / line["picture"])
        assert drawn.shape == original.shape
        assert line["picture"] in sheet
        changed = np.abs(drawn.astype(int) - original).max(axis=2) > 80
        assert changed.any() == bool(line["faces"])
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    faces = [(line["source"], face) for line in lines for face in line["faces"]]
    assert len(rows) == len(faces) > sum(FACES.values())
    for row, (source, face) in zip(rows, faces, strict=True):
        assert row["source"] == source
        assert float(row["score"]) == face["score"]
        assert [float(row[edge]) for edge in ("x1", "y1", "x2", "y2")] == face["box"]
        assert float(row["nose_tip_x"]) == face["five_points"][2][0]
        assert float(row["yaw"]) == face["pose"]["yaw"]
        assert row["track"] == "", "a photo"
        assert float(row["point_68_y"]) == face["landmarks"]["points"][67][1]
        assert None not in row.values()


def test_attributes_in_every_output(lineament: CommandLine, tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "faces.csv"
    records = (write_weight(tmp_path / "points"), write_attributes(tmp_path / "weight"))
    asked = ("--heads", "landmarks, attributes", "--record", records[0], "--record", records[1])
    photos = [EXAMPLES / name for name in ("astronaut.jpg", "rocket.jpg", WALL)]
    done = lineament(
        "analyze", *photos, "--out", out, "--csv", table, "--json", *asked, "--threads", 1
    )
    assert done.code == 0
    assert "attributes: tiny-attributes on" in done.err
    rows = iter(csv.DictReader(table.open(encoding="utf-8")))
    sheet = (out / "index.html").read_text(encoding="utf-8")
    for line, text in zip(done.lines, done.out.splitlines(), strict=True):
        PhotoLine.model_validate_json(text)
        assert line["weights"]["attributes"] == "tiny-attributes"
        for face, row in zip(line["faces"], rows, strict=False):
            attributes = face["attributes"]
            assert len(attributes["landmarks"]["points"]) == 5
            choices = {name: attributes.get(name) for name in CLASSES}
            choices["eyes_closed"] = attributes["others"]["eyes_closed"]
            for task, choice in choices.items():
                assert list(choice["probabilities"]) == list(CLASSES[task])
                assert sum(choice["probabilities"].values()) == pytest.approx(1, abs=1e-3)
                assert row[task] == choice["label"]
                assert float(row[f"{task}_probability"]) == choice["probability"]
            for angle in ("yaw", "pitch", "roll"):
                assert float(row[f"attributes_{angle}"]) == attributes["pose"][angle]
            assert float(row["point_68_y"]) == face["landmarks"]["points"][67][1]
            assert None not in row and None not in row.values()
    assert next(rows, None) is None
    age = done.lines[0]["faces"][0]["attributes"]["age_group"]
    assert f"{age['label']} {age['probability']:.0%}" in sheet
    assert sheet.count("<ol") == 2, "the rocket has no face"


def test_data_without_pictures(lineament: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("analyze", EXAMPLES / "rocket.jpg", "--out", out, "--no-draw", *ALONE)
    assert done.code == 0
    assert [path.name for path in out.iterdir()] == ["faces.jsonl"]


def test_pictures_of_one_name_do_not_overwrite_each_other(
    lineament: CommandLine, tmp_path: Path
) -> None:
    for folder, suffix in (("a", "jpg"), ("b", "jpg"), ("b", "png")):
        image = np.full((40, 30 + 10 * len(suffix + folder), 3), 80, dtype=np.uint8)
        (tmp_path / folder).mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / folder / f"photo.{suffix}"), image)
    out = tmp_path / "out"
    done = lineament("analyze", tmp_path / "a", tmp_path / "b", "--out", out, *ALONE)
    assert done.code == 0
    lines = [json.loads(line) for line in (out / "faces.jsonl").read_text().splitlines()]
    pictures = [line["picture"] for line in lines]
    assert pictures == [f"pictures/photo{tail}.jpg" for tail in ("", "-2", "-3")]
    for line in lines:
        assert read_image(out / line["picture"]).shape[:2] == (line["height"], line["width"])


def test_an_input_is_never_written_over(lineament: CommandLine, tmp_path: Path) -> None:
    photo = tmp_path / "pictures" / "astronaut.jpg"
    photo.parent.mkdir()
    shutil.copy(EXAMPLES / "astronaut.jpg", photo)
    before = photo.read_bytes()
    assert lineament("analyze", tmp_path, "--out", tmp_path, *ALONE).code == 0
    assert photo.read_bytes() == before
    assert (tmp_path / "pictures" / "astronaut-2.jpg").exists()
    refused = lineament("analyze", photo, "--csv", photo, *ALONE)
    assert refused.code == 2
    assert "one of the inputs" in refused.err
    assert photo.read_bytes() == before


def test_a_second_run_does_not_take_its_own_results_for_photos(
    lineament: CommandLine, tmp_path: Path
) -> None:
    shutil.copy(EXAMPLES / "rocket.jpg", tmp_path)
    for _ in range(2):
        out = tmp_path / "out"
        assert lineament("analyze", tmp_path, "--out", out, *ALONE).code == 0
        assert len((out / "faces.jsonl").read_text().splitlines()) == 1


def test_frames_of_a_video(lineament: CommandLine, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("analyze", clip, "--every", 3, "--json", "--out", out, *ALONE)
    assert done.code == 0
    assert [line["frame"] for line in done.lines] == [0, 3, 6, 9]
    assert [line["seconds"] for line in done.lines] == pytest.approx([0, 0.6, 1.2, 1.8])
    assert [len(line["faces"]) for line in done.lines] == [1, 1, 0, 0]
    assert done.lines[1]["picture"] == "pictures/clip-000003.jpg"
    assert (out / "pictures" / "clip-000003.jpg").exists()


def test_reading_a_video(clip: Path, tmp_path: Path) -> None:
    frames = list(read_frames(clip, 4))
    assert [frame.index for frame in frames] == [0, 4, 8]
    photo = cv2.resize(read_image(EXAMPLES / "astronaut.jpg"), (256, 256))
    assert np.abs(frames[0].image.astype(int) - photo).mean() < 6, "RGB, not BGR"
    assert (count_frames(clip, 1), count_frames(clip, 4), count_frames(tmp_path, 4)) == (10, 3, 1)
    with pytest.raises(ValueError, match="every"):
        list(read_frames(clip, 0))
    broken = tmp_path / "broken.mp4"
    for content, message in ((b"", "empty"), (b"no video" * 99, "cannot be read as a video")):
        broken.write_bytes(content)
        with pytest.raises(ImageError, match=message):
            list(read_frames(broken))


def test_what_arguments_lead_to(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "b/1.png", "a.webp", "notes.txt", ".hidden.jpg", ".git/x.jpg", "v.MOV"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    def found(*arguments: str, skip: Path | None = None) -> list[tuple[str, str]]:
        sources = collect([str(tmp_path / each) for each in arguments], skip=skip).sources
        return [(source.path.relative_to(tmp_path).as_posix(), source.kind) for source in sources]

    photos = [("a.webp", "photo"), ("b/1.png", "photo"), ("b/2.JPG", "photo")]
    assert found("") == [*photos, ("v.MOV", "video")]
    assert found("**/*.[pJ]*") == [("b/1.png", "photo"), ("b/2.JPG", "photo")]
    assert found("b/1.png", "b", "b/../b/2.JPG") == photos[1:], "each file once"
    assert found("notes.txt") == [("notes.txt", "photo")], "a file that is named is tried"
    assert found("", skip=tmp_path / "b") == [("a.webp", "photo"), ("v.MOV", "video")]
    problems = collect([str(tmp_path / "none.jpg"), str(tmp_path / "*.gif")]).problems
    assert ["no such file" in problems[0].message, "fits" in problems[1].message] == [True, True]


def test_brackets_in_a_file_name_are_no_pattern(tmp_path: Path) -> None:
    photo = tmp_path / "party [2019].jpg"
    photo.write_bytes(b"x")
    assert [source.path for source in collect([str(photo)]).sources] == [photo]


def test_reading_goes_ahead_and_keeps_the_order() -> None:
    made: list[int] = []

    def items() -> object:
        for number in range(9):
            made.append(number)
            yield number

    stream = ahead(items(), 3)
    assert next(stream) == 0
    assert len(made) <= 4
    assert list(stream) == list(range(1, 9))

    def failing() -> object:
        yield 1
        raise KeyError("from the thread")

    with pytest.raises(KeyError, match="from the thread"):
        list(ahead(failing(), 2))


def test_a_broken_file_does_not_end_the_reading(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"")
    paths = [EXAMPLES / "rocket.jpg", broken, EXAMPLES / "astronaut.jpg"]
    items = list(read_all([Source(path, "photo") for path in paths], 1))
    assert [isinstance(item, Photo) for item in items] == [True, False, True]


def test_wrong_options(lineament: CommandLine, tmp_path: Path) -> None:
    photo = EXAMPLES / "rocket.jpg"
    for arguments, message in (
        (("--draw",), "add --out"),
        (("--heads", "landmrks"), "did you mean landmarks"),
        (("--device", "gpu9"), "unknown device"),
        (("--detector", "retinaface"), "did you mean retinaface-mobilenet"),
        (("--record", tmp_path / "none.toml"), "cannot read the weight record"),
        (("--min-score", 2), "--min-score"),
        (("--every", 0), "--every"),
        (("--out", photo, *ALONE), "cannot write to"),
        (("--smallest", 3), "--smallest"),
    ):
        done = lineament("analyze", photo, *arguments)
        assert done.code == 2, arguments
        assert message in done.err, arguments
        assert done.out == "", arguments
    assert lineament("analyze").code == 2
