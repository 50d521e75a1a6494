"""The flow of `evaluate recognition`, with an embedder that reads colours."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest
from recognition_stand_ins import (
    ANGLES,
    PlateDetector,
    StandInEmbedder,
    crowd,
    embedding_record,
    small_set,
    turned,
)
from stand_ins import record

from lineament.errors import DataError, RecordError
from lineament.evaluation.embedding_predictions import (
    predict_embeddings,
)
from lineament.evaluation.picture_groups import read_groups
from lineament.evaluation.recognition import evaluate_recognition as flow
from lineament.weights import Calibration


def run(sets, out: Path, embedder=None, detector=None, **more):
    return flow(
        sets, embedder or StandInEmbedder(), detector, out=out, options={}, draws=50, **more
    )


def test_the_document_has_the_numbers_worked_by_hand(tmp_path):
    document = run([small_set()], tmp_path)
    assert document["document"] == "lineament.evaluation.recognition/1"
    assert document["weights"]["dimension"] == 3 and document["unit"] == "percent"
    assert document["detector"] is None
    one = document["sets"]["plates"]
    assert (one["pictures"], one["pairs"], one["genuine"], one["impostor"]) == (8, 8, 4, 4)
    assert (one["folds"], one["boxes"]) == (2, "aligned")
    assert one["people"] == {"known_by": "pairs", "count": 4}
    assert one["failures_to_enrol"] == {"pictures": 0, "genuine_pairs": 0, "impostor_pairs": 0}
    # 2 - 2 cos: 0.03 to 0.13 for 10 to 20 degrees, 1.3 and more for 70 and up: nothing is wrong,
    # but the threshold of the second fold comes from 15 degrees, and 20 are beyond it.
    folds = one["accuracy"]["folds"]
    assert [fold["accuracy"] for fold in folds] == [100, 50]
    assert folds[1]["squared_distance"] == pytest.approx(0.07, abs=0.011)
    assert (one["accuracy"]["mean"], one["accuracy"]["deviation"]) == (75, 25)
    # The impostors of the first fold lie at 75 degrees and more, those of the second at 70.
    assert (one["val_at_far"]["mean"], one["val_at_far"]["far"]) == (100, 50)
    assert one["auc"] == 100 and one["eer"] == 0
    # Four impostor pairs tell nothing.
    assert one["operating_points"] == []
    assert "refused" in one["calibration"] and one["groups"] is one["quality"] is None
    assert one["open_set"] is None and one["record_calibration"] is None
    assert json.loads(Path(document["files"]["scores"]).read_text()) == document
    assert cv2.imread(document["files"]["plot"]) is not None
    sheet = cv2.imread(one["files"]["worst"])
    assert sheet is not None and sheet.shape[1] == 4 * (2 * 112 + 8)


def test_a_set_with_people_is_calibrated_searched_and_grouped(tmp_path):
    document = run([crowd()], tmp_path, stability=True)
    one = document["sets"]["crowd"]
    assert (one["genuine"], one["impostor"]) == (60, 7080)
    assert one["accuracy"] is None and one["people"]["known_by"] == "labels"
    points = one["operating_points"]
    assert [point["target"] for point in points] == [1e-3, 1e-2, 1e-1]
    for point in points:
        assert point["fmr"] <= 100 * point["target"]
        assert point["tar"] == pytest.approx(100 - point["fnmr"])
        low, high = point["by_people"]
        assert low <= point["fnmr"] <= high
        assert point["by_pairs"][0] <= point["fnmr"] <= point["by_pairs"][1]
        assert point["deciding"] == int(7080 * point["target"])
    found = one["calibration"]
    assert [fmr for fmr, _ in found["thresholds"]] == [0.1, 0.01]
    assert found["slope"] > 0 and 0 < found["cllr"] < 1
    written = tomllib.loads(Path(one["files"]["calibration"]).read_text())["calibration"]
    calibration = Calibration.model_validate(written)
    assert "60 genuine and 7080 impostor pairs of 120 pictures" in calibration.protocol
    assert [fmr for fmr, _ in calibration.thresholds] == [0.1, 0.01]
    assert set(one["quality"]) == {"fmr", "norm", "stability"}
    assert one["quality"]["fmr"] == 0.01
    assert (one["open_set"]["people"], one["open_set"]["mated"]) == (30, 30)
    assert one["open_set"]["non_mated"] == 60
    ranks = one["open_set"]["ranks"]
    assert [rank["rank"] for rank in ranks] == [1, 5, 10]
    assert ranks[0]["share"] <= ranks[1]["share"] <= ranks[2]["share"]
    tones = one["groups"]["by"]["skin_tone_measured"]
    pairs = sum(rates["fmr"]["pairs"] for rates in tones["values"].values())
    across = sum(both["fmr"]["pairs"] for both in tones["across"])
    assert pairs + across + tones["unknown_pairs"] >= 7080
    assert cv2.imread(document["files"]["discard"]) is not None


def test_the_calibration_of_the_record_is_measured(tmp_path):
    calibration = {
        "protocol": "other pairs",
        "thresholds": [[0.1, 0.2], [0.01, 0.9]],
        "slope": 5.0,
        "offset": -3.0,
    }
    embedder = StandInEmbedder(embedding_record(calibration=calibration))
    document = run([crowd()], tmp_path, embedder)
    measured = document["sets"]["crowd"]["record_calibration"]
    assert measured["protocol"] == "other pairs"
    first, second = measured["thresholds"]
    assert (first["target"], first["threshold"]) == (0.1, 0.2)
    # Directions in space are alike by more than 0.2 in two of five cases: (1 - 0.2) / 2.
    assert first["fmr"] == pytest.approx(40, abs=4)
    assert first["fmr_by_pairs"][0] < first["fmr"] < first["fmr_by_pairs"][1]
    assert second["fmr"] < first["fmr"] and second["fnmr"] > first["fnmr"]
    assert measured["cllr"] > document["sets"]["crowd"]["calibration"]["cllr"]


def test_a_rate_that_the_pairs_cannot_tell_is_refused(tmp_path):
    document = run([crowd()], tmp_path, fmrs=[0.02])
    assert [fmr for fmr, _ in document["sets"]["crowd"]["calibration"]["thresholds"]] == [0.02]
    with pytest.raises(DataError, match="7080 impostor pairs"):
        run([crowd()], tmp_path, fmrs=[1e-3])
    with pytest.raises(DataError, match="24 impostor pairs for a false match rate"):
        people = np.repeat(np.arange(4), 2)
        run([small_set(people=people)], tmp_path, fmrs=[0.1])


def test_embeddings_are_used_again_for_the_same_pictures_only(tmp_path):
    embedder = StandInEmbedder()
    first = run([small_set()], tmp_path, embedder)
    calls = embedder.calls
    assert run([small_set()], tmp_path, embedder) == first
    assert embedder.calls == calls
    pictures = [*small_set().pictures]
    pictures[1] = turned(170)
    second = run([small_set(pictures=pictures)], tmp_path, embedder)
    assert embedder.calls == 2 * calls
    assert second["sets"]["plates"]["auc"] < 100


def unaligned(width: int, angle: float, beside: float | None = None) -> np.ndarray:
    """A wide grey picture with a face in its middle and, to the left, another."""
    picture = np.full((130, width, 3), 128, np.uint8)
    left = (width - 112) // 2
    picture[9:121, left : left + 112] = turned(angle)
    if beside is not None:
        picture[9:121, :100] = turned(beside)[:, :100]
    return picture


def test_the_face_in_the_middle_is_aligned_and_a_picture_without_one_fails_to_enrol(tmp_path):
    """The detector is surest of a face at the border. Pictures 400 wide have none."""
    middle = {width: [(50.0, 65.0), ((width - 1) / 2, 64.5)] for width in (380, 390)}
    detector = PlateDetector({**middle, 400: []})
    pictures = [
        unaligned(width, angle, beside=90)
        for width, angle in zip([380, 390, 380, 400, 390, 390, 380, 380], ANGLES, strict=True)
    ]
    sets = [small_set(aligned=False, pictures=pictures)]
    document = run(sets, tmp_path, detector=detector)
    one = document["sets"]["plates"]
    assert one["boxes"] == "detector" and document["detector"]["name"] == "stand-in-detection"
    assert one["failures_to_enrol"] == {"pictures": 1, "genuine_pairs": 1, "impostor_pairs": 1}
    # The failed genuine pair is wrong, the failed impostor pair right: the other three genuine
    # pairs score above all impostors, and the failed one ties with one of four.
    assert one["auc"] == pytest.approx(100 * (3 * 4 + 0.5) / 16)
    assert one["accuracy"]["folds"][0]["accuracy"] == 75
    predictions = predict_embeddings(pictures, StandInEmbedder(), detector)
    assert predictions.enrolled.tolist() == [True] * 3 + [False] + [True] * 4
    np.testing.assert_allclose(predictions.embeddings[0], [1, 0, 0], atol=0.02)
    np.testing.assert_allclose(predictions.embeddings[6], [0, -1, 0], atol=0.02)
    assert not predictions.embeddings[3].any() and np.isnan(predictions.five_points[3]).all()
    with pytest.raises(ValueError, match="need a detector"):
        run(sets, tmp_path)


def test_all_pictures_without_a_face(tmp_path):
    detector = PlateDetector({112: []})
    document = run([small_set(aligned=False)], tmp_path, detector=detector)
    one = document["sets"]["plates"]
    assert one["failures_to_enrol"]["pictures"] == 8
    assert (one["auc"], one["accuracy"]["mean"]) == (50, 50)


def test_weights_and_sets_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(DataError, match="no set"):
        run([], tmp_path)
    with pytest.raises(RecordError, match="gives points"):
        run([small_set()], tmp_path, StandInEmbedder(record("landmarks", "a")))
    with pytest.raises(DataError, match="groups of 'other'"):
        run([small_set()], tmp_path, groups={"other": {}})
    with pytest.raises(DataError, match="2 values of tone for 8"):
        run([small_set()], tmp_path, groups={"plates": {"tone": ["a", "b"]}})


def test_two_sets_of_one_name_are_both_scored(tmp_path):
    document = run([small_set(), small_set(pictures=[turned(0)] * 8)], tmp_path, worst=0)
    assert list(document["sets"]) == ["plates", "plates-2"]
    assert document["sets"]["plates-2"]["auc"] == 50
    assert "worst" not in document["sets"]["plates"]["files"]


def test_labels_that_disagree_give_no_interval_over_people(tmp_path):
    same = small_set().same.copy()
    pairs = np.concatenate([small_set().pairs, [[1, 0]]])
    pairs = small_set(pairs=pairs, same=np.append(same, False), fold=np.append(small_set().fold, 1))
    one = run([pairs], tmp_path)["sets"]["plates"]
    assert one["people"] == {"known_by": "contradicted by the pairs", "count": None}


def test_groups_from_a_table(tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text(
        "picture,age\n" + "\n".join(f"{n},{'old' if n < 60 else ''}" for n in range(90))
    )
    pairs = crowd()
    groups = read_groups(table, pairs)
    assert groups["age"].count("old") == 60 and groups["age"].count(None) == 60
    named = crowd(names=tuple(f"p{n}" for n in range(120)))
    for text, words in (
        ("picture\n1\n", "at least one other"),
        ("face,age\n1,old\n", "got the columns face, age"),
        ("picture,age\n1,old\n1,old\n", "named twice"),
        ("picture,age\n120,old\n", "unknown"),
    ):
        table.write_text(text)
        with pytest.raises(DataError, match=words):
            read_groups(table, pairs)
    with pytest.raises(DataError, match="'p0'"):
        read_groups(table, named)
    table.write_text("picture,age\n" + "\n".join(f"p{n},{n % 2}" for n in range(120)))
    document = run([named], tmp_path / "out", groups={"crowd": read_groups(table, named)})
    age = document["sets"]["crowd"]["groups"]["by"]["age"]
    assert set(age["values"]) == {"0", "1"} and age["mixed_genuine_pairs"] == 60
    assert age["values"]["0"]["fmr"]["pairs"] == 60 * 59 // 2
    assert age["across"][0]["groups"] == ["0", "1"]
