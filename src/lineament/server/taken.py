"""The way of every request that brings pictures: a place in the house, then its form."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from fastapi import Request

from lineament.server.form import read_form
from lineament.server.problem import Problem
from lineament.server.service import Service, service_of
from lineament.strict import Strict

MOST_DIGITS = 16

Form = TypeVar("Form", bound=Strict)


@contextmanager
def taken(request: Request) -> Iterator[None]:
    """Hold a place for a request without a body.

    Raises:
        Problem: as of `Admission.place`.
    """
    with service_of(request).admission.place(0):
        yield


@asynccontextmanager
async def taken_form(request: Request, model: type[Form]) -> AsyncIterator[tuple[Form, Service]]:
    """Hold a place for a request from before its form is read until it is answered.

    Where the client goes away in the meantime the work on it is dropped.

    Raises:
        Problem: as of `Admission.place` and `read_form`.
    """
    service = service_of(request)
    told = request.headers.get("content-length", "")
    # Python refuses to read numbers of thousands of digits.
    known = told.isascii() and told.isdigit() and len(told) < MOST_DIGITS
    size = int(told) if known else service.settings.max_upload_bytes
    with service.admission.place(size):
        form = await read_form(request, model, service.settings)
        asker = asyncio.current_task()
        assert asker is not None
        watch = asyncio.create_task(_watch(request, asker))
        try:
            yield form, service
        except asyncio.CancelledError:
            if not watch.done() or watch.cancelled() or not watch.result():
                raise
            asker.uncancel()
            raise Problem(400, "wrong-request", "the client went away before the answer") from None
        finally:
            watch.cancel()


async def _watch(request: Request, asker: asyncio.Task[object]) -> bool:
    """Cancel whoever works for a client that goes away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asker.cancel()
    return True
