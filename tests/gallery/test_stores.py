"""Stores that cannot be opened, that are killed, that run full, and what is left in their files."""

from __future__ import annotations

import base64
import contextlib
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import made_up_people
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_up_people import candidate, embedding, picture, weight
from stores import KEY, TestedStore

from lineament.errors import GalleryError
from lineament.gallery import Enrolee, Gallery, key_from_environment
from lineament.gallery import store as store_module

ENROLS_FOR_EVER = """
import itertools, sys
sys.path.insert(0, sys.argv[2])
from made_up_people import candidate, weight
from lineament.gallery import Enrolee, Gallery
with Gallery.open(sys.argv[1], weight=weight()) as gallery:
    for number in itertools.count():
        many = [Enrolee(f"p{number}-{each}", [candidate(number * 9 + each)]) for each in range(9)]
        for done in gallery.enrol_many(many, allow_lookalike=True):
            print(*(template.id for template in done.enrolled), flush=True)
"""


def test_a_killed_enrolment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "gallery.db"
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            ENROLS_FOR_EVER,
            str(path),
            str(Path(made_up_people.__file__).parent),
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        acknowledged = [process.stdout.readline().strip() for _ in range(200)]
        with pytest.raises(GalleryError, match="in use by another process"):
            Gallery.open(path, weight=weight())
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().split()
    with Gallery.open(path, weight=weight()) as gallery:
        listed = {
            template.id
            for person in gallery.people(limit=10**6)
            for template in gallery.templates(person.id)
        }
        assert len(acknowledged) >= 200
        assert set(acknowledged) <= listed
        hits = gallery.search([embedding(picture(5))], top=1)[0].matches
        assert hits[0].score == pytest.approx(1, abs=1e-5)
        everybody = [person.id for person in gallery.people(limit=10**6)]
        assert gallery.forget(person=everybody[0]).people == (everybody[0],)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Writes beyond this size fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_runs_full_in_the_middle(lite: TestedStore) -> None:
    gallery = lite.open()
    done = []
    with (
        files_no_larger_than(40_000),
        pytest.raises(GalleryError, match="nothing that was is lost"),
    ):
        for number in range(200):
            done += gallery.enrol(f"p{number}", [candidate(number)], allow_lookalike=True).enrolled
    with pytest.raises(GalleryError, match="until it is opened again"):
        gallery.enrol("late", [candidate(300)])
    gallery.close()
    with lite.open() as again:
        assert len(done) > 10
        for template in done:
            assert [t.id for t in again.templates(template.person_id)] == [template.id]
        assert again.enrol("late", [candidate(300)], allow_lookalike=True).enrolled


def test_a_full_disk_is_told_at_the_start(
    lite: TestedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lite.open() as gallery:
        gallery.enrol("Ann", [candidate(1)])
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
    with pytest.raises(GalleryError, match=r"1 MB left, expected at least 67 MB; make space"):
        lite.open()
    monkeypatch.undo()
    with lite.open() as gallery:
        assert gallery.info().templates == 1
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1_000_000))
        with pytest.raises(GalleryError, match="make space"):
            gallery.enrol("Bob", [candidate(2)])
        monkeypatch.undo()
        assert gallery.enrol("Bob", [candidate(2)]).enrolled


def test_paths_that_are_no_store(tmp_path: Path) -> None:
    def refused(path: Path, match: str, *, create: bool = True) -> None:
        with pytest.raises(GalleryError, match=match):
            Gallery.open(path, weight=weight(), create=create)

    refused(tmp_path / "gallery.db", "no gallery at", create=False)
    assert not (tmp_path / "gallery.db").exists()
    refused(tmp_path / "none" / "gallery.db", "no folder")
    (tmp_path / "old.db").write_bytes(b"SQLite")
    refused(tmp_path / "old.db", "is a file")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    refused(tmp_path / "photos", "a folder of something else")


def test_a_server_that_is_not_there_is_told_quickly() -> None:
    started = time.monotonic()
    with pytest.raises(GalleryError, match=r"no Milvus server answers at http://127\.0\.0\.1:1 "):
        Gallery.open("http://user:secret@127.0.0.1:1", weight=weight())
    assert time.monotonic() - started < 2 * store_module.CONNECT_SECONDS


def test_a_gallery_of_another_weight_or_key(store: TestedStore) -> None:
    with store.open() as gallery:
        gallery.enrol("Ann", [candidate(1)])
    with pytest.raises(GalleryError, match=r"holds embeddings of made-up@.* in use is other@"):
        store.open(weight("other"))
    given, key = store.key, bytes(32)
    store.key = None if given else key
    with pytest.raises(GalleryError, match="no key was given" if given else "is not encrypted"):
        store.open()
    if given:
        store.key = key
        with pytest.raises(GalleryError, match="not the key"):
            store.open()
    store.key = given
    with store.open() as gallery:
        assert gallery.info().templates == 1


def test_a_collection_of_something_else(lite: TestedStore) -> None:
    from lineament.gallery.template_index import TemplateIndex

    TemplateIndex(lite.address, 32, collection=lite.collection).close()
    with pytest.raises(GalleryError, match="something else made it"):
        lite.open()
    lite.collection = "not a name"
    with pytest.raises(GalleryError, match="letters, digits and underscores"):
        lite.open()


def test_without_the_extra(lite: TestedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(GalleryError, match=r"pip install 'lineament\[gallery\]'"):
        lite.open()


def everything_in(folder: Path) -> bytes:
    """All bytes of a store's files, and what its tables and its log say: they are compressed, and
    texts are in base64."""
    parts = []
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        parts.append(file.read_bytes())
        if file.suffix == ".parquet":
            tables = [pq.read_table(file)]
        elif file.suffix == ".arrow":
            with pa.OSFile(str(file)) as log:
                tables = [pa.Table.from_batches([batch]) for batch in written(log)]
        else:
            continue
        for row in (row for table in tables for row in table.to_pylist()):
            for name, value in row.items():
                parts.append(str(value).encode())
                if name == "vector":
                    parts.append(np.asarray(value, np.float32).tobytes())
                elif name in ("payload", "thumbnail") and not str(value).startswith("{"):
                    parts.append(base64.b64decode(value))
    return b"\n".join(parts)


def written(log: pa.NativeFile) -> Iterator[pa.RecordBatch]:
    """What a log holds that nobody closed."""
    with contextlib.suppress(pa.ArrowInvalid, OSError):
        yield from pa.ipc.open_stream(log)


def test_nothing_of_the_forgotten_is_left_in_the_files(lite: TestedStore) -> None:
    path = Path(lite.address)
    vector = picture(1, 0).tobytes()
    with lite.open() as gallery:
        gallery.enrol_many([Enrolee(f"p{n}", [candidate(n)]) for n in range(20, 40)])
        done = gallery.enrol("Ann", [candidate(1, 0, thumbnail=b"picture" * 9)], tags=["staff"])
        assert done.person is not None
        gallery.forget(template=gallery.enrol("Ann", [candidate(1, 1)]).enrolled[0].id)
    before = everything_in(path)
    thumbnail, name, number = b"picturepicture", b'"Ann"', done.person.id.encode()
    assert all(what in before for what in (vector, thumbnail, name, number))
    with lite.open() as gallery:
        gone = gallery.forget(person=done.person.id)
        assert gone.erased
        during = everything_in(path)
    after = everything_in(path)
    for left in (during, after):
        assert vector[:16] not in left
        assert thumbnail not in left
        assert name not in left
    with lite.open() as gallery:
        assert gallery.info().templates == 20


def test_with_a_key_the_files_tell_nobody(tmp_path: Path) -> None:
    store = TestedStore(tmp_path / "gallery.db", KEY)
    with store.open() as gallery:
        gallery.enrol("Ann Example", [candidate(1, 0, thumbnail=b"picture" * 9)], tags=["staff"])
        gallery.export(tmp_path / "all.parquet")
    left = everything_in(tmp_path / "gallery.db")
    readable = everything_in_export(tmp_path / "all.parquet")
    for what in ("Ann Example", "staff", "1-0.jpg"):
        assert what.encode() in readable
        assert what.encode() not in left
    assert picture(1, 0).tobytes()[:16] not in left
    assert oct((tmp_path / "all.parquet").stat().st_mode)[-3:] == "600"


def everything_in_export(path: Path) -> bytes:
    return str(pq.read_table(path).to_pylist()).encode()


@pytest.mark.parametrize("text", ["12", "g" * 64, "é" * 32])
def test_a_key_that_is_none(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAMENT_GALLERY_KEY", text)
    with pytest.raises(GalleryError, match="64 hexadecimal digits"):
        key_from_environment()
    monkeypatch.setenv("LINEAMENT_GALLERY_KEY", "0" * 64)
    assert key_from_environment() == bytes(32)
    monkeypatch.setenv("LINEAMENT_GALLERY_KEY", "")
    assert key_from_environment() is None


def test_files_that_are_no_export(lite: TestedStore, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.parquet"
    with lite.open() as gallery:
        with pytest.raises(GalleryError, match="cannot be read as Parquet"):
            gallery.import_(wrong)
        wrong.write_bytes(b"PAR1 is not enough")
        with pytest.raises(GalleryError, match="cannot be read as Parquet"):
            gallery.import_(wrong)
        pq.write_table(pa.table({"name": ["Ann"]}), wrong)
        with pytest.raises(GalleryError, match="no export of a gallery"):
            gallery.import_(wrong)
        gallery.enrol("Ann", [candidate(1)])
        gallery.export(wrong)
        table = pq.read_table(wrong)
        for column, value in (("template_id", "x"), ("name", ""), ("embedding", [0.0] * 32)):
            place = table.column_names.index(column)
            values = pa.array([value], table.schema.field(column).type)
            pq.write_table(table.set_column(place, table.schema.field(column), values), wrong)
            with pytest.raises(GalleryError, match="no template"):
                gallery.import_(wrong)
        with pytest.raises(GalleryError, match="cannot be written"):
            gallery.export(tmp_path / "none" / "all.parquet")
        assert gallery.info().templates == 1
        gallery.export(wrong)
    lite.collection = "second"
    with lite.open(weight("other")) as other, pytest.raises(GalleryError, match="other@"):
        other.import_(wrong)


def test_the_store_is_only_for_its_user(lite: TestedStore) -> None:
    with lite.open():
        assert not Path(lite.address).stat().st_mode & 0o077
