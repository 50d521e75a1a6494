"""Photos and frames, read in a thread while the networks run on those before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from lineament import image
from lineament.cli.inputs import Problem, Source
from lineament.cli.video import read_frames
from lineament.errors import LineamentError
from lineament.face import ByteArray

T = TypeVar("T")

AHEAD = 4


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, or a frame of a video, that was read.

    Attributes:
        image: (H,W,3) uint8 RGB.
        frame, seconds: place in the video; None for a photo.
    """

    source: Source
    image: ByteArray
    frame: int | None = None
    seconds: float | None = None


def read_all(sources: Sequence[Source], every: int) -> Iterator[Photo | Problem]:
    """Every photo and every `every`-th frame of a video; a broken file gives a `Problem`.

    A worker thread reads `AHEAD` pictures in advance.
    """
    return ahead(_in_turn(sources, every), AHEAD)


def ahead(items: Iterator[T], depth: int) -> Iterator[T]:
    """The same items, the next `depth` of them made in a thread before they are asked for."""
    end = object()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as pool:
        waiting = deque(pool.submit(next, items, end) for _ in range(depth))
        try:
            while (item := waiting.popleft().result()) is not end:
                waiting.append(pool.submit(next, items, end))
                yield item  # type: ignore[misc]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_turn(sources: Sequence[Source], every: int) -> Iterator[Photo | Problem]:
    for source in sources:
        try:
            if source.kind == "photo":
                yield Photo(source, image.read(source.path))
            else:
                for frame in read_frames(source.path, every):
                    yield Photo(source, frame.image, frame.index, frame.seconds)
        except LineamentError as error:
            yield Problem(source.name, type(error).__name__, str(error))
