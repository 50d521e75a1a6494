"""Recipes are strict, and every value can be set from the command line."""

from pathlib import Path

import pytest

from lineament.errors import ConfigError
from lineament.training.config import Optimiser, load_recipe

FOLDER = Path(__file__).parents[2] / "recipes"
RECIPES = sorted(
    path for room in ("landmarks", "attributes") for path in FOLDER.glob(f"{room}/**/*.toml")
)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_checked_in_recipes_are_valid(path):
    loaded = load_recipe(path)
    assert getattr(loaded, "stages", ()) or getattr(loaded, "rows", ())


@pytest.fixture
def recipe():
    return FOLDER / "landmarks" / "wing.toml"


def test_overrides_reach_lists_by_name_and_by_number(recipe):
    loaded = load_recipe(
        recipe, ["stages.cnn7.iterations=12", "stages.0.optimiser.momentum=0.5", "out=elsewhere"]
    )
    assert loaded.stages[1].iterations == 12
    assert loaded.stages[0].optimiser.momentum == 0.5
    assert loaded.out == Path("elsewhere")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("stages.cnn7.iteration=12", "did you mean 'iterations'"),
        ("stages.cnn8.iterations=12", "there are cnn6, cnn7"),
        ("stages.cnn7.iterations=0", "greater than 0"),
        ("seed", "expects key.key=value"),
        ("name.deep=1", "plain value"),
        ("task=tracking", "expected one of landmarks"),
    ],
)
def test_a_wrong_override_says_what_is_wrong(recipe, override, message):
    with pytest.raises(ConfigError, match=message):
        load_recipe(recipe, [override])


def test_a_missing_and_a_broken_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the recipe"):
        load_recipe(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = [")
    with pytest.raises(ConfigError, match="not a TOML file"):
        load_recipe(broken)


def test_the_rate_falls_geometrically_between_its_ends():
    options = Optimiser(learning_rate=3e-5, final_learning_rate=3e-7)
    rates = [options.rate(progress) for progress in (0, 0.5, 1)]
    assert rates == pytest.approx([3e-5, 3e-6, 3e-7])
