"""The flow of `evaluate attributes` and its command, with stand-in networks."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from attribute_stand_ins import StandInAttributes, attribute_record, five_in
from stand_ins import StandInDetector, true_box, write_picture
from training.rendered_shards import write_shards
from typer.testing import CliRunner

from lineament.attributes.photo_answers import ANSWERS
from lineament.cli import evaluate, evaluate_attributes
from lineament.errors import ConfigError, DataError, RecordError
from lineament.evaluation import attributes as flow
from lineament.evaluation.attribute_mistakes import surest_mistakes
from lineament.evaluation.attribute_questions import Question
from lineament.evaluation.attribute_samples import AttributeSample, of_renderings

RUNNER = CliRunner()
TASKS = ("gender_presentation", "smile", "glasses_kind", "pose_bin", "hat")
FRONTAL, RIGHT = [0.02, 0.04, 0.9, 0.02, 0.02], [0.02, 0.02, 0.3, 0.6, 0.06]

MTFL = {
    # width: gender (1 male), smile (1 yes), glasses (1 yes), pose
    150: (1, 1, 2, 3),
    151: (1, 2, 1, 3),
    152: (2, 1, 2, 4),
    153: (2, 2, 1, 1),
}
SAID = {
    150: ([0.2, 0.8], [0.1, 0.9], [0.6, 0.3, 0.1], FRONTAL),
    151: ([0.7, 0.3], [0.8, 0.2], [0.4, 0.35, 0.25], FRONTAL),
    152: ([0.9, 0.1], [0.6, 0.4], [0.7, 0.2, 0.1], RIGHT),
    153: ([0.9, 0.1], [0.9, 0.1], [0.1, 0.2, 0.7], FRONTAL),
}


def told(tasks=TASKS[:-1]) -> dict:
    return {
        width: {**dict(zip(tasks, said, strict=True)), "hat": [0.9, 0.1]}
        for width, said in SAID.items()
    }


@pytest.fixture
def mtfl(tmp_path: Path) -> Path:
    """Four faces in the layout of MTFL, each on a picture of its own width."""
    root = tmp_path / "mtfl"
    lines = []
    for width, codes in MTFL.items():
        write_picture(root / "net_7876" / f"{width}.jpg", width)
        x, y = five_in(true_box(width)).T
        numbers = " ".join(f"{value:.3f}" for value in (*x, *y))
        lines.append(rf" net_7876\{width}.jpg {numbers} {' '.join(map(str, codes))}")
    for name in ("training.txt", "testing.txt"):
        (root / name).write_text("\n".join(lines) + "\n")
    return root


@pytest.fixture
def command(mtfl, tmp_path, monkeypatch):
    """Run `evaluate attributes` on the four faces; the detector misses the last one."""
    decoy = (0.0, 0.0, 20.0, 20.0)
    detector = StandInDetector({width: [decoy, true_box(width)] for width in MTFL})
    detector.boxes[153] = [decoy]
    estimator = StandInAttributes(told(), attribute_record(TASKS), shift=0.04)

    def models(weights, name, device, threads):  # noqa: ARG001
        return estimator, detector if name else None, {"min_score": 0.5} if name else {}

    monkeypatch.setattr(evaluate_attributes, "load_models", models)

    def run(*arguments, data=f"mtfl={mtfl}"):
        given = ["attributes", "--data", data, "--out", str(tmp_path / "out")]
        return RUNNER.invoke(evaluate.app, [*given, *arguments])

    run.detector, run.estimator = detector, estimator
    return run


def document_of(result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_document_has_the_numbers_worked_by_hand(command, tmp_path):
    document = document_of(command("--json"))
    assert document["document"] == "lineament.evaluation.attributes/1"
    assert document["dataset"] == {"name": "mtfl", "split": "test", "part": "all", "faces": 4}
    assert document["weights"]["name"] == "stand-in-attributes"
    assert document["not_scored"] == ["hat"]
    detection = document["detection"]
    assert (detection["faces"], detection["found"], detection["recall"]) == (4, 3, 75)
    poses = detection["groups"]["pose_bin"]
    assert {name: share["recall"] for name, share in poses.items()} == {
        "left profile": 0,
        "frontal": 100,
        "right": 100,
    }
    assert list(poses) == ["left profile", "frontal", "right"]

    tasks = document["tasks"]
    assert list(tasks) == ["gender_presentation", "smile", "pose_bin", "glasses"]
    gender = tasks["gender_presentation"]
    assert gender["classes"] == ["feminine", "masculine"]
    assert (gender["faces"], gender["found"], gender["correct"]) == (4, 3, 2)
    assert gender["confusion"] == [[1, 0], [1, 1]]
    assert gender["accuracy"] == 66.67 and gender["balanced_accuracy"] == 75
    assert gender["ece"] == pytest.approx(100 * (0.2 + 0.7 + 0.1) / 3, abs=0.01)
    assert gender["nll"] == pytest.approx(-np.log(0.8 * 0.3 * 0.9) / 3, abs=1e-4)
    groups = gender["groups"]["gender_presentation"]
    assert {name: (one["faces"], one["found"], one["correct"]) for name, one in groups.items()} == {
        "feminine": (2, 1, 1),
        "masculine": (2, 2, 1),
    }
    assert groups["feminine"]["accuracy"] == 100 and groups["feminine"]["low"] < 25
    assert tasks["smile"]["confusion"] == [[1, 0], [1, 1]]
    assert tasks["pose_bin"]["correct"] == 3 and tasks["pose_bin"]["found"] == 3
    files = document["files"]
    assert json.loads(Path(files["scores"]).read_text()) == document
    assert all(Path(path).is_relative_to(tmp_path / "out") for path in files.values())
    for kind in ("plot", "mistakes"):
        assert cv2.imread(files[kind]) is not None


def test_kinds_of_glasses_answer_whether_any_are_worn(command):
    """0.35 clear and 0.25 dark are 0.6 for wearing some, although `none` is the surest kind."""
    glasses = document_of(command("--json"))["tasks"]["glasses"]
    assert glasses["head"] == "glasses_kind"
    assert glasses["classes"] == ["no", "yes"]
    assert glasses["confusion"] == [[2, 0], [0, 1]]
    assert glasses["ece"] == pytest.approx(100 * (0.4 + 0.4 + 0.3) / 3, abs=0.01)


def test_points_are_scored_by_pose_with_the_missed_ones_as_failures(command):
    """All points are 0.04 of a box too far right; the eyes are 0.4 of its width apart."""
    landmarks = document_of(command("--json"))["landmarks"]
    assert list(landmarks["normalisers"]) == ["inter_pupil", "points_box"]
    overall = landmarks["overall"]
    assert (overall["faces"], overall["found"]) == (4, 3)
    assert overall["inter_pupil"] == {"left_out": 0, "mean_error": 10, "fr10": 25}
    side = np.sqrt(0.4 * 80 * 0.4 * 90)
    assert overall["points_box"]["mean_error"] == pytest.approx(100 * 0.04 * 80 / side, abs=0.01)
    assert list(landmarks["pose_bins"]) == ["left profile", "frontal", "right"]
    assert landmarks["pose_bins"]["left profile"]["inter_pupil"] == {
        "left_out": 0,
        "mean_error": None,
        "fr10": 100,
    }


def test_given_boxes_find_every_face(command):
    document = document_of(command("--json", "--boxes", "truth", "--mistakes", "0"))
    assert document["detection"] is None and document["detector"] is None
    assert document["tasks"]["smile"]["found"] == 4
    assert command.detector.calls == 0
    picture = document_of(command("--json", "--boxes", "picture"))
    assert command.estimator.boxes[-4:] == [[-0.5, -0.5, w - 0.5, 139.5] for w in MTFL]
    assert picture["boxes"] == "picture"


def test_predictions_are_used_again_for_the_same_pictures_only(command, mtfl):
    first = document_of(command("--json"))
    calls = command.estimator.calls
    assert document_of(command("--json")) == first
    assert command.estimator.calls == calls
    write_picture(mtfl / "net_7876" / "150.jpg", 151)
    assert document_of(command("--json"))["tasks"]["smile"] != first["tasks"]["smile"]
    assert command.estimator.calls > calls


def test_tables_and_held_out_photos(command):
    result = command()
    assert result.exit_code == 0, result.output
    for words in (
        "found 3 of 4 faces",
        "glasses: answered by glasses_kind",
        "accuracy by pose_bin",
        "not labelled here: hat",
        "-mistakes.png",
        "left profile",
        "five-points",
    ):
        assert words in " ".join(result.stdout.split()), words
    document = document_of(command("--json", "--held-out", "2", "--mistakes", "0"))
    assert document["dataset"]["faces"] == 2
    assert document["dataset"]["part"] == "held-out-2"
    assert "mistakes" not in document["files"]
    other = command("--held-out", "2", "--part", "validation")
    assert other.exit_code == 2


def test_a_dataset_without_points_takes_the_surest_detection(command, tmp_path):
    """The pictures of UTKFace are of one face; of these two the second is not found."""
    folder = tmp_path / "utkface"
    for name, width in {"30_0_1": 150, "70_1_2": 151}.items():
        write_picture(folder / f"{name}_20170101000000000.jpg", width)
    command.detector.boxes.update({150: [true_box(150), (0, 0, 20, 20)], 151: []})
    command.estimator.boxes.clear()
    document = document_of(command("--json", data=f"utkface={folder}"))
    assert document["detection"]["recall"] == 50
    assert list(document["tasks"]) == ["gender_presentation"]
    gender = document["tasks"]["gender_presentation"]
    assert (gender["faces"], gender["found"], gender["correct"]) == (2, 1, 1)
    ethnicity = gender["groups"]["ethnicity"]
    assert {name: one["found"] for name, one in ethnicity.items()} == {"Asian": 0, "Black": 1}
    assert list(gender["groups"]["age_group"]) == ["young adult", "old"]
    assert document["landmarks"] is None
    assert "surest" in document["protocol"]["found"]
    assert command("--boxes", "dataset", data=f"utkface={folder}").exit_code == 1


def test_renderings_of_the_last_people(tmp_path):
    write_shards(tmp_path / "shards", people=4, shards=3)
    samples = of_renderings(tmp_path / "shards")
    last = of_renderings(tmp_path / "shards", people=1)
    assert len(samples) == 8
    assert [one.name for one in last] == [one.name for one in samples[-2:]]
    assert set(samples[0].points) == {"ibug-68", "wflw-98", "five-points"}
    assert {"age_group", "glasses", "glasses_kind", "pose_bin"} <= set(samples[0].labels)
    assert samples[0].groups["skin_tone"].startswith("Monk ")
    with pytest.raises(ConfigError, match="has 4"):
        of_renderings(tmp_path / "shards", people=5)

    record = attribute_record(["smile"])
    estimator = StandInAttributes({64: {"smile": [0.5, 0.5]}}, record, yaw=7.0)
    document = flow.evaluate_attributes(
        samples,
        estimator,
        None,
        dataset="rendered",
        out=tmp_path / "out",
        options={},
        source="dataset",
    )
    yaws = [one.angles[0] for one in samples]
    assert document["angles"]["yaw"]["faces"] == 8
    assert document["angles"]["yaw"]["mean_absolute_error"] == pytest.approx(
        np.abs(np.array(yaws) - 7).mean(), abs=2e-3
    )
    smiling = sum(one.labels["smile"] for one in samples)
    assert document["tasks"]["smile"]["correct"] == 8 - smiling
    assert list(document["landmarks"]["normalisers"]) == ["inter_pupil", "box"]


def sample(**labels) -> AttributeSample:
    return AttributeSample("x", np.zeros((140, 150, 3), np.uint8), labels)


def run_flow(samples, record, out, **rest):
    estimator = StandInAttributes(told(), record)
    settings = {"dataset": "x", "out": out, "options": {}, "source": "picture", **rest}
    return flow.evaluate_attributes(samples, estimator, None, **settings)


def test_what_cannot_be_scored_is_refused_before_any_network_runs(tmp_path):
    record = attribute_record(["smile"])
    with pytest.raises(ConfigError, match="labels hat"):
        run_flow([sample(hat=1)], record, tmp_path)
    with pytest.raises(DataError, match="no faces"):
        run_flow([], record, tmp_path)
    with pytest.raises(ValueError, match="detector"):
        run_flow([sample(smile=1)], record, tmp_path, source="detector")
    other = attribute_record(["smile"], classes={"smile": ["no", "grin"]})
    with pytest.raises(RecordError, match="grin"):
        run_flow([sample(smile=1)], other, tmp_path)


def test_classes_may_stand_in_another_order_in_the_record(tmp_path):
    """The stand-in gives 0.1 to the first class and 0.9 to the second, here `no`."""
    record = attribute_record(["smile"], points=False, classes={"smile": ["yes", "no"]})
    document = run_flow([sample(smile=0), sample(smile=1)], record, tmp_path)
    smile = document["tasks"]["smile"]
    assert smile["classes"] == ["yes", "no"]
    assert smile["confusion"] == [[0, 1], [0, 1]]
    assert document["angles"] is None and document["landmarks"] is None


def test_unknown_labels_are_counted(tmp_path):
    record = attribute_record(["smile", "hat"], points=False)
    document = run_flow([sample(smile=1), sample(hat=0), sample(hat=1)], record, tmp_path)
    assert document["tasks"]["smile"]["unknown"] == 2
    assert document["tasks"]["smile"]["faces"] == 1
    assert document["tasks"]["hat"]["unknown"] == 1


def test_the_surest_mistakes_come_first():
    answers = np.array([[0.9, 0.1], [0.3, 0.7], [0.01, 0.99], [np.nan] * 2, [0.0, 1.0]])
    question = Question("smile", "smile", ("no", "yes"), np.array([1, 0, 0, 0, -1]), answers)
    assert surest_mistakes(question, 5) == [2, 0, 1]
    assert surest_mistakes(question, 1) == [2]


def test_every_dataset_of_the_help_has_answers():
    assert set(evaluate_attributes.DATASETS) - {"rendered"} == set(ANSWERS)


def test_an_unknown_dataset_is_told(command):
    result = command(data="mtfll=x")
    assert result.exit_code == 2
    assert "mtfl" in result.output
