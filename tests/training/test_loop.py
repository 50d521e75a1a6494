"""The loop learns, resumes to the same numbers, and stops on a loss that is not finite."""

import json

import numpy as np
import pytest
import torch

from lineament.errors import DataError
from lineament.landmarks.criterion import PointCriterion
from lineament.landmarks.networks.direct_regression import DirectRegression
from lineament.training.config import Optimiser, Stage
from lineament.training.loop import fit


class EightFaces:
    """Eight crops of coarse random squares with random points, all in every batch."""

    def __init__(self, spoilt_from=None):
        random = np.random.default_rng(0)
        coarse = random.integers(0, 256, (8, 4, 4, 3), dtype=np.uint8)
        self.images = coarse.repeat(16, axis=1).repeat(16, axis=2)
        self.targets = random.uniform(10, 54, (8, 136)).astype(np.float32)
        self.spoilt_from = spoilt_from

    def batch(self, iteration, rank=0, world=1):
        rows = np.random.default_rng([9, iteration]).permutation(8)[rank::world]
        targets = self.targets[rows].copy()
        if self.spoilt_from is not None and iteration >= self.spoilt_from:
            targets[0, 0] = np.nan
        return {"image": self.images[rows], "target": targets}


def stage(iterations, optimiser=None, **values):
    optimiser = optimiser or Optimiser(learning_rate=1e-5, final_learning_rate=1e-6)
    defaults = {"validate_every": 1000, "save_every": 5, "log_every": 5}
    return Stage(
        name="test", batch=8, iterations=iterations, optimiser=optimiser, **{**defaults, **values}
    )


def network():
    torch.manual_seed(3)
    made = DirectRegression("cnn6", 68)
    made.start_at(torch.full((68, 2), 32.0))
    return made


def run(folder, iterations, batches=None, **values):
    return fit(
        stage(iterations, **values),
        network(),
        PointCriterion(),
        batches or EightFaces(),
        lambda _: {"error": 0.0},
        folder,
        device="cpu",
    )


def test_overfits_eight_samples(tmp_path):
    faces = EightFaces()
    steep = Optimiser(learning_rate=1e-4, final_learning_rate=1e-5, weight_decay=0)
    trained = run(tmp_path, 160, faces, optimiser=steep, save_every=160).eval()
    with torch.no_grad():
        images = torch.from_numpy(faces.images).permute(0, 3, 1, 2).float() / 255
        error = (trained(images) - torch.from_numpy(faces.targets)).abs().mean()
    assert error < 1.0, "mean error in pixels; the mean shape alone is off by 11"


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path):
    whole = run(tmp_path / "whole", 12)

    class Killed(EightFaces):
        def batch(self, iteration, rank=0, world=1):
            if iteration == 8:
                raise KeyboardInterrupt
            return super().batch(iteration, rank, world)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "broken", 12, Killed())
    resumed = run(tmp_path / "broken", 12)
    for expected, got in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(expected, got, atol=1e-6)


def test_a_finished_stage_is_not_trained_again(tmp_path):
    first = run(tmp_path, 5)

    class Untouchable(EightFaces):
        def batch(self, *_):
            raise AssertionError("a finished stage asked for data")

    again = run(tmp_path, 5, Untouchable())
    assert torch.equal(next(first.parameters()), next(again.parameters()))


def test_a_loss_that_is_not_finite_stops_with_the_batch_saved(tmp_path):
    with pytest.raises(DataError, match=r"iteration 3: targets .* are not finite"):
        run(tmp_path, 12, EightFaces(spoilt_from=3))
    with np.load(tmp_path / "bad_batch_3.npz") as saved:
        assert np.isnan(saved["target"]).any() and saved["image"].shape == (8, 64, 64, 3)


def test_the_journal_counts_samples(tmp_path):
    run(tmp_path, 10, validate_every=10)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["samples"] for line in lines if "wing" in line] == [40, 80]
    assert any("validation_error" in line for line in lines)
    assert list(tmp_path.glob("events.out.tfevents.*"))


def test_another_networks_checkpoint_is_refused(tmp_path):
    run(tmp_path, 5)
    other = DirectRegression("cnn6", 29)
    with pytest.raises(DataError, match="does not fit"):
        fit(stage(9), other, PointCriterion(), EightFaces(), lambda _: {}, tmp_path, device="cpu")


def test_a_damaged_checkpoint_is_named(tmp_path):
    (tmp_path / "last.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(DataError, match=r"last\.pt"):
        run(tmp_path, 5)
