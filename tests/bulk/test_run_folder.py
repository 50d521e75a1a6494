"""The folder of a bulk run: it goes on only as it was begun, and for one process at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineament.bulk.options import BulkOptions
from lineament.bulk.run_folder import MOST_ATTEMPTS, RunFolder, Totals, begin_attempt
from lineament.bulk.shard import ShardTally
from lineament.errors import ConfigError, DataError

pytest.importorskip("filelock")

OPTIONS = BulkOptions(heads=(), shard_size=2)
WEIGHTS = {"detection": "a@1"}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "abcde":
        (folder / f"{name}.jpg").touch()
    return folder


def test_a_run_goes_on_where_it_was_broken_off(tmp_path: Path, photos: Path) -> None:
    with RunFolder(tmp_path / "out") as folder:
        plan = folder.begin(photos, "path", OPTIONS, WEIGHTS)
        assert plan.pictures == 5
        assert folder.missing() == [0, 1, 2]
        folder.mark_done(ShardTally(1, pictures=2, faces=7, bad=0))
        (folder.path / "faces/.shard-000002.parquet.77.part").touch()
    (photos / "f.jpg").touch()
    with RunFolder(tmp_path / "out") as folder:
        assert folder.begin(photos, "path", OPTIONS, WEIGHTS) == plan, "the list stays as it was"
        assert folder.missing() == [0, 2]
        assert folder.totals() == Totals(shards=1, pictures=2, faces=7, bad=0)
        assert list((folder.path / "faces").iterdir()) == []


@pytest.mark.parametrize(
    ("column", "options", "weights", "named"),
    [
        ("image", OPTIONS, WEIGHTS, "column path, got image"),
        ("path", BulkOptions(heads=(), shard_size=3), WEIGHTS, "shard_size"),
        ("path", OPTIONS, {"detection": "a@2"}, "a@1.*a@2"),
    ],
)
def test_another_run_is_refused(
    tmp_path: Path,
    photos: Path,
    column: str,
    options: BulkOptions,
    weights: dict[str, str],
    named: str,
) -> None:
    with RunFolder(tmp_path / "out") as folder:
        folder.begin(photos, "path", OPTIONS, WEIGHTS)
        with pytest.raises(ConfigError, match=named):
            folder.begin(photos, column, options, weights)


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with RunFolder(tmp_path), pytest.raises(ConfigError, match="another run is writing"):
        RunFolder(tmp_path)
    RunFolder(tmp_path).close()


def test_a_folder_with_other_files_is_refused(tmp_path: Path, photos: Path) -> None:
    with RunFolder(photos) as folder, pytest.raises(ConfigError, match=r"other files.*a\.jpg"):
        folder.begin(tmp_path, "path", OPTIONS, WEIGHTS)


def test_an_input_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with RunFolder(tmp_path / "out") as folder, pytest.raises(DataError, match="no picture"):
        folder.begin(tmp_path / "photos", "path", OPTIONS, WEIGHTS)


def test_a_damaged_plan_is_named(tmp_path: Path, photos: Path) -> None:
    with RunFolder(tmp_path / "out") as folder:
        (folder.path / "run.json").write_text('{"inputs": 3}')
        with pytest.raises(DataError, match=r"run\.json is not that of a bulk run"):
            folder.begin(photos, "path", OPTIONS, WEIGHTS)


def test_a_shard_whose_workers_die_is_given_up(tmp_path: Path, photos: Path) -> None:
    with RunFolder(tmp_path / "out") as folder:
        folder.begin(photos, "path", OPTIONS, WEIGHTS)
        for _ in range(MOST_ATTEMPTS):
            begin_attempt(folder.path, 1)
        begin_attempt(folder.path, 0)
        with pytest.raises(DataError, match=r"died 3 times.*row group 1 of .*listing\.parquet"):
            begin_attempt(folder.path, 1)
        folder.begin(photos, "path", OPTIONS, WEIGHTS)
        begin_attempt(folder.path, 1)
