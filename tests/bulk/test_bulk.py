"""`lineament bulk` with two workers of Ray on this machine: tables, resuming, no process left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import CommandLine

from lineament import read_image
from lineament.bulk.options import BulkOptions

pytest.importorskip("ray.data", reason="needs the extra lineament[bulk]")

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
MARK = "LINEAMENT_TEST_OF_BULK"


def lineament_bulk(photos: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, so that Ray starts and ends as for a user."""
    command = [sys.executable, "-m", "lineament", "bulk", "--json", "--workers", "2"]
    command += ["--input", str(photos), "--output", str(out), "--shard-size", "1"]
    return subprocess.run(
        [*command, "--heads", "none"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, MARK: str(out)},
    )


def processes_of(out: Path) -> list[str]:
    """Command lines of the processes that the command started and that still run."""
    mark = f"{MARK}={out}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_two_workers_write_tables_and_leave_no_process(tmp_path: Path) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for name in ("astronaut.jpg", "grace_hopper.jpg", "rocket.jpg"):
        (photos / name).write_bytes((EXAMPLES / name).read_bytes())
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    done = lineament_bulk(photos, out)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert (report["shards"], report["pictures"], report["bad"]) == (4, 3, 1)
    assert report["weights"].keys() == {"detection"}
    analyzer = BulkOptions(heads=()).analyzer(threads=1)
    expected = {
        (str(photos / name), number): face.score
        for name in ("astronaut.jpg", "grace_hopper.jpg", "rocket.jpg")
        for number, face in enumerate(analyzer.analyze(read_image(photos / name)))
    }
    faces = pq.read_table(out / "faces").to_pylist()
    scores = {(row["source"], row["face"]): row["score"] for row in faces}
    assert scores == pytest.approx(expected, abs=1e-4)
    assert report["faces"] == len(expected) >= 2
    (bad,) = pq.read_table(out / "bad").to_pylist()
    assert bad["source"] == str(photos / "broken.jpg")
    if Path("/proc/self/environ").exists():
        assert processes_of(out) == []


def test_a_run_that_is_done_needs_no_worker(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_ray(*_: object, **__: object) -> object:
        raise AssertionError("Ray was started")

    lineament, photos, out = CommandLine(capsys), tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    (photos / "astronaut.jpg").write_bytes((EXAMPLES / "astronaut.jpg").read_bytes())
    analyzer = BulkOptions(heads=()).analyzer(threads=1)
    from lineament.bulk.listing import read_shard
    from lineament.bulk.run import BulkRun
    from lineament.bulk.shard import analyze_shard

    with BulkRun(photos, out, BulkOptions(heads=())) as run:
        assert run.missing == [0]
        pictures = read_shard(out / "listing.parquet", 0)
        tally = analyze_shard(analyzer, pictures, column="path", folder=out, shard=0)
        run._folder.mark_done(tally)
    monkeypatch.setattr("lineament.bulk.run.shards_on_ray", no_ray)
    arguments = ("bulk", "--input", photos, "--output", out, "--heads", "none")
    done = lineament(*arguments, "--json")
    assert done.code == 0
    assert done.lines[0] | {"weights": 0, "seconds": 0} == {
        "schema": "lineament.bulk/1",
        "output": str(out),
        "weights": 0,
        "shards": 1,
        "pictures": 1,
        "faces": 1,
        "bad": 0,
        "resumed_shards": 1,
        "seconds": 0,
    }
    said = lineament(*arguments)
    assert said.code == 0
    assert "pictures: 1, faces: 1, not readable: 0" in said.out
    assert "of which 1 were done before" in said.out
    other = lineament(*arguments, "--min-score", "0.9")
    assert other.code == 2
    assert "ask for the same to go on with it" in other.err


def test_a_missing_extra_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    done = CommandLine(capsys)("bulk", "--input", EXAMPLES, "--output", tmp_path / "out")
    assert done.code == 2
    assert "pip install 'lineament[bulk]'" in done.err
    assert not (tmp_path / "out").exists()
