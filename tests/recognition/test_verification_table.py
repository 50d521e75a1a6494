"""A table of recognition runs: trained once, scored on pairs, written with differences."""

import json

import pytest
import torch
from recognition.people import write_people
from recognition.test_recognition_recipe import HEAD, RECIPES, STAGE, VIT

from lineament.errors import ConfigError
from lineament.recognition.networks import build_encoder
from lineament.training.config import load_recipe

TABLE = """
name = "try"
task = "verification_table"
out = "{out}"
base = "{base}"
seeds = [1, 2]

[[scoring.sets]]
protocol = "identities"
path = "{pairs}"

[[rows]]
name = "plain"

[[rows]]
name = "EHSM"
set = ["stages.people.ehsm.entropy='log'"]
"""


@pytest.fixture
def table(tmp_path):
    people = write_people(tmp_path / "people", 8, 4, noise=8.0)
    pairs = write_people(tmp_path / "pairs", 20, 2, noise=8.0)
    (pairs / "alignment.json").write_text('{"template": "arcface-112", "size": 112}')
    places = {"out": tmp_path / "run", "cache": tmp_path / "cache", "people": people}
    base = HEAD.format(network="vit", options=VIT, **places)
    base += STAGE.format(name="people", iterations=2, more="", rate=1e-3)
    base = base.replace("validate_every = 100", "validate_every = 1")
    (tmp_path / "base.toml").write_text(base)
    places = {"out": tmp_path / "out", "base": tmp_path / "base.toml", "pairs": pairs}
    (tmp_path / "table.toml").write_text(TABLE.format(**places))
    return tmp_path / "table.toml"


def test_every_run_is_scored_and_compared_with_the_first_row(table, tmp_path, monkeypatch):
    text = load_recipe(table).run().read_text()
    assert "| run | seeds | identities: accuracy | identities: auc |" in text
    runs = json.loads((tmp_path / "out" / "try.json").read_text())["runs"]
    assert [(run["row"], run["seed"]) for run in runs] == [
        ("plain", 1),
        ("plain", 2),
        ("EHSM", 1),
        ("EHSM", 2),
    ]
    values = [run["results"]["identities"]["accuracy"] for run in runs]
    assert all(0 <= value <= 100 for value in values)
    gain = (values[2] - values[0] + values[3] - values[1]) / 2
    ehsm = next(line for line in text.splitlines() if line.startswith("| EHSM"))
    assert f"({gain:+.2f} ±" in ehsm
    assert [line["iteration"] for line in runs[0]["journal"]] == [1, 2]
    assert (tmp_path / "out" / "try-entropy.png").stat().st_size > 1000

    def never(*_arguments):
        raise AssertionError("scored again")

    monkeypatch.setattr("lineament.recognition.verification_table.predict_embeddings", never)
    again = load_recipe(table).run().read_text()
    assert [line.rsplit("|", 2)[0] for line in again.splitlines()] == [
        line.rsplit("|", 2)[0] for line in text.splitlines()
    ]


def test_a_cell_that_is_not_there_is_refused(table):
    with pytest.raises(ConfigError, match="no cell 'DPAP/plain'"):
        load_recipe(table).run("DPAP/plain")


@pytest.mark.parametrize(
    "name", ["components", "augmentations", "hard_samples", "patches", "identities"]
)
def test_shipped_tables_change_what_their_base_has(name):
    table = load_recipe(RECIPES / "tables" / f"{name}.toml")
    base = RECIPES.parents[1] / table.base
    runs = [load_recipe(base, row.set) for row in table.rows]
    assert len({run.model_dump_json() for run in runs}) == len(runs)


@pytest.mark.parametrize("name", ["light", "light_pair", "transface_ms1mv2", "transface_glint360k"])
def test_shipped_recipes_build_their_network(name):
    recipe = load_recipe(RECIPES / f"{name}.toml")
    with torch.device("meta"):
        network = build_encoder(recipe.network, **recipe.options)
    assert network.size == 112 and recipe.record.recipe == f"recipes/recognition/{name}.toml"
