"""The whole flow and its command, with stand-in networks on generated files."""

from __future__ import annotations

import builtins
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console
from stand_ins import StandInDetector, StandInLandmarks, true_box
from typer.testing import CliRunner

from lineament.cli import evaluate
from lineament.cli.evaluation_tables import print_landmarks
from lineament.datasets.ibug300w import read_300w
from lineament.errors import ConfigError, DataError, LineamentError, RecordError
from lineament.evaluation.landmarks import evaluate_landmarks
from lineament.evaluation.worst import worst_faces

RUNNER = CliRunner()
OCULAR_SHARE = 0.64
"""Outer eye corners of the plain face, in widths of its box."""

WIDTH = 80.0
"""Width of the true box of every picture."""


@pytest.fixture
def command(folder, tmp_path, detector, monkeypatch):
    """Run `evaluate landmarks` on the small dataset with stand-in networks."""
    landmarks = StandInLandmarks(shift=(0.032, 0.0))

    def models(weights, name, device, threads):  # noqa: ARG001
        return landmarks, detector if name else None, {"min_score": 0.5} if name else {}

    monkeypatch.setattr(evaluate, "load_models", models)

    def run(*arguments):
        given = ["landmarks", "--data", f"300w={folder}", "--out", str(tmp_path / "out")]
        return RUNNER.invoke(evaluate.app, [*given, *arguments])

    run.landmarks = landmarks
    run.detector = detector
    return run


def test_json_is_one_document_with_the_numbers_worked_by_hand(command, tmp_path):
    command.detector.boxes[153] = []
    result = command("--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["unit"] == "percent"
    assert document["boxes"] == "detector"
    assert document["document"] == "lineament.evaluation.landmarks/2"
    assert document["dataset"] == {
        "name": "300w",
        "split": "all",
        "part": "all",
        "faces": 4,
        "scheme": "ibug-68",
    }
    assert document["normalisers"] == ["inter_ocular", "inter_pupil"]
    assert document["left_out"] == {"inter_ocular": [], "inter_pupil": []}
    assert document["attributes"] == {} and document["label_adapted"] is None
    assert document["weights"]["sha256"] == ["a" * 64]
    assert document["detector"]["options"] == {"min_score": 0.5}
    assert set(document["subsets"]) == {"afw", "helen/trainset"}

    overall = document["overall"]
    assert (overall["faces"], overall["found"], overall["recall"]) == (4, 3, 75.0)
    error = 100 * 0.032 / OCULAR_SHARE
    assert overall["inter_ocular"] == pytest.approx(
        {
            "left_out": 0,
            "nme": error,
            "median": error,
            "fr8": 25.0,
            "auc8": 75 * (1 - error / 8),
            "fr10": 25.0,
            "auc10": 75 * (1 - error / 10),
            "nme_visible": None,
            "nme_occluded": None,
        },
        abs=2e-3,
    )
    pupil = 100 * 0.032 / 0.44
    assert overall["inter_pupil"]["nme"] == pytest.approx(pupil, abs=2e-3)
    assert overall["region_errors"] == pytest.approx(
        dict.fromkeys(("jaw", "brows", "nose", "eyes", "mouth"), error), abs=2e-3
    )
    np.testing.assert_allclose(overall["point_offsets"], [[error, 0]] * 68, atol=2e-3)
    assert document["subsets"]["afw"]["recall"] == 100
    assert document["subsets"]["helen/trainset"]["recall"] == 50

    for kind in ("ced", "worst"):
        assert cv2.imread(document["files"][kind]) is not None
    assert json.loads(Path(document["files"]["scores"]).read_text()) == document
    assert all(Path(path).is_relative_to(tmp_path / "out") for path in document["files"].values())


def test_tables_without_json(command):
    result = command()
    assert result.exit_code == 0, result.output
    for word in ("overall", "helen/trainset", "inter-pupil", "AUC@10", "jaw", "-ced.png"):
        assert word in result.stdout


def test_a_face_missed_everywhere_is_null_and_printable(command):
    for width in command.detector.boxes:
        command.detector.boxes[width] = []
    document = json.loads(command("--json").stdout)
    assert document["overall"]["recall"] == 0
    scores = document["overall"]["inter_ocular"]
    assert (scores["nme"], scores["median"]) == (None, None)
    assert (scores["fr8"], scores["fr10"], scores["auc8"], scores["auc10"]) == (100, 100, 0, 0)
    assert document["overall"]["point_offsets"] is None
    assert command().exit_code == 0


def test_true_boxes_need_no_detector_and_say_so(command):
    document = json.loads(command("--json", "--boxes", "truth").stdout)
    assert document["boxes"] == "truth"
    assert document["detector"] is None
    assert document["overall"]["recall"] is None
    assert document["overall"]["found"] == 4
    assert "35 %" in document["protocol"]["boxes"]
    assert command.detector.calls == 0


def test_predictions_are_used_again(command):
    first = json.loads(command("--json").stdout)
    calls = command.landmarks.calls
    assert json.loads(command("--json").stdout) == first
    assert command.landmarks.calls == calls


def test_limit_takes_faces_of_every_subset(command):
    document = json.loads(command("--json", "--limit", "2", "--worst", "0").stdout)
    assert {name: s["faces"] for name, s in document["subsets"].items()} == {
        "afw": 1,
        "helen/trainset": 1,
    }
    assert "worst" not in document["files"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("300w", ["NAME=FOLDER", "300w"]),
        ("300w=", ["NAME=FOLDER"]),
        ("300W=x", ["'300W'", "did you mean 300w"]),
        ("imagenet=x", ["'imagenet'", "readers for: 300w"]),
    ],
)
def test_a_wrong_data_option_says_what_exists(data, words):
    result = RUNNER.invoke(evaluate.app, ["landmarks", "--data", data], env={"COLUMNS": "400"})
    assert result.exit_code == 2
    for word in words:
        assert word in result.stderr


def test_a_wrong_folder_is_a_clear_error(tmp_path):
    result = RUNNER.invoke(evaluate.app, ["landmarks", "--data", f"300w={tmp_path / 'none'}"])
    assert isinstance(result.exception, LineamentError)
    assert "does not exist" in str(result.exception)


def run_flow(folder, out, landmarks=None, detector=None, **rest):
    return evaluate_landmarks(
        read_300w(folder),
        landmarks or StandInLandmarks(),
        detector,
        dataset="300w",
        out=out,
        options={},
        **rest,
    )


def printed(document, width=100):
    text = io.StringIO()
    print_landmarks(document, Console(file=text, width=width))
    return text.getvalue()


def test_exact_boxes_and_points_score_zero(folder, tmp_path, detector):
    document = run_flow(folder, tmp_path / "out", detector=detector)
    assert document["overall"]["inter_ocular"]["nme"] == pytest.approx(0, abs=1e-3)
    assert document["overall"]["inter_ocular"]["auc10"] == pytest.approx(100, abs=1e-2)


def test_the_truth_never_helps_the_landmarks(folder, tmp_path):
    """A detector whose boxes sit 10 px too far right costs just these 10 px."""
    moved = StandInDetector({w: [np.add(true_box(w), [10, 0, 10, 0])] for w in range(150, 154)})
    document = run_flow(folder, tmp_path / "out", detector=moved)
    error = 100 * 10 / (OCULAR_SHARE * WIDTH)
    assert document["overall"]["inter_ocular"]["nme"] == pytest.approx(error, abs=2e-3)
    assert document["overall"]["inter_ocular"]["fr10"] == 100


def closed_up(labels: Path) -> None:
    """Put all points of both eyes onto one, as in a full profile."""
    lines = labels.read_text().splitlines()
    labels.write_text("\n".join([*lines[:39], *[lines[39]] * 12, *lines[51:]]))


def test_what_cannot_be_scored_is_refused_before_any_network_runs(folder, tmp_path):
    landmarks = StandInLandmarks(scheme="wflw-98")
    with pytest.raises(RecordError, match="wflw-98"):
        run_flow(folder, tmp_path / "out", landmarks)
    landmarks = StandInLandmarks()
    with pytest.raises(ConfigError, match=r"face_size cannot be had: no face .* has a box"):
        run_flow(folder, tmp_path / "out", landmarks, normalisers=["face_size"])
    with pytest.raises(DataError, match=r"has no box .* choose --boxes detector"):
        run_flow(folder, tmp_path / "out", landmarks, source="dataset")
    for labels in folder.rglob("*.pts"):
        closed_up(labels)
    with pytest.raises(DataError, match=r"\(and 3 more\): inter_ocular is near zero"):
        run_flow(folder, tmp_path / "out", landmarks)
    assert landmarks.calls == 0


def test_a_profile_is_named_and_left_out(folder, tmp_path, detector):
    closed_up(folder / "helen" / "trainset" / "c.pts")
    document = run_flow(folder, tmp_path / "out", detector=detector)
    assert document["left_out"]["inter_ocular"] == ["helen/trainset/c"]
    assert document["overall"]["inter_ocular"]["left_out"] == 1
    assert document["overall"]["inter_ocular"]["nme"] == pytest.approx(0, abs=1e-3)
    assert document["overall"]["faces"] == document["overall"]["found"] == 4
    table = printed(document)
    assert "left out of inter-ocular" in table
    assert "1 of the faces: helen/trainset/c" in " ".join(table.split())


def test_without_matplotlib_the_remedy_is_told_first(folder, tmp_path, monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **named):
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)
    landmarks = StandInLandmarks()
    with pytest.raises(ConfigError, match=r"pip install 'lineament\[train\]'"):
        run_flow(folder, tmp_path / "out", landmarks)
    assert landmarks.calls == 0


def test_an_output_folder_that_cannot_be_made(folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="choose another --out"):
        run_flow(folder, tmp_path / "file")


def test_worst_faces_leave_room_for_found_ones():
    errors = np.array([0.1, np.inf, 0.3, np.inf, np.inf, 0.2])
    assert worst_faces(errors, 4) == [1, 3, 2, 5]
    assert worst_faces(errors, 100) == [1, 3, 4, 2, 5, 0]
    assert worst_faces(np.array([np.inf, 0.1, np.inf]), 3) == [0, 2, 1]
