"""`/v1/analyze`, `/v1/verify` and what surrounds them, over quick stand-ins."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from stand_in_server import (
    CURSED,
    EMPTY,
    GREEN,
    GREY,
    RED,
    asker,
    picture,
    problem_of,
    small_service,
)

from lineament.server.app import build_app
from lineament.server.json_log import JsonLines
from lineament.server.service import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return small_service(
        tmp_path_factory.mktemp("weight"), gallery=False, max_upload_bytes=20_000, max_pixels=9000
    )


@pytest.fixture(scope="module")
def http(service: Service) -> TestClient:
    return asker(service)


def test_the_faces_of_a_picture(http: TestClient) -> None:
    answer = http.post("/v1/analyze", files={"picture": picture(RED, (0, 0, 0), GREEN)})
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["schema"], told["width"], told["height"]) == ("lineament.faces/1", 96, 32)
    assert set(told["weights"]) == {"detection", "recognition", "landmarks", "attributes"}
    assert [face["box"] for face in told["faces"]] == [[0, 0, 31, 31], [64, 0, 95, 31]]
    assert told["faces"][0]["landmarks"] and told["faces"][0]["embedding"] is None


def test_heads_and_least_score(http: TestClient) -> None:
    def faces(**data: object) -> list[dict]:
        answer = http.post("/v1/analyze", files={"picture": picture(RED)}, data=data)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["faces"])

    assert faces(heads="embedding")[0]["embedding"]["quality"] == 1.0
    assert faces(heads="none")[0]["landmarks"] is None
    assert faces(heads="landmarks, embedding")[0]["landmarks"]
    assert faces(min_score="0.95") == []


@pytest.mark.parametrize(
    ("data", "files", "status", "words"),
    [
        ({}, {}, 415, "expected multipart/form-data"),
        ({"heads": "ears"}, {"picture": EMPTY}, 422, "'landmarks', 'attributes', 'parts'"),
        ({"min_score": "2"}, {"picture": EMPTY}, 422, "less than or equal to 1"),
        ({"min_score": "nan"}, {"picture": EMPTY}, 422, "min_score"),
        ({"headz": "parts"}, {"picture": EMPTY}, 422, "did you mean 'heads'?"),
        ({"heads": ["parts", "none"]}, {"picture": EMPTY}, 422, "got 2 of them, expected one"),
        ({"picture": "/etc/passwd"}, {"x": EMPTY}, 422, "got a text, expected a file"),
        ({}, {"heads": EMPTY, "picture": EMPTY}, 422, "got a file, expected a text"),
        ({}, {"photo": EMPTY}, 422, "picture: Field required"),
        ({}, {"picture": b"http://example.com/a.jpg"}, 415, "expected a picture: JPEG"),
        ({}, {"picture": b""}, 422, "empty"),
        ({}, {"picture": EMPTY[:-20]}, 422, "truncated"),
        ({}, {"picture": picture(RED, side=100)}, 413, "100 x 100 = 10,000 pixels, the limit"),
        ({}, {"picture": bytes(20_001)}, 413, "20,000 bytes in a file"),
        ({}, {"picture": bytes(1_200_000)}, 413, "the limit is 1,068,576"),
    ],
)
def test_wrong_requests(http: TestClient, data: dict, files: dict, status: int, words: str) -> None:
    detail = problem_of(http.post("/v1/analyze", data=data, files=files), status)
    assert words in detail
    assert "given bytes" not in detail


def test_one_person_or_two(http: TestClient) -> None:
    def verified(first: bytes, second: bytes, **data: str) -> dict:
        files = {"first": first, "second": second}
        answer = http.post("/v1/verify", files=files, data=data)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    told = verified(picture(RED), picture(RED, GREY, side=32))
    assert told["schema"] == "lineament.verify/1" and told["same"] is True
    assert [each["faces"] for each in told["pictures"]] == [1, 2]
    assert told["threshold"] == 0.7 and told["false_match_rate"] == 0.001
    assert verified(picture(RED), picture(GREEN))["same"] is False
    assert verified(picture(RED), picture(GREEN), fmr="0.1")["threshold"] == 0.2
    told = verified(picture(RED), EMPTY)
    assert told["score"] is None and "no face found in second" in told["reason"]
    assert "--min-score" in told["reason"]
    answer = http.post(
        "/v1/verify", files={"first": EMPTY, "second": EMPTY}, data={"fmr": "0.000001"}
    )
    assert "the lowest that was measured" in problem_of(answer, 422)


def test_paths_and_methods_that_do_not_exist(http: TestClient) -> None:
    assert "/openapi.json" in problem_of(http.get("/v1/nothing"), 404)
    assert "/openapi.json" in problem_of(http.get("/docs"), 404)
    answer = http.get("/v1/analyze")
    assert "got GET, expected POST" in problem_of(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert "without a gallery" in problem_of(http.get("/v1/gallery"), 404)
    problem_of(http.get("/page/../app.py"), 404)
    problem_of(http.get("/page/%2e%2e/app.py"), 404)


def test_the_page_and_what_browsers_are_told(http: TestClient) -> None:
    answer = http.get("/")
    assert answer.status_code == 200 and "<html" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "*" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = http.get("/health")
    assert told.headers["cache-control"] == "no-store"
    assert told.json() == {"status": "ok", "version": told.json()["version"], "gallery": False}
    assert "access-control-allow-origin" not in told.headers


def test_pages_of_other_sites_are_refused(http: TestClient) -> None:
    files = {"picture": EMPTY}
    own = {"Origin": "http://127.0.0.1:8000"}
    assert http.post("/v1/analyze", files=files, headers=own).status_code == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:9", "http://[x"):
        answer = http.post("/v1/analyze", files=files, headers={"Origin": origin})
        assert "page of" in problem_of(answer, 403)
    for host in ("evil.example", "evil.example:8000", "", "127.0.0.1.evil.example"):
        answer = http.get("/health", headers={"Host": host})
        assert "expected localhost" in problem_of(answer, 403)
    for host in ("localhost:1", "[::1]:8000", "127.0.0.1"):
        assert http.get("/health", headers={"Host": host}).status_code == 200


def test_a_failure_of_ours_tells_nothing_of_the_inside(http: TestClient) -> None:
    answer = http.post("/v1/analyze", files={"picture": picture(CURSED)})
    detail = problem_of(answer, 500)
    assert "NaN" not in detail and "number of the request" in detail


def test_metrics(http: TestClient) -> None:
    before = http.get("/metrics").text
    http.post("/v1/analyze", files={"picture": picture(RED, GREEN)})
    http.get("/v1/secret-path")
    text = http.get("/metrics").text

    def value(name: str, text: str) -> float:
        return sum(float(x.rpartition(" ")[2]) for x in text.splitlines() if x.startswith(name))

    name = 'lineament_requests_total{method="POST",route="/v1/analyze",status="200"}'
    assert value(name, text) == value(name, before) + 1
    assert value("lineament_faces_total", text) == value("lineament_faces_total", before) + 2
    assert "secret-path" not in text
    assert "lineament_batch_pictures_bucket" in text and "process_resident_memory_bytes" in text


def test_the_log_holds_no_names_and_no_pictures(
    http: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "lineament"):
        http.post(
            "/v1/analyze?who=Ada",
            files={"picture": ("Ada_Lovelace.jpg", picture(RED))},
            data={"heads": "Ada"},
            headers={"User-Agent": "Ada"},
        )
        http.get("/v1/people/Ada")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/analyze", 422),
        ("(none)", 404),
    ]
    assert all(line["request"] and line["ms"] >= 0 for line in requests)
    assert "Ada" not in json.dumps(lines)


def test_an_exception_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("Ada Lovelace")
    except ValueError:
        logging.getLogger("lineament").exception("request failed")
    line = json.loads(JsonLines().format(caplog.records[0]))
    assert line["error"] == "ValueError" and "test_analysis_api.py" in line["trace"][0]
    assert "Ada" not in json.dumps(line)


def test_a_busy_server(tmp_path: Path) -> None:
    service = small_service(tmp_path, queue=1)
    with service.admission.place(1), asker(service) as http:
        answer = http.post("/v1/analyze", files={"picture": EMPTY})
        assert "ask again in" in problem_of(answer, 429)
        assert int(answer.headers["retry-after"]) >= 1
        assert http.get("/health").status_code == 200
    service.admission.stopping = True
    with TestClient(build_app(service), base_url="http://localhost") as http:
        answer = http.post("/v1/analyze", files={"picture": EMPTY})
        assert "stopping" in problem_of(answer, 503) and answer.headers["retry-after"]
        told = http.get("/health")
        assert told.status_code == 503 and told.json()["status"] == "stopping"
