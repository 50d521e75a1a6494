"""Two processes under torchrun train STN-iCNN as one does, batch normalisation included."""

import subprocess
import sys

import numpy as np
import torch
from test_parsing_recipe import HEAD, STAGE, STN
from training.rendered_shards import BoxOfTheMiddle, write_shards

from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import FIVE
from lineament.weights import find_record

TORCHRUN = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m")
STAGES = ("coarse", "end_to_end")


def train(launcher, folder, name):
    """Weights at the ends of the stages; all batches are of one face."""
    places = {name: folder / name for name in ("faces", "cache")}
    head = HEAD.format(
        network="stn_icnn", options=STN, scheme="parts-9", out=folder / name, **places
    )
    head = head.replace("validation_people = 2", "validation_people = 1\nlimit = 4")
    stage = STAGE.replace("batch = 3", "batch = 4").replace("adamw", "sgd")
    stages = [stage.format(learns=learns) for learns in STAGES]
    recipe = folder / f"{name}.toml"
    recipe.write_text(head + "".join(stages))
    command = [sys.executable, "-m", *launcher, "lineament", "train", str(recipe)]
    done = subprocess.run(
        [*command, "--stage", STAGES[-1]], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [
        torch.load(folder / name / stage / "last.pt", weights_only=True)["network"]
        for stage in STAGES
    ]


def test_two_processes_reach_the_weights_of_one(tmp_path):
    write_shards(tmp_path / "faces", people=2, each=2)
    # Noise shows no face: the boxes are put where the processes will look for them.
    source = RenderedSource(
        kind="rendered", folder=tmp_path / "faces", validation_people=1, limit=4
    )
    detector = BoxOfTheMiddle(find_record("retinaface-mobilenet"))
    source.read(FIVE, detector, tmp_path / "cache")
    alone = train((), tmp_path, "alone")
    together = train(TORCHRUN, tmp_path, "together")
    for one, other in zip(alone, together, strict=True):
        for name, weight in one.items():
            # The variance that is kept is the unbiased one of the values that a process sees.
            near = 1e-2 if "running_var" in name else 1e-5
            np.testing.assert_allclose(weight, other[name], rtol=near, atol=1e-5, err_msg=name)
