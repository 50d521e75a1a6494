"""The benchmark of detectors measures what it says, and says what is not there."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("detectors")


def fake_python(folder: Path, line: str) -> str:
    """A program that prints a line instead of running what it is given."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\n{line}\n")
    program.chmod(0o755)
    return str(program)


def test_the_scenes_have_the_sizes_that_the_table_names(benchmark: Any, tmp_path: Path) -> None:
    benchmark.write_scenes(tmp_path)
    clock = import_module("detector_timing.clock")
    sizes = [[photo.shape for photo in clock.read_scene(tmp_path, name)] for name in clock.SCENES]
    assert sizes == [[(480, 640, 3)], [(480, 640, 3)] * 8, [(3000, 4000, 3)]]
    batch = clock.read_scene(tmp_path, "batch")
    assert len({photo.tobytes() for photo in batch}) == len(batch)


def test_times_are_those_of_one_photo_and_memory_grows(
    benchmark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = import_module("detector_timing.clock")
    for name in ("one-0", *(f"batch-{number}" for number in range(4)), "large-0"):
        np.save(tmp_path / f"{name}.npy", np.zeros((2, 2, 3), np.uint8))
    ticks = iter(range(10**6))
    monkeypatch.setattr(clock.time, "perf_counter", lambda: float(next(ticks)))
    calls: list[int] = []

    def detect(photos: list[Any]) -> list[int]:
        calls.append(len(photos))
        return [len(photos)] * len(photos)

    found = clock.timed(detect, tmp_path, 40)
    assert found["one"]["ms"] == found["large"]["ms"] == 1000
    assert found["batch"]["ms"] == found["batch"]["p95_ms"] == 250
    assert found["batch"]["faces"] == [4] * 4
    assert calls.count(4) == 2 + 40 // 4
    assert 0 < found["one"]["memory_mib"] <= found["large"]["memory_mib"]
    assert benchmark.BATCH == 8


def test_a_row_and_the_table(benchmark: Any, tmp_path: Path) -> None:
    scene = {"ms": 2.0, "p95_ms": 3.0, "faces": [1, 2], "memory_mib": 64.0}
    answer = {
        "facts": {"name": "quick", "bytes": 1_500_000, "note": "no points"},
        "scenes": {"one": scene, "batch": scene, "large": {**scene, "memory_mib": 90.0}},
    }
    (tmp_path / "answer").write_text(json.dumps(answer))
    python = fake_python(tmp_path, f"echo loading; cat {tmp_path / 'answer'}")
    row = benchmark.measured([python], "quick", 1)
    assert (row.system, row.one_ms, row.one_p95_ms, row.faces) == ("quick", 2.0, 3.0, (3, 3, 3))
    assert (row.memory_mib, row.large_memory_mib) == (64.0, 90.0)
    text = benchmark.table([row, benchmark.Row("other", 2, note="not installed")])
    assert (
        "| quick [1] | 1 | 1.50 | 2.00 (3.00) | 2.00 (3.00) | 2 (3) | 64 (90) | 3, 3, 3 |" in text
    )
    assert text.endswith("[1] no points\n[2] not installed")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('echo \'{"missing": "No module"}\'', "not installed: pip install it"),
        ("echo 'ModuleNotFoundError: numpy' >&2; exit 1", "not installed: pip install it"),
        ("echo 'ValueError: odd' >&2; exit 1", "stopped: ValueError: odd"),
        ("exit 3", "stopped: exit code 3"),
    ],
)
def test_what_cannot_run_says_why(benchmark: Any, tmp_path: Path, line: str, words: str) -> None:
    row = benchmark.measured([fake_python(tmp_path, line)], "quick", 1, "it")
    assert row.note == words and row.one_ms is None and row.faces is None


def test_a_peer_that_is_not_installed(benchmark: Any, tmp_path: Path) -> None:
    start = (
        "import sys, runpy; sys.modules['deface'] = None; "
        f"sys.argv = ['', 'deface', {str(tmp_path)!r}, '1', '1']; "
        "runpy.run_module('detector_timing.peer', run_name='__main__')"
    )
    row = benchmark.measured([sys.executable, "-c", start], "deface", 1, "x")
    assert row.note == "not installed: pip install x"
