"""`lineament verify`, `lineament embed` and the head `embedding` of `lineament analyze`."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from command_line import CommandLine
from embedding_weight import DIMENSION, write_embedding

from lineament import read_image
from lineament.cli import embedding_table
from lineament.cli.models import _sheet, entry
from lineament.cli.output import PhotoLine
from lineament.cli.weight_state import weight_state
from lineament.recognition.alignment import align
from lineament.recognition.estimator import load_recognition
from lineament.weights import load_record

EXAMPLES = Path(__file__).parent.parent / "examples"
PHOTO, OTHER, EMPTY = (
    EXAMPLES / name for name in ("astronaut.jpg", "grace_hopper.jpg", "rocket.jpg")
)
ONE_THREAD = ("--threads", 1)


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_embedding(tmp_path_factory.mktemp("weight"), calibrated=True)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A record without calibration."""
    return write_embedding(tmp_path / "bare")


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    """The astronaut beside herself at half the size, the large one on the right."""
    photo = cv2.imread(str(PHOTO))
    small = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    canvas = np.full((photo.shape[0], small.shape[1] + photo.shape[1], 3), 80, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    canvas[:, small.shape[1] :] = photo
    path = tmp_path / "crowd.png"
    cv2.imwrite(str(path), canvas)
    return path


def test_one_person_in_two_pictures(lineament: CommandLine, record: Path, crowd: Path) -> None:
    done = lineament("verify", PHOTO, crowd, "--record", record, "--json", *ONE_THREAD)
    assert done.code == 0, done.err
    (report,) = done.lines
    assert report["schema"] == "lineament.verify/1"
    assert report["weight"] == load_record(record).identifier
    one, many = report["pictures"]
    assert (one["source"], one["faces"]) == (str(PHOTO), 1)
    assert many["faces"] == 2 and "largest" in report["rule"]
    width = [picture["box"][2] - picture["box"][0] for picture in (one, many)]
    assert width[1] == pytest.approx(width[0], rel=0.05), "the large one was taken"
    assert report["score"] > 0.95
    assert report["threshold"] == 0.7 and report["false_match_rate"] == 0.001
    assert report["same"] is True and report["reason"] is None
    assert report["protocol"] == "a hundred pairs of the tests"
    logit = 12 * report["score"] - 5
    assert report["probability"] == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-4)


def test_the_score_is_that_of_the_library(lineament: CommandLine, record: Path) -> None:
    done = lineament("verify", PHOTO, OTHER, "--record", record, "--json", "--fmr", 0.05)
    (report,) = done.lines
    (line_one, line_two) = lineament(
        *("analyze", PHOTO, OTHER, "--heads", "embedding", "--record", record, "--json")
    ).lines
    faces = [line["faces"][0] for line in (line_one, line_two)]
    own = load_recognition(record, threads=1)
    crops = [
        align(read_image(path), face["five_points"])
        for path, face in zip((PHOTO, OTHER), faces, strict=True)
    ]
    vectors = own.embed(np.stack(crops))
    assert report["score"] == pytest.approx(float(vectors[0] @ vectors[1]), abs=0.01)
    inner = np.dot(*(face["embedding"]["vector"] for face in faces))
    assert report["score"] == pytest.approx(inner, abs=1e-4)
    assert report["false_match_rate"] == 0.01 and report["threshold"] == 0.45
    assert report["same"] == (report["score"] >= 0.45)


def test_what_a_person_reads(lineament: CommandLine, record: Path, crowd: Path) -> None:
    done = lineament("verify", crowd, PHOTO, "--record", record, *ONE_THREAD)
    assert done.code == 0
    assert f"{crowd}: 2 faces, the largest is taken" in done.out
    assert f"{PHOTO}: 1 face\n" in done.out
    assert "threshold: 0.7000, reached: taken for one person" in done.out
    assert "false match rate of the threshold: 0.001 (a hundred pairs of the tests)" in done.out
    assert "probability of one person: 0.99" in done.out


def test_without_calibration_the_score_alone(lineament: CommandLine, bare: Path) -> None:
    done = lineament("verify", PHOTO, PHOTO, "--record", bare, "--json", *ONE_THREAD)
    assert done.code == 0
    (report,) = done.lines
    assert report["score"] == pytest.approx(1)
    for key in ("probability", "threshold", "false_match_rate", "same", "protocol"):
        assert report[key] is None
    assert "no calibration" in report["reason"]
    done = lineament("verify", PHOTO, PHOTO, "--record", bare, *ONE_THREAD)
    assert "score: 1.0000" in done.out and "no calibration" in done.out
    assert "threshold:" not in done.out


def test_a_picture_without_a_face(lineament: CommandLine, record: Path) -> None:
    done = lineament("verify", PHOTO, EMPTY, "--record", record, "--json", *ONE_THREAD)
    assert done.code == 1
    (report,) = done.lines
    assert report["score"] is report["same"] is report["pictures"][1]["box"] is None
    assert f"no face found in {EMPTY}, expected one in each picture" in report["reason"]
    done = lineament("verify", EMPTY, EMPTY, "--record", record, *ONE_THREAD)
    assert done.code == 1 and "no face found in" in done.out and "score" not in done.out.split()


def test_wrong_arguments_of_verify(lineament: CommandLine, record: Path, tmp_path: Path) -> None:
    done = lineament("verify", PHOTO, OTHER, "--record", record, "--fmr", 1e-9)
    assert done.code == 2 and "lowest that was measured" in done.err
    done = lineament("verify", PHOTO, tmp_path / "no.jpg", "--record", record)
    assert done.code == 2 and "no.jpg" in done.err
    assert lineament("verify", PHOTO, "--record", record).code == 2


def test_embeddings_in_the_output_of_analyze(
    lineament: CommandLine, record: Path, tmp_path: Path
) -> None:
    out, table = tmp_path / "out", tmp_path / "faces.csv"
    done = lineament(
        *("analyze", PHOTO, EMPTY, "--heads", "embedding", "--record", record, "--json"),
        *("--out", out, "--csv", table, *ONE_THREAD),
    )
    assert done.code == 0, done.err
    for text in done.out.splitlines():
        PhotoLine.model_validate_json(text)
    person, rocket = done.lines
    assert person["weights"]["recognition"] == "tiny-faces" and rocket["faces"] == []
    (face,) = person["faces"]
    assert face["landmarks"] is face["parts"] is None
    assert face["embedding"]["weight"] == load_record(record).identifier
    assert face["embedding"]["quality"] is None
    assert len(face["embedding"]["vector"]) == DIMENSION
    assert np.linalg.norm(face["embedding"]["vector"]) == pytest.approx(1, abs=1e-5)
    (row,) = csv.DictReader(table.open(encoding="utf-8"))
    assert None not in row and not any("embedding" in name for name in row)


def test_a_table_of_embeddings(
    lineament: CommandLine, crowd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(embedding_table, "ROWS_AT_ONCE", 1)
    text = ("mirrored = true", 'mirrored = true\nquality = "norm"')
    record = write_embedding(tmp_path / "weight", replace=text)
    tables = [tmp_path / "new" / "faces.parquet", tmp_path / "new" / "faces.npz"]
    reports = []
    for out in tables:
        done = lineament(
            *("embed", PHOTO, EMPTY, crowd, tmp_path / "no.jpg"),
            *("--out", out, "--record", record, "--json", *ONE_THREAD),
        )
        assert done.code == 1, "one input failed"
        reports.append(done.lines[0])
        assert reports[-1].pop("out") == str(out)
    assert reports[0] == reports[1]
    assert (reports[0]["photos"], reports[0]["faces"]) == (3, 3)
    assert reports[0]["dimension"] == DIMENSION
    assert [problem["kind"] for problem in reports[0]["failed"]] == ["InputError"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "faces.npz",
        "faces.parquet",
    ]
    rows = parquet.read_table(tables[0]).to_pydict()
    assert rows["source"] == [str(PHOTO), str(crowd), str(crowd)]
    assert rows["face"] == [0, 0, 1] and rows["frame"] == [None] * 3
    assert set(rows["weight"]) == {load_record(record).identifier} == {reports[0]["weight"]}
    vectors = np.array(rows["embedding"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert min(rows["quality"]) > 0 and max(rows["score"]) <= 1
    arrays = np.load(tables[1], allow_pickle=False)
    assert arrays["source"].tolist() == rows["source"] and (arrays["frame"] == -1).all()
    np.testing.assert_array_equal(arrays["embedding"], vectors.astype(np.float32))
    edges = np.array([rows[name] for name in ("x1", "y1", "x2", "y2")]).T
    np.testing.assert_array_equal(arrays["box"], edges.astype(np.float32))
    np.testing.assert_array_equal(arrays["quality"], np.float32(rows["quality"]))
    (line,) = lineament(
        *("analyze", PHOTO, "--heads", "embedding", "--record", record, "--json", *ONE_THREAD)
    ).lines
    np.testing.assert_allclose(line["faces"][0]["embedding"]["vector"], vectors[0], atol=1e-5)


@pytest.mark.parametrize("suffix", ["parquet", "npz"])
def test_a_folder_without_faces_gives_an_empty_table(
    lineament: CommandLine, bare: Path, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"faces.{suffix}"
    if suffix == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
    assert lineament("embed", EMPTY, "--out", out, "--record", bare, *ONE_THREAD).code == 0
    if suffix == "npz":
        arrays = np.load(out, allow_pickle=False)
        assert arrays["embedding"].shape == (0, DIMENSION) and arrays["box"].shape == (0, 4)
    else:
        table = parquet.read_table(out)
        assert len(table) == 0 and table.schema.field("embedding").type.list_size == DIMENSION


def test_wrong_arguments_of_embed(
    lineament: CommandLine, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = lineament("embed", PHOTO, "--out", tmp_path / "faces.csv", "--record", bare)
    assert done.code == 2 and "ends in .parquet or .npz" in " ".join(done.err.split())
    assert lineament("embed", tmp_path / "no", "--out", tmp_path / "f.npz").code == 2
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    done = lineament("embed", PHOTO, "--out", tmp_path / "f.parquet", "--record", bare)
    assert done.code == 2 and "needs pyarrow" in done.err and ".npz" in done.err
    assert not (tmp_path / "f.parquet").exists()


def test_a_failure_leaves_the_old_table_as_it_was(lineament: CommandLine, tmp_path: Path) -> None:
    record = write_embedding(tmp_path / "weight", fault="zero")
    out = tmp_path / "faces.npz"
    out.write_bytes(b"before")
    done = lineament("embed", PHOTO, "--out", out, "--record", record, *ONE_THREAD)
    assert done.code == 2 and "is zero for a face" in done.err
    assert out.read_bytes() == b"before" and not list(tmp_path.glob("*.part"))


def test_models_say_what_an_embedding_weight_gives(record: Path) -> None:
    own = load_record(record)
    state = weight_state(own)
    told = json.loads(json.dumps(entry(own, state)))
    assert told["dimension"] == DIMENSION
    assert told["calibration"]["thresholds"][-1] == [0.001, 0.7]
    cells = [str(cell) for column in _sheet(own, state).columns for cell in column.cells]
    assert any("0.7000 at 0.001 (a hundred pairs" in cell for cell in cells)
    assert "16 numbers" in cells


def test_doctor_and_models_need_no_recognition_weight(lineament: CommandLine) -> None:
    assert lineament("models").code == 0
    assert "weight" in lineament("doctor").out
