"""The mean head of the package is what its recipe makes, and finds the poses of renderings."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lineament.landmarks.head_pose import head_poses

RECIPE = Path(__file__).parents[2] / "recipes" / "landmarks" / "head_points.py"
RENDERINGS = 40

BOUNDS = {
    "ibug-68": (3.0, 3.6, 1.7),
    "wflw-98": (3.2, 3.5, 1.7),
    "cofw-29": (3.2, 4.2, 1.7),
    "aflw-19": (3.0, 4.0, 1.7),
    "five-points": (3.5, 5.0, 2.4),
}
"""Mean absolute degrees of yaw, pitch and roll."""


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    spec = importlib.util.spec_from_file_location("head_points", RECIPE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_recipe_makes_the_same_table(recipe: ModuleType, engine: Any) -> None:
    made = recipe.head_points(engine)
    kept = json.loads(recipe.TABLE.read_text(encoding="utf-8"))
    assert kept["about"] == made["about"]
    assert kept["licence"] == made["licence"]
    assert list(kept["schemes"]) == list(made["schemes"])
    for name, scheme in made["schemes"].items():
        for key in ("points", "spread"):
            np.testing.assert_allclose(kept["schemes"][name][key], scheme[key], atol=0.005)


def test_poses_of_renderings(recipe: ModuleType, engine: Any) -> None:
    truth, marks = [], []
    for seed in range(RENDERINGS):
        rendering = engine.render(engine.identity(70_000 + seed), 80_000 + seed)
        attributes = rendering.attributes
        truth.append((attributes.yaw, attributes.pitch, attributes.roll))
        marks.append(recipe.by_scheme(rendering.points68, rendering.points98))
    for name, bounds in BOUNDS.items():
        poses = head_poses(np.stack([each[name] for each in marks]), name)
        found = np.array([(pose.yaw, pose.pitch, pose.roll) for pose in poses if pose])
        assert len(found) == RENDERINGS
        error = np.abs(found - truth).mean(axis=0)
        assert (error < bounds).all(), (name, error)
        assert np.corrcoef(found[:, 0], np.array(truth)[:, 0])[0, 1] > 0.97
