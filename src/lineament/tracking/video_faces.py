"""The faces of one video, frame by frame: numbered by track and, if wanted, smoothed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lineament.face import Box, ByteArray, Face, Landmarks
from lineament.landmarks.head_pose import known_poses
from lineament.tracking.one_euro import OneEuroFilter, OneEuroOptions
from lineament.tracking.scene_cut import SceneCuts
from lineament.tracking.tracker import FaceTracker, TrackerOptions


class VideoFaces:
    """Give it the frames of one video in their order; a second video needs another one.

        video = VideoFaces(smooth=OneEuroOptions())
        faces = video.follow(image, analyzer.analyze(image), seconds)

    Args:
        smooth: parameters of the One-Euro filter; None leaves the points as they were found.
        options: of the tracker.
    """

    def __init__(
        self, smooth: OneEuroOptions | None = None, options: TrackerOptions | None = None
    ) -> None:
        self._smooth = smooth
        self._tracker = FaceTracker(options)
        self._cuts = SceneCuts()
        self._filters: dict[int, OneEuroFilter] = {}
        self._last: dict[int, float] = {}

    @property
    def tracks(self) -> int:
        """How many tracks there were so far."""
        return self._tracker.used

    def follow(self, image: ByteArray, faces: Sequence[Face], seconds: float) -> list[Face]:
        """The faces of the next frame with their tracks, in the order given.

        With smoothing, `box`, `five_points` and `landmarks` are the smoothed ones and `pose` is
        that of the smoothed landmarks; the tracks follow the boxes as they were found.

        Args:
            image: the frame, (H,W,3) uint8 RGB; where it shows another scene than the frame
                before, all tracks end.
            faces: found in it.
            seconds: time of the frame.

        Raises:
            ValueError: the time runs backwards.
        """
        if self._cuts(image):
            self._tracker.cut()
        numbers = self._tracker.update([face.box for face in faces], seconds)
        numbered = [
            replace(face, track=number) for face, number in zip(faces, numbers, strict=True)
        ]
        if self._smooth is None:
            return numbered
        smoothed = [self._smoothed(face, seconds, self._smooth) for face in numbered]
        self._forget(seconds)
        return smoothed

    def _smoothed(self, face: Face, seconds: float, options: OneEuroOptions) -> Face:
        assert face.track is not None
        filter_ = self._filters.setdefault(face.track, OneEuroFilter(options))
        self._last[face.track] = seconds
        box = face.box
        extent = np.array([box.centre, (box.width, box.height)])
        marks = np.zeros((0, 2)) if face.landmarks is None else face.landmarks.points
        points = np.concatenate([extent, face.five_points, marks])
        points = filter_(points, seconds, math.sqrt(box.width * box.height))
        middle, half = points[0], points[1] / 2
        landmarks = pose = None
        if face.landmarks is not None:
            scheme = face.landmarks.scheme
            landmarks = Landmarks(points[7:].astype(np.float32), scheme)
            (pose,) = known_poses(landmarks.points[None], scheme)
        return replace(
            face,
            box=Box(*(float(edge) for edge in (*(middle - half), *(middle + half)))),
            five_points=points[2:7].astype(np.float32),
            landmarks=landmarks,
            pose=pose,
        )

    def _forget(self, seconds: float) -> None:
        """Drop the filters of tracks that have ended."""
        memory = self._tracker.options.memory
        for number in [each for each, last in self._last.items() if seconds - last > memory + 1e-9]:
            del self._filters[number], self._last[number]
