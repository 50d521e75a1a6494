"""An attribute recipe from shards to a record that the estimator opens."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from fake_engine import fake_rendering

from lineament.attributes.estimator import load_attributes
from lineament.detection.detector import Detections
from lineament.errors import ConfigError
from lineament.landmarks.estimator import load_landmarks
from lineament.synthesis.sample_file import ImageFormat, encode, sample_key
from lineament.synthesis.shard_reader import shard_path
from lineament.synthesis.shard_writer import ShardWriter
from lineament.training.config import load_recipe
from lineament.weights import find_record

RECIPES = Path(__file__).parents[2] / "recipes" / "attributes"
MODERN = RECIPES / "modern112.toml"

SMALL = """
name = "small"
task = "attributes"
out = "{out}"
network = "tcdcn40"
tasks = ["smile", "glasses", "pose_bin"]
crop = {{ rule = "detector_box", scale = 1.3 }}
threads = 1
device = "cpu"

[data]
cache = "{cache}"
[[data.sources]]
kind = "rendered"
folder = "{faces}"
validation_people = 4

[[stages]]
name = "together"
batch = 4
iterations = 6
validate_every = 2
save_every = 3
{extra}
[stages.optimiser]
learning_rate = 1e-3
final_learning_rate = 1e-4

[[stages]]
name = "points"
batch = 4
iterations = 2
[stages.loss]
tasks = {{ smile = 0.0, glasses = 0.0, pose_bin = 0.0 }}
[stages.optimiser]
learning_rate = 1e-3
final_learning_rate = 1e-4
weight_decay = 0.0

[record]
name = "small"
task = "attributes"
description = "a test"
licence = "none"
trained_on = "noise"
real_faces = false
recipe = "none"
"""


class MiddleDetector:
    """Finds one face in the middle of every picture."""

    record = find_record("retinaface-mobilenet")

    def detect(self, images):
        box = np.array([[0.2, 0.2, 0.8, 0.8]], np.float32)
        points = np.zeros((1, 5, 2), np.float32)
        ones = np.ones(1, np.float32)
        return [Detections(box * len(image), ones, points) for image in images]


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    with ShardWriter(shard_path(tmp_path, 0), 20) as writer:
        for row in range(20):
            key = sample_key(row)
            writer.add(key, encode(key, fake_rendering(row // 2, row, 64), ImageFormat()))
    monkeypatch.setattr(
        "lineament.attributes.recipe.load_detector", lambda *_a, **_k: MiddleDetector()
    )

    def make(extra="", out="run", **values):
        places = {"out": tmp_path / out, "cache": tmp_path / "cache", "faces": tmp_path}
        path = tmp_path / f"{out}.toml"
        path.write_text(SMALL.format(extra=extra, **places))
        return load_recipe(path, [f"{key}={value}" for key, value in values.items()])

    return make


def weights(folder):
    return torch.load(folder / "last.pt", weights_only=True)


def test_two_stages_end_in_a_calibrated_record(recipe, tmp_path):
    path = recipe().run()
    estimator = load_attributes(path, device="cpu", threads=1)
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    face = estimator.estimate([photo], [np.array([[30, 20, 80, 80]], np.float32)])[0][0]
    assert face.smile is not None and 0.5 <= face.smile.probability <= 1
    heads = estimator.record.networks[0].output.heads
    assert [head.task for head in heads] == ["smile", "glasses", "pose_bin"]
    assert any(head.temperature != 1 for head in heads)
    lines = [json.loads(line) for line in (tmp_path / "run/together/log.jsonl").open()]
    assert any("validation_smile_accuracy" in line for line in lines)
    assert any(line.get("samples") == 24 for line in lines)


def test_points_alone_leave_the_heads_as_they_are(recipe, tmp_path):
    recipe().run()
    before, after = (
        weights(tmp_path / "run" / stage)["network"] for stage in ("together", "points")
    )
    for name, tensor in before.items():
        assert torch.equal(tensor, after[name]) == name.startswith("heads."), name


def test_a_stage_ends_when_all_tasks_have_stopped(recipe, tmp_path):
    made = recipe('stop = { kind = "together", at = 2 }', **{"stages.together.iterations": 60})
    made.run()
    state = weights(tmp_path / "run" / "together")
    assert state["ended"] and state["iteration"] == 2
    made.run()
    assert weights(tmp_path / "run" / "together")["iteration"] == 2


def test_a_resumed_run_has_stopped_the_same_tasks(recipe, tmp_path):
    stop = 'stop = { kind = "manual", at = { smile = 2 } }'
    steady = {"stages.together.optimiser.final_learning_rate": 1e-3}
    recipe(stop, out="whole", **steady).run("together")
    recipe(stop, out="cut", **steady, **{"stages.together.iterations": 4}).run("together")
    log = (tmp_path / "cut/together/followed.jsonl").read_text().splitlines()
    assert [json.loads(line)["iteration"] for line in log] == [2, 4]
    recipe(stop, out="cut", **steady).run("together")
    ends = [weights(tmp_path / name / "together")["network"] for name in ("whole", "cut")]
    assert torch.equal(ends[0]["heads.smile.weight"], ends[1]["heads.smile.weight"])
    log = (tmp_path / "cut/together/followed.jsonl").read_text().splitlines()
    assert [json.loads(line)["iteration"] for line in log] == [2, 4, 6]
    assert "smile" not in json.loads(log[-1])["training"]


def test_the_journal_versions_options(recipe, tmp_path):
    recipe("dynamic = { lag = 1 }\nrelations = 1e-4").run("together")
    lines = [json.loads(line) for line in (tmp_path / "run/together/log.jsonl").open()]
    assert any("relations" in line for line in lines)


def test_68_points_from_a_network_of_five(recipe, tmp_path):
    recipe().run()
    start = f"'{tmp_path}/run/together/last.pt'"
    dense = recipe(
        out="dense",
        scheme="ibug-68",
        tasks=[],
        start_from=start,
        **{
            "stages.together.frozen": "['conv1', 'conv2', 'conv3']",
            "stages.points.loss": "{ angles = 0.0 }",
            "record.task": "'landmarks'",
        },
    )
    record = dense.run()
    five = weights(tmp_path / "run" / "together")["network"]
    many = weights(tmp_path / "dense" / "together")["network"]
    for name in ("conv1", "conv2", "conv3"):
        assert torch.equal(five[f"{name}.weight"], many[f"{name}.weight"])
    points = load_landmarks(record, device="cpu", threads=1)
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    found = points.estimate([photo], [np.array([[30, 20, 80, 80]], np.float32)])[0]
    assert points.scheme == "ibug-68" and found.shape == (1, 68, 2)


def test_a_record_of_another_task_is_refused_before_training(recipe, tmp_path):
    with pytest.raises(ConfigError, match=r"'landmarks', expected 'attributes'.*points, smile"):
        recipe(**{"record.task": "'landmarks'"}).run()
    assert not (tmp_path / "run" / "together").exists()


def test_stop_and_dynamic_exclude_each_other(recipe):
    both = 'stop = { kind = "together" }\ndynamic = { lag = 2 }'
    with pytest.raises(ConfigError, match="give one of them"):
        recipe(both)


def test_checked_in_recipe_learns_on_noise(recipe, tmp_path):
    recipe()
    values = {
        "data.sources.0.folder": f"'{tmp_path}'",
        "data.sources.0.validation_people": 4,
        "data.cache": f"'{tmp_path}/cache'",
        "out": f"'{tmp_path}/modern'",
        "stages.together.iterations": 1,
        "stages.together.batch": 4,
        "device": "'cpu'",
    }
    path = load_recipe(MODERN, [f"{key}={value}" for key, value in values.items()]).run()
    assert load_attributes(path, device="cpu", threads=1).record.name == "attributes-112"
