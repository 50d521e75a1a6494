"""Two processes under torchrun train as one does."""

import subprocess
import sys

import torch
from rendered_shards import BoxOfTheMiddle, write_shards
from test_cli_train import WING

from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import IBUG_68
from lineament.weights import find_record


def run(launcher, out, faces, cache):
    values = {
        "data.sources.0.folder": faces,
        "data.sources.0.validation_people": 2,
        "data.cache": cache,
        "out": out,
        "threads": 1,
        "device": "cpu",
        "stages.cnn6.iterations": 3,
        "stages.cnn6.batch": 8,
        "stages.cnn6.precision": "32-true",
        "stages.cnn6.optimiser.kind": "sgd",
        "stages.cnn6.optimiser.learning_rate": 3e-5,
    }
    settings = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", *launcher, "lineament", "train", str(WING)]
    done = subprocess.run(
        [*command, "--stage", "cnn6", *settings], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return torch.load(out / "cnn6" / "last.pt", weights_only=True)["network"]


def test_two_processes_reach_the_weights_of_one(tmp_path):
    faces, cache = tmp_path / "faces", tmp_path / "cache"
    write_shards(faces, people=6)
    # Noise shows no face: the boxes are put where the processes will look for them.
    source = RenderedSource(kind="rendered", folder=faces, validation_people=2)
    source.read(IBUG_68, BoxOfTheMiddle(find_record("retinaface-mobilenet")), cache)
    alone = run([], tmp_path / "alone", faces, cache)
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    together = run(torchrun, tmp_path / "together", faces, cache)
    for name, weight in alone.items():
        assert torch.allclose(weight, together[name], atol=1e-5), name
