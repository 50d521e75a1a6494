"""Runs the application under uvicorn, and stops it so that nothing that was taken is lost."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from lineament.server.service import Service

logger = logging.getLogger(__name__)

KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than any `Retry-After`, so that whoever waits
for that long does not ask again at the moment at which the connection is closed."""


class GracefulServer(uvicorn.Server):
    """At the first signal it answers new requests with 503 and finishes those that it took; then,
    or at a second signal, it ends.

    Args:
        config: uvicorn's.
        service: what is drained.
        ready: called once it listens.
    """

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service, self._ready = service, ready
        self._drain: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is None or self._service.admission.stopping:
            super().handle_exit(sig, frame)
            return
        self._service.admission.stopping = True
        self._loop.call_soon_threadsafe(self._begin_to_stop, signal.Signals(sig).name)

    def _begin_to_stop(self, name: str) -> None:
        self._drain = asyncio.ensure_future(self._stop(name))

    async def _stop(self, name: str) -> None:
        admission = self._service.admission
        logger.warning(
            "stopping", extra={"data": {"signal": name, "under_way": admission.requests}}
        )
        if not await admission.drain(self._service.settings.drain_seconds):
            logger.error(
                "stopped before all was done", extra={"data": {"lost": admission.requests}}
            )
        self.should_exit = True


def serve(
    app: FastAPI,
    service: Service,
    listening: socket.socket,
    *,
    ready: Callable[[], None],
    tls: ssl.SSLContext | None = None,
) -> None:
    """Answer requests until a signal comes.

    Args:
        app: of `build_app`.
        service: is drained when a signal comes.
        listening: of `open_socket`.
        ready: called once the server listens.
        tls: for HTTPS.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE,
        backlog=2048,
    )
    config.load()
    config.ssl = tls
    GracefulServer(config, service, ready).run(sockets=[listening])
