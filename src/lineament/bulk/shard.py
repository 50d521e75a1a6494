"""One shard: its pictures through the analyzer and into its tables. It knows nothing of Ray."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

from lineament import image
from lineament.analyzer import Analyzer
from lineament.bulk.face_rows import FaceRows
from lineament.bulk.listing import Listed
from lineament.bulk.picture_column import stored_pictures
from lineament.bulk.tables import BAD, FACES, PICTURES, ShardTables
from lineament.errors import ImageError
from lineament.face import ByteArray

READERS = 2
AHEAD = 8
"""Threads that read and decode, and pictures that wait for the networks."""


class ShardTally(NamedTuple):
    """What a shard came to: pictures read, faces found, pictures that could not be read."""

    shard: int
    pictures: int
    faces: int
    bad: int


def analyze_shard(
    analyzer: Analyzer, pictures: Sequence[Listed], *, column: str, folder: Path, shard: int
) -> ShardTally:
    """Write the tables of one shard.

    A picture that cannot be read has a row in the table `bad`, and the rest goes on.

    Args:
        analyzer: as the options of the run say.
        pictures: of the shard.
        column: of pictures that lie in a Parquet file.
        folder: of the results, with a folder for each table.
        shard: its number.

    Raises:
        OSError: a table cannot be written.
    """
    rows = FaceRows(analyzer.records)
    waiting: deque[tuple[str, ByteArray]] = deque()
    read = found = bad = 0
    with ShardTables(folder, shard, rows.schema) as tables:

        def images() -> Iterator[ByteArray]:
            nonlocal bad
            for picture, pixels in _decoded(pictures, column):
                if isinstance(pixels, ImageError):
                    bad += 1
                    problem = {"kind": type(pixels).__name__, "message": str(pixels)}
                    tables.add(BAD, {"source": picture.source, **problem})
                else:
                    waiting.append((picture.source, pixels))
                    yield pixels

        for faces in analyzer.stream(images()):
            source, pixels = waiting.popleft()
            height, width = pixels.shape[:2]
            size = {"width": width, "height": height, "faces": len(faces)}
            tables.add(PICTURES, {"source": source, **size})
            for number, face in enumerate(faces):
                tables.add(FACES, rows.row(source, number, face))
            read += 1
            found += len(faces)
        tables.finish()
    return ShardTally(shard, read, found, bad)


def _decoded(
    pictures: Sequence[Listed], column: str
) -> Iterator[tuple[Listed, ByteArray | ImageError]]:
    """Every picture with its pixels or why it has none, in order, read ahead by threads."""
    pending = _contents(pictures, column)
    with ThreadPoolExecutor(READERS, thread_name_prefix="bulk-reader") as pool:
        waiting: deque[tuple[Listed, Future[ByteArray | ImageError]]] = deque()

        def fill(count: int) -> None:
            for picture, content in islice(pending, count):
                waiting.append((picture, pool.submit(_read, picture, content)))

        try:
            fill(AHEAD)
            while waiting:
                picture, reading = waiting.popleft()
                yield picture, reading.result()
                fill(1)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _contents(pictures: Sequence[Listed], column: str) -> Iterator[tuple[Listed, bytes | None]]:
    """Every picture, with its bytes where they lie in a Parquet file."""
    stored = groupby(pictures, lambda one: one.file if one.row is not None else None)
    for file, group in stored:
        members = list(group)
        if file is None:
            yield from ((one, None) for one in members)
            continue
        rows = [one.row for one in members if one.row is not None]
        yield from zip(members, stored_pictures(file, column, rows), strict=True)


def _read(picture: Listed, content: bytes | None) -> ByteArray | ImageError:
    try:
        if picture.error is not None:
            raise ImageError(f"cannot read {picture.source}: {picture.error}")
        if picture.row is None:
            return image.read(picture.file)
        if content is None:
            raise ImageError(f"cannot read {picture.source}: the row holds no picture")
        return image.read(content)
    except ImageError as error:
        return error
