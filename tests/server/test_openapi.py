"""The OpenAPI document: a snapshot, complete, and true of what the server answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stand_in_server import asker, small_service

SNAPSHOT = Path(__file__).parent.parent.parent / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    http = asker(small_service(tmp_path_factory.mktemp("weight")))
    return dict(http.get("/openapi.json").json())


def test_the_snapshot_is_that_of_the_code(document: dict[str, Any]) -> None:
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == document, (
        "the API changed: if that is meant, say it in docs/server.md and run "
        "`lineament serve --openapi > docs/openapi.json`"
    )


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_declares_its_problems(document: dict[str, Any]) -> None:
    for name, operation in operations(document).items():
        assert operation["operationId"] and operation["summary"], name
        if name == "GET /health":
            continue
        assert operation["security"] == [{"key": []}], name
        assert {"200", "400", "401", "403", "500", "503"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            if status == "200":
                continue
            assert list(response["content"]) == ["application/problem+json"], (name, status)
        uploads = "requestBody" in operation
        assert uploads == ({"413", "415", "422", "429"} <= set(operation["responses"])), name


def test_no_operation_takes_an_address_or_a_path_of_the_server(document: dict[str, Any]) -> None:
    words = ("url", "uri", "file", "path")
    for name, operation in operations(document).items():
        for parameter in operation.get("parameters", []):
            assert parameter["name"] not in words, name
        body = operation.get("requestBody", {}).get("content", {})
        assert set(body) <= {"multipart/form-data"}
        for content in body.values():
            assert not set(words) & set(content["schema"]["properties"]), name


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in schemas
    assert "HTTPValidationError" not in text
