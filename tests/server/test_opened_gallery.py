"""The server over a real store: enrolled, found, forgotten, and what it does not start with."""

from __future__ import annotations

from pathlib import Path

import pytest
from embedding_weight import write_embedding
from stand_in_server import GREEN, RED, StandInAnalyzer, asker, picture

from lineament.client import Client, ServerError
from lineament.errors import ConfigError, GalleryError
from lineament.server.audit import AuditLog
from lineament.server.settings import ServerSettings
from lineament.server.start import build_service, opened_gallery
from lineament.weights import load_record

pytest.importorskip("milvus_lite", reason="needs the extra gallery")


def test_over_milvus_lite(tmp_path: Path) -> None:
    analyzer = StandInAnalyzer(tmp_path / "weight")
    store, weight = str(tmp_path / "gallery.db"), analyzer.record
    with opened_gallery(store, None, weight, None) as work:
        service = build_service(ServerSettings(workers=1), analyzer, gallery=work)  # type: ignore[arg-type]
        client = Client(http=asker(service))
        ada = client.enrol("Ada", [picture(RED)], tags=["a"], keep_thumbnails=True).person
        bob = client.enrol("Bob", [picture(GREEN)]).person
        assert ada and bob
        red, green = client.search(picture(RED, GREEN), top=1).faces
        assert (red.matches[0].name, green.matches[0].name) == ("Ada", "Bob")
        assert [each.name for each in client.people(tags=["a"]).people] == ["Ada"]
        (template,) = client.person(ada.id).templates
        assert client.thumbnail(template.id)[:2] == b"\xff\xd8"

        with pytest.raises(ConfigError, match="in use by another server"):
            opened_gallery(store, None, weight, None).__enter__()
        with pytest.raises(GalleryError, match="in use"):
            opened_gallery(store, tmp_path / "other.jsonl", weight, None).__enter__()

        assert client.forget_person(ada.id).templates == [template.id]
        assert [m.name for f in client.search(picture(RED)).faces for m in f.matches] == ["Bob"]
        with pytest.raises(ServerError, match="no such person"):
            client.person(ada.id)
        with pytest.raises(ServerError, match="no such template"):
            client.forget_template(template.id)
        assert work.audit.people() == {bob.id}
        service.workers.close()

    other = load_record(write_embedding(tmp_path / "other", name="others", dimension=3))
    with pytest.raises(GalleryError, match=r"tiny-faces@.*others@|others@.*tiny-faces@"):
        opened_gallery(store, None, other, None).__enter__()
    with opened_gallery(store, None, weight, None) as work:
        assert [person.name for person in work.gallery.people()] == ["Bob"]


def test_a_missing_folder(tmp_path: Path) -> None:
    weight = load_record(write_embedding(tmp_path / "weight", dimension=3))
    with pytest.raises(ConfigError, match="No such file"):
        opened_gallery(str(tmp_path / "no" / "gallery.db"), None, weight, None).__enter__()
    AuditLog(tmp_path / "audit.jsonl").close()
    with pytest.raises(GalleryError, match=r"no.such.host"):
        opened_gallery(
            "http://no.such.host.invalid:19530", tmp_path / "audit.jsonl", weight, None
        ).__enter__()
    AuditLog(tmp_path / "audit.jsonl").close()
