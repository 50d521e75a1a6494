"""Wrong requests as `application/problem+json` (RFC 9457): what was got, expected, and to do."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
NAMESPACE = "urn:lineament:problem:"

TITLES = {
    "wrong-request": "The request is not understood",
    "key-needed": "A key is needed",
    "not-allowed": "The key does not allow this",
    "foreign-page": "A page of another site asks",
    "not-found": "There is no such thing",
    "no-gallery": "This server has no gallery",
    "wrong-method": "This method does not exist here",
    "too-slow": "The upload took too long",
    "too-large": "The request is too large",
    "wrong-type": "The type is not accepted",
    "unreadable-picture": "The picture cannot be read",
    "wrong-value": "A value is wrong",
    "no-face": "No face was found",
    "busy": "The server is busy",
    "stopping": "The server is stopping",
    "failed": "The server failed",
    "gallery-failed": "The gallery failed",
    "disk-full": "The disk is full",
}


class ProblemData(BaseModel):
    """A wrong request or a failure, after RFC 9457."""

    type: str = Field(description="which kind of problem, stable over releases")
    title: str = Field(description="the kind in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what was got, what was expected, what to do")
    request: str | None = Field(default=None, description="number of the request in the log")


class Problem(Exception):  # noqa: N818 (the standard's word)
    """Ends a request.

    Args:
        status: the HTTP status.
        kind: one of `TITLES`.
        detail: what was got, what was expected, what to do.
        headers: further headers of the answer.
    """

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers = dict(headers or {})

    def response(self, request_id: str | None = None) -> JSONResponse:
        data = ProblemData(
            type=NAMESPACE + self.kind,
            title=TITLES[self.kind],
            status=self.status,
            detail=self.detail,
            request=request_id,
        )
        return JSONResponse(data.model_dump(), self.status, self.headers, MEDIA_TYPE)


_ALWAYS = (400, 401, 403, 405, 500, 503)
_HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "the scheme: Bearer"},
    405: {"Allow": "the methods that exist"},
    429: {"Retry-After": "seconds to wait"},
    503: {"Retry-After": "seconds to wait"},
}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of the problems of an operation.

    Args:
        statuses: those beside the ones that any operation can give.
    """
    return {status: _described(status) for status in sorted({*_ALWAYS, *statuses})}


def _described(status: int) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemData"}}},
    }
    headers = _HEADERS.get(status)
    if headers:
        entry["headers"] = {
            name: {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    return entry
