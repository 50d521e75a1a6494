"""The flow on other schemes: attributes, visibility, the dataset's boxes, label adaptation."""

from __future__ import annotations

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console
from stand_ins import StandInDetector, StandInLandmarks, face_in, write_picture, write_pts
from typer.testing import CliRunner

from lineament.cli import evaluate
from lineament.cli.evaluation_tables import print_landmarks
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import READERS
from lineament.errors import DataError
from lineament.evaluation.ced import write_ced
from lineament.evaluation.landmarks import evaluate_landmarks
from lineament.landmarks.schemes import find_scheme

BOX = (30.0, 25.0, 110.0, 115.0)
WFLW = find_scheme("wflw-98")


def unit_98() -> np.ndarray:
    """(98,2) points anywhere in the unit square, that span it; outer eye corners 0.5 apart."""
    points = np.random.default_rng(98).uniform(0, 1, (98, 2))
    points[0], points[32] = [0, 0], [1, 1]
    points[60], points[72] = [0.25, 0.3], [0.75, 0.3]
    points[54] = [0.5, 0.5]
    return points


@pytest.fixture
def wflw(tmp_path: Path) -> list[LabelledFace]:
    """Three faces on two pictures; a pose, two blurred, one hidden point in the last."""
    faces = []
    for place, attributes in enumerate(
        [
            {"pose": True, "blur": True, "make_up": False, "yaw": 30.0},
            {"pose": False, "blur": True, "make_up": False, "yaw": 0.0},
            {"pose": False, "blur": False, "make_up": False, "yaw": 0.0},
        ]
    ):
        image = tmp_path / "pictures" / f"{place % 2}.png"
        write_picture(image, 150)
        visible = np.ones(98, bool)
        visible[5] = place != 2
        points = face_in(BOX, unit_98())
        if place == 2:
            points[5] += [0, 20]
        faces.append(
            LabelledFace(
                image, points, "test", f"test/{place}", "wflw-98", BOX, visible, attributes
            )
        )
    return faces


def landmarks_98(**rest) -> StandInLandmarks:
    return StandInLandmarks(scheme="wflw-98", unit=unit_98(), **rest)


def test_attributes_visibility_and_the_boxes_of_the_dataset(wflw, tmp_path):
    """Boxes are exact, and every point is 4 px too far right of eye corners 40 px apart."""
    document = evaluate_landmarks(
        wflw,
        landmarks_98(shift=(0.05, 0.0)),
        None,
        dataset="wflw",
        out=tmp_path / "out",
        options={},
        source="dataset",
        split="test",
    )
    assert document["boxes"] == "dataset" and document["overall"]["recall"] is None
    assert document["normalisers"] == ["inter_ocular", "inter_pupil", "box", "face_size"]
    assert list(document["attributes"]) == ["pose", "blur"]
    assert document["attributes"]["pose"]["faces"] == 1
    blurred = document["attributes"]["blur"]
    assert blurred["faces"] == 2
    assert blurred["inter_ocular"]["nme"] == pytest.approx(10, abs=2e-3)
    assert blurred["face_size"]["nme"] == pytest.approx(400 / 90, abs=2e-3)
    assert blurred["box"]["nme"] == pytest.approx(400 / np.sqrt(80 * 90), abs=2e-3)
    overall = document["overall"]["inter_ocular"]
    assert overall["nme_visible"] == pytest.approx(10, abs=2e-3)
    assert overall["nme_occluded"] == pytest.approx(100 * np.hypot(4, 20) / 40, abs=2e-3)
    assert blurred["inter_ocular"]["nme_occluded"] is None
    assert set(document["overall"]["region_errors"]) == set(WFLW.regions)
    assert (
        Path(document["files"]["scores"]).name == "wflw-test-stand-in-landmarks-dataset-boxes.json"
    )
    for kind in ("ced", "worst"):
        assert cv2.imread(document["files"][kind]) is not None

    text = io.StringIO()
    print_landmarks(document, Console(file=text, width=100))
    lines = text.getvalue().splitlines()
    tables = [line for line in lines if line.split(":")[0] not in document["files"]]
    assert max(map(len, tables)) <= 100 and "\u2026" not in text.getvalue()
    for words in ("pose", "blur", "overall", "NME occ.", "FR@8", "AUC@10", "face-size, %"):
        assert words in text.getvalue()


def test_a_detector_finds_faces_of_another_scheme(wflw, tmp_path):
    detector = StandInDetector({150: [(0.0, 0.0, 20.0, 20.0), BOX]})
    document = evaluate_landmarks(
        wflw, landmarks_98(), detector, dataset="wflw", out=tmp_path, options={}, worst=0
    )
    assert document["overall"]["recall"] == 100
    assert document["attributes"]["blur"]["inter_ocular"]["nme"] == pytest.approx(0, abs=1e-3)
    assert "point 54" in document["protocol"]["recall"]


def test_other_boxes_are_other_predictions(wflw, tmp_path):
    """Truth boxes reach over the brows: what is kept of them does not serve dataset boxes."""
    scores = {
        source: evaluate_landmarks(
            wflw,
            landmarks_98(),
            None,
            dataset="wflw",
            out=tmp_path,
            options={},
            source=source,
            worst=0,
        )["attributes"]["blur"]["inter_ocular"]["nme"]
        for source in ("truth", "dataset")
    }
    assert scores["dataset"] == pytest.approx(0, abs=1e-3)
    assert scores["truth"] > 5


def test_faces_of_two_schemes_are_refused(wflw, tmp_path):
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    five = LabelledFace(wflw[0].image, points, "test", "test/x", "five-points")
    with pytest.raises(DataError, match="five-points and wflw-98"):
        evaluate_landmarks(
            [*wflw, five], landmarks_98(), None, dataset="x", out=tmp_path, options={}
        )


def test_curves_without_a_face_are_not_drawn(tmp_path):
    nothing = np.array([np.nan, np.nan])
    some = np.array([0.02, np.nan, np.inf])
    panels = ("inter_ocular", "inter_pupil", "box", "face_size")
    sets = {"profiles": nothing, "overall": some, "overall, label_adapted": some}
    write_ced(tmp_path / "ced.png", dict.fromkeys(panels, sets), "title")
    picture = cv2.imread(str(tmp_path / "ced.png"))
    assert picture.shape[1] > picture.shape[0] > 1000


@pytest.fixture
def adapting(tmp_path, monkeypatch):
    """72 faces of varied shape whose prediction sits 6 % of their height too low."""
    random = np.random.default_rng(3)
    boxes = {}
    for width in range(150, 222):
        right, low = random.uniform(95, 125), random.uniform(105, 130)
        boxes[width] = [(30.0, 25.0, float(right), float(low))]
        write_picture(tmp_path / "300w" / "afw" / f"{1000 + width}_1.png", width)
        write_pts(tmp_path / "300w" / "afw" / f"{1000 + width}_1.pts", face_in(boxes[width][0]))
    landmarks = StandInLandmarks(shift=(0.0, 0.06))

    def models(weights, name, device, threads):  # noqa: ARG001
        return landmarks, StandInDetector(boxes), {}

    monkeypatch.setattr(evaluate, "load_models", models)

    def run(*arguments):
        given = ["landmarks", "--data", f"300w={tmp_path / '300w'}", "--out", str(tmp_path / "out")]
        return CliRunner().invoke(evaluate.app, [*given, *arguments])

    return run


def test_adapted_scores_stand_beside_the_plain_ones(adapting):
    plain = json.loads(adapting("--json", "--part", "validation").stdout)
    result = adapting("--json", "--part", "validation", "--adapt")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert plain["label_adapted"] is None
    for key in ("overall", "subsets", "dataset"):
        assert document[key] == plain[key]
    adapted = document["label_adapted"]
    assert document["dataset"]["part"] == "validation"
    assert 0 < document["dataset"]["faces"] < 30
    assert adapted["fitted_on"] == {
        "part": "training",
        "faces": 72 - document["dataset"]["faces"],
        "found": 72 - document["dataset"]["faces"],
    }
    assert document["overall"]["inter_ocular"]["nme"] > 5
    assert adapted["overall"]["inter_ocular"]["nme"] < 1
    assert adapted["overall"]["faces"] == document["dataset"]["faces"]
    tables = adapting("--part", "validation", "--adapt").stdout
    assert "label_adapted: inter-ocular" in tables and "evidence" in tables


def test_the_parts_share_no_face(adapting):
    counts = [
        json.loads(adapting("--json", "--worst", "0", "--part", part).stdout)["dataset"]["faces"]
        for part in ("validation", "training", "all")
    ]
    assert counts[0] + counts[1] == counts[2] == 72


@pytest.mark.parametrize("part", ["training", "all"])
def test_adapting_needs_the_validation_part(adapting, part):
    result = adapting("--part", part, "--adapt")
    assert result.exit_code == 2
    assert "expected --part validation" in " ".join(result.stderr.replace("│", " ").split())


def test_normalisers_and_splits_of_the_command(adapting):
    chosen = ["--normaliser", "points_box", "--normaliser", "inter_pupil"]
    document = json.loads(adapting("--json", "--split", "train", *chosen).stdout)
    assert document["normalisers"] == ["points_box", "inter_pupil"]
    assert document["dataset"]["split"] == "train"
    assert document["protocol"]["region_errors"].endswith("percent of points_box")
    result = adapting("--split", "test")
    assert "challenging" in str(result.exception)


def test_the_default_split_is_the_test_where_there_is_one():
    names = ("300w", "wflw", "aflw-19")
    assert [evaluate.default_split(name) for name in names] == ["all", "test", "test"]


def test_the_help_names_every_reader_of_points():
    pointed = {name for name, reader in READERS.items() if reader.scheme}
    assert pointed == set(evaluate.DATASETS)
