"""The audit log: ids alone, and what is left of them once somebody is forgotten."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from lineament.errors import ConfigError
from lineament.server.audit import AuditLog

ASKER: dict[str, Any] = {"key": "desk", "request": "r1"}


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def filled(path: Path) -> AuditLog:
    log = AuditLog(path)
    log.write("enrol", people=["ada"], templates=["t1", "t2"], count=2, **ASKER)
    log.write("search", people=["ada", "bob"], count=1, **ASKER)
    log.write("search", people=[], count=1, **ASKER)
    log.write("enrol", people=["bob"], templates=["t3"], count=1, **ASKER)
    return log


def test_entries_stay_over_a_restart(path: Path) -> None:
    filled(path).close()
    log = AuditLog(path)
    log.write("search", people=["bob"], count=1, key=None, request=None)
    log.close()
    found = entries(path)
    assert [each["action"] for each in found] == ["enrol", "search", "search", "enrol", "search"]
    assert found[0]["key"] == "desk" and found[0]["people"] == ["ada"] and found[0]["time"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_forgetting_leaves_the_fact_alone(path: Path) -> None:
    log = filled(path)
    log.forget("forget", ["ada"], ["t1", "t2"], **ASKER)
    log.write("search", people=["bob"], count=1, **ASKER)
    found = entries(path)
    assert [(each["action"], each["people"]) for each in found] == [
        ("search", ["bob"]),
        ("search", []),
        ("enrol", ["bob"]),
        ("forget", ["ada"]),
        ("search", ["bob"]),
    ]
    assert found[3]["templates"] == ["t1", "t2"]
    log.forget("expire", ["bob"], ["t3"])
    assert log.people() == set()
    told = [(each["action"], each["people"]) for each in entries(path)]
    assert told == [("search", []), ("forget", ["ada"]), ("expire", ["bob"])]
    log.close()
    assert not list(path.parent.glob("*.part"))


def test_a_forgotten_template_leaves_its_person(path: Path) -> None:
    log = filled(path)
    log.forget("forget", [], ["t1"], **ASKER)
    assert entries(path)[0]["templates"] == ["t2"] and log.people() == {"ada", "bob"}
    log.close()


def test_two_servers_on_one_log(path: Path) -> None:
    first = AuditLog(path)
    with pytest.raises(ConfigError, match=r"in use by another server.*--audit"):
        AuditLog(path)
    first.close()
    AuditLog(path).close()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write the audit log"):
        AuditLog(tmp_path / "missing" / "audit.jsonl")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="cannot write the audit log"):
        AuditLog(tmp_path / "folder")


def test_a_full_disk_while_purging_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, before = filled(path), path.read_text()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        log.purge({"ada"}, ())
    monkeypatch.undo()
    assert path.read_text() == before and not list(path.parent.glob("*.part"))
    log.purge({"ada"}, ())
    assert log.people() == {"bob"}
    log.close()
