"""Many clients at once on plain sockets: as little work for each request as Python allows.

Every client holds one connection, sends its next request when it has the last answer, and waits
as long as `Retry-After` says where the server is busy.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

BOUNDARY = "lineament-benchmark-boundary"


@dataclass(slots=True)
class Load:
    """What the clients saw.

    Attributes:
        seconds: that it took.
        latencies: seconds of every request that was answered with 200.
        statuses: answers by status.
        failures: connections that broke, by error.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def throughput(self) -> float:
        """Requests answered with 200 in a second."""
        return self.statuses[200] / self.seconds

    def latency(self, part: float) -> float:
        """The latency in seconds that this part of the requests stays below."""
        ordered = sorted(self.latencies)
        return ordered[min(int(part * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def form_request(path: str, host: str, fields: dict[str, str], picture: bytes) -> bytes:
    """A POST with a form of texts and one file named `picture`, ready to be sent."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in fields.items()
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="picture"; filename="a"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
    )
    body = b"".join([*parts, picture, f"\r\n--{BOUNDARY}--\r\n".encode()])
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    return head.encode() + body


async def run_load(
    host: str,
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int,
    seconds: float | None = None,
    count: int | None = None,
    watch: Callable[[int], None] = lambda _: None,
) -> Load:
    """Let clients ask.

    Args:
        host, port: of the server.
        requests: each request is one of these.
        clients: how many ask at the same time.
        seconds: end after this time, or
        count: after so many requests were answered with 200.
        watch: called with the number of requests answered with 200 after each of them.
    """
    load = Load()
    started = time.perf_counter()
    ends = started + (seconds or 1e9)

    def over() -> bool:
        return time.perf_counter() >= ends or (count is not None and load.statuses[200] >= count)

    async def client(number: int) -> None:
        chosen = random.Random(number)
        connection = None
        while not over():
            try:
                if connection is None:
                    connection = await asyncio.open_connection(host, port)
                before = time.perf_counter()
                status, retry, closes = await ask(*connection, chosen.choice(requests))
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                load.failures[type(error).__name__] += 1
                connection = None
                await asyncio.sleep(0.1)
                continue
            load.statuses[status] += 1
            if status == 200:
                load.latencies.append(time.perf_counter() - before)
                watch(load.statuses[200])
            if closes:
                connection[1].close()
                connection = None
            if retry:
                await asyncio.sleep(min(retry, max(ends - time.perf_counter(), 0)))
        if connection:
            connection[1].close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    load.seconds = time.perf_counter() - started
    return load


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, float, bool]:
    """Send a request and read its answer: status, seconds to wait before the next try, and
    whether the connection ends."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    first, _, rest = head.partition("\r\n")
    headers = dict(line.split(": ", 1) for line in rest.split("\r\n") if ": " in line)
    await reader.readexactly(int(headers["content-length"]))
    closes = headers.get("connection") == "close"
    return int(first.split()[1]), float(headers.get("retry-after", 0)), closes
