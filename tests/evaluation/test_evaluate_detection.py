"""The flow of `evaluate detection` and its command, with detectors that say what they are told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from stand_ins import record
from typer.testing import CliRunner

from lineament.cli import evaluate, evaluate_detection
from lineament.detection.detector import Detections
from lineament.errors import DataError
from lineament.evaluation import detection as module
from lineament.evaluation.detection import Entrant
from lineament.evaluation.detection import evaluate_detection as flow

RUNNER = CliRunner()
HEIGHT = 60

ONE = (10.0, 10.0, 30.0, 30.0)
TWO = (40.0, 10.0, 52.0, 22.0)
FACES = {100: [ONE], 101: [ONE, TWO], 102: [TWO], 103: [ONE]}
"""True boxes by the width of the picture, by which the stand-in knows it."""

FREE = range(200, 250)
"""Fifty people-free pictures: one false positive is borne."""


@dataclass
class Told:
    """Finds in a picture of a known width the boxes and scores that it was told."""

    name: str
    boxes: dict[int, list[tuple[tuple[float, ...], float]]]
    provider: str = "stand-in"
    calls: int = 0
    record: object = field(init=False)

    def __post_init__(self):
        self.record = record("detection", "d").model_copy(update={"name": self.name})

    def detect(self, images):
        self.calls += 1
        return [self._one(self.boxes.get(image.shape[1], [])) for image in images]

    def _one(self, pairs):
        boxes = np.array([box for box, _ in pairs], np.float32).reshape(-1, 4)
        points = np.stack([points_in(box) for box in boxes]) if len(boxes) else np.zeros((0, 5, 2))
        scores = np.array([score for _, score in pairs], np.float32)
        return Detections(boxes, scores, points.astype(np.float32))


def points_in(box):
    x1, y1, x2, y2 = box
    at = np.array([[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.35, 0.8], [0.65, 0.8]])
    return at * [x2 - x1, y2 - y1] + [x1, y1]


def good() -> Told:
    """Finds all faces, one of them with a low score; two false positives where nobody is."""
    found = {width: [(box, 0.9) for box in boxes] for width, boxes in FACES.items()}
    found[103] = [(ONE, 0.3)]
    found[101].append(((60.0, 30.0, 80.0, 50.0), 0.2))
    return Told("good", {**found, 210: [(ONE, 0.8)], 220: [(TWO, 0.25)]})


def poor() -> Told:
    """Misses the second face; a false positive on every free picture scores as faces do."""
    found = {width: [(ONE, 0.7)] for width in (100, 101, 103)}
    return Told("poor", {**found, **{width: [(ONE, 0.7)] for width in FREE}})


def write_picture(path, width):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((HEIGHT, width, 3), 90, np.uint8))


@pytest.fixture
def folders(tmp_path):
    """WIDER FACE of four pictures, fifty people-free ones, and one counted picture."""
    text = ""
    for width, boxes in FACES.items():
        write_picture(tmp_path / "wider" / "WIDER_val" / "images" / "0--E" / f"p{width}.jpg", width)
        rows = [f"{x1:g} {y1:g} {x2 - x1:g} {y2 - y1:g} 0 0 0 0 0 0" for x1, y1, x2, y2 in boxes]
        text += "\n".join([f"0--E/p{width}.jpg", str(len(rows)), *rows, ""])
    lists = tmp_path / "wider" / "wider_face_split"
    lists.mkdir()
    (lists / "wider_face_val_bbx_gt.txt").write_text(text)
    for width in FREE:
        write_picture(tmp_path / "free" / f"{width}.png", width)
    write_picture(tmp_path / "counted" / "g.png", 101)
    (tmp_path / "counted" / "pictures.toml").write_text(
        '[[pictures]]\nname = "g.png"\ncount = 3\ncounted_by = "eye"\n'
    )
    return tmp_path


@pytest.fixture
def command(folders, monkeypatch):
    told = {"good": good(), "poor": poor()}
    load = evaluate_detection.load_entrants

    def entrants(weights, predictions, *others):
        return [
            *(Entrant(name, told[name]) for name in weights),
            *load([], predictions, *others),
        ]

    monkeypatch.setattr(evaluate_detection, "load_entrants", entrants)
    data = [f"wider-face={folders / 'wider'}", f"people-free={folders / 'free'}"]
    data.append(f"counted={folders / 'counted'}")

    def run(*arguments, data=data, drawn=False):
        if not drawn:
            monkeypatch.setattr(module, "write_detection_plot", lambda *_: None)
        given = ["detection", "--out", str(folders / "out"), *arguments]
        for one in data:
            given += ["--data", one]
        return RUNNER.invoke(evaluate.app, given)

    run.told, run.folders = told, folders
    return run


def document_of(result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_document_has_the_numbers_worked_by_hand(command):
    both = ("--weights", "good", "--weights", "poor")
    document = document_of(command(*both, "--json", drawn=True))
    assert document["document"] == "lineament.evaluation.detection/1"
    assert document["sets"]["people-free"] == {
        "kind": "people-free",
        "pictures": 50,
        "truth": "nobody: whatever is found is false",
    }
    one = document["detectors"]["good"]
    # One false positive is borne; the second best, of 0.25, must be refused.
    bar = one["wanted_rate"]
    assert (bar["false_positives"], bar["pictures"], bar["lowest_kept"]) == (1, 50, False)
    assert bar["threshold"] == pytest.approx(0.25, abs=1e-6) and bar["threshold"] > 0.25
    wider = one["sets"]["wider-face"]
    assert (wider["pictures"], wider["faces"], wider["ignored"]) == (4, 5, 0)
    points = wider["operating_points"]
    assert (points["wanted_rate"]["found"], points["wanted_rate"]["recall"]) == (5, 100)
    assert (points["given_score"]["found"], points["given_score"]["recall"]) == (4, 80)
    assert points["given_score"]["false_positives"] == 0
    assert points["wanted_rate"]["low"] == pytest.approx(56.55, abs=0.01)
    # Right at 0.9 (four) and 0.3, one wrong at 0.2.
    assert wider["average_precision"] == 100
    assert {row["recall"] for row in wider["recall_by_overlap"]} == {100}
    sizes = [(row["above"], row["up_to"], row["faces"]) for row in wider["recall_by_size"]]
    assert sizes == [(0, 12, 2), (16, 24, 3)]
    assert wider["five_points"] is None and wider["wider_face"] is None and wider["fddb"] is None
    free = one["sets"]["people-free"]["operating_points"]
    assert free["given_score"]["false_positives"] == 1
    assert free["given_score"]["per_picture"] == 0.02
    counted = one["sets"]["counted"]["operating_points"]["given_score"]
    assert (counted["found"], counted["faces"], counted["excess"]) == (2, 3, 0)

    other = document["detectors"]["poor"]
    # All false positives have one score, so that the bar lies above them, and above the faces.
    assert other["wanted_rate"]["false_positives"] == 0
    assert other["wanted_rate"]["threshold"] > 0.7
    points = other["sets"]["wider-face"]["operating_points"]
    assert (points["given_score"]["found"], points["wanted_rate"]["found"]) == (3, 0)
    assert other["sets"]["people-free"]["operating_points"]["given_score"]["with_any"] == 50
    out = command.folders / "out"
    assert json.loads((out / "detection.json").read_text()) == document
    for name in ("detection.png", "detection-good-mistakes.png", "detection-poor-mistakes.png"):
        assert cv2.imread(str(out / name)) is not None


def test_detections_are_kept_and_used_again(command):
    first = document_of(command("--weights", "good", "--json"))
    calls = command.told["good"].calls
    assert calls > 0
    again = document_of(command("--weights", "good", "--json", "--iou", "0.9", "--rate", "0"))
    assert command.told["good"].calls == calls
    assert again["detectors"]["good"]["wanted_rate"]["threshold"] > 0.8
    assert again["detectors"]["good"]["predictions"] == first["detectors"]["good"]["predictions"]
    write_picture(command.folders / "free" / "200.png", 207)
    document_of(command("--weights", "good", "--json"))
    assert command.told["good"].calls > calls


def test_texts_of_others_are_scored_alike(command):
    """What one run writes as text scores in the next as the detector itself did."""
    ran = document_of(command("--weights", "good", "--json", "--texts"))
    folder = command.folders / "out" / "texts" / "good"
    assert (folder / "wider-face" / "0--E" / "p101.txt").is_file()
    read = document_of(command("--predictions", str(folder), "--json"))
    assert read["detectors"]["good"]["weights"] is None
    assert read["detectors"]["good"]["sets"] == ran["detectors"]["good"]["sets"]
    both = command("--predictions", str(folder), "--weights", "good")
    assert isinstance(both.exception, DataError) and "two detectors named good" in str(
        both.exception
    )


def test_tables(command):
    result = command("--weights", "good", "--weights", "poor")
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    for expected in (
        "good: threshold 0.2500, 1 false positives on 50 people-free pictures",
        "recall at the wanted rate",
        "wider-face 5 100.00 (56.6 - 100.0) 0.00",
        "counted (counted) 3",
        "people-free 50 1 (0.0200)",
        "recall by size",
        "detection-poor-mistakes.png",
    ):
        assert expected in words, expected


def test_without_people_free_pictures_there_is_no_wanted_rate(command):
    data = [f"wider-face={command.folders / 'wider'}"]
    document = document_of(command("--weights", "good", "--json", data=data))
    assert document["detectors"]["good"]["wanted_rate"] is None
    points = document["detectors"]["good"]["sets"]["wider-face"]["operating_points"]
    assert list(points) == ["given_score"]
    words = " ".join(command("--weights", "good", data=data).stdout.split())
    assert "no people-free pictures among the data" in words


def test_labelled_photos_of_which_others_have_no_label(tmp_path):
    """Faces of MTFL: points are scored, detections elsewhere are neither right nor wrong."""
    write_picture(tmp_path / "a.png", 101)
    true = points_in(ONE)
    xy = " ".join(f"{value:g}" for value in true.T.ravel())
    (tmp_path / "training.txt").write_text(f"a.png {xy} 1 1 1 3\n")
    pictures = evaluate_detection.read_set(f"mtfl={tmp_path}", None)
    box = tuple(float(value) for value in pictures.pictures[0].faces.boxes[0])
    told = Told("told", {101: [(box, 0.9), (TWO, 0.8)]})
    document = flow([pictures], [Entrant("told", told)], out=tmp_path / "out", options={})
    scores = document["detectors"]["told"]["sets"]["mtfl"]
    assert scores["operating_points"]["given_score"]["recall"] == 100
    assert scores["operating_points"]["given_score"]["false_positives"] is None
    assert scores["average_precision"] is None
    expected = np.linalg.norm(points_in(box) - true, axis=1).mean() / 8
    assert scores["five_points"]["mean"] == pytest.approx(100 * expected, abs=0.01)
    assert scores["five_points"]["faces"] == 1


def test_limit_takes_pictures_at_even_steps(folders):
    pictures = evaluate_detection.read_set(f"people-free={folders / 'free'}", 5)
    assert [one.name for one in pictures.pictures] == [f"{w}.png" for w in range(200, 250, 10)]


def test_what_cannot_be_scored_is_refused(command, tmp_path):
    assert command("--weights", "good", data=["widerface=x"]).exit_code == 2
    assert command("--weights", "good", data=["wider-face"]).exit_code == 2
    assert command("--weights", "good", "--min-score", "0.7").exit_code == 2
    missing = command("--weights", "good", data=[f"fddb={tmp_path / 'none'}"])
    assert isinstance(missing.exception, DataError)
    nothing = command("--predictions", str(tmp_path / "none"))
    assert isinstance(nothing.exception, DataError) and "no folder" in str(nothing.exception)
    with pytest.raises(DataError, match="0 sets and 0 detectors"):
        flow([], [], out=tmp_path, options={})
    assert command.told["good"].calls == 0
