"""`lineament train` from a recipe to a weight record that the estimator opens."""

import json
from pathlib import Path

import numpy as np
import pytest
from rendered_shards import BoxOfTheMiddle, write_shards

from lineament.cli.main import main
from lineament.landmarks.estimator import load_landmarks
from lineament.weights import find_record

RECIPES = Path(__file__).parents[2] / "recipes" / "landmarks"
WING, LIGHT = RECIPES / "wing.toml", RECIPES / "light.toml"


def train(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["train", *map(str, arguments)])
    return stop.value.code


def as_options(values):
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]


@pytest.fixture
def shared(tmp_path, monkeypatch):
    write_shards(tmp_path / "faces", people=6)
    detector = BoxOfTheMiddle(find_record("retinaface-mobilenet"))
    monkeypatch.setattr("lineament.landmarks.recipe.load_detector", lambda *_a, **_k: detector)
    return {
        "data.sources.0.folder": tmp_path / "faces",
        "data.sources.0.validation_people": 2,
        "data.cache": tmp_path / "cache",
        "out": tmp_path / "run",
        "threads": 1,
        "device": "cpu",
    }


@pytest.fixture
def wing(shared):
    short = {"stages.cnn6.iterations": 2, "stages.cnn7.iterations": 1}
    return shared | short | {"stages.cnn6.batch": 4, "stages.cnn7.batch": 4}


def answers(record):
    estimator = load_landmarks(record, device="cpu", threads=1)
    photo = np.zeros((90, 120, 3), np.uint8)
    return estimator.estimate([photo], [np.array([[30, 20, 80, 80]], np.float32)])[0]


def test_a_run_of_two_stages_ends_in_a_record_that_opens(wing, tmp_path):
    assert train(WING, *as_options(wing)) == 0
    run = tmp_path / "run"
    points = answers(run / "wing-cnn67-68.toml")
    assert points.shape == (1, 68, 2) and np.isfinite(points).all()
    recipe = json.loads((run / "recipe.json").read_text())
    assert recipe["stages"][0]["iterations"] == 2 and recipe["seed"] == 1
    for stage in ("cnn6", "cnn7"):
        assert (run / stage / "last.pt").is_file()
        lines = (run / stage / "log.jsonl").read_text().splitlines()
        assert any("validation_error" in json.loads(line) for line in lines)


def test_the_light_network_learns_98_points(shared, tmp_path):
    short = {
        "stages.light.iterations": 1,
        "stages.light.batch": 4,
        "stages.light.augment_on_device": "true",
        "scheme": "wflw-98",
    }
    assert train(LIGHT, *as_options(shared | short)) == 0
    assert answers(tmp_path / "run" / "light-68.toml").shape == (1, 98, 2)


def test_the_second_stage_learns_on_crops_of_the_first(wing, tmp_path):
    cut = as_options(wing | {"stages.cnn7.crops_from": "stage_before"})
    assert train(WING, "--stage", "cnn7", *cut) == 2  # no first stage yet
    assert train(WING, *cut) == 0
    assert answers(tmp_path / "run" / "wing-cnn67-68.toml").shape == (1, 68, 2)


def test_a_balanced_stage_starts_from_another_run(wing, tmp_path):
    assert train(WING, "--stage", "cnn6", *as_options(wing)) == 0
    start = tmp_path / "run" / "cnn6" / "last.pt"
    further = wing | {
        "out": tmp_path / "further",
        "stages.cnn6.balance.bins": 3,
        "stages.cnn6.start_from": start,
    }
    assert train(WING, "--stage", "cnn6", *as_options(further)) == 0


def test_a_start_with_another_number_of_points_is_refused(wing, tmp_path, capsys):
    assert train(WING, "--stage", "cnn6", *as_options(wing)) == 0
    start = tmp_path / "run" / "cnn6" / "last.pt"
    other = wing | {"out": tmp_path / "b", "scheme": "wflw-98", "stages.cnn6.start_from": start}
    assert train(WING, "--stage", "cnn6", *as_options(other)) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "of another network" in error and "as many points" in error
    anew = other | {"stages.cnn6.new_head": "true"}
    assert train(WING, "--stage", "cnn6", *as_options(anew)) == 0


def test_one_stage_alone_writes_no_record(wing, tmp_path):
    assert train(WING, "--stage", "cnn6", *as_options(wing)) == 0
    assert not (tmp_path / "run" / "wing-cnn67-68.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.toml"], "cannot read the recipe nowhere.toml"),
        ([WING, "--set", "stages.cnn7.batsh=3"], "did you mean 'batch'"),
        ([WING, "--set", "data.sources.0.folder=nowhere"], "in nowhere"),
        ([WING, "--stage", "cnn8"], "there are cnn6, cnn7"),
        ([WING, "--set", "stages.cnn6.loss.kind=integral"], "needs a loss of kind l1, l2"),
        ([LIGHT, "--set", "stages.light.network=cnn6"], "needs a loss of kind l1, l2"),
        ([WING, "--set", "stages.cnn6.crops_from=stage_before"], "needs the crop rule turned"),
        ([WING, "--set", "stages.cnn7.name=cnn6"], "different names"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path):
    assert train(*arguments, "--set", f"out={tmp_path}") == 2
    error = capsys.readouterr().err
    assert message in " ".join(error.split()) and "Traceback" not in error
