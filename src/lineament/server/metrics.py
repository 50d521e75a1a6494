"""What Prometheus may ask: requests, times, batches, memory. No label names a person."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 32)


class Metrics:
    """The counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        own = self.registry = CollectorRegistry()
        ProcessCollector(registry=own)
        PlatformCollector(registry=own)
        self.requests = Counter(
            "lineament_requests", "Requests answered", ["method", "route", "status"], registry=own
        )
        self.request_seconds = Histogram(
            "lineament_request_seconds",
            "Time from the first byte of a request to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=own,
        )
        self.under_way = Gauge(
            "lineament_requests_under_way", "Requests that hold a place", registry=own
        )
        self.waiting_pictures = Gauge(
            "lineament_pictures_waiting", "Pictures that no worker has taken yet", registry=own
        )
        self.batch_pictures = Histogram(
            "lineament_batch_pictures",
            "Pictures that a worker took together",
            buckets=_SIZES,
            registry=own,
        )
        self.faces = Counter("lineament_faces", "Faces found", registry=own)

    def watch_requests(self, count: Callable[[], float]) -> None:
        """Ask `count` for the requests that hold a place."""
        self.under_way.set_function(count)

    def text(self) -> bytes:
        """All values in Prometheus' text format."""
        return generate_latest(self.registry)
