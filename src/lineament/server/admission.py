"""How much the server takes upon itself at once; what is more is told to come again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lineament.server.problem import Problem

LONGEST_RETRY = 60


class Admission:
    """Counts requests and their bytes from before they are read until they are answered.

    To be used on the event loop alone.

    Args:
        queue: most requests at once.
        queue_bytes: most bytes of uploads at once.
        expected_wait: seconds after which there will be room again.
    """

    def __init__(
        self, queue: int, queue_bytes: int, expected_wait: Callable[[], float] = lambda: 1.0
    ) -> None:
        self.requests = 0
        self.bytes = 0
        self.stopping = False
        self._queue, self._queue_bytes = queue, queue_bytes
        self._expected_wait = expected_wait
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def place(self, size: int) -> Iterator[None]:
        """Hold a place for a request.

        Args:
            size: bytes that it will bring, or the most that it may.

        Raises:
            Problem: 503, the server is stopping; 429, there is no room. Both say when to come
                again.
        """
        if self.stopping:
            raise Problem(
                503,
                "stopping",
                "the server is stopping and takes no new requests; ask again after a while",
                headers={"Retry-After": "5", "Connection": "close"},
            )
        # One request is let in whatever its size, so that none is refused for ever.
        if self.requests >= self._queue or (
            self.requests and self.bytes + size > self._queue_bytes
        ):
            seconds = min(max(math.ceil(self._expected_wait()), 1), LONGEST_RETRY)
            raise Problem(
                429,
                "busy",
                f"{self.requests} requests are waiting, as many as this server takes; ask again "
                f"in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )
        self.requests += 1
        self.bytes += size
        self._empty.clear()
        try:
            yield
        finally:
            self.requests -= 1
            self.bytes -= size
            if not self.requests:
                self._empty.set()

    async def drain(self, seconds: float) -> bool:
        """Take nothing new and wait until all is answered; whether that was in time."""
        self.stopping = True
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True
