"""The shipped weights on real photographs, end to end from the detector's boxes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from lineament.datasets.ibug300w import read_300w
from lineament.detection import DetectionOptions, load_detector
from lineament.evaluation.landmarks import evaluate_landmarks
from lineament.landmarks.estimator import load_landmarks


@pytest.mark.parametrize(("weight", "bound"), [("light-68", 5.6), ("wing-cnn67-68", 6.2)])
def test_points_on_real_faces(real_300w: Path, tmp_path: Path, weight: str, bound: float) -> None:
    """Every 20th face of 300-W; the whole of it stands in docs/results.md."""
    samples = read_300w(real_300w)[::20]
    options = DetectionOptions()
    document = evaluate_landmarks(
        samples,
        load_landmarks(weight, device="cpu"),
        load_detector(options=options, device="cpu"),
        dataset="300w",
        out=tmp_path,
        options=asdict(options),
        worst=4,
    )
    overall = document["overall"]
    assert overall["faces"] == len(samples) > 90
    assert overall["recall"] >= 98
    assert overall["inter_ocular"]["nme"] <= bound
    assert overall["inter_pupil"]["nme"] > overall["inter_ocular"]["nme"]
    for file in document["files"].values():
        assert Path(file).is_file()
