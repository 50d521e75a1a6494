"""`lineament train` from a recipe to a weight record that the estimator opens."""

import json
from pathlib import Path

import numpy as np
import pytest
from rendered_parts import write_part

from lineament.cli.main import main
from lineament.landmarks.estimator import load_landmarks

RECIPE = Path(__file__).parents[2] / "recipes" / "landmarks" / "first_light.toml"


def train(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["train", *map(str, arguments)])
    return stop.value.code


@pytest.fixture
def settings(tmp_path):
    faces = tmp_path / "faces"
    faces.mkdir()
    write_part(faces, 0, 6)
    values = {
        "data.folder": faces,
        "data.validation_people": 2,
        "out": tmp_path / "run",
        "threads": 1,
        "stages.cnn6.iterations": 2,
        "stages.cnn7.iterations": 1,
        "device": "cpu",
    }
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


def test_a_run_ends_in_a_record_that_opens(settings, tmp_path):
    assert train(RECIPE, *settings) == 0
    run = tmp_path / "run"
    estimator = load_landmarks(run / "wing-cnn67-68.toml", device="cpu", threads=1)
    photo = np.zeros((90, 120, 3), np.uint8)
    points = estimator.estimate([photo], [np.array([[30, 20, 80, 80]], np.float32)])[0]
    assert points.shape == (1, 68, 2) and np.isfinite(points).all()
    recipe = json.loads((run / "recipe.json").read_text())
    assert recipe["stages"][0]["iterations"] == 2 and recipe["seed"] == 1
    for stage in ("cnn6", "cnn7"):
        assert (run / stage / "last.pt").is_file()
        lines = (run / stage / "log.jsonl").read_text().splitlines()
        assert any("validation_error" in json.loads(line) for line in lines)


def test_one_stage_alone_writes_no_record(settings, tmp_path):
    assert train(RECIPE, "--stage", "cnn6", *settings) == 0
    assert not (tmp_path / "run" / "wing-cnn67-68.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.toml"], "cannot read the recipe nowhere.toml"),
        ([RECIPE, "--set", "stages.cnn7.batsh=3"], "did you mean 'batch'"),
        ([RECIPE, "--set", "data.folder=nowhere"], "no rendered faces in nowhere"),
        ([RECIPE, "--stage", "cnn8"], "there are cnn6, cnn7"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path):
    assert train(*arguments, "--set", f"out={tmp_path}") == 2
    error = capsys.readouterr().err
    assert message in " ".join(error.split()) and "Traceback" not in error
