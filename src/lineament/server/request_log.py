"""Round every request: a number, a line in the log, the counters, and an answer to any failure."""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineament.server.metrics import Metrics
from lineament.server.problem import Problem

logger = logging.getLogger("lineament.server")

UNKNOWN_ROUTE = "(none)"


class RequestLog:
    """ASGI middleware. The log names the route, never the path or the query, which hold ids, and
    never an address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, numbered)
        except Exception:
            logger.exception("request failed", extra={"data": {"request": request_id}})
            if status:
                raise
            problem = Problem(
                500,
                "failed",
                "the server failed at this request; try again, and if it fails again tell the "
                "operator the number of the request",
            )
            await problem.response(request_id)(scope, receive, numbered)
        finally:
            self._count(scope, status, time.perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
        method = scope["method"] if route != UNKNOWN_ROUTE else "(any)"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        state: dict[str, Any] = scope["state"]
        logger.info(
            "request",
            extra={
                "data": {
                    "request": state["request_id"],
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1e3, 1),
                    "key": state.get("key"),
                }
            },
        )
