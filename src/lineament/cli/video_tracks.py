"""Tracks of every video of a run; photos pass through as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lineament.cli.reading import Photo
from lineament.face import Face
from lineament.tracking.one_euro import OneEuroOptions
from lineament.tracking.video_faces import VideoFaces


class VideoTracks:
    """Args:
    smooth: parameters of the One-Euro filter; None leaves the points as they were found.
    """

    def __init__(self, smooth: OneEuroOptions | None = None) -> None:
        self._smooth = smooth
        self._path: Path | None = None
        self._video = VideoFaces(smooth)
        self._before = 0

    @property
    def tracks(self) -> int:
        """How many tracks there were in all videos so far."""
        return self._before + self._video.tracks

    def follow(self, photo: Photo, faces: Sequence[Face]) -> list[Face]:
        """The faces of a photo as they are, those of a frame with their tracks; numbers begin
        anew in each video."""
        if photo.frame is None or photo.seconds is None:
            return list(faces)
        if photo.source.path != self._path:
            self._before = self.tracks
            self._path, self._video = photo.source.path, VideoFaces(self._smooth)
        return self._video.follow(photo.image, faces, photo.seconds)
