"""The benchmarks of recognition measure what they say, on networks as small as can be."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from embedding_weight import write_embedding

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a benchmark by its name and arguments; the rows that it prints."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def rows(name: str, *arguments: str) -> list[dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", [name, *arguments, "--json"])
        import_module(name).main()
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    return rows


def test_embeddings_of_a_record_and_of_an_encoder(measure: Any, tmp_path: Path) -> None:
    record = write_embedding(tmp_path)
    encoder = "vit width=64 depth=1 dimension=16"
    arguments = (str(record), "--encoder", encoder, "--rounds", "2", "--threads", "1")
    first, *forms = measure("embeddings", *arguments)
    assert (first["form"], first["least_cosine"]) == ("as it is", None)
    assert [row["form"] for row in forms] == ["float32", "float16", "dynamic-int8"]
    exact, half, whole = forms
    assert exact["least_cosine"] == pytest.approx(1, abs=1e-6)
    assert 0.99 < whole["least_cosine"] < half["least_cosine"]
    assert whole["megabytes"] < 0.6 * half["megabytes"] < 0.6 * exact["megabytes"]
    assert whole["batch_cosine"] < exact["batch_cosine"]
    for row in (first, *forms):
        assert row["ms"] > 0 and row["batch_ms"] > 0 and 10 < row["memory_mib"] < 2000


def test_steps_of_training_beside_the_plain_one(measure: Any) -> None:
    options = ("--options", "width=64", "depth=1", "dimension=16", "--batch", "4")
    rest = ("--classes", "20", "--steps", "1", "--rounds", "2", "--device", "cpu", "--peak", "1")
    plain, *others = measure("recognition_training", *options, *rest, "--precision", "32-true")
    assert plain["overhead"] == 0 and len(others) == 6
    assert all(row["images"] > 0 for row in (plain, *others))
    done = plain["peak"] / 100 * 1e12 / plain["images"]
    assert done == pytest.approx(PLAIN_FLOPS, rel=0.05)


def _plain_flops() -> float:
    """Of a picture: two operations for each multiply-add, forward and both gradients, but for
    the patches' embedding, whose input needs none."""
    width, tokens, squeeze, dimension, classes = 64, 144, 32, 16, 20
    linear = tokens * width * (12 * width + squeeze)
    attention = 2 * tokens**2 * width
    head = tokens * squeeze * width + width * dimension + dimension * classes
    return 2.0 * (3 * (linear + attention + head) + 2 * tokens * 3 * 81 * width)


PLAIN_FLOPS = _plain_flops()
