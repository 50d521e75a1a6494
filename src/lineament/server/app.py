"""The application: routes, rules and what wrong requests are told."""

from __future__ import annotations

import errno
import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lineament import __version__
from lineament.errors import (
    DeviceError,
    GalleryError,
    LineamentError,
    RecordError,
    WeightError,
)
from lineament.server import analysis_routes, gallery_routes, service_routes
from lineament.server.browser_rules import BrowserRules
from lineament.server.page_routes import add_page
from lineament.server.problem import Problem, ProblemData
from lineament.server.request_log import RequestLog
from lineament.server.service import Service

DESCRIPTION = """Faces in pictures: boxes, points, attributes, parts, comparison, and a gallery of
people. Pictures are uploaded as form files and are not kept unless that is asked for. Every wrong
request is answered by `application/problem+json` with what to do."""


def build_app(service: Service) -> FastAPI:
    """The ASGI application of a service."""
    app = _bare_app()
    app.state.service = service
    add_page(app)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(LineamentError, _wrong_value)
    for failure in (WeightError, RecordError, DeviceError):
        app.add_exception_handler(failure, _failed)
    app.add_exception_handler(GalleryError, _gallery_failed)
    app.add_exception_handler(OSError, _of_system)
    app.add_exception_handler(RequestValidationError, _wrong_parameter)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_middleware(BrowserRules, loopback_only=service.keys is None)
    app.add_middleware(RequestLog, metrics=service.metrics)
    service.metrics.watch_requests(lambda: service.admission.requests)
    return app


def openapi_text() -> str:
    """The OpenAPI document, as docs/openapi.json holds it."""
    return json.dumps(_bare_app().openapi(), indent=2, ensure_ascii=False) + "\n"


def _bare_app() -> FastAPI:
    app = FastAPI(
        title="Lineament",
        version=__version__,
        description=" ".join(DESCRIPTION.split()),
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(service_routes.router)
    app.include_router(analysis_routes.router)
    app.include_router(gallery_routes.router)
    _declare_problems(app)
    return app


def _declare_problems(app: FastAPI) -> None:
    """Put the model that all problems refer to into the OpenAPI document, and take out what
    FastAPI declares of validation errors, which are problems here."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = made().setdefault("components", {}).setdefault("schemas", {})
            schemas["ProblemData"] = ProblemData.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _answer(request: Request, problem: Problem) -> Response:
    return problem.response(getattr(request.state, "request_id", None))


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _answer(request, error)


async def _wrong_value(request: Request, error: Exception) -> Response:
    return _answer(request, Problem(422, "wrong-value", str(error)))


async def _failed(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """No request can help against these: the log says what they are."""
    raise error


async def _gallery_failed(request: Request, error: Exception) -> Response:
    problem = Problem(503, "gallery-failed", str(error), headers={"Retry-After": "30"})
    return _answer(request, problem)


async def _of_system(request: Request, error: Exception) -> Response:
    """A full disk; what else the system refuses is a failure of the server."""
    if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    problem = Problem(
        507,
        "disk-full",
        "the disk of the gallery or of its audit log is full; the operator must make room, then "
        "ask again",
    )
    return _answer(request, problem)


async def _wrong_parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}"
        for fault in error.errors()
    )
    return _answer(request, Problem(422, "wrong-value", faults))


def _methods(request: Request) -> str:
    """All methods of the path of a request; the router itself names those of one route."""
    path = getattr(request.scope.get("route"), "path", "")
    return ", ".join(sorted(map(str.upper, request.app.openapi()["paths"].get(path, ()))))


async def _of_http(request: Request, error: Exception) -> Response:
    """404 and 405 of the router."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = _methods(request) or (error.headers or {}).get("Allow", "")
        problem = Problem(
            405,
            "wrong-method",
            f"got {request.method}, expected {allowed or 'another method'} at this path; "
            "/openapi.json lists all operations",
            headers={"Allow": allowed},
        )
    elif error.status_code == 404:
        problem = Problem(
            404, "not-found", "there is nothing at this path; /openapi.json lists all operations"
        )
    else:
        problem = Problem(error.status_code, "wrong-request", str(error.detail))
    return _answer(request, problem)
