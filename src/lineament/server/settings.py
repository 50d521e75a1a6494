"""What bounds a running server."""

from __future__ import annotations

from pydantic import Field

from lineament.runtime import usable_cores
from lineament.strict import Strict

MIB = 2**20


class ServerSettings(Strict):
    """Limits of the server; every one keeps memory or time within a bound.

    Attributes:
        max_upload_bytes: most bytes of one picture.
        max_pixels: most width x height of one picture, read from its header before decoding.
        max_pictures: most pictures of one request.
        upload_seconds: time that a request may take to arrive.
        queue: most requests that are taken at once, waiting or under way; more are told to come
            again.
        queue_bytes: most bytes of uploads that are held at once.
        workers: threads that decode pictures and run networks; by default one for each core.
        threads: threads of one network run.
        max_batch: most pictures that go through the networks together.
        max_wait: seconds that a picture may wait for others to fill its batch.
        drain_seconds: time that requests under way have to finish when the server stops.
    """

    max_upload_bytes: int = Field(default=20 * MIB, gt=0)
    max_pixels: int = Field(default=50_000_000, gt=0)
    max_pictures: int = Field(default=16, gt=0)
    upload_seconds: float = Field(default=30, gt=0)
    queue: int = Field(default=128, gt=0)
    queue_bytes: int = Field(default=512 * MIB, gt=0)
    workers: int = Field(default_factory=usable_cores, gt=0)
    threads: int = Field(default=1, gt=0)
    max_batch: int = Field(default=8, gt=0)
    max_wait: float = Field(default=0.005, ge=0)
    drain_seconds: float = Field(default=30, ge=0)
