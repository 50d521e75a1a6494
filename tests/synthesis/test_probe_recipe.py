"""The probe's recipe: it is valid, it goes on after a kill, and a folder keeps to one run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lineament.errors import DataError
from lineament.synthesis.parts import Part
from lineament.synthesis.probe.batches import ProbeBatches
from lineament.synthesis.probe.claim import RECORD, claim_folder
from lineament.synthesis.probe.criterion import Losses, ProbeCriterion
from lineament.synthesis.probe.faces import Faces
from lineament.synthesis.probe.network import Probe
from lineament.synthesis.probe.recipe import ProbeRecipe
from lineament.training.config import Optimiser, Stage, load_recipe
from lineament.training.loop import fit

RECIPE = Path(__file__).parents[2] / "recipes" / "synthesis" / "probe.toml"


def test_the_checked_in_recipe_states_the_budget() -> None:
    recipe = load_recipe(RECIPE)
    assert isinstance(recipe, ProbeRecipe)
    assert recipe.data.count * recipe.schedule.epochs == 300_000
    weights = sum(parameter.numel() for parameter in Probe(recipe.widths).parameters())
    assert 1.5e6 < weights < 3e6


def test_the_checked_in_recipe_leaves_no_augmentation_off() -> None:
    recipe = load_recipe(RECIPE)
    assert isinstance(recipe, ProbeRecipe)
    options = recipe.augmentation
    assert options.border == "reflect" and options.straying.rotation_kind == "normal"
    for group in (options.straying, options.occlusion, options.spoiling):
        off = {name for name, value in group.model_dump().items() if not value}
        assert not off, type(group).__name__


def test_a_cosine_after_a_warm_up() -> None:
    options = Optimiser(learning_rate=1.0, final_learning_rate=0.1, schedule="cosine", warm_up=0.1)
    assert options.rate(0.5) == pytest.approx(0.55)
    assert options.rate(1.0) == pytest.approx(0.1)
    rates = [options.rate(progress) for progress in np.linspace(0, 0.1, 6)]
    assert 0 < rates[0] < 0.02 and rates == sorted(rates)


def test_a_killed_probe_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    faces = Faces(
        random.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8),
        random.uniform(0, 32, (8, 68, 2)).astype(np.float32),
        random.integers(0, len(Part), (8, 32, 32), dtype=np.uint8),
    )
    optimiser = Optimiser(
        kind="adamw", learning_rate=1e-3, final_learning_rate=1e-5, schedule="cosine"
    )
    stage = Stage(name="test", batch=4, iterations=8, optimiser=optimiser, save_every=3)
    recipe = load_recipe(RECIPE)
    assert isinstance(recipe, ProbeRecipe)
    augmentation = recipe.augmentation

    class Killed(ProbeBatches):
        def batch(self, iteration: int, rank: int = 0, world: int = 1) -> dict[str, np.ndarray]:
            if iteration == 5:
                raise KeyboardInterrupt
            return super().batch(iteration, rank, world)

    def run(folder: Path, kind: type[ProbeBatches]) -> Probe:
        torch.manual_seed(0)
        network = Probe((8, 8, 8, 8))
        batches = kind(faces, 4, augmentation, seed=1)
        criterion = ProbeCriterion(Losses())
        fit(stage, network, criterion, batches, lambda _: {}, folder, device="cpu")
        return network

    whole = run(tmp_path / "whole", ProbeBatches)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "broken", Killed)
    resumed = run(tmp_path / "broken", ProbeBatches)
    for name, expected in whole.state_dict().items():
        assert torch.allclose(expected, resumed.state_dict()[name], atol=1e-6), name


def test_a_folder_keeps_to_one_recipe_and_the_same_renderings(tmp_path: Path) -> None:
    recipe = {"seed": 1, "out": "a", "threads": 2, "losses": {"heat": 0.2, "points": 1.0}}
    claim_folder(tmp_path, recipe, "0a")
    claim_folder(tmp_path, {**recipe, "threads": 8, "out": "b"}, "0a")
    with pytest.raises(DataError, match=r"differs in losses\.heat, seed;"):
        claim_folder(tmp_path, {**recipe, "seed": 2, "losses": {"points": 1.0}}, "0a")
    with pytest.raises(DataError, match="differs in renderings;"):
        claim_folder(tmp_path, recipe, "0b")
    (tmp_path / RECORD).write_text('{"recipe": {}}')
    with pytest.raises(DataError, match=r"recipe\.json is damaged"):
        claim_folder(tmp_path, recipe, "0a")


def test_other_pictures_or_answers_have_another_checksum() -> None:
    images = np.zeros((2, 32, 32, 3), dtype=np.uint8)
    points = np.zeros((2, 68, 2), dtype=np.float32)
    masks = np.zeros((2, 32, 32), dtype=np.uint8)
    plain = Faces(images, points, masks).checksum()
    moved = points.copy()
    moved[1, 67, 1] = 1e-3
    assert Faces(images.copy(), points, masks).checksum() == plain
    assert Faces(images, moved, masks).checksum() != plain
    assert Faces(images, points, masks + 1).checksum() != plain
