"""The command `evaluate recognition` and its tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from recognition_stand_ins import (
    PlateDetector,
    StandInEmbedder,
    crowd,
)
from typer.testing import CliRunner

from lineament.cli import evaluate, evaluate_recognition
from lineament.datasets import pair_readers

RUNNER = CliRunner()


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Run `evaluate recognition` on a set that any path gives."""
    embedder, asked = StandInEmbedder(), []

    def models(weights, name, device, threads):  # noqa: ARG001
        asked.append(name)
        return embedder, PlateDetector({112: [(55.5, 55.5)]}) if name else None, {}

    def pairs(name, path, part=None):
        asked.append((name, Path(path).name, part))
        return crowd(aligned=part != "loose", name=Path(path).stem)

    monkeypatch.setattr(evaluate_recognition, "load_models", models)
    monkeypatch.setattr(pair_readers, "read_pairs", pairs)

    def invoke(*arguments):
        given = ["recognition", "--out", str(tmp_path / "out"), "--draws", "20", *arguments]
        return RUNNER.invoke(evaluate.app, given)

    invoke.asked = asked
    return invoke


def test_command_and_tables(command, tmp_path):
    table = tmp_path / "groups.csv"
    table.write_text("picture,age\n" + "\n".join(f"{n},{n % 2}" for n in range(120)))
    result = command(
        *("--pairs", "bin=x/lfw.bin", "--pairs", "identities:test=y", "--quality"),
        *("--groups", f"lfw={table}"),
    )
    assert result.exit_code == 0, result.output
    assert command.asked == [("bin", "lfw.bin", None), ("identities", "y", "test"), None]
    words = " ".join(result.stdout.split())
    for expected in (
        "stand-in-recognition: 3 numbers",
        "verification, %",
        "lfw: at a false match rate, %",
        "lfw: age at one threshold",
        "1:N among 30 people (30 mated and 60 other searches): rank 1",
        "quality by stability",
        "threshold for a false match rate of 0.1:",
        "Cllr",
        "lfw, worst:",
        "y, calibration:",
    ):
        assert expected in words, expected


def test_command_writes_one_document(command):
    result = command("--pairs", "lfw:loose=x", "--json", "--fmr", "0.05", "--worst", "0")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert command.asked == [("lfw", "x", "loose"), "retinaface-mobilenet"]
    assert document["sets"]["x"]["boxes"] == "detector"
    assert document["sets"]["x"]["calibration"]["thresholds"][0][0] == 0.05


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "expected --pairs or --templates"),
        (["--pairs", "lfw.bin"], "PROTOCOL=PATH"),
        (["--templates", "ijba=x"], "ijbc, ijbb"),
        (["--pairs", "bin=x", "--fmr", "1"], "between 0 and 1"),
        (["--pairs", "bin=x", "--groups", "y=z.csv"], "SET is one of x"),
    ],
)
def test_what_the_command_refuses(command, arguments, words):
    result = command(*arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())
