"""Threads that decode the pictures of many requests and run the networks on batches of them."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from lineament.analyzer import CHUNK_PIXELS, Analyzer
from lineament.errors import ImageError, LineamentError
from lineament.face import ByteArray, Face
from lineament.image import read
from lineament.picture_file.header import read_header
from lineament.picture_file.kind import FORMATS, described, recognised
from lineament.server.allocator import give_back
from lineament.server.batch_queue import BatchQueue
from lineament.server.metrics import Metrics
from lineament.server.problem import Problem
from lineament.server.settings import ServerSettings

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_SMOOTHING = 0.1

_GIVE_BACK_EVERY = 50
"""Batches of a worker after which free memory goes back to the system."""


class Work(NamedTuple):
    """What a picture is looked at for; pictures of the same work share batches."""

    heads: tuple[str, ...]
    min_score: float | None = None


class Photo(NamedTuple):
    """A picture and what was found in it.

    Attributes:
        image: (H,W,3) uint8 RGB.
        faces: best score first.
    """

    image: ByteArray
    faces: list[Face]


@dataclass(slots=True)
class _Job:
    data: bytes
    finish: Callable[[Photo], Any]
    future: Future[Any]


class PhotoWorkers:
    """One thread for each core, each with batches of its own over networks that all share.

    Args:
        analyzer: with every head that the server offers.
        settings: bounds.
        metrics: where batches and faces are counted.
    """

    def __init__(self, analyzer: Analyzer, settings: ServerSettings, metrics: Metrics) -> None:
        self.analyzer = analyzer
        self._settings, self._metrics = settings, metrics
        self._queue: BatchQueue[_Job] = BatchQueue(settings.max_batch, settings.max_wait)
        self._seconds_each = 0.1
        self._threads = [
            threading.Thread(target=self._work, name=f"photos-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        metrics.waiting_pictures.set_function(lambda: len(self._queue))
        for thread in self._threads:
            thread.start()

    @property
    def expected_wait(self) -> float:
        """Seconds after which a picture that is put now would be done."""
        return (len(self._queue) + 1) * self._seconds_each / len(self._threads)

    async def look(
        self, pictures: Sequence[bytes], work: Work, finish: Callable[[Photo], Answer]
    ) -> list[Answer]:
        """What becomes of pictures, in their order.

        Args:
            pictures: the bytes of each file.
            work: heads and least score.
            finish: makes the answer of a picture; it runs in a worker, off the event loop.

        Raises:
            Problem: a picture is too large, of another format or damaged.
        """
        futures: list[Future[Answer]] = [self._put(data, work, finish) for data in pictures]
        try:
            answers = await asyncio.gather(
                *map(asyncio.wrap_future, futures), return_exceptions=True
            )
            return [_given(answer, place, len(pictures)) for place, answer in enumerate(answers)]
        finally:
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """Finish what was put and end the threads."""
        self._queue.close()
        for thread in self._threads:
            thread.join()

    def _put(self, data: bytes, work: Work, finish: Callable[[Photo], Answer]) -> Future[Answer]:
        future: Future[Answer] = Future()
        try:
            self._queue.put(work, _Job(data, finish, future))
        except RuntimeError:
            raise Problem(
                503,
                "stopping",
                "the server is stopping and takes no new requests; ask again after a while",
                headers={"Retry-After": "5"},
            ) from None
        return future

    def _work(self) -> None:
        batches = itertools.count(1)
        while (taken := self._queue.take()) is not None:
            work, jobs = taken
            assert isinstance(work, Work)
            started = time.perf_counter()
            wanted = [job for job in jobs if job.future.set_running_or_notify_cancel()]
            self._metrics.batch_pictures.observe(len(wanted))
            self._decode_and_run(work, wanted)
            if wanted:
                each = (time.perf_counter() - started) / len(wanted)
                self._seconds_each += _SMOOTHING * (each - self._seconds_each)
            if next(batches) % _GIVE_BACK_EVERY == 0:
                give_back()

    def _decode_and_run(self, work: Work, jobs: Sequence[_Job]) -> None:
        """Decode and run in groups that keep the memory of one chunk of the analyzer."""
        group: list[tuple[_Job, ByteArray]] = []
        pixels = 0
        for job in jobs:
            try:
                image = self._decoded(job.data)
            except Exception as error:  # a fault of one picture is its own answer
                job.future.set_exception(error)
                continue
            group.append((job, image))
            pixels += image.shape[0] * image.shape[1]
            if pixels >= CHUNK_PIXELS:
                self._run(work, group)
                group, pixels = [], 0
        if group:
            self._run(work, group)

    def _decoded(self, data: bytes) -> ByteArray:
        most = self._settings.max_pixels
        if data and recognised(data) is None:
            raise Problem(
                415,
                "wrong-type",
                f"got bytes that look like {described(data)}, expected a picture: "
                f"{', '.join(FORMATS)}",
            )
        try:
            if data:
                header = read_header(data)
                if header.width * header.height > most:
                    raise Problem(
                        413,
                        "too-large",
                        f"got a picture of {header.width} x {header.height} = "
                        f"{header.width * header.height:,} pixels, the limit is {most:,}; scale "
                        "it down",
                    )
            return read(data, max_pixels=most, max_bytes=self._settings.max_upload_bytes)
        except ImageError as error:
            text = str(error).replace("the given bytes", "the picture")
            raise Problem(422, "unreadable-picture", text) from None

    def _run(self, work: Work, group: Sequence[tuple[_Job, ByteArray]]) -> None:
        try:
            analyzer = self.analyzer.only(work.heads, min_score=work.min_score)
            found = analyzer.analyze_many(image for _, image in group)
        except Exception as error:
            if len(group) > 1:
                # One picture must not take the others of its batch with it.
                for each in group:
                    self._run(work, [each])
                return
            # The package's own errors say what is wrong with a weight, and nothing of the picture.
            why = str(error) if isinstance(error, LineamentError) else type(error).__name__
            logger.exception("a picture failed in the networks", extra={"data": {"why": why}})
            group[0][0].future.set_exception(error)
            return
        for (job, image), faces in zip(group, found, strict=True):
            self._metrics.faces.inc(len(faces))
            try:
                job.future.set_result(job.finish(Photo(image, faces)))
            except Exception as error:  # its own answer too
                job.future.set_exception(error)


def _given(answer: Answer | BaseException, place: int, count: int) -> Answer:
    """An answer, or its error, which of several pictures says which one it is of."""
    if isinstance(answer, Problem) and count > 1:
        detail = f"picture {place + 1} of {count}: {answer.detail}"
        raise Problem(answer.status, answer.kind, detail, headers=answer.headers)
    if isinstance(answer, BaseException):
        raise answer
    return answer
