"""Two processes under torchrun train as one does."""

import subprocess
import sys

import torch
from rendered_parts import write_part
from test_cli_train import RECIPE


def run(launcher, out, faces):
    values = {
        "data.folder": faces,
        "data.validation_people": 2,
        "out": out,
        "threads": 1,
        "device": "cpu",
        "stages.cnn6.iterations": 3,
        "stages.cnn6.precision": "32-true",
    }
    settings = [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", *launcher, "lineament", "train", str(RECIPE)]
    done = subprocess.run(
        [*command, "--stage", "cnn6", *settings], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return torch.load(out / "cnn6" / "last.pt", weights_only=True)["network"]


def test_two_processes_reach_the_weights_of_one(tmp_path):
    faces = tmp_path / "faces"
    faces.mkdir()
    write_part(faces, 0, 6)
    alone = run([], tmp_path / "alone", faces)
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    together = run(torchrun, tmp_path / "together", faces)
    for name, weight in alone.items():
        assert torch.allclose(weight, together[name], atol=1e-5), name
