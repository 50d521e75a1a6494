"""The real engine through `generate`."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from lineament.errors import DataError
from lineament.synthesis.dataset_recipe import load_dataset_recipe
from lineament.synthesis.dataset_sources import examine
from lineament.synthesis.engine_source import EngineSource
from lineament.synthesis.generate import generate
from lineament.synthesis.parts import Part
from lineament.synthesis.rendering import Rendering
from lineament.synthesis.shard_reader import find_shards, read_shard

ASSETS = Path(os.environ.get("LINEAMENT_ASSETS") or Path(__file__).parents[3] / "shared" / "assets")
RECIPE = load_dataset_recipe(
    Path(__file__).parents[2] / "recipes" / "synthesis" / "faces.toml",
    ["engine.size=64", "count=3", "images_per_identity=2", "shard_size=2"],
)

pytestmark = pytest.mark.skipif(
    not (ASSETS / "head.npz").is_file(), reason=f"the head of the assets is not in {ASSETS}"
)


def test_faces_in_shards_are_those_of_the_engine(tmp_path: Path) -> None:
    source = EngineSource(ASSETS, RECIPE.engine)
    done = generate(RECIPE, tmp_path, source, examine(RECIPE.fingerprint, ASSETS, None))
    assert (done.made, done.shards) == (3, 2)
    samples = [sample for path in find_shards(tmp_path) for sample in read_shard(path)]
    engine = source()
    people = {seed: engine.identity(seed) for seed in {s.rendering.identity for s in samples}}
    assert len(people) == 2
    for sample in reversed(samples):
        kept = sample.rendering
        made = engine.render(people[kept.identity], kept.scene)
        for field in fields(Rendering):
            ours, theirs = getattr(kept, field.name), getattr(made, field.name)
            if field.name == "box":
                np.testing.assert_allclose(ours, theirs, atol=1e-3)
            else:
                np.testing.assert_array_equal(ours, theirs)
        assert {Part.SKIN, Part.NOSE} <= set(kept.mask.ravel().tolist())


def test_damaged_assets_are_told_by_the_worker(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "head.npz").write_bytes(b"nothing")
    source = EngineSource(assets, RECIPE.engine)
    with pytest.raises(DataError, match=r"head\.npz"):
        generate(RECIPE, tmp_path / "out", source, examine(RECIPE.fingerprint, assets, None))
    assert not list((tmp_path / "out").glob("shard-*"))
