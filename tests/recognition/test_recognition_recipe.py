"""A recognition recipe from a folder of people to a record that the estimator opens."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from recognition.people import picture, write_people

from lineament.errors import ConfigError, DataError
from lineament.recognition.estimator import load_recognition
from lineament.training.config import load_recipe

RECIPES = Path(__file__).parents[2] / "recipes" / "recognition"

HEAD = """
name = "small"
task = "recognition"
out = "{out}"
network = "{network}"
options = {options}
threads = 1
device = "cpu"

[data]
cache = "{cache}"
[[data.sources]]
kind = "folder"
path = "{people}"
validation_people = 3

[record]
name = "small"
task = "recognition"
description = "a test"
licence = "none"
trained_on = "noise"
real_faces = false
recipe = "none"
"""

STAGE = """
[[stages]]
name = "{name}"
batch = 8
iterations = {iterations}
save_every = 1
validate_every = 100
log_every = 1
margin = {{ kind = "arcface", scale = 16.0, margin = 0.2 }}
{more}
[stages.optimiser]
kind = "adamw"
learning_rate = {rate}
final_learning_rate = {rate}
weight_decay = 0.0
"""

LIGHT = "{ width = 8, depths = [1, 1, 1], squeeze = 8, dimension = 16 }"
VIT = "{ width = 32, depth = 2, heads = 2, squeeze = 4, dimension = 16 }"


@pytest.fixture
def recipe(tmp_path):
    people = write_people(tmp_path / "people", 8, 4, noise=8.0)

    def make(network="light", options=LIGHT, out="run", more="", iterations=2, rate=1e-3, **values):
        places = {"out": tmp_path / out, "cache": tmp_path / "cache", "people": people}
        text = HEAD.format(network=network, options=options, **places)
        text += STAGE.format(name="people", iterations=iterations, more=more, rate=rate)
        path = tmp_path / f"{out}.toml"
        path.write_text(text)
        return load_recipe(path, [f"{key}={value}" for key, value in values.items()])

    return make


def lines_of(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").open()]


def weights(folder):
    return torch.load(folder / "last.pt", weights_only=True)["network"]


def test_a_run_learns_people_and_ends_in_a_record(recipe, tmp_path):
    path = recipe(iterations=60).run()
    lines = lines_of(tmp_path / "run" / "people")
    losses = [line["identity"] for line in lines if "identity" in line]
    assert np.mean(losses[-5:]) < 0.1 * losses[0]
    assert {"validation_auc", "validation_tar"} <= set(lines[-1])
    estimator = load_recognition(path, device="cpu", threads=1)
    crops = np.stack([picture(person, number, 8.0) for person in (0, 1) for number in (10, 11)])
    unit = estimator.embed(crops)
    cosines = unit @ unit.T
    assert min(cosines[0, 1], cosines[2, 3]) > cosines[:2, 2:].max() + 0.2


@pytest.mark.parametrize(
    "more",
    [
        "dpap = { probability = 1.0, patches = 3 }\nehsm = { entropy = 'log' }",
        "ehsm = { gradient = 'differentiable' }\nface_augment = { kind = 'mixup' }",
        "hard_samples = { kind = 'atk' }\nface_augment = { kind = 'cutmix', probability = 1.0 }",
        "hard_samples = { kind = 'focal' }\nface_augment = { kind = 'random_erasing' }",
        "face_augment = { kind = 'rand_augment' }\nsample_rate = 0.5",
        "per_person = 4\nlosses = { triplet = 1.0, centre = 0.01 }",
        "per_person = 4\nlosses = { identity = 0.0, triplet = 1.0 }",
        "per_person = 4\nlosses = { identity = 0.0, contrast = 1.0, temperature = 0.2 }",
    ],
)
def test_every_part_of_a_stage_learns_and_resumes_to_the_same_numbers(recipe, tmp_path, more):
    recipe("vit", VIT, "whole", more, iterations=4).run("people")
    broken = recipe("vit", VIT, "broken", more, iterations=4)
    stopped = broken.model_copy(
        update={"stages": (broken.stages[0].model_copy(update={"iterations": 2}),)}
    )
    stopped.run("people")
    broken.run("people")
    one, other = (weights(tmp_path / name / "people") for name in ("whole", "broken"))
    for name, weight in one.items():
        torch.testing.assert_close(weight, other[name], rtol=0, atol=0)
    heads = [
        torch.load(next((tmp_path / name / "people").glob("head-4-*.pt")), weights_only=True)
        for name in ("whole", "broken")
    ]
    for name, weight in heads[0]["parameters"].items():
        torch.testing.assert_close(weight, heads[1]["parameters"][name], rtol=0, atol=0)
    values = [value for line in lines_of(tmp_path / "whole" / "people") for value in line.values()]
    assert np.isfinite(values).all()


def test_a_second_stage_goes_on_with_the_centres_of_the_first(recipe, tmp_path):
    made = recipe(iterations=20)
    second = made.stages[0].model_copy(update={"name": "again", "iterations": 1})
    made.model_copy(update={"stages": (made.stages[0], second)}).run("again")
    first, again = (lines_of(tmp_path / "run" / name) for name in ("people", "again"))
    assert again[0]["identity"] < 0.5 * first[0]["identity"]


def test_the_record_also_holds_the_networks_beside_that_of_the_run(recipe, tmp_path):
    crops = np.stack([picture(person, 0, 8.0) for person in range(4)])
    units = {}
    for name, network, options in (("one", "light", LIGHT), ("other", "vit", VIT)):
        path = recipe(network, options, out=name, mirrored="false").run()
        units[name] = load_recognition(path, device="cpu", threads=1).embed(crops)

    def beside(checkpoint):
        return f"[{{network='vit', options={VIT}, share=3.0, checkpoint='{checkpoint}'}}]"

    last = tmp_path / "other" / "people" / "last.pt"
    path = recipe(out="one", mirrored="false", beside=beside(last)).run()
    estimator = load_recognition(path, device="cpu", threads=1)
    unit = estimator.embed(crops)
    assert estimator.dimension == unit.shape[1] == 32
    cosines = {name: each @ each.T for name, each in units.items()}
    expected = 0.25 * cosines["one"] + 0.75 * cosines["other"]
    np.testing.assert_allclose(unit @ unit.T, expected, atol=2e-3)
    with pytest.raises(DataError, match="no checkpoint"):
        recipe(out="new", beside=beside(tmp_path / "none.pt")).run()
    assert not (tmp_path / "new" / "people").exists(), "told before training"


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_batch(recipe, tmp_path):
    with pytest.raises(DataError, match="its batch is saved"):
        recipe(iterations=50, rate=1e25).run("people")
    kept = np.load(next((tmp_path / "run" / "people").glob("bad_batch_*.npz")))
    assert kept["image"].shape == (8, 112, 112, 3) and kept["label"].shape == (8,)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("ehsm = {}", "tokens"),
        ("dpap = {}", "ranking"),
    ],
)
def test_what_the_network_cannot_give_is_refused(recipe, more, words):
    with pytest.raises(ConfigError, match=words):
        recipe(more=more + "\n").run()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("losses = { triplet = 1.0 }", "per_person"),
        ("losses = { contrast = 1.0 }", "per_person"),
        ("losses = { identity = 0.0 }", "told apart"),
        ("ehsm = {}\nhard_samples = { kind = 'ohem' }", "one of them"),
        ("dpap = {}\nface_augment = { kind = 'mixup' }", "one of them"),
    ],
)
def test_a_stage_that_contradicts_itself_is_refused(recipe, more, words):
    with pytest.raises(ConfigError, match=words):
        recipe(more=more)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_recipes_of_the_project_are_valid(path):
    assert load_recipe(path).task == "recognition"
