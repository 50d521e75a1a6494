"""The typed client against the application itself."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from stand_in_server import EMPTY, GREEN, RED, asker, picture, small_service

from lineament.client import Client, ServerError
from lineament.server.keys import add_key, load_keys
from lineament.server.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return small_service(tmp_path)


@pytest.fixture
def client(service: Service) -> Client:
    return Client(http=asker(service))


def test_pictures(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(picture(RED, GREEN))
    found = client.analyze(path, heads=["embedding"])
    assert found.width == 64 and len(found.faces) == 2
    assert found.faces[0].embedding and found.faces[0].landmarks is None
    assert client.analyze(path, heads=[], min_score=0.95).faces == []
    told = client.verify(picture(RED), path, fmr=0.01)
    assert told.same is True and told.pictures[1].faces == 2
    assert client.health().gallery is True
    assert "faces-light" in {model.name for model in client.models()}


def test_the_gallery(client: Client) -> None:
    done = client.enrol(
        "Ada", [picture(RED), EMPTY], tags=["a"], retention_days=30, keep_thumbnails=True
    )
    assert done.person and done.person.expires and done.refused[0].reason == "no_face"
    assert client.gallery().people == 1
    (face,) = client.search(picture(RED), top=1, fpir=0.02, tags=["a"]).faces
    assert face.matches[0].name == "Ada" and face.fpir == 0.02
    assert client.people(tags=["a"]).total == 1 and client.people(tags=["b"]).total == 0
    shown = client.person(done.person.id)
    assert client.thumbnail(shown.templates[0].id)[:2] == b"\xff\xd8"
    assert client.forget_template(shown.templates[0].id).people == [done.person.id]
    with pytest.raises(ServerError, match="no such person") as caught:
        client.forget_person(done.person.id)
    assert caught.value.status == 404 and caught.value.kind == "not-found"


def test_what_the_server_refuses(client: Client, service: Service) -> None:
    with pytest.raises(ServerError, match="expected a picture") as caught:
        client.analyze(b"GIF89a")
    assert caught.value.kind == "wrong-type"
    service.admission.stopping = True
    with pytest.raises(ServerError) as caught:
        client.analyze(EMPTY)
    assert caught.value.status == 503 and caught.value.retry_after == 5


def test_keys(tmp_path: Path) -> None:
    key = add_key(tmp_path / "keys.toml", "desk", ["analyze"])
    service = small_service(tmp_path, keys=load_keys(tmp_path / "keys.toml"))
    assert Client(http=asker(service), key=key).analyze(EMPTY).faces == []
    with pytest.raises(ServerError, match="got no key"):
        Client(http=asker(service)).analyze(EMPTY)


def test_a_busy_server_is_asked_again_for_as_long_as_there_is_patience() -> None:
    answers = iter([429, 429, 200])

    def answer(_: httpx.Request) -> httpx.Response:
        status = next(answers)
        told = {
            "status": "ok",
            "version": "9",
            "gallery": False,
            "new": 1,
            "detail": "",
            "type": "",
        }
        return httpx.Response(status, json=told, headers={"Retry-After": "0"})

    def client(patience: float) -> Client:
        http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://server")
        return Client(http=http, patience=patience)

    assert client(10).health().version == "9"
    answers = iter([429])
    with pytest.raises(ServerError):
        client(0).health()


def test_no_server() -> None:
    with pytest.raises(ServerError, match="lineament serve"):
        Client("http://127.0.0.1:1").health()
