"""`/v1/gallery/...`: what is asked of the gallery, and what the audit log keeps of it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from stand_in_server import EMPTY, GREEN, GREY, RED, asker, picture, problem_of, small_service

from lineament.errors import GalleryError
from lineament.server.retention import Retention
from lineament.server.service import Service

UNKNOWN = "0" * 32


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return small_service(tmp_path)


@pytest.fixture
def http(service: Service) -> TestClient:
    return asker(service)


def enrol(http: TestClient, name: str, *pictures: bytes, **data: Any) -> dict[str, Any]:
    files = [("pictures", each) for each in pictures]
    answer = http.post("/v1/gallery/enrol", files=files, data={"name": name, **data})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def search(http: TestClient, data: bytes, **options: Any) -> list[dict[str, Any]]:
    answer = http.post("/v1/gallery/search", files={"picture": data}, data=options)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["faces"])


def audit(service: Service) -> list[dict[str, Any]]:
    assert service.gallery
    return [json.loads(line) for line in service.gallery.audit.path.read_text().splitlines()]


def test_enrolled_found_and_forgotten(http: TestClient, service: Service) -> None:
    done = enrol(http, "Ada", picture(RED), EMPTY, picture(RED), tags=["a", "b"])
    person = done["person"]
    assert (person["name"], person["tags"], person["templates"]) == ("Ada", ["a", "b"], 1)
    assert [(each["index"], each["reason"]) for each in done["refused"]] == [
        (1, "no_face"),
        (2, "duplicate"),
    ]
    (face, stranger) = search(http, picture(RED, GREEN), top=1)
    assert face["known"] is True and face["matches"][0]["name"] == "Ada"
    assert face["box"] == [0, 0, 31, 31] and face["threshold"] == 0.7
    assert stranger["known"] is False
    assert http.get("/v1/gallery").json()["people"] == 1
    shown = http.get(f"/v1/gallery/people/{person['id']}").json()
    assert shown["person"]["name"] == "Ada" and len(shown["templates"]) == 1
    gone = http.delete(f"/v1/gallery/people/{person['id']}")
    assert gone.status_code == 200 and gone.json()["people"] == [person["id"]]
    assert search(http, picture(RED))[0]["matches"] == []
    problem_of(http.get(f"/v1/gallery/people/{person['id']}"), 404)
    problem_of(http.delete(f"/v1/gallery/people/{person['id']}"), 404)
    text = json.dumps(audit(service))
    assert "Ada" not in text
    assert [(each["action"], each["people"]) for each in audit(service)] == [
        ("forget", [person["id"]]),
        ("search", []),
    ]


def test_the_audit_log_names_ids_and_who_asked(http: TestClient, service: Service) -> None:
    person = enrol(http, "Ada", picture(RED))["person"]["id"]
    search(http, picture(RED))
    enrolled, searched = audit(service)
    assert enrolled["people"] == searched["people"] == [person]
    assert len(enrolled["templates"]) == 1 and enrolled["count"] == 1
    assert enrolled["request"] and enrolled["request"] != searched["request"]


def test_the_largest_face_is_taken_and_thumbnails_only_if_asked_for(http: TestClient) -> None:
    enrol(http, "Ada", picture(RED))
    kept = enrol(http, "Bob", picture(GREEN), keep_thumbnails="true")["enrolled"][0]
    assert kept["thumbnail"] is True
    answer = http.get(f"/v1/gallery/templates/{kept['id']}/thumbnail")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content[:2] == b"\xff\xd8" and len(answer.content) < 48_000
    (ada, _) = http.get("/v1/gallery/people").json()["people"]
    (plain,) = http.get(f"/v1/gallery/people/{ada['id']}").json()["templates"]
    assert plain["thumbnail"] is False
    problem_of(http.get(f"/v1/gallery/templates/{plain['id']}/thumbnail"), 404)


def test_people_by_tag_and_page(http: TestClient) -> None:
    for number in range(5):
        tags = ["even"] if number % 2 == 0 else ["odd"]
        enrol(http, f"p{number}", picture((200, 40 * number, 10)), tags=tags)
    page = http.get("/v1/gallery/people", params={"offset": 1, "limit": 2}).json()
    assert [each["name"] for each in page["people"]] == ["p1", "p2"] and page["total"] == 5
    tagged = http.get("/v1/gallery/people", params={"tag": "even"}).json()
    assert [each["name"] for each in tagged["people"]] == ["p0", "p2", "p4"]
    assert tagged["total"] == 3
    found = search(http, picture((200, 0, 10)), tags=["odd"])[0]["matches"]
    assert {each["name"] for each in found} == {"p1", "p3"}
    for params in ({"limit": 0}, {"limit": 2000}, {"offset": -1}, {"limit": "x"}):
        problem_of(http.get("/v1/gallery/people", params=params), 422)


def test_a_lookalike_is_refused_unless_allowed(http: TestClient) -> None:
    ada = enrol(http, "Ada", picture(RED))["person"]["id"]
    done = enrol(http, "Bob", picture(RED))
    assert done["person"] is None and done["refused"][0]["person_id"] == ada
    assert enrol(http, "Bob", picture(RED), allow_lookalike="true")["person"]["name"] == "Bob"


def test_nothing_but_empty_pictures_enrols_nobody(http: TestClient, service: Service) -> None:
    done = enrol(http, "Ada", EMPTY, EMPTY)
    assert done["person"] is None and len(done["refused"]) == 2
    assert audit(service) == []


@pytest.mark.parametrize(
    ("data", "count", "status", "words"),
    [
        ({}, 1, 422, "name: Field required"),
        ({"name": " "}, 1, 422, "name"),
        ({"name": "x" * 201}, 1, 422, "at most 200"),
        ({"name": "Ada", "retention_days": "0"}, 1, 422, "greater than 0"),
        ({"name": "Ada", "tags": ["x" * 65]}, 1, 422, "tags.0"),
        ({"name": "Ada", "keep_thumbnails": "1"}, 1, 422, "expected true or false"),
        ({"name": "Ada"}, 17, 413, "got 17 pictures, the limit is 16"),
    ],
)
def test_wrong_enrolments(
    http: TestClient, data: dict, count: int, status: int, words: str
) -> None:
    files = [("pictures", EMPTY)] * count
    answer = http.post("/v1/gallery/enrol", files=files, data=data)
    assert words in problem_of(answer, status)


def test_a_damaged_picture_of_many_enrols_none(http: TestClient) -> None:
    files = [("pictures", picture(RED)), ("pictures", picture(GREEN)[:-9])]
    answer = http.post("/v1/gallery/enrol", files=files, data={"name": "Ada"})
    assert "picture 2 of 2" in problem_of(answer, 422)
    assert http.get("/v1/gallery").json()["people"] == 0


def test_ids_that_are_none(http: TestClient) -> None:
    for path in ("people", "templates"):
        assert "no such" in problem_of(http.delete(f"/v1/gallery/{path}/{UNKNOWN}"), 404)
        problem_of(http.delete(f"/v1/gallery/{path}/Ada"), 422)
    problem_of(http.get(f"/v1/gallery/people/{UNKNOWN}"), 404)
    answer = http.post(f"/v1/gallery/people/{UNKNOWN}")
    assert "expected DELETE, GET" in problem_of(answer, 405)
    assert answer.headers["allow"] == "DELETE, GET"


def test_a_template_alone_and_then_the_last_one(http: TestClient, service: Service) -> None:
    done = enrol(http, "Ada", picture(RED), picture(GREY))
    first, second = (each["id"] for each in done["enrolled"])
    gone = http.delete(f"/v1/gallery/templates/{first}").json()
    assert (gone["people"], gone["templates"]) == ([], [first])
    assert audit(service)[0]["templates"] == [second]
    gone = http.delete(f"/v1/gallery/templates/{second}").json()
    assert gone["people"] == [done["person"]["id"]]
    assert [each["action"] for each in audit(service)] == ["forget", "forget"]


def test_a_store_that_fails_is_no_unknown_id(http: TestClient, service: Service) -> None:
    assert service.gallery
    service.gallery.gallery.failure = GalleryError("no Milvus server answers")  # type: ignore[attr-defined]
    for answer in (
        http.get("/v1/gallery"),
        http.delete(f"/v1/gallery/people/{UNKNOWN}"),
        http.get(f"/v1/gallery/people/{UNKNOWN}"),
    ):
        assert "no Milvus server answers" in problem_of(answer, 503)
        assert answer.headers["retry-after"]


def test_a_full_disk(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    answer = http.post("/v1/gallery/search", files={"picture": picture(RED)})
    assert "must make room" in problem_of(answer, 507)


def test_what_a_dead_server_left_in_the_log_goes(http: TestClient, service: Service) -> None:
    person = enrol(http, "Ada", picture(RED))["person"]["id"]
    search(http, picture(RED))
    assert service.gallery
    work = service.gallery
    work.gallery.forget(person=person)
    assert work.audit.people() == {person}
    problem_of(http.delete(f"/v1/gallery/people/{person}"), 404)
    assert work.audit.people() == set()


def test_whose_time_is_over_is_forgotten_in_the_log_too(http: TestClient, service: Service) -> None:
    stays = enrol(http, "Ada", picture(RED))["person"]["id"]
    goes = enrol(http, "Bob", picture(GREEN), retention_days=str(1e-10))["person"]["id"]
    assert service.gallery
    audit_log = service.gallery.audit
    audit_log.write("search", key=None, request=None, people=[UNKNOWN])
    Retention(service.gallery).close()
    assert audit_log.people() == {stays}
    told = audit(service)[-1]
    assert told["action"] == "expire" and told["people"] == [goes]
