"""The clock of benchmarks/detectors.py: the same for our detectors and for those of others.

It needs numpy and nothing of Lineament, so that it also runs in the Python that has the peers.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.uint8]
Detect = Callable[[Sequence[Photo]], Sequence[int]]
"""Photos (H,W,3) uint8 RGB -> how many faces were found in each."""

SCENES = ("one", "batch", "large")
LARGE_SHARE = 20
"""A large photo is searched in so many fewer calls."""


def read_scene(folder: Path, scene: str) -> list[Photo]:
    """The photos of a scene, in order."""
    return [np.load(path) for path in sorted(folder.glob(f"{scene}-*.npy"))]


def timed(detect: Detect, folder: Path, rounds: int) -> dict[str, Any]:
    """Milliseconds, faces and peak memory by scene: array in, boxes out.

    Args:
        detect: the detector, ready to run.
        folder: of the scenes.
        rounds: calls of the first scene; fewer of the larger ones, in proportion.
    """
    found: dict[str, Any] = {}
    for scene in SCENES:
        photos = read_scene(folder, scene)
        calls = rounds // LARGE_SHARE if scene == "large" else rounds // len(photos)
        faces = [int(count) for count in detect(photos)]
        detect(photos)
        seconds = []
        for _ in range(max(calls, 3)):
            started = time.perf_counter()
            detect(photos)
            seconds.append(time.perf_counter() - started)
        each = 1e3 * np.array(seconds) / len(photos)
        found[scene] = {
            "ms": float(np.median(each)),
            "p95_ms": float(np.percentile(each, 95)),
            "faces": faces,
            "memory_mib": peak_memory(),
        }
    return found


def peak_memory() -> float:
    """MiB that this process held at most so far."""
    status = Path("/proc/self/status")
    if status.is_file():  # ru_maxrss of Linux counts the process that started this one too
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**10
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 2**20 if sys.platform == "darwin" else held / 2**10
