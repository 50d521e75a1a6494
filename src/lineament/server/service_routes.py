"""`/health`, `/metrics` and `/v1/models`: what the server is and how it does."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from lineament import __version__
from lineament.cli.models import entry
from lineament.cli.weight_state import weight_state
from lineament.server.access import needs
from lineament.server.answers import Health, Model
from lineament.server.metrics import CONTENT_TYPE
from lineament.server.problem import declared
from lineament.server.service import service_of
from lineament.weights import shipped_records

router = APIRouter(tags=["server"])


@router.get(
    "/health",
    operation_id="health",
    summary="Say whether the server takes requests",
    response_model=Health,
    responses={
        503: {
            "model": Health,
            "description": "the server is stopping",
            "headers": {
                "Retry-After": {"description": "seconds to wait", "schema": {"type": "string"}}
            },
        }
    },
)
async def health(request: Request) -> Response:
    service = service_of(request)
    stopping = service.admission.stopping
    told = Health(
        status="stopping" if stopping else "ok",
        version=__version__,
        gallery=service.gallery is not None,
    )
    headers = {"Retry-After": "5"} if stopping else None
    return JSONResponse(told.model_dump(), 503 if stopping else 200, headers)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Count and time what the server does, for Prometheus",
    response_class=Response,
    responses={
        **declared(),
        200: {
            "description": "Prometheus' text format",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
    },
    dependencies=[needs("metrics")],
)
async def metrics(request: Request) -> Response:
    service = service_of(request)
    return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


@router.get(
    "/v1/models",
    operation_id="models",
    summary="List the weights: licence, training data, measured value",
    response_model=list[Model],
    responses=declared(),
    dependencies=[needs(None)],
)
async def models() -> Response:
    return JSONResponse(await asyncio.to_thread(_entries))


@cache
def _entries() -> list[dict[str, Any]]:
    """All weights; their files are read and compared with their checksums once."""
    return [entry(record, weight_state(record)) for record in shipped_records().values()]
