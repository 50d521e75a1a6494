"""Two processes under torchrun learn what one does, and either goes on where the other stopped."""

import subprocess
import sys
import tomllib

import pytest
import torch
from recognition.people import write_people
from recognition.test_recognition_recipe import HEAD, LIGHT, STAGE

from lineament.recognition.margins import PlainSoftmax
from lineament.recognition.networks import build_encoder
from lineament.recognition.partial_fc import PartialFC

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
ALONE: tuple[str, ...] = ()
MORE = "per_person = 4\naugmentation = {}\nlosses = { triplet = 0.5 }"
PEOPLE = 7


def train(launcher, folder, name, iterations, rate=1.0):
    """Go on with a run; each process sees the same pictures: batch statistics agree."""
    places = {"out": folder / name, "cache": folder / "cache", "people": folder / "people"}
    text = HEAD.format(network="light", options=LIGHT, **places)
    more = f"{MORE}\nsample_rate = {rate}"
    text += STAGE.format(
        name="people", iterations=iterations, more=more, rate=1e-5 if rate == 1 else 1e-3
    )
    # Of two people alone, batch normalisation leaves signs and next to no gradient.
    text = text.replace("batch = 8", "batch = 16")
    if rate == 1:
        # AdamW would turn rounding into steps, and hide a gradient of another size.
        text = text.replace('kind = "adamw"', 'kind = "sgd"')
    recipe = folder / f"{name}.toml"
    recipe.write_text(text)
    command = [sys.executable, "-m", *launcher, "lineament", "train", str(recipe)]
    done = subprocess.run(
        [*command, "--stage", "people"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]


def result(folder, name):
    """The network and all centres at the end of a run."""
    out = folder / name / "people"
    network = torch.load(out / "last.pt", weights_only=True)["network"]
    heads = [torch.load(path, weights_only=True) for path in out.glob("head-*.pt")]
    heads.sort(key=lambda head: head["rows"])
    centres = torch.cat([head["parameters"]["classifier.weight"] for head in heads])
    return network, centres, [head["rows"] for head in heads]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    write_people(folder / "people", PEOPLE + 3, 4, noise=0.0)
    train(ALONE, folder, "alone", 3)
    return folder


def assert_alike(folder, name, other):
    """Every weight has gone the same way, but for rounding at the kinks of ReLU."""
    one, two = result(folder, name), result(folder, other)
    torch.manual_seed(0)
    first = build_encoder("light", **tomllib.loads(f"o = {LIGHT}")["o"]).state_dict()
    kept = [key for key in first if "running" in key]
    for key in kept:
        # The variance that is kept is the unbiased one of the values that a process sees.
        torch.testing.assert_close(one[0][key], two[0][key], rtol=2e-2, atol=1e-3)
    learnt = [key for key in first if key.endswith(("weight", "bias"))]
    away, moved = (
        torch.cat([(one[0][key] - other[key]).flatten() for key in learnt])
        for other in (two[0], first)
    )
    assert away.norm() < 0.1 * moved.norm()
    centres = PartialFC(one[1].shape[1], PEOPLE, PlainSoftmax(1.0)).weight
    assert (one[1] - two[1]).norm() < 0.1 * (one[1] - centres).norm()


def test_two_processes_reach_the_weights_of_one(people):
    train(TORCHRUN, people, "together", 3)
    assert result(people, "together")[2] == [(0, 3), (3, 7)]
    assert_alike(people, "alone", "together")


def test_a_run_of_two_processes_goes_on_with_one(people):
    train(TORCHRUN, people, "changed", 2)
    train(ALONE, people, "changed", 3)
    assert result(people, "changed")[2] == [(0, 7)]
    assert_alike(people, "alone", "changed")


def test_a_share_of_the_centres_learns_on_two_processes_and_resumes(people):
    train(TORCHRUN, people, "shared", 3, rate=0.5)
    train(TORCHRUN, people, "broken", 2, rate=0.5)
    train(TORCHRUN, people, "broken", 3, rate=0.5)
    one, two = result(people, "shared"), result(people, "broken")
    torch.testing.assert_close(one[1], two[1], rtol=0, atol=0)
    for key, weight in one[0].items():
        torch.testing.assert_close(weight, two[0][key], rtol=0, atol=0)
