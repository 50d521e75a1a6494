"""Generating a dataset: any number of workers, killed and resumed, gives the same bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from fake_engine import SIZE, Fake

from lineament.errors import ConfigError, DataError
from lineament.synthesis.dataset_recipe import DatasetRecipe, load_dataset_recipe
from lineament.synthesis.dataset_sources import Sources
from lineament.synthesis.generate import Generated, generate
from lineament.synthesis.sample_seeds import identity_seed, scene_seed
from lineament.synthesis.shard_arrays import load_shards
from lineament.synthesis.shard_workers import WorkerError

RECIPE = DatasetRecipe(name="tiny", seed=4, count=22, images_per_identity=4, shard_size=6)
SOURCES = Sources(recipe=RECIPE.fingerprint, assets={"head.npz": "0" * 64})


def make(folder: Path, recipe: DatasetRecipe = RECIPE, workers: int = 1) -> Generated:
    return generate(recipe, folder, Fake(), SOURCES, workers=workers)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by one worker without a break."""
    folder = tmp_path_factory.mktemp("whole")
    done = make(folder)
    assert (done.made, done.found, done.shards) == (22, 0, 4)
    return folder


def test_a_dataset_has_shards_index_card_recipe_and_sources(whole: Path) -> None:
    assert set(contents(whole)) == {
        *(f"shard-00000{i}.tar" for i in range(4)),
        *("index.parquet", "README.md", "recipe.toml", "sources.json"),
    }
    assert load_dataset_recipe(whole / "recipe.toml") == RECIPE


def test_people_and_scenes_follow_from_the_seed(whole: Path) -> None:
    faces = load_shards(whole)
    assert len(faces) == 22 and faces.images.shape[1:] == (SIZE, SIZE, 3)
    assert faces.identities.tolist() == [identity_seed(4, i // 4) for i in range(22)]
    assert faces.scenes.tolist() == [scene_seed(4, i) for i in range(22)]


def test_the_index_holds_what_the_shards_hold(whole: Path) -> None:
    rows = pq.read_table(whole / "index.parquet").to_pylist()
    faces = load_shards(whole)
    assert [row["key"] for row in rows] == faces.keys
    assert [row["shard"] for row in rows][5:7] == ["shard-000000.tar", "shard-000001.tar"]
    for row, attributes, box in zip(rows, faces.attributes, faces.boxes, strict=True):
        assert attributes.to_dict().items() <= row.items()
        assert [row[f"box_{side}"] for side in ("x1", "y1", "x2", "y2")] == box.tolist()


def test_the_card_counts_what_is_there(whole: Path) -> None:
    card = (whole / "README.md").read_text()
    women = sum(a.gender_presentation == "feminine" for a in load_shards(whole).attributes)
    assert f"| feminine | {100 * women / 22:.1f} % |" in card
    for words in ("22 rendered faces", "of 6 people", "ICT-FaceKit", "MIT", RECIPE.fingerprint):
        assert words in card
    assert "MakeHuman" not in card.split("## Licence")[1].split("##")[0]


def test_the_number_of_workers_changes_no_byte(whole: Path, tmp_path: Path) -> None:
    make(tmp_path, workers=3)
    assert contents(tmp_path) == contents(whole)


def test_finished_shards_are_found_and_damaged_ones_made_anew(
    whole: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = contents(whole)
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "shard-000001.tar").unlink()
    (tmp_path / "shard-000002.tar").write_bytes(before["shard-000002.tar"][:5000])
    (tmp_path / "shard-000003.tar").write_bytes(before["shard-000000.tar"])
    counts: list[tuple[int, int]] = []
    done = generate(
        RECIPE, tmp_path, Fake(), SOURCES, progress=lambda made, found: counts.append((made, found))
    )
    assert (done.made, done.found) == (16, 6) and counts[-1] == (16, 6)
    assert contents(tmp_path) == before
    assert "shard-000002.tar is torn" in caplog.text
    assert "not the 4 of this recipe" in caplog.text


def test_a_larger_count_continues(whole: Path, tmp_path: Path) -> None:
    make(tmp_path, RECIPE.model_copy(update={"count": 13}))
    done = make(tmp_path)
    assert (done.made, done.found) == (10, 12)
    assert contents(tmp_path) == contents(whole)
    with pytest.raises(ConfigError, match="count was 22, now 13"):
        make(tmp_path, RECIPE.model_copy(update={"count": 13}))


def test_another_recipe_or_other_assets_are_refused(whole: Path) -> None:
    before = contents(whole)
    with pytest.raises(ConfigError, match=r"another recipe: seed was 4, now 5; use its own"):
        make(whole, RECIPE.model_copy(update={"seed": 5}))
    other = Sources(recipe=RECIPE.fingerprint, assets={"head.npz": "1" * 64, "uv.npz": ""})
    with pytest.raises(DataError, match=r"head.npz changed; assets file uv.npz is new"):
        generate(RECIPE, whole, Fake(), other)
    assert contents(whole) == before


def test_another_set_up_is_warned_of(whole: Path, caplog: pytest.LogCaptureFixture) -> None:
    generate(RECIPE, whole, Fake(), SOURCES.model_copy(update={"versions": {"numpy": "9"}}))
    assert "numpy None -> 9" in caplog.text
    make(whole)


def test_shards_of_unknown_origin_are_refused(tmp_path: Path) -> None:
    (tmp_path / "shard-000000.tar").touch()
    with pytest.raises(ConfigError, match=r"no recipe\.toml"):
        make(tmp_path)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("raise", r"failed\nTraceback .*render.*ZeroDivisionError: no light at all"),
        ("die", r"died of signal SIGKILL; .*try fewer --workers"),
    ],
)
def test_a_worker_that_fails_names_the_sample(
    whole: Path, tmp_path: Path, fault: str, message: str
) -> None:
    identity, scene = RECIPE.seeds(14)
    place = rf"shard 2, sample 000000014 \(identity {identity}, scene {scene}\), "
    with pytest.raises(WorkerError, match=rf"(?s){place}{message}"):
        generate(RECIPE, tmp_path, Fake(fault, scene), SOURCES)
    assert not list(tmp_path.glob("*.part")) and not (tmp_path / "shard-000002.tar").exists()
    assert make(tmp_path).found == 12
    assert contents(tmp_path) == contents(whole)


RUN = """
import signal
import sys
from pathlib import Path
from fake_engine import Fake
from test_generate import RECIPE, SOURCES
from lineament.synthesis.generate import generate
if __name__ == "__main__":
    # A shell without job control starts what runs in the background with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder, mark = Path(sys.argv[1]), Path(sys.argv[2])
    generate(RECIPE, folder, Fake("sleep", RECIPE.seeds(14)[1], mark), SOURCES, workers=1)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_killed_half_way_and_resumed(whole: Path, tmp_path: Path, end: signal.Signals) -> None:
    folder, mark, script = tmp_path / "out", tmp_path / "mark", tmp_path / "run.py"
    script.write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), str(mark)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[:2]))},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(mark)
        with pytest.raises(DataError, match="another run writes into"):
            make(folder)
        assert (folder / "shard-000002.tar.part").exists()
        os.killpg(process.pid, end)
        process.wait(20)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert (folder / "shard-000002.tar.part").exists() == (end == signal.SIGKILL)
    done = make(folder)
    assert (done.made, done.found) == (10, 12)
    assert contents(folder) == contents(whole)


def _wait_for(path: Path) -> None:
    for _ in range(400):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


def test_seeds_are_many_and_of_their_own() -> None:
    people = [identity_seed(1, i) for i in range(2000)]
    scenes = [scene_seed(1, i) for i in range(2000)]
    others = [identity_seed(2, i) for i in range(2000)]
    assert len({*people, *scenes, *others}) == 6000
    assert max(people) < 2**53 and np.mean(people) == pytest.approx(2**52, rel=0.05)
    assert json.loads(json.dumps(people)) == people


def test_recipes_say_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text('name = "a"\nseed = 1\ncount = 5\n[engine]\nsize = 64\n')
    assert load_dataset_recipe(path, ["engine.size=96", "image.kind=jpeg"]).engine.size == 96
    for override, message in (
        ("engine.sise=3", "did you mean 'size'"),
        ("count=0", "count: Input should be greater than 0"),
        ("shardsize=5", "did you mean 'shard_size'"),
        ("image.kind=bmp", "image.kind: Input should be 'png' or 'jpeg'"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_dataset_recipe(path, [override])
