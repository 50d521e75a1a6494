"""A parsing recipe from shards to a record that the estimator opens."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from training.rendered_shards import write_shards

from lineament.detection.detector import Detections
from lineament.errors import ConfigError, DataError
from lineament.parsing.estimator import load_parts
from lineament.parsing.networks import build_parser
from lineament.parsing.part_schemes import find_part_scheme
from lineament.parsing.recipe import on_true_crops
from lineament.training.config import load_recipe
from lineament.weights import find_record

RECIPES = Path(__file__).parents[2] / "recipes" / "parsing"

HEAD = """
name = "small"
task = "parsing"
out = "{out}"
scheme = "{scheme}"
network = "{network}"
options = {options}
crop = {{ rule = "detector_box", scale = 1.3 }}
threads = 1
device = "cpu"

[data]
cache = "{cache}"
[[data.sources]]
kind = "rendered"
folder = "{faces}"
validation_people = 2

[record]
name = "small"
task = "parsing"
description = "a test"
licence = "none"
trained_on = "noise"
real_faces = false
recipe = "none"
"""

STAGE = """
[[stages]]
name = "{learns}"
learns = "{learns}"
batch = 3
iterations = 2
save_every = 1
[stages.optimiser]
kind = "adamw"
learning_rate = 1e-3
final_learning_rate = 1e-3
weight_decay = 0.0
"""

STN = "{ canvas = 32, coarse_size = 16, patch = 17, width = 2 }"
LIGHT = "{ size = 32, widths = [4, 4, 8, 8, 8], mixed = [8, 8, 8] }"
STEPS = ("coarse", "localisation", "patches", "end_to_end")
TAUGHT = {"coarse": "coarse", "localisation": "localisation", "patches": "fine"}


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
    write_shards(tmp_path / "faces", people=6)
    monkeypatch.setattr(
        "lineament.parsing.recipe.load_detector", lambda *_a, **_k: MiddleDetector()
    )

    def make(stages=STEPS, network="stn_icnn", options=STN, scheme="parts-9", out="run", **values):
        places = {"out": tmp_path / out, "cache": tmp_path / "cache", "faces": tmp_path / "faces"}
        text = HEAD.format(network=network, options=options, scheme=scheme, **places)
        text += "".join(STAGE.format(learns=learns) for learns in stages)
        path = tmp_path / f"{out}.toml"
        path.write_text(text)
        return load_recipe(path, [f"{key}={value}" for key, value in values.items()])

    return make


def weights(folder):
    return torch.load(folder / "last.pt", weights_only=True)["network"]


def test_four_stages_teach_their_parts_and_end_in_a_record(recipe, tmp_path):
    path = recipe().run()
    before = None
    for step in STEPS:
        after = weights(tmp_path / "run" / step)
        lines = [json.loads(line) for line in (tmp_path / "run" / step / "log.jsonl").open()]
        scores = {name for line in lines for name in line if name.startswith("validation_")}
        assert {f"validation_{name}" for name in ("overall_f1", "crop_error")} < scores
        if before is not None and step in TAUGHT:
            changed = {name for name in after if not torch.equal(after[name], before[name])}
            assert changed and {name.split(".")[0] for name in changed} == {TAUGHT[step]}
        before = after
    estimator = load_parts(path, device="cpu", threads=1)
    assert estimator.scheme.name == "parts-9"
    photo = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    face = estimator.estimate([photo], [np.array([[30, 20, 80, 80]], np.float32)])[0][0]
    assert face.mask.shape[0] > 40 and face.mask.max() < 9


def test_a_resumed_run_reaches_the_weights_of_an_unbroken_one(recipe, tmp_path):
    recipe(("patches",), out="whole").run("patches")
    recipe(("patches",), out="cut", **{"stages.patches.iterations": 1}).run("patches")
    recipe(("patches",), out="cut").run("patches")
    ends = [weights(tmp_path / name / "patches") for name in ("whole", "cut")]
    assert all(torch.equal(tensor, ends[1][name]) for name, tensor in ends[0].items())


def test_patches_learn_on_the_crops_of_the_paper(recipe, tmp_path):
    made = recipe(("patches",), **{"stages.patches.augmentation": '{kind = "five_fold_patches"}'})
    made.run("patches")
    assert (tmp_path / "run/patches/last.pt").is_file()


def test_a_jitter_changes_the_true_crops():
    torch.manual_seed(0)
    scheme = find_part_scheme("parts-9")
    network = build_parser("stn_icnn", scheme, canvas=32, coarse_size=16, patch=17, width=2)
    mask = np.zeros((1, 32, 32), np.uint8)
    mask[0, 10:13, 20:23] = 5
    arrays = {"image": np.zeros((1, 32, 32, 3), np.uint8), "mask": mask}
    on_true_crops(network, arrays, torch.device("cpu"))
    plain = network.given_theta
    moved = np.tile(np.array([[1, 0, 0.5], [0, 1, 0]], np.float32), (1, 6, 1, 1))
    on_true_crops(network, {**arrays, "jitter": moved}, torch.device("cpu"))
    # Half of the patch's own half, which is 8 pixels of a canvas of 32.
    offset = (network.given_theta - plain)[0, 4, :, 2] * 31 / 2
    torch.testing.assert_close(offset, torch.tensor([4.0, 0.0]))


def test_released_commands_move_statistics_alone(recipe, tmp_path):
    frozen = {"stages.end_to_end.rates": "{ coarse = 0, localisation = 0 }"}
    for name, moving in (("kept", "false"), ("moving", "true")):
        more = {"stages.end_to_end.moving_statistics": moving}
        recipe(("end_to_end",), out=name, **frozen, **more).run("end_to_end")
    kept, moving = (weights(tmp_path / name / "end_to_end") for name in ("kept", "moving"))
    fresh = [n for n in kept if n.startswith("coarse.") and "num_batches" in n]
    assert all(kept[name] == 0 and moving[name] == 2 for name in fresh)
    name = "coarse.head.1.weight"
    assert torch.equal(kept[name], moving[name])


def test_a_network_of_a_larger_canvas_starts_it(recipe, tmp_path):
    larger = STN.replace("canvas = 32", "canvas = 64").replace("patch = 17", "patch = 21")
    recipe(("coarse",), options=larger).run("coarse")
    start = f"'{tmp_path}/run/coarse/last.pt'"
    recipe(("localisation",), out="warm", start_from=start).run("localisation")
    first, second = weights(tmp_path / "run/coarse"), weights(tmp_path / "warm/localisation")
    assert all(torch.equal(first[n], second[n]) for n in first if n.startswith("coarse."))


def test_the_light_parser_learns_the_whole(recipe, tmp_path):
    path = recipe(("whole",), "light", LIGHT, "celebamask-19").run()
    output = load_parts(path, device="cpu", threads=1).record.networks[0].output
    assert (output.size, output.values, len(output.classes)) == (8, "logits", 19)
    lines = [json.loads(line) for line in (tmp_path / "run/whole/log.jsonl").open()]
    assert any("validation_mean_f1" in line for line in lines)


def test_stages_that_do_not_fit_are_refused(recipe):
    with pytest.raises(ConfigError, match="cannot learn 'whole'"):
        recipe(("whole",)).run()
    with pytest.raises(ConfigError, match="rates belong to"):
        recipe(("coarse",), **{"stages.coarse.rates": "{ fine = 0.5 }"})
    with pytest.raises(ConfigError, match="all rates are 0"):
        rates = "{ coarse = 0, localisation = 0, fine = 0 }"
        recipe(("end_to_end",), **{"stages.end_to_end.rates": rates})
    with pytest.raises(ConfigError, match="no localisation to learn"):
        recipe(("localisation",), **{"options.cropper": "'centroids'"}).run()
    with pytest.raises(ConfigError, match="no gradient passes through the centroids"):
        recipe(("end_to_end",), **{"options.cropper": "'centroids'"}).run()
    with pytest.raises(ConfigError, match="no stage 'last'"):
        recipe(("coarse",)).run("last")


def test_something_must_be_kept_for_validation(recipe):
    with pytest.raises(DataError, match="keeps no face for validation"):
        recipe(("coarse",), **{"data.sources.0.validation_people": 0}).run()


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_checked_in_recipes_fit_their_networks(path):
    recipe = load_recipe(path)
    network = build_parser(recipe.network, find_part_scheme(recipe.scheme), **recipe.options)
    for stage in recipe.stages:
        stage.teach(network)
        assert any(parameter.requires_grad for parameter in network.parameters())
    assert recipe.record.real_faces == recipe.record.research_only
