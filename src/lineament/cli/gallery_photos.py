"""Photos for a gallery: read, faces found and embedded, with a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lineament.cli.console import stderr
from lineament.cli.inputs import Problem, Source

if TYPE_CHECKING:
    from lineament.analyzer import Analyzer
    from lineament.cli.reading import Photo
    from lineament.face import Face

CHUNK = 8
NO_FACE = "NoFace"


def embedding_analyzer(
    record: str | None, detector: str, min_score: float | None, device: str, threads: int | None
) -> Analyzer:
    """An analyzer that embeds every face."""
    from lineament.analyzer import Analyzer
    from lineament.detection import DetectionOptions

    return Analyzer(
        ("embedding",),
        detector=detector,
        records=[record] if record else [],
        options=DetectionOptions() if min_score is None else DetectionOptions(min_score=min_score),
        device=device,
        threads=threads,
    )


def embedded(
    analyzer: Analyzer, sources: Sequence[Source]
) -> Iterator[tuple[Source, Photo, list[Face]] | tuple[Source, Problem, None]]:
    """Every photo with its faces, in order; a file that cannot be read gives a problem."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from lineament.cli.reading import Photo, read_all

    photos = [source for source in sources if source.kind == "photo"]
    items = iter(zip(photos, read_all(photos, every=1), strict=True))
    bar = Progress(
        *(TextColumn("photos"), BarColumn(), MofNCompleteColumn(), Remaining()),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    )
    with bar:
        task = bar.add_task("photos", total=len(photos))
        while some := list(islice(items, CHUNK)):
            good = [item.image for _, item in some if isinstance(item, Photo)]
            found = iter(analyzer.analyze_many(good))
            for source, item in some:
                if isinstance(item, Photo):
                    yield source, item, next(found)
                else:
                    yield source, item, None
            bar.advance(task, len(some))


def largest(faces: Sequence[Face]) -> Face | None:
    """The face with the largest box; None of none."""
    return max(faces, key=lambda face: face.box.width * face.box.height, default=None)


def no_face(source: Source) -> Problem:
    """What is said of a photo without a face."""
    return Problem(
        source.name,
        NO_FACE,
        "no face found, expected one; give a picture that shows the face larger or more clearly, "
        "or lower --min-score",
    )
