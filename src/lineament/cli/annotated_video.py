"""A video with the faces drawn in, written frame by frame."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from lineament.errors import ConfigError
from lineament.face import ByteArray
from lineament.picture_file.opencv_log import silenced

SUFFIX = ".mp4"
CODEC = "mp4v"
"""MPEG-4 Part 2, the one codec of MP4 files that every build of OpenCV can write."""


class AnnotatedVideo:
    """An MP4 file; frames of another size than the first are scaled to it.

    Args:
        path: the file, whose folder exists.
        rate: frames per second.
    """

    def __init__(self, path: Path, rate: float) -> None:
        self.path = path
        self._rate = rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, image: ByteArray) -> None:
        """Add a frame, (H,W,3) uint8 RGB.

        Raises:
            ConfigError: the file cannot be written.
        """
        if self._writer is None:
            self._size = (image.shape[1], image.shape[0])
            with silenced():
                code = cv2.VideoWriter.fourcc(*CODEC)
                self._writer = cv2.VideoWriter(str(self.path), code, self._rate, self._size)
        if not self._writer.isOpened():
            raise ConfigError(f"cannot write the video {self.path}; choose another place")
        if (image.shape[1], image.shape[0]) != self._size:
            image = np.asarray(cv2.resize(image, self._size), dtype=np.uint8)
        self._writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()
