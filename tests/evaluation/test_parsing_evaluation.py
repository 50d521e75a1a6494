"""The flow of `evaluate parsing` and its command, with a parser that says what it is told."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from parsing_stand_ins import BrightnessDetector, StandInParts, parts_record, write_labelled
from typer.testing import CliRunner

from lineament.cli import evaluate, evaluate_parsing
from lineament.datasets.part_readers import PART_READERS, read_parts
from lineament.errors import ConfigError, DataError, RecordError
from lineament.evaluation.parsing import evaluate_parsing as flow
from lineament.landmarks.crops import box_square
from lineament.synthesis.parts import Part

RUNNER = CliRunner()
SIDE = 32

WHOLE = (0.0, 0.0, 31.0, 31.0)
SMALL = (0.0, 0.0, 9.0, 9.0)


def mask_of(**parts: slice) -> np.ndarray:
    """Rows of parts of CelebAMask-HQ, over all columns."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for name, rows in parts.items():
        mask[rows] = Part[name.upper()]
    return mask


TRUTH = {
    # Rows: 8 of skin, 4 of right eye, 4 of left eye.
    100: mask_of(skin=slice(0, 8), right_eye=slice(8, 12), left_eye=slice(12, 16)),
    150: mask_of(skin=slice(0, 16)),
    200: mask_of(skin=slice(0, 16), hair=slice(16, 24)),
}
SAID = {
    # Both eyes are taken for left ones; 2 rows of skin are missed.
    100: mask_of(skin=slice(2, 8), left_eye=slice(8, 16)),
    150: mask_of(skin=slice(0, 16)),
    # No hair is seen; 8 rows of hat are invented.
    200: mask_of(skin=slice(0, 16), hat=slice(24, 32)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_labelled(tmp_path / "set", TRUTH)


@pytest.fixture
def command(folder, tmp_path, monkeypatch):
    """Run `evaluate parsing` on the three photos; each has a small face too, and it comes first."""
    detector = BrightnessDetector({value: [SMALL, WHOLE] for value in TRUTH})
    estimator = StandInParts(SAID, parts_record("celebamask-19"))

    def models(weights, name, device, threads):  # noqa: ARG001
        return estimator, detector if name else None, {"min_score": 0.5} if name else {}

    monkeypatch.setattr(evaluate_parsing, "load_models", models)

    def run(*arguments, data=f"palette_masks={folder}"):
        given = ["parsing", "--data", data, "--out", str(tmp_path / "out"), "--size", "32"]
        return RUNNER.invoke(evaluate.app, [*given, *arguments])

    run.detector, run.estimator = detector, estimator
    return run


def document_of(result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_document_has_the_numbers_worked_by_hand(command, tmp_path):
    document = document_of(command("--json"))
    assert document["document"] == "lineament.evaluation.parsing/1"
    assert document["dataset"] == {
        "name": "palette_masks",
        "part": "all",
        "photos": 3,
        "scheme": "celebamask-19",
    }
    assert document["weights"]["scheme"] == "celebamask-19"
    assert (document["size"], document["boxes"], document["unit"]) == (32, "detector", "percent")
    assert document["detection"] == {"photos": 3, "found": 3, "recall": 100}
    assert document["unknown_pixels"] == 0

    # In rows of 32 pixels. Skin: 38 right, 38 predicted, 40 true. Left eye: 4, 8, 4.
    classes = document["classes"]
    assert classes["skin"]["f1"] == pytest.approx(100 * 2 * 38 / 78, abs=1e-3)
    assert classes["skin"]["iou"] == pytest.approx(100 * 38 / 40, abs=1e-3)
    assert classes["left_eye"]["f1"] == pytest.approx(100 * 2 * 4 / 12, abs=1e-3)
    assert (classes["right_eye"]["f1"], classes["hair"]["f1"], classes["hat"]["f1"]) == (0, 0, 0)
    assert classes["nose"]["f1"] is None and classes["nose"]["boundary_f1"] is None
    assert (classes["hat"]["true_pixels"], classes["hat"]["predicted_pixels"]) == (0, 256)

    means = document["means"]
    assert means["mean_f1"]["classes"] == ["skin", "left_eye", "right_eye", "hair", "hat"]
    assert (means["mean_f1"]["background"], means["mean_f1"]["size"]) == ("out", 32)
    f1 = [2 * 38 / 78, 8 / 12, 0, 0, 0]
    assert means["mean_f1"]["value"] == pytest.approx(100 * np.mean(f1), abs=1e-3)
    # Background: 16 + 16 + 0 of the rows are right, 18 + 16 + 8 are predicted, 16 + 16 + 8 true.
    background = 2 * 32 / (42 + 40)
    with_it = means["mean_f1_with_background"]
    assert with_it["value"] == pytest.approx(100 * np.mean([background, *f1]), abs=1e-3)
    assert with_it["background"] == "in" and with_it["classes"][0] == "background"
    iou = [38 / 40, 4 / 8, 0, 0, 0]
    assert means["miou"]["value"] == pytest.approx(100 * np.mean(iou), abs=1e-3)
    assert document["pixel_accuracy"] == pytest.approx(100 * (38 + 4 + 32) / 96, abs=1e-3)

    groups = document["groups"]
    assert groups["eyes"]["f1"] == groups["overall"]["f1"] == 100
    assert groups["eyes"]["classes"] == ["left_eye", "right_eye"]
    assert groups["nose"]["f1"] is None
    # The second photo's outline is met, as are both sides of the third's border of skin.
    assert 0 < classes["skin"]["boundary_f1"] <= 100
    files = document["files"]
    assert json.loads(Path(files["scores"]).read_text()) == document
    assert set(files) == {"scores", "predictions", "worst", "spread"}
    assert all(Path(path).is_relative_to(tmp_path / "out") for path in files.values())
    for kind in ("worst", "spread"):
        assert cv2.imread(files[kind]) is not None


def test_predictions_are_used_again_for_the_same_pictures_only(command, folder):
    first = document_of(command("--json"))
    assert command.estimator.calls == 1
    assert document_of(command("--json")) == first
    assert command.estimator.calls == 1
    # Other labels are scored anew from the kept predictions.
    cv2.imwrite(str(folder / "masks" / "200.png"), SAID[200])
    second = document_of(command("--json", "--worst", "0", "--spread", "0"))
    assert second["classes"]["hat"]["f1"] == 100
    assert set(second["files"]) == {"scores", "predictions"}
    calls = command.estimator.calls
    cv2.imwrite(str(folder / "images" / "150.png"), np.full((SIDE, SIDE, 3), 100, np.uint8))
    assert document_of(command("--json"))["classes"] != first["classes"]
    assert command.estimator.calls == calls + 1


def test_the_largest_face_is_parsed_and_a_photo_without_one_is_background(command):
    command.detector.boxes = {100: [], 150: [SMALL, WHOLE], 200: [WHOLE, SMALL]}
    result = command("--json")
    document = document_of(result)
    assert document["detection"] == {"photos": 3, "found": 2, "recall": pytest.approx(66.667)}
    assert command.estimator.boxes == [list(WHOLE)] * 2
    assert document["classes"]["left_eye"]["f1"] == 0
    assert "found a face in 2 of 3 photos" in " ".join(command().stdout.split())


def test_the_whole_picture_as_the_crop(command):
    document = document_of(command("--json", "--boxes", "picture"))
    assert document["detection"] is None and document["detector"] is None
    rule = command.estimator.record.networks[0].input.crop
    square = box_square(rule, np.array(command.estimator.boxes[0], np.float32))
    np.testing.assert_allclose(square.centre, [15.5, 15.5], atol=1e-4)
    assert square.side == pytest.approx(32, abs=1e-4)


def test_a_coarser_scheme_merges_before_anything_is_counted(command):
    fine = document_of(command("--json"))
    document = document_of(command("--json", "--scheme", "parts-13"))
    assert document["compared_in"]["scheme"] == "parts-13"
    assert document["classes"]["eyes"]["f1"] == 100
    assert document["files"]["predictions"] == fine["files"]["predictions"]
    assert document["files"]["scores"] != fine["files"]["scores"]
    assert set(document["groups"]) == {
        "eyes",
        "brows",
        "nose",
        "inner mouth",
        "mouth",
        "overall",
    }
    nine = document_of(command("--json", "--scheme", "parts-9"))
    assert nine["means"]["mean_f1"]["classes"] == ["right_eye", "left_eye"]
    assert command("--scheme", "parts-7").exit_code == 1


def test_a_weight_of_another_scheme_is_compared_where_both_can_tell(folder, tmp_path):
    """The nine classes know neither skin nor hair: both are background, in the truth as well."""
    said = {value: np.where(mask == 4, 4, 0).astype(np.uint8) for value, mask in SAID.items()}
    estimator = StandInParts(said, parts_record("parts-9"))
    document = flow(
        read_parts("palette_masks", folder),
        estimator,
        None,
        dataset="x",
        out=tmp_path / "out",
        options={},
        size=32,
    )
    assert document["compared_in"]["scheme"] == "parts-9"
    assert document["weights"]["scheme"] == "parts-9"
    assert document["dataset"]["scheme"] == "celebamask-19"
    # Of the 16 rows without eyes and 8 with, all is right but for the side of four.
    assert document["classes"]["background"]["f1"] == 100
    assert document["classes"]["left_eye"]["f1"] == pytest.approx(66.667)
    assert document["groups"]["eyes"]["f1"] == 100


def test_unknown_pixels_have_no_part(command, folder):
    mask = TRUTH[200].copy()
    mask[16:] = 255
    cv2.imwrite(str(folder / "masks" / "200.png"), mask)
    document = document_of(command("--json"))
    assert document["unknown_pixels"] == 16 * 32
    assert document["classes"]["hat"] == {
        "f1": None,
        "iou": None,
        "boundary_f1": None,
        "true_pixels": 0,
        "predicted_pixels": 0,
    }
    assert "hat" not in document["means"]["mean_f1"]["classes"]


def test_a_wide_photo_is_padded_and_what_is_beside_it_is_not_scored(tmp_path):
    mask = np.ones((20, 64), np.uint8)
    folder = write_labelled(tmp_path / "wide", {90: mask})
    estimator = StandInParts({90: np.ones((32, 32), np.uint8)}, parts_record("celebamask-19"))
    photos = read_parts("palette_masks", folder)
    out = tmp_path / "out"
    document = flow(photos, estimator, None, dataset="x", out=out, options={}, size=32)
    assert estimator.shapes == [(32, 32, 3)]
    assert document["unknown_pixels"] == 22 * 32
    assert document["classes"]["skin"]["f1"] == document["pixel_accuracy"] == 100


def test_tables(command):
    result = command()
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    for expected in (
        "palette_masks: 3 photos at 32 x 32, stand-in-parsing, boxes: detector",
        "background out",
        "background in",
        "mean boundary F1",
        "inner mouth",
        "right eye 0.00",
        "0.75% of the diagonal",
        "-worst.png",
        "-spread.png",
    ):
        assert expected in words, expected
    assert "compared in" not in words
    coarse = " ".join(command("--scheme", "parts-9").stdout.split())
    assert "compared in parts-9: background, right_brow" in coarse


def test_parts_and_limits(command):
    assert document_of(command("--json", "--limit", "2"))["dataset"]["photos"] == 2
    assert command("--part", "validation").exit_code == 1
    assert command("--part", "nonsense").exit_code == 1
    assert command(data="celebamask=x").exit_code == 2
    assert command("--label-scheme", "parts-9").exit_code == 1


def test_sides_are_mended_where_asked(tmp_path, monkeypatch):
    """The one photo has its right eye on the right of the picture and is parsed the other way."""
    half = np.zeros((SIDE, SIDE), np.uint8)
    half[8:12, :16], half[8:12, 16:] = Part.LEFT_EYE, Part.RIGHT_EYE
    folder = write_labelled(tmp_path / "set", {100: half})
    said = half.copy()
    said[8:12, :16], said[8:12, 16:] = Part.RIGHT_EYE, Part.LEFT_EYE
    estimator = StandInParts({100: said}, parts_record("celebamask-19"))
    detector = BrightnessDetector({100: [WHOLE]})
    monkeypatch.setattr(evaluate_parsing, "load_models", lambda *_: (estimator, detector, {}))
    for sides, f1 in (("labelled", 0.0), ("seen", 100.0)):
        given = ["parsing", "--data", f"palette_masks={folder}", "--out", str(tmp_path / "out")]
        given += ["--size", str(SIDE), "--sides", sides, "--json"]
        document = document_of(RUNNER.invoke(evaluate.app, given))
        assert document["classes"]["left_eye"]["f1"] == f1
        assert document["dataset"]["part"].endswith("sides-as-seen") == (sides == "seen")


def test_every_reader_is_in_the_help():
    assert set(evaluate_parsing.DATASETS) == set(PART_READERS)


def test_what_cannot_be_scored_is_refused(folder, tmp_path):
    photos = read_parts("palette_masks", folder)
    estimator = StandInParts(SAID, parts_record("celebamask-19"))
    settings = {"dataset": "x", "out": tmp_path / "out", "options": {}, "size": 32}
    with pytest.raises(DataError, match="at least one"):
        flow([], estimator, None, **settings)
    others = read_parts("palette_masks", folder, scheme="parts-13")
    with pytest.raises(DataError, match="celebamask-19, parts-13"):
        flow([*photos, *others], estimator, None, **settings)
    with pytest.raises(ConfigError, match="no part scheme"):
        flow(photos, estimator, None, scheme="parts-7", **settings)
    with pytest.raises(ValueError, match="above zero"):
        flow(photos, estimator, None, tolerance=0.0, **settings)
    points = StandInParts(SAID, BrightnessDetector({}).record)
    with pytest.raises(RecordError, match="gives points"):
        flow(photos, points, None, **settings)
    assert estimator.calls == 0
    cv2.imwrite(str(folder / "masks" / "150.png"), np.zeros((8, 8), np.uint8))
    with pytest.raises(DataError, match="8 x 8"):
        flow(photos, estimator, None, **settings)
