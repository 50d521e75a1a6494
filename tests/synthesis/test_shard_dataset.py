"""Rendered faces for PyTorch: each sample comes once, whoever reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from fake_engine import SIZE, Fake
from test_shards import write_shard
from torch.utils.data import DataLoader

from lineament.errors import ConfigError, DataError
from lineament.synthesis import shard_dataset
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.shard_dataset import OnTheFlyFaces, ShardFaces

RECIPE = DatasetRecipe(name="fly", seed=4, count=10, images_per_identity=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        write_shard(tmp_path, number)
    return tmp_path


def test_batches_of_arrays_and_attributes(folder: Path) -> None:
    batch = next(iter(DataLoader(ShardFaces(folder), batch_size=4)))
    assert batch["image"].shape == (4, SIZE, SIZE, 3) and batch["image"].dtype == torch.uint8
    assert batch["points68"].shape == (4, 68, 2) and batch["visible68"].dtype == torch.bool
    assert batch["key"] == ["000000000", "000000001", "000000002", "000000100"]
    assert batch["attributes"]["age"].shape == (4,)
    assert batch["identity"].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("workers", "shuffle"), [(0, 0), (0, 4), (2, 4)])
def test_every_sample_comes_once(folder: Path, workers: int, shuffle: int) -> None:
    loader = DataLoader(ShardFaces(folder, shuffle), batch_size=None, num_workers=workers)
    keys = [sample["key"] for sample in loader]
    expected = [f"{100 * shard + i:09d}" for shard in range(3) for i in range(3)]
    assert sorted(keys) == expected
    assert (keys == expected) == (shuffle == 0)


def test_each_epoch_has_an_order_of_its_own_that_repeats(folder: Path) -> None:
    faces = ShardFaces(folder, shuffle=9, seed=1)
    orders = []
    for epoch in (0, 1, 0):
        faces.set_epoch(epoch)
        orders.append([sample["key"] for sample in faces])
    assert orders[0] == orders[2] != orders[1]


def test_processes_of_a_run_share_the_samples(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for process in range(2):
        place = (process, 2)
        monkeypatch.setattr(shard_dataset, "place_among_processes", lambda place=place: place)
        keys.append({sample["key"] for sample in ShardFaces(folder)})
    assert [len(part) for part in keys] == [6, 3] and not keys[0] & keys[1]


def test_more_readers_than_shards_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard_dataset, "place_among_processes", lambda: (0, 4))
    with pytest.raises(ConfigError, match="got 3 shards for 4 readers"):
        iter(ShardFaces(folder))
    with pytest.raises(DataError, match="synth generate"):
        ShardFaces(folder / "nothing")


@pytest.mark.parametrize("workers", [0, 2])
def test_on_the_fly_makes_what_generate_makes(workers: int) -> None:
    loader = DataLoader(OnTheFlyFaces(RECIPE, Fake()), batch_size=None, num_workers=workers)
    samples = sorted(loader, key=lambda sample: sample["key"])
    assert [sample["key"] for sample in samples] == [f"{i:09d}" for i in range(10)]
    seeds = [(sample["identity"], sample["scene"]) for sample in samples]
    assert seeds == [RECIPE.seeds(i) for i in range(10)]
    expected = Fake()().render(*RECIPE.seeds(7))
    np.testing.assert_array_equal(samples[7]["image"], expected.image)


def test_endless_faces_never_repeat() -> None:
    faces = iter(OnTheFlyFaces(RECIPE, Fake(), endless=True, shuffle=5))
    keys = [next(faces)["key"] for _ in range(50)]
    assert len(set(keys)) == 50
