"""`lineament synth generate` and `lineament synth sheet`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from fake_engine import SIZE, Fake
from small_assets import write_small_assets

from lineament.cli.main import main
from lineament.image import read
from lineament.synthesis import engine_source
from lineament.synthesis.sample_seeds import scene_seed
from lineament.synthesis.shard_arrays import load_shards

RECIPES = Path(__file__).parents[2] / "recipes" / "synthesis"
FACES = RECIPES / "faces.toml"


class Done(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        assert isinstance(stop.value.code, int)
        return Done(stop.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small assets, with the engine that draws nothing."""
    monkeypatch.setattr(engine_source, "EngineSource", lambda *_: Fake())
    return write_small_assets(tmp_path / "assets")


def test_generate(run: Run, assets: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = ("synth", "generate", FACES, "--out", out, "--assets", assets, "--workers", 1)
    change = ("--count", 5, "--set", "shard_size=3", "--set", 'image.kind="jpeg"')
    done = run(*command, *change, "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert (report["made"], report["found"], report["shards"]) == (5, 0, 2)
    assert report["bytes"] == sum(path.stat().st_size for path in out.glob("*.tar"))
    assert len(load_shards(out)) == 5
    sources = json.loads((out / "sources.json").read_text())
    assert {"head.npz", "skins/090.png"} <= set(sources["assets"])
    again = run(*command, *change)
    assert again.code == 0 and "0 faces rendered, 5 were there" in again.out
    other = run(*command, *change, "--set", "seed=2")
    assert other.code == 2 and "another recipe: seed was 1, now 2" in other.err


def test_generate_reports_a_worker_that_fails(
    run: Run, assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake("raise", scene_seed(1, 0))
    monkeypatch.setattr(engine_source, "EngineSource", lambda *_: fake)
    out = tmp_path / "out"
    done = run("synth", "generate", FACES, "--out", out, "--assets", assets, "--count", 1)
    assert done.code == 1 and done.out == ""
    for words in ("sample 000000000", str(fake.scene), "no light at all", "finished shards"):
        assert words in done.err


def test_sheet(run: Run, assets: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "sheet.png"
    command = ("synth", "sheet", "--out", out, "--assets", assets)
    done = run(*command, "--count", 5, "--columns", 2, "--no-labels", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert len(report["faces"]) == 5 and "skin_tone" in report["faces"][0]["attributes"]
    assert read(out).shape == (3 * (SIZE + 4) + 4, 2 * (SIZE + 4) + 4, 3)
    done = run(*command, "--identities", 2, "--scenes-per-identity", 3, "--no-labels")
    assert done.code == 0 and "6 faces" in done.out
    assert read(out).shape == (2 * (SIZE + 4) + 4, 3 * (SIZE + 4) + 4, 3)


@pytest.mark.parametrize(
    "command", [("generate", FACES, "--out", "x"), ("sheet", "--out", "x.png")]
)
def test_mistakes_are_one_sentence(
    run: Run,
    command: tuple[object, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINEAMENT_ASSETS", raising=False)
    key = "engine.skn" if command[0] == "generate" else "skn"
    for arguments, words in (
        ((), "LINEAMENT_ASSETS"),
        (("--assets", tmp_path), "no head.npz in"),
        (("--set", f"{key}=1"), "did you mean 'skin'?"),
    ):
        done = run("synth", *command, *arguments)
        assert done.code == 2 and done.out == "" and words in done.err
        assert len(done.err.splitlines()) == 1
    monkeypatch.setitem(sys.modules, "numba", None)
    done = run("synth", *command)
    assert done.code == 2 and "pip install 'lineament[synth]'" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("faces*.toml")), ids=lambda path: path.stem)
def test_recipes_of_the_project_are_sound(recipe: Path) -> None:
    from lineament.synthesis.dataset_recipe import load_dataset_recipe

    load_dataset_recipe(recipe)
