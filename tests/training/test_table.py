"""A table of runs: trained once, scored on photos kept back, written as text, numbers and plot."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from rendered_shards import BoxOfTheMiddle

from lineament.errors import ConfigError, DataError
from lineament.evaluation.holdout import held_out
from lineament.training.config import load_recipe
from lineament.training.run_grid import Cell
from lineament.training.table_report import Score, write_table
from lineament.weights import find_record

RECIPES = Path(__file__).parents[2] / "recipes" / "landmarks" / "tables"

TABLE = """
name = "try"
task = "table"
out = "{out}"
base = "{base}"

[scoring]
dataset = "300w"
folder = "{photos}"
subsets = ["helen"]

[[rows]]
name = "Wing"

[[columns]]
name = "plain"

[[columns]]
name = "PDB"
set = ["stages.cnn6.balance.bins=2"]
"""


def write_photos(folder, count):
    """Photos of noise, half of them kept back, each with one face in its middle."""
    random = np.random.default_rng(count)
    folder.mkdir(parents=True)
    names = (f"photo{i}" for i in range(1000))
    kept = [name for name in names if held_out(name)][: count // 2]
    names = (f"photo{i}" for i in range(1000))
    others = [name for name in names if not held_out(name)][: count // 2]
    for name in kept + others:
        cv2.imwrite(str(folder / f"{name}.png"), random.integers(0, 256, (80, 80, 3), np.uint8))
        points = random.uniform(20, 60, (68, 2))
        rows = "\n".join(f"{x:.3f} {y:.3f}" for x, y in points)
        text = f"version: 1\nn_points: 68\n{{\n{rows}\n}}\n"
        (folder / f"{name}.pts").write_text(text)


@pytest.fixture
def table(tmp_path, monkeypatch):
    write_photos(tmp_path / "photos" / "helen", 8)
    write_photos(tmp_path / "photos" / "afw", 2)
    base = (RECIPES / "photos_cnn6.toml").read_text()
    base = base.replace("../shared/data/300w", str(tmp_path / "photos"))
    base = base.replace("iterations = 1_500", "iterations = 1").replace("batch = 32", "batch = 2")
    base = base.replace("[[data.sources]]", f'[data]\ncache = "{tmp_path}/cache"\n[[data.sources]]')
    (tmp_path / "base.toml").write_text(base)
    places = {
        "out": tmp_path / "out",
        "base": tmp_path / "base.toml",
        "photos": tmp_path / "photos",
    }
    (tmp_path / "table.toml").write_text(TABLE.format(**places))

    def detector(*_arguments, **_options):
        stub = BoxOfTheMiddle(find_record("retinaface-mobilenet"))
        stub.seen = 1
        return stub

    monkeypatch.setattr("lineament.landmarks.recipe.load_detector", detector)
    monkeypatch.setattr("lineament.training.table.load_detector", detector)
    return tmp_path / "table.toml"


def test_all_cells_are_trained_and_scored(table, tmp_path, monkeypatch):
    path = load_recipe(table).run()
    text = path.read_text()
    assert "| | cnn6, plain | cnn6, PDB |" in text and "4 faces" in text
    document = json.loads((tmp_path / "out" / "table.json").read_text())
    assert [(c["row"], c["column"]) for c in document["cells"]] == [
        ("Wing", "plain"),
        ("Wing", "PDB"),
    ]
    assert all(len(cell["errors"]) == 4 and cell["nme"] > 0 for cell in document["cells"])
    assert (tmp_path / "out" / "ced.png").stat().st_size > 1000

    def never(*_arguments):
        raise AssertionError("scored again")

    monkeypatch.setattr("lineament.training.table.TableRecipe._errors", never)
    assert load_recipe(table).run().read_text().splitlines()[:8] == text.splitlines()[:8]


def test_one_cell_alone(table, tmp_path):
    folder = load_recipe(table).run("Wing/PDB")
    assert (folder / "scores.json").is_file() and not (tmp_path / "out" / "table.md").exists()
    with pytest.raises(ConfigError, match="there are Wing/plain, Wing/PDB"):
        load_recipe(table).run("Wing/pdb")


def test_seeds_are_runs_of_their_own(table, tmp_path):
    text = load_recipe(table, ["seeds=[3, 4]", "columns=[{name='plain'}]"]).run().read_text()
    assert "±" in text and "| 3 |" in text and "| 4 |" in text
    errors = [
        json.loads((tmp_path / "out" / "Wing--plain" / f"seed-{seed}" / "scores.json").read_text())
        for seed in (3, 4)
    ]
    assert errors[0]["scores"][0]["errors"] != errors[1]["scores"][0]["errors"]


def test_subsets_that_are_not_there_are_named(table):
    with pytest.raises(DataError, match="no face of the subsets lfpw"):
        load_recipe(table, ["scoring.subsets=['lfpw']"]).run()


@pytest.mark.parametrize("name", ["losses", "wing_grid"])
def test_shipped_tables_change_what_their_base_has(name):
    table = load_recipe(RECIPES / f"{name}.toml")
    base = RECIPES.parents[2] / table.base
    for row in table.rows:
        for column in table.columns:
            load_recipe(base, [*row.set, *column.set])


def test_seeds_show_mean_and_spread(tmp_path):
    scores = [
        Score("cnn6", np.array([error]), seed, 1.0) for seed, error in enumerate([0.03, 0.05])
    ]
    text = write_table(tmp_path, "t", "inter_pupil", [Cell("a", "b", scores)]).read_text()
    assert "| a | 4.00 ± 1.41 |" in text


def test_missed_faces_are_counted_and_kept(tmp_path):
    score = Score("cnn6", np.array([0.03, 0.05, np.inf]), 1, 2.0)
    again = Score.from_plain(json.loads(json.dumps(score.plain())))
    assert again.errors.tolist() == score.errors.tolist()
    assert score.nme == pytest.approx(4.0)
    text = write_table(tmp_path, "t", "inter_pupil", [Cell("a", "b", [score])]).read_text()
    assert "| a | 4.00 |" in text and "| 1 | 1 | 2 |" in text
