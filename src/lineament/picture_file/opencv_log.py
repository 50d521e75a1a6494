"""Keeps OpenCV's own log off the terminal while a picture is decoded.

What went wrong is in the `ImageError`; OpenCV would write the same to stderr a second time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2

_SILENT = 0
_lock = threading.Lock()
_inside = 0
_level_before: Any = None


def _functions() -> tuple[Callable[[], Any], Callable[[Any], Any]] | None:
    """OpenCV's getter and setter; OpenCV 5 keeps them elsewhere than OpenCV 4."""
    for place in (getattr(getattr(cv2, "utils", None), "logging", None), cv2):
        getter, setter = getattr(place, "getLogLevel", None), getattr(place, "setLogLevel", None)
        if getter and setter:
            return getter, setter
    return None


@contextmanager
def silenced() -> Iterator[None]:
    """OpenCV logs nothing inside; the level from before is back after the last thread left."""
    global _inside, _level_before
    functions = _functions()
    if functions is None:
        yield
        return
    getter, setter = functions
    with _lock:
        if _inside == 0:
            _level_before = getter()
            setter(_SILENT)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                setter(_level_before)
