"""One run over photos and videos: read ahead, analyse, write, count."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lineament.analyzer import Analyzer
from lineament.cli.console import stderr
from lineament.cli.inputs import Inputs, Problem, Source
from lineament.cli.reading import Photo, read_all
from lineament.cli.video import count_frames
from lineament.cli.video_tracks import VideoTracks
from lineament.face import ByteArray, Face
from lineament.tracking.one_euro import OneEuroOptions


@dataclass(slots=True)
class Tally:
    """What a run came to.

    Attributes:
        found: source, frame, width, height and number of faces of each photo or frame.
        problems: the inputs that failed.
        tracks: how many tracks of faces the videos had; None where no video was read.
        seconds: wall time from the first read to the last write, without loading the networks.
    """

    found: list[tuple[str, int | None, int, int, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    tracks: int | None = None
    seconds: float = 0.0

    @property
    def pictures(self) -> int:
        return len(self.found)

    @property
    def faces(self) -> int:
        return sum(entry[-1] for entry in self.found)


class Receiver(Protocol):
    """What takes the results of a run, one photo or frame after the other."""

    def add(self, photo: Photo, faces: Sequence[Face], seconds: float) -> None:
        """Take the faces of one photo, and what time they took."""

    def fail(self, problem: Problem) -> None:
        """Take an input that could not be read."""


def run(
    analyzer: Analyzer,
    inputs: Inputs,
    results: Receiver,
    every: int,
    smooth: OneEuroOptions | None = None,
) -> Tally:
    """Send every input through the analyzer and its result to `results`.

    Faces of a video get their tracks and, with `smooth`, smoothed points. A picture that cannot
    be read is reported and the rest goes on. The time of a photo is its share of the time of its
    chunk, because the networks run on many photos at once.
    """
    tally = Tally()
    videos = VideoTracks(smooth)
    started = time.perf_counter()
    with _progress() as progress:
        task = progress.add_task("photos", total=_expected(inputs.sources, every))

        def fail(problem: Problem) -> None:
            tally.problems.append(problem)
            results.fail(problem)

        waiting: deque[Photo] = deque()

        def images() -> Iterator[ByteArray]:
            for item in read_all(inputs.sources, every):
                if isinstance(item, Problem):
                    fail(item)
                    progress.advance(task)
                else:
                    waiting.append(item)
                    yield item.image

        for problem in inputs.problems:
            fail(problem)
        share, begun = 0.0, time.perf_counter()
        chunk = 0
        for faces in analyzer.stream(images()):
            if chunk == 0:
                chunk = len(waiting)
                share = (time.perf_counter() - begun) / chunk
            photo = waiting.popleft()
            height, width = photo.image.shape[:2]
            results.add(photo, videos.follow(photo, faces), share)
            tally.found.append((photo.source.name, photo.frame, width, height, len(faces)))
            progress.advance(task)
            chunk -= 1
            if chunk == 0:
                begun = time.perf_counter()
    if any(frame is not None for _, frame, *_ in tally.found):
        tally.tracks = videos.tracks
    tally.seconds = time.perf_counter() - started
    return tally


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )


def _expected(sources: Sequence[Source], every: int) -> int:
    return sum(
        1 if source.kind == "photo" else count_frames(source.path, every) for source in sources
    )
