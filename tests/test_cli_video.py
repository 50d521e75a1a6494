"""`lineament analyze` on videos: tracks, smoothing, and the annotated video."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from attribute_weight import CLASSES, write_attributes
from command_line import CommandLine
from own_weight import write_weight

from lineament.cli.annotated_video import AnnotatedVideo
from lineament.cli.output import PhotoLine
from lineament.cli.video import frame_rate, read_frames
from lineament.errors import ConfigError

EXAMPLES = Path(__file__).parent.parent / "examples"
ALONE = ("--heads", "none", "--threads", "1")
WIDE, HIGH = 320, 256
CUT = 8


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut and her mirror image drift to the left for eight frames, the detector's view
    of them blocked on the third; then, after a cut, four frames of Grace Hopper. 10 frames a
    second, with noise."""
    astronaut = cv2.resize(cv2.imread(str(EXAMPLES / "astronaut.jpg")), (256, 256))[:, 40:220]
    pair = np.hstack([astronaut, astronaut[:, ::-1], astronaut[:, 100:]])
    admiral = cv2.resize(cv2.imread(str(EXAMPLES / "grace_hopper.jpg")), (WIDE, HIGH))
    random = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("clip") / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (WIDE, HIGH))
    for index in range(12):
        frame = pair[:, 3 * index : 3 * index + WIDE] if index < CUT else admiral
        frame = np.clip(frame + random.normal(0, 5, frame.shape), 0, 255).astype(np.uint8)
        if index == 2:
            frame[:130] = cv2.GaussianBlur(frame[:130], (0, 0), 14)
        writer.write(frame)
    writer.release()
    return path


def test_tracks_last_and_a_cut_ends_them(
    lineament: CommandLine, clip: Path, tmp_path: Path
) -> None:
    table = tmp_path / "faces.csv"
    done = lineament("analyze", clip, "--json", "--csv", table, *ALONE)
    assert done.code == 0
    tracks = [{face["track"] for face in line["faces"]} for line in done.lines]
    assert tracks[0] == {1, 2}
    assert tracks[2] == set(), "blurred"
    assert tracks[3:CUT] == [{1, 2}] * (CUT - 3)
    assert tracks[CUT:] == [{3}] * 4
    for number in (1, 2):
        edges = [
            face["box"][0]
            for line in done.lines[:CUT]
            for face in line["faces"]
            if face["track"] == number
        ]
        assert np.abs(np.diff(edges)).max() < 20
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    faces = [face for line in done.lines for face in line["faces"]]
    assert [int(row["track"]) for row in rows] == [face["track"] for face in faces]
    assert all(row["yaw"] == "" for row in rows)
    assert "tracks" in done.err


def test_each_video_counts_its_own_tracks_and_photos_have_none(
    lineament: CommandLine, clip: Path
) -> None:
    other = clip.with_name("second.avi")
    other.write_bytes(clip.read_bytes())
    photo = EXAMPLES / "astronaut.jpg"
    done = lineament("analyze", clip, photo, other, "--every", 4, "--json", *ALONE)
    numbers = [[face["track"] for face in line["faces"]] for line in done.lines]
    assert [sorted(each) for each in numbers[:2]] == [[1, 2], [1, 2]]
    assert numbers[3] == [None]
    assert [sorted(each) for each in numbers[4:6]] == [[1, 2], [1, 2]]


def test_smoothing_calms_a_still_face_and_keeps_its_pose_in_step(
    lineament: CommandLine, clip: Path, tmp_path: Path
) -> None:
    record = write_weight(tmp_path / "weight")
    boxes = {}
    for option in ("--no-smooth", "--smooth"):
        done = lineament("analyze", clip, option, "--json", "--record", record, "--threads", 1)
        assert done.code == 0
        for text in done.out.splitlines():
            PhotoLine.model_validate_json(text)
        boxes[option] = np.array([line["faces"][0]["box"] for line in done.lines[CUT:]])
        poses = [face["pose"] for line in done.lines for face in line["faces"]]
        assert all(set(pose) == {"yaw", "pitch", "roll"} for pose in poses)
    assert (boxes["--no-smooth"][0] == boxes["--smooth"][0]).all(), "the first frame after a cut"
    steps = {option: np.abs(np.diff(each, axis=0)).mean() for option, each in boxes.items()}
    assert 0 < steps["--smooth"] < steps["--no-smooth"]


def test_the_annotated_video(lineament: CommandLine, clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = lineament("analyze", clip, "--out", out, "--every", 2, *ALONE)
    assert done.code == 0
    made = out / "videos" / "clip.mp4"
    assert "videos/clip.mp4" in done.out
    assert frame_rate(made) == pytest.approx(5)
    drawn, originals = list(read_frames(made)), list(read_frames(clip, 2))
    assert len(drawn) == len(originals) == 6
    lines = [json.loads(line) for line in (out / "faces.jsonl").read_text().splitlines()]
    for one, other, line in zip(drawn, originals, lines, strict=True):
        assert one.image.shape == other.image.shape
        changed = np.abs(one.image.astype(int) - other.image).max(axis=2) > 80
        assert bool(changed.sum() > 100) == bool(line["faces"])
    again = lineament("analyze", clip, "--out", out, "--no-draw", *ALONE)
    assert "videos" not in again.out


def test_an_input_is_not_written_over(lineament: CommandLine, tmp_path: Path) -> None:
    own = tmp_path / "videos" / "clip.mp4"
    own.parent.mkdir()
    writer = AnnotatedVideo(own, 5.0)
    writer.write(np.full((64, 64, 3), 90, np.uint8))
    writer.close()
    before = own.read_bytes()
    assert lineament("analyze", own, "--out", tmp_path, *ALONE).code == 0
    assert own.read_bytes() == before
    assert (tmp_path / "videos" / "clip-2.mp4").exists()


def test_a_video_that_cannot_be_written(tmp_path: Path) -> None:
    writer = AnnotatedVideo(tmp_path / "none" / "clip.mp4", 5.0)
    with pytest.raises(ConfigError, match="cannot write the video"):
        writer.write(np.zeros((64, 64, 3), np.uint8))


def test_axes_are_drawn_on_request(lineament: CommandLine, tmp_path: Path) -> None:
    record = write_weight(tmp_path / "weight")
    photo = EXAMPLES / "astronaut.jpg"
    pictures = []
    for name, options in (("plain", ()), ("axes", ("--axes",))):
        out = tmp_path / name
        done = lineament(
            "analyze", photo, "--out", out, "--record", record, "--threads", 1, *options
        )
        assert done.code == 0
        pictures.append(cv2.imread(str(out / "pictures" / "astronaut.jpg")).astype(int))
    assert (np.abs(pictures[0] - pictures[1]).max(axis=2) > 60).sum() > 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--smooth",), "--smooth is for videos"),
        (("--beta", 2), "add --smooth"),
        (("--min-cutoff", 2), "add --smooth"),
        (("--axes",), "--out FOLDER"),
        (("--smooth", "--min-cutoff", 0), "--min-cutoff"),
    ],
)
def test_options_that_do_not_fit(
    lineament: CommandLine, arguments: tuple[object, ...], message: str
) -> None:
    done = lineament("analyze", EXAMPLES / "rocket.jpg", *arguments, *ALONE)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_attributes_of_a_video_are_those_of_each_frame(
    lineament: CommandLine, clip: Path, tmp_path: Path
) -> None:
    own = ("--heads", "attributes", "--record", write_attributes(tmp_path), "--threads", 1)
    plain, smooth = (
        lineament("analyze", clip, option, "--json", "--every", 3, *own).lines
        for option in ("--no-smooth", "--smooth")
    )
    faces = [face for line in plain for face in line["faces"]]
    assert len(faces) > 4
    for face in faces:
        assert (
            face["track"] is not None and face["attributes"]["smile"]["label"] in CLASSES["smile"]
        )
    smoothed = [face for line in smooth for face in line["faces"]]
    assert [face["attributes"] for face in smoothed] == [face["attributes"] for face in faces]
    assert [face["box"] for face in smoothed] != [face["box"] for face in faces]
