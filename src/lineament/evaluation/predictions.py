"""Run detector and landmarks over a dataset's photos, in batches, while a thread reads on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import DataError, WeightError
from lineament.evaluation.matching import truth_box
from lineament.face import ByteArray, FloatArray
from lineament.landmarks.schemes import find_scheme
from lineament.weights import WeightRecord

if TYPE_CHECKING:
    from lineament.detection import Detector

BoxSource = Literal["detector", "truth", "dataset"]
"""Where the landmarks get their boxes; all but `detector` give one box for each labelled face."""

Progress = Callable[[int, int], None]
"""Called with the photos done and the photos in all."""

BATCH_PHOTOS = 16
BATCH_PIXELS = 32_000_000
"""Photos that go through the networks together: at most so many, and no more once their pixels
reach this sum."""

READ_AHEAD = 8
"""Photos decoded in advance."""


class Estimator(Protocol):
    """What landmarks are asked of; `lineament.landmarks.estimator` has the real one."""

    @property
    def record(self) -> WeightRecord: ...

    @property
    def scheme(self) -> str: ...

    def estimate(
        self, images: Sequence[ByteArray], boxes: Sequence[FloatArray]
    ) -> list[FloatArray]:
        """(Ni,L,2) photo pixels for the (Ni,4) boxes of every photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Every face predicted in every photo, K in all, in the order of the photos.

    Attributes:
        photo: (K,) int64, index of the labelled face in the listing, whose photo it is.
        boxes: (K,4) float32, x1 y1 x2 y2 in photo pixels, best score of a photo first.
        scores: (K,) float32; 1 where the box did not come from a detector.
        points: (K,L,2) float32 in photo pixels.
    """

    photo: NDArray[np.int64]
    boxes: FloatArray
    scores: FloatArray
    points: FloatArray

    def of(self, photo: int) -> tuple[FloatArray, FloatArray]:
        """Boxes (Ki,4) and points (Ki,L,2) of one photo."""
        first, last = np.searchsorted(self.photo, [photo, photo + 1])
        return self.boxes[first:last], self.points[first:last]


def predict(
    faces: Sequence[LabelledFace],
    estimator: Estimator,
    detector: Detector | None,
    progress: Progress | None = None,
    source: BoxSource | None = None,
) -> Predictions:
    """Run detector and landmarks over the photos of all faces, in batches, while a thread reads on.

    Args:
        faces: the labelled faces, a photo each; their truth is looked at only where `source`
            says so.
        estimator: landmarks, computed for every box of a photo.
        detector: finds the boxes; without one they are those of `given_box`.
        progress: called after every batch.
        source: `truth` or `dataset` where there is no detector; `truth` if not given.

    Raises:
        ImageError: a picture cannot be read.
        DataError: the dataset gives no box for a face whose box was asked for.
        WeightError: the landmarks are not finite numbers.
    """
    photo: list[int] = []
    boxes: list[FloatArray] = []
    scores: list[FloatArray] = []
    points: list[FloatArray] = []
    done = 0
    for batch in photo_batches(read_ahead([face.image for face in faces])):
        start, done = done, done + len(batch)
        if detector is None:
            here = [given_box(face, source or "truth")[None] for face in faces[start:done]]
            sure = [np.ones(1, dtype=np.float32) for _ in batch]
        else:
            detections = detector.detect(batch)
            here = [found.boxes for found in detections]
            sure = [found.scores for found in detections]
        for place, rows in enumerate(here, start):
            photo += [place] * len(rows)
        boxes += here
        scores += sure
        points += _finite(estimator, estimator.estimate(batch, here))
        if progress:
            progress(done, len(faces))
    return Predictions(
        photo=np.array(photo, dtype=np.int64),
        boxes=np.concatenate(boxes).astype(np.float32),
        scores=np.concatenate(scores).astype(np.float32),
        points=np.concatenate(points).astype(np.float32),
    )


def given_box(face: LabelledFace, source: BoxSource) -> FloatArray:
    """The box (4,) x1 y1 x2 y2 of a face that no detector found: `truth` or `dataset`.

    Raises:
        DataError: the dataset gives no box for this face.
    """
    if source == "dataset":
        if face.box is None:
            raise DataError(
                f"face {face.name} has no box of its dataset, expected one for --boxes dataset; "
                "choose --boxes detector or --boxes truth"
            )
        return face.box
    return truth_box(face.points, find_scheme(face.scheme))


def _finite(estimator: Estimator, points: list[FloatArray]) -> list[FloatArray]:
    if not all(np.isfinite(faces).all() for faces in points):
        raise WeightError(
            f"weight {estimator.record.name}: got NaN or infinity among the points, expected "
            "finite pixels; check its input contract or its training"
        )
    return points


def photo_batches(pictures: Iterator[ByteArray]) -> Iterator[list[ByteArray]]:
    """The pictures in order, in groups that go through the networks together."""
    batch: list[ByteArray] = []
    for picture in pictures:
        batch.append(picture)
        pixels = sum(one.shape[0] * one.shape[1] for one in batch)
        if len(batch) == BATCH_PHOTOS or pixels >= BATCH_PIXELS:
            yield batch
            batch = []
    if batch:
        yield batch


def read_ahead(paths: Sequence[Path]) -> Iterator[ByteArray]:
    """The pictures in order, decoded in one thread, at most `READ_AHEAD` in advance."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read")
    waiting: deque[Future[ByteArray]] = deque()
    left = iter(paths)
    try:
        waiting.extend(pool.submit(image.read, path) for path in islice(left, READ_AHEAD))
        while waiting:
            picture = waiting.popleft().result()
            waiting.extend(pool.submit(image.read, path) for path in islice(left, 1))
            yield picture
    finally:
        pool.shutdown(cancel_futures=True)
