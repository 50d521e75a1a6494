"""Frames of a video file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import ImageError
from lineament.face import ByteArray
from lineament.picture_file.opencv_log import silenced

logger = logging.getLogger(__name__)

# FFmpeg writes about damaged files straight to stderr; the errors below say it in our words.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

UNKNOWN_RATE = 25.0
"""Frames per second taken where a file does not say, so that its frames have a time."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a video.

    Attributes:
        index: its number, from 0.
        seconds: its time from the start of the video.
        image: (H,W,3) uint8 RGB, turned as the video says.
    """

    index: int
    seconds: float
    image: ByteArray


def read_frames(path: Path, every: int = 1) -> Iterator[Frame]:
    """Every `every`-th frame of a video, the first one included.

    Frames in between are skipped without being converted. A video that breaks off gives the
    frames up to there, with a warning in the log.

    Raises:
        ImageError: the file cannot be opened as a video or has no frame that can be read.
        ValueError: `every` is below one.
    """
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}")
    capture = _opened(path)
    try:
        if not capture.isOpened():
            raise ImageError(_unreadable(path))
        rate = capture.get(cv2.CAP_PROP_FPS)
        rate = rate if 0 < rate < 1000 else UNKNOWN_RATE
        index = 0
        while capture.grab():
            if index % every == 0:
                good, image = capture.retrieve()
                if not good:
                    break
                yield Frame(index, index / rate, _rgb(image))
            index += 1
        if index == 0:
            raise ImageError(_unreadable(path))
        promised = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        if index < promised:
            logger.warning("%s: read %d of the %d frames that it promises", path, index, promised)
    finally:
        capture.release()


def count_frames(path: Path, every: int = 1) -> int:
    """How many frames `read_frames` will give, as far as the file says; at least 1."""
    capture = _opened(path)
    try:
        frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
    finally:
        capture.release()
    return max(-(-frames // every), 1)


def frame_rate(path: Path) -> float:
    """Frames per second as the file says; 25 where it does not."""
    capture = _opened(path)
    try:
        rate = float(capture.get(cv2.CAP_PROP_FPS)) if capture.isOpened() else 0.0
    finally:
        capture.release()
    return rate if 0 < rate < 1000 else UNKNOWN_RATE


def _opened(path: Path) -> cv2.VideoCapture:
    with silenced():
        return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def _rgb(image: object) -> ByteArray:
    return np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _unreadable(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError as error:
        return f"cannot read the video {path}: {error.strerror}"
    if size == 0:
        return f"{path} is empty (0 bytes); expected a video"
    return (
        f"{path} cannot be read as a video ({size} bytes); expected a complete MP4, AVI, MOV, "
        "MKV or WebM file in a codec that OpenCV can decode"
    )
