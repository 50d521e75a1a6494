"""Which face of this frame is which face of the frames before.

A track is followed by its box alone: it is expected to go on as it moved (constant velocity), and
takes the face that overlaps the expected box best. Both boxes are grown before they are compared,
the more the longer the track was not seen, so that a quick face is not lost (buffered IoU; Yang
et al., "Hard To Track Objects With Irregular Motions and Similar Appearances? Make It Easier by
Buffering the Matching Space", WACV 2023). All times are seconds of the video, never frames.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lineament.face import Box, FloatArray
from lineament.geometry import overlap
from lineament.strict import Strict
from lineament.tracking.assignment import assign

Floats = NDArray[np.float64]

LEAST_BUFFER, MOST_BUFFER = 0.1, 0.5
"""How far a box is grown on each side, in sides of the face."""

SLOWING = 0.1
"""Seconds over which a velocity is averaged."""

LONGEST_PREDICTION = 0.3
"""Seconds for which a lost face is expected to go on moving; after them it is expected to stay."""


class TrackerOptions(Strict):
    """Attributes:
    memory: seconds for which a face that is not found keeps its track. A face that is found
        later begins a new one.
    least_overlap: of the grown boxes, from which a face may belong to a track.
    top_speed: sides of the face per second by which a face may stray from where it was
        expected.
    """

    memory: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    least_overlap: float = Field(default=0.2, gt=0, lt=1)
    top_speed: float = Field(default=5.0, gt=0, allow_inf_nan=False)


@dataclass(slots=True)
class _Track:
    """Where a face was last found: middle (2,), size (2,), pixels; velocity (2,) in sides of
    the face per second, None while it was found once only."""

    number: int
    middle: Floats
    size: Floats
    seconds: float
    velocity: Floats | None = None

    @property
    def side(self) -> float:
        return math.sqrt(float(self.size.prod()))

    def expected(self, seconds: float) -> Floats:
        """(4,) the box x1 y1 x2 y2 at a time."""
        passed = min(seconds - self.seconds, LONGEST_PREDICTION)
        middle = self.middle
        if self.velocity is not None:
            middle = middle + self.velocity * self.side * passed
        return np.concatenate([middle - self.size / 2, middle + self.size / 2])

    def take(self, box: Box, seconds: float) -> None:
        """The face was found again."""
        middle, passed = np.array(box.centre), seconds - self.seconds
        if passed > 0:
            moved = (middle - self.middle) / passed / self.side
            if self.velocity is None:
                self.velocity = moved
            else:
                share = 1 - math.exp(-passed / SLOWING)
                self.velocity = self.velocity + share * (moved - self.velocity)
        self.middle, self.seconds = middle, seconds
        self.size = np.array([box.width, box.height])


class FaceTracker:
    """Follows the faces of one video, frame by frame; the same frames give the same tracks.

    A face has a track from the first frame in which it is found: nothing waits for a second
    look, so no frame lacks a number. Numbers start at 1 and none is used twice. Who a person is
    is not known: a face that returns after `memory` seconds gets a new number.

    Args:
        options: see `TrackerOptions`.
    """

    def __init__(self, options: TrackerOptions | None = None) -> None:
        self.options = options or TrackerOptions()
        self._tracks: list[_Track] = []
        self._used = 0
        self._seconds = -math.inf

    @property
    def used(self) -> int:
        """How many tracks there were so far; also the greatest number."""
        return self._used

    def cut(self) -> None:
        """End all tracks, as where a video cuts to another scene."""
        self._tracks = []

    def update(self, boxes: Sequence[Box], seconds: float) -> list[int]:
        """The tracks of the faces of the next frame.

        Args:
            boxes: of the faces, in pixels of the frame.
            seconds: time of the frame, no earlier than that of the frame before.

        Returns:
            The number of each face's track, in the order of the boxes.

        Raises:
            ValueError: the time runs backwards.
        """
        if seconds < self._seconds:
            raise ValueError(f"got a frame at {seconds} s after one at {self._seconds} s")
        self._seconds = seconds
        memory = self.options.memory
        self._tracks = [each for each in self._tracks if seconds - each.seconds <= memory + 1e-9]
        numbers = [0] * len(boxes)
        for index, column in assign(self._scores(boxes, seconds)):
            track = self._tracks[index]
            track.take(boxes[column], seconds)
            numbers[column] = track.number
        for column, box in enumerate(boxes):
            if not numbers[column]:
                numbers[column] = self._begin(box, seconds)
        return numbers

    def _begin(self, box: Box, seconds: float) -> int:
        self._used += 1
        size = np.array([box.width, box.height])
        self._tracks.append(_Track(self._used, np.array(box.centre), size, seconds))
        return self._used

    def _scores(self, boxes: Sequence[Box], seconds: float) -> Floats:
        """(T,N) overlap of each track with each box, both grown; 0 where they do not belong
        together."""
        scores = np.zeros((len(self._tracks), len(boxes)))
        found = np.array([(box.x1, box.y1, box.x2, box.y2) for box in boxes]).reshape(-1, 4)
        for row, track in enumerate(self._tracks if boxes else []):
            buffer = self.options.top_speed * (seconds - track.seconds) / 2
            buffer = min(max(buffer, LEAST_BUFFER), MOST_BUFFER)
            expected = _grown(track.expected(seconds)[None], buffer)
            scores[row] = overlap(expected, _grown(found, buffer))[0]
        return np.where(scores >= self.options.least_overlap, scores, 0.0)


def _grown(boxes: Floats, buffer: float) -> FloatArray:
    """Boxes (N,4) moved out on each side by a share of their own width and height."""
    margin = buffer * (boxes[:, 2:] - boxes[:, :2])
    return np.concatenate([boxes[:, :2] - margin, boxes[:, 2:] + margin], axis=1).astype(np.float32)
