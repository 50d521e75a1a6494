"""Predictions are kept, and never used again once anything that could change them has."""

from __future__ import annotations

import dataclasses
import logging

import numpy as np
import pytest
from stand_ins import (
    WIDTHS,
    StandInDetector,
    StandInLandmarks,
    face_in,
    true_box,
    write_picture,
    write_pts,
)

from lineament.datasets.ibug300w import read_300w
from lineament.errors import DataError, ImageError, WeightError
from lineament.evaluation import prediction_cache as cache
from lineament.evaluation import predictions

OPTIONS = {"min_score": 0.5, "smallest_face": 0.0, "longest_side": 1600}


@pytest.fixture
def run(folder, tmp_path, detector):
    """Predict or load; returns the predictions and whether the networks had to run."""

    def run(landmarks=None, finder=detector, options=OPTIONS, device="cpu"):
        landmarks = landmarks or StandInLandmarks()
        samples = read_300w(folder)
        facts = cache.deciding_facts(samples, landmarks, finder, options, device)
        found, path = cache.predict_or_load(
            tmp_path / "kept", "x", facts, lambda: predictions.predict(samples, landmarks, finder)
        )
        assert path.is_file()
        return found, landmarks.calls > 0

    return run


def test_a_second_call_reads_the_same_arrays(run):
    first, ran = run()
    assert ran
    second, ran_again = run()
    assert not ran_again
    for field in dataclasses.fields(predictions.Predictions):
        before, after = getattr(first, field.name), getattr(second, field.name)
        np.testing.assert_array_equal(before, after)
        assert before.dtype == after.dtype


def test_every_detection_of_every_photo_is_kept(run):
    found, _ = run()
    assert found.photo.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    for place, width in enumerate(WIDTHS.values()):
        boxes, points = found.of(place)
        np.testing.assert_allclose(boxes[1], true_box(width))
        np.testing.assert_allclose(points[1], face_in(true_box(width)))


def test_other_weights_options_detector_or_device_run_again(run, detector):
    run()
    assert run(StandInLandmarks(sha256="b"))[1]
    assert run(options={**OPTIONS, "min_score": 0.6})[1]
    assert run(device="cuda")[1]
    assert run(finder=None)[1]
    assert run(finder=dataclasses.replace(detector, provider="other"))[1]
    assert not run()[1]


def test_other_pictures_labels_or_listing_run_again(run, folder):
    run()
    picture = folder / "afw" / "a.png"
    before = picture.read_bytes()
    write_picture(folder / "afw" / "a.png", 151)
    assert run()[1]
    picture.write_bytes(before)
    assert not run()[1]
    labels = folder / "afw" / "a.pts"
    write_pts(labels, face_in(true_box(150)) + np.float32(0.5))
    assert run()[1]
    labels.unlink()
    picture.unlink()
    assert run()[1]


def test_other_code_runs_again(run, monkeypatch):
    run()
    monkeypatch.setattr(cache, "_code_digest", lambda: "edited")
    assert run()[1]


def test_a_file_under_a_foreign_key_is_not_used(run, tmp_path):
    run()
    (path,) = (tmp_path / "kept").glob("*.npz")
    with np.load(path) as file:
        content = dict(file)
    content["key"] = np.array("another")
    np.savez(path, **content)
    assert run()[1]


def test_a_damaged_file_is_told_and_made_again(run, tmp_path, caplog):
    run()
    (path,) = (tmp_path / "kept").glob("*.npz")
    path.write_bytes(path.read_bytes()[:200])
    with caplog.at_level(logging.WARNING, logger="lineament"):
        assert run()[1]
    assert "damaged" in caplog.text
    assert not run()[1]
    assert [p.suffix for p in (tmp_path / "kept").iterdir()] == [".npz"]


def test_batches_do_not_change_the_result(folder, detector, monkeypatch):
    samples = read_300w(folder)
    whole = predictions.predict(samples, StandInLandmarks(), detector)
    monkeypatch.setattr(predictions, "BATCH_PIXELS", 1)
    monkeypatch.setattr(predictions, "READ_AHEAD", 1)
    steps = []
    landmarks = StandInLandmarks()
    single = predictions.predict(samples, landmarks, detector, lambda *step: steps.append(step))
    assert landmarks.calls == 4
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    np.testing.assert_array_equal(whole.points, single.points)


def test_nothing_found_anywhere_is_an_empty_result(folder):
    blind = StandInDetector({width: [] for width in WIDTHS.values()})
    found = predictions.predict(read_300w(folder), StandInLandmarks(), blind)
    assert found.points.shape == (0, 68, 2)
    assert found.of(2)[0].shape == (0, 4)


def test_a_broken_picture_stops_with_its_name(folder, detector):
    (folder / "afw" / "b.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"b\.png"):
        predictions.predict(read_300w(folder), StandInLandmarks(), detector)


def test_points_that_are_no_numbers_are_refused(folder, detector):
    with pytest.raises(WeightError, match="NaN"):
        predictions.predict(read_300w(folder), StandInLandmarks((np.nan, 0)), detector)


def test_a_folder_that_cannot_be_written_is_told(folder, detector, tmp_path):
    (tmp_path / "file").write_text("")
    samples = read_300w(folder)
    made = predictions.predict(samples, StandInLandmarks(), detector)
    with pytest.raises(DataError, match="--out"):
        cache.predict_or_load(tmp_path / "file" / "x", "x", {}, lambda: made)
