"""A detection recipe from pictures to a record that the detector opens, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from detection.drawn_faces import DrawnFaces

from lineament.detection import DetectionOptions, load_detector
from lineament.detection.group_source import GroupSource
from lineament.detection.networks import build_detector
from lineament.detection.recipe import DetectionRecipe
from lineament.detection.validation import detection_scores, search
from lineament.detection.validation_sets import ValidationSet
from lineament.errors import ConfigError, DataError
from lineament.training.config import load_recipe
from lineament.weights import AnchorFreeOutput, WholePhoto

RECIPES = Path(__file__).parents[2] / "recipes" / "detection"

TEXT = """
name = "small"
task = "detection"
out = "{folder}/run"
network = "light"
options = {{ width = 16, depths = [1, 0, 0] }}
threads = 1
device = "cpu"
crop = {{ rule = "whole_photo", multiple = 32, padding = 60, enlarged_side = 32 }}
storage = "float16"

[data]
cache = "{folder}/cache"
most_faces = 3

[[data.sources]]
kind = "groups"
cutouts = "{folder}"
options = {{ width = 96, height = 64 }}
kept = 8
validation_pictures = 4

[[stages]]
name = "first"
batch = 8
iterations = 2
validate_every = 1000
log_every = 1
mirror = 0.0
[stages.optimiser]
kind = "adamw"
learning_rate = 4e-3
final_learning_rate = 4e-5
schedule = "cosine"
warm_up = 0.05
weight_decay = 0.0

[record]
name = "small"
task = "detection"
description = "a test"
licence = "none"
trained_on = "drawings"
real_faces = false
recipe = "none"
"""

Make = Callable[..., DetectionRecipe]


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    def composer(self: GroupSource, *_: Path | None) -> DrawnFaces:
        return DrawnFaces(self.options.width, self.options.height)

    monkeypatch.setattr(GroupSource, "composer", composer)

    def make(*overrides: str) -> DetectionRecipe:
        path = tmp_path / "small.toml"
        path.write_text(TEXT.format(folder=tmp_path.as_posix()), encoding="utf-8")
        made = load_recipe(path, overrides)
        assert isinstance(made, DetectionRecipe)
        return made

    return make


def test_eight_pictures_are_learnt_and_the_record_finds_their_faces(
    recipe: Make, tmp_path: Path
) -> None:
    run = recipe("stages.first.iterations=130")
    path = run.run()
    lines = [json.loads(line) for line in (tmp_path / "run/first/log.jsonl").open()]
    assert {"quality", "box", "points"} <= set(lines[0])
    assert {"validation_average_precision", "validation_recall"} <= set(lines[-1])

    pictures = [DrawnFaces().picture(number) for number in range(8)]
    options = DetectionOptions(min_score=0.02)
    detector = load_detector(path, options=options, device="cpu", threads=1)
    found = detector.detect([each.image for each in pictures])
    scores = detection_scores([each.faces for each in pictures], found)
    assert scores["average_precision"] > 0.97
    assert scores["point_error"] < 0.06

    # The graph was traced at another size; torch says the same at this one.
    network = build_detector("light", **run.options).eval()
    state = torch.load(tmp_path / "run/first/last.pt", weights_only=True)["network"]
    network.load_state_dict(state)
    output = AnchorFreeOutput(kind="anchor_free", levels=("a", "b", "c"), strides=network.strides)
    for ours, theirs in zip(
        found, search(network, [each.image for each in pictures], output), strict=True
    ):
        ours, theirs = ours.take(ours.scores > 0.3), theirs.take(theirs.scores > 0.3)
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=0.02)
        np.testing.assert_allclose(ours.boxes, theirs.boxes, atol=0.3)
        np.testing.assert_allclose(ours.five_points, theirs.five_points, atol=0.3)


def test_sets_of_pictures_are_measured_beside(tmp_path: Path) -> None:
    for number in range(3):
        image = np.full((50 + 20 * number, 90, 3), 30 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
    network = build_detector("light", width=8, depths=(0, 0, 0)).eval()
    output = AnchorFreeOutput(kind="anchor_free", levels=("a", "b", "c"), strides=network.strides)
    rule = WholePhoto(rule="whole_photo", multiple=32, padding=128, enlarged_side=32)
    chosen = ValidationSet(name="folder-people-free", path=tmp_path, longest_side=64)
    assert chosen.scores(network, output, rule) == {"folder-people-free_false": 0.0}
    for head in network.heads:
        torch.nn.init.constant_(head.cells.bias[:1], 3.0)
    assert chosen.scores(network, output, rule)["folder-people-free_false"] > 1


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("stages.first.loss.boxes=1", "did you mean 'box'"),
        ("stages.first.assignment.sides=[128, 48]", "must rise"),
        ("data.sources.0.cut_outs='x'", "did you mean 'cutouts'"),
        ("crop.coarse_side=900", "at most one_copy_side"),
        ("data.sources=[]", "at least 1 item"),
    ],
)
def test_keys_and_values_that_do_not_fit(recipe: Make, override: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        recipe(override)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("options.height=5", "has no option height"),
        ("data.sources.0.options.width=100", "multiples of 32; got height and width"),
        ("crop.multiple=16", "crop.multiple 16"),
        ("stages.first.assignment.sides=[48]", "expected 2 limits for 3 grids"),
    ],
)
def test_what_does_not_suit_the_network(recipe: Make, override: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        recipe(override).run("first")


def test_a_run_needs_faces_to_validate(recipe: Make) -> None:
    with pytest.raises(DataError, match="keeps no face for validation"):
        recipe("data.sources.0.validation_pictures=0").run("first")


def test_the_shipped_recipes_can_be_read() -> None:
    names = sorted(path.name for path in RECIPES.glob("*.toml"))
    assert names == ["light.toml", "light_large.toml"]
    for name in names:
        made = load_recipe(RECIPES / name)
        assert isinstance(made, DetectionRecipe)
        network = build_detector(made.network, **made.options)
        made._check(network)
        assert made.record.recipe == f"recipes/detection/{name}"
        heads = max(source.options.heads[1] for source in made.data.sources)
        assert made.data.most_faces >= heads
