"""`lineament synth score` from shards to numbers and pictures, on a tiny probe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from fake_engine import fake_rendering

from lineament.cli.main import main
from lineament.synthesis.sample_file import ImageFormat, encode, sample_key
from lineament.synthesis.shard_reader import shard_path
from lineament.synthesis.shard_writer import ShardWriter

RECIPE = Path(__file__).parents[2] / "recipes" / "synthesis" / "probe.toml"
SIZE = 32


class Done(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str


Score = Callable[..., Done]


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """Twelve samples in two shards."""
    folder = tmp_path / "faces"
    folder.mkdir()
    for number in range(2):
        with ShardWriter(shard_path(folder, number), 6) as writer:
            for index in range(6 * number, 6 * number + 6):
                rendering = fake_rendering(index, 1, SIZE)
                writer.add(sample_key(index), encode(sample_key(index), rendering, ImageFormat()))
    return folder


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Three faces of 300-W and two photos of CelebAMask-HQ, in development and out of it."""
    random = np.random.default_rng(0)
    points = random.uniform(20, 60, (68, 2))
    points[36], points[45] = (25, 30), (55, 32)
    rows = "".join(f"{x} {y}\n" for x, y in points)
    for name in ("afw/21", "afw/0", "lfpw/trainset/4"):
        picture = tmp_path / "300w" / f"{name}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(picture), random.integers(0, 256, (80, 80, 3), dtype=np.uint8))
        picture.with_suffix(".pts").write_text(f"version: 1\nn_points: 68\n{{\n{rows}}}\n")
    photos = tmp_path / "celebamask_hq" / "CelebA-HQ-img"
    masks = tmp_path / "celebamask_hq" / "CelebAMask-HQ-mask-anno" / "0"
    photos.mkdir(parents=True)
    masks.mkdir(parents=True)
    for number in (0, 4):
        photo = random.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        cv2.imwrite(str(photos / f"{number}.jpg"), photo)
        cv2.imwrite(str(masks / f"{number:05d}_skin.png"), np.full((64, 64), 255, np.uint8))
    return tmp_path


@pytest.fixture
def score(faces: Path, real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Score:
    def run(*arguments: object, folder: Path = faces) -> Done:
        settings = (
            "data.validation=2",
            f"data.size={SIZE}",
            "schedule.batch=4",
            "schedule.epochs=1",
            "schedule.workers=0",
        )
        given = [part for value in settings for part in ("--set", value)]
        given += ["--set", "widths=[8, 8, 8, 8]", "--out", str(tmp_path / "out"), "--threads", "1"]
        given += ["--recipe", str(RECIPE), "--count", "10", "--device", "cpu"]
        for name in ("300w", "celebamask_hq"):
            given += ["--data", f"{name}={real / name}"]
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(["synth", "score", str(folder), *given, *map(str, arguments)])
        return Done(stop.value.code, *capsys.readouterr())

    return run


def test_from_shards_to_numbers_and_pictures(score: Score, tmp_path: Path) -> None:
    done = score("--json", "--part", "all")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    points, parts = document["300w"], document["celebamask_hq"]
    assert points["faces"] == 3 and set(points["subsets"]) == {"afw", "lfpw/trainset"}
    assert points["overall"]["nme"] > 0 and points["nme_without_mirror"] > 0
    assert set(points["overall"]["region_errors"]) == {"jaw", "brows", "nose", "eyes", "mouth"}
    assert np.shape(points["point_offsets"]) == (68, 2)
    far = {point for point, (x, y) in enumerate(points["point_offsets"]) if np.hypot(x, y) > 3.001}
    assert far <= {warning["point"] for warning in points["offset_warnings"]}
    assert parts["photos"] == 2 and len(parts["f1"]) == 12 and 0 <= parts["mean_f1"] <= 1
    assert document["renderings"].keys() == {"error_of_span", "mean_f1"}
    assert document["protocol"]["300w_boxes"]
    assert json.loads((tmp_path / "out" / "score-all.json").read_text()) == document
    for path in document["files"].values():
        assert Path(path).stat().st_size > 100
    assert document["files"].keys() == {"score", "offsets", "worst_points", "worst_parts"}


def test_a_finished_probe_is_only_scored_again(score: Score, tmp_path: Path) -> None:
    first = json.loads(score("--json", "--part", "all", "--worst", 0).out)
    log = (tmp_path / "out" / "log.jsonl").read_bytes()
    done = score("--part", "development", "--limit", 1)
    assert (tmp_path / "out" / "log.jsonl").read_bytes() == log
    for words in ("300-W", "CelebAMask-HQ", "NME", "jaw", "inner mouth", "10 renderings"):
        assert words in " ".join(done.out.split()), words
    again = json.loads(score("--json", "--part", "all", "--worst", 0).out)
    assert again == first
    kept = json.loads(score("--json", "--part", "held-back", "--worst", 0).out)
    assert kept["300w"]["faces"] == 1 and kept["celebamask_hq"]["photos"] == 1


def test_another_recipe_is_not_mixed_into_a_run(score: Score) -> None:
    assert score("--worst", 0).code == 0
    done = score("--worst", 0, "--set", "losses.heat=0.5", "--set", "seed=9")
    assert done.code == 2
    assert "losses.heat, seed" in done.err and "--out" in done.err


def test_bad_input_is_told_before_any_training(score: Score, real: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    cases = [
        (score(folder=tmp_path / "nowhere"), "no folder"),
        (score(folder=empty), "no shard-*.tar"),
        (score("--count", 11), "holds 12 samples, 13 are asked for"),
        (score("--set", "data.size=64"), "32 pixels, the probe takes 64"),
        (score("--set", "losses.heet=1"), "did you mean 'heat'"),
        (score("--data", f"300w={empty}"), "300-W"),
        (score("--data", f"celebamask_hq={real / 'nothing'}"), "nothing"),
        (score("--data", "helen=x"), "300w, celebamask_hq"),
        (score("--recipe", RECIPE.parents[1] / "landmarks" / "wing.toml"), "unknown key"),
    ]
    for done, words in cases:
        assert done.code == 2 and words in " ".join(done.err.split()), (words, done.err)
    assert not (tmp_path / "out" / "log.jsonl").exists()
