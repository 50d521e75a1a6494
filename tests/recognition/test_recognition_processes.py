"""Two processes under torchrun learn what one does, and either goes on where the other stopped."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from recognition.people import write_people
from recognition.test_recognition_recipe import HEAD, LIGHT, STAGE

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
ALONE: tuple[str, ...] = ()
MORE = "per_person = 4\naugmentation = {}\nlosses = { triplet = 0.5 }"
PEOPLE = 7


def train(launcher, folder, name, iterations, rate=1.0):
    """Go on with a run; each process sees the same four pictures: batch statistics agree."""
    places = {"out": folder / name, "cache": folder / "cache", "people": folder / "people"}
    text = HEAD.format(network="light", options=LIGHT, **places)
    more = f"{MORE}\nsample_rate = {rate}"
    text += STAGE.format(name="people", iterations=iterations, more=more, rate=1e-3)
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
    one, two = result(folder, name), result(folder, other)
    for key, weight in one[0].items():
        # The variance that is kept is the unbiased one of the values that a process sees.
        near = 1e-2 if "running_var" in key else 1e-3
        np.testing.assert_allclose(weight, two[0][key], rtol=near, atol=1e-4, err_msg=key)
    np.testing.assert_allclose(one[1], two[1], rtol=1e-3, atol=1e-4)


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
