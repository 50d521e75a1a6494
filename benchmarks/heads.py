"""Speed of attribute and parsing weights: a face from photo and box to its answers.

    python benchmarks/heads.py [WEIGHT ...] [--json]

A WEIGHT is a name of `lineament models` or a .toml record; without one, all shipped weights of the
two tasks are timed. The face is that of examples/astronaut.jpg set into 640 x 480 pixels, found
once. Two threads; medians. Run it on a machine that does nothing else.
"""

# ruff: noqa: E402 (the threads are bounded before libraries start theirs)

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

THREADS = 2
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

import cv2
import numpy as np

from lineament import read_image
from lineament.attributes.estimator import AttributeEstimator
from lineament.detection import load_detector
from lineament.face import ByteArray, FloatArray
from lineament.face_crops import cut
from lineament.landmarks.crops import box_square
from lineament.parsing.estimator import PartEstimator
from lineament.weights import DetectorBox, WeightRecord, find_record, shipped_records

PHOTO = Path(__file__).parent.parent / "examples" / "astronaut.jpg"
TASKS = ("attributes", "parsing")
FACES = 32
"""Faces of a batch."""


@dataclass(frozen=True, slots=True)
class Row:
    """One weight.

    Attributes:
        weight, task: its name and what it does.
        megabytes: of its networks.
        ms: median of one face in a call, from photo and box to the answer.
        network_ms: median of the network alone on a crop that is ready.
        batch_ms: median of a face in a call of 32.
        memory_mib: what the process had held at most when it was done, everything included.
    """

    weight: str
    task: str
    megabytes: float
    ms: float
    network_ms: float
    batch_ms: float
    memory_mib: float


def measured(record: WeightRecord, photo: ByteArray, box: FloatArray, rounds: int) -> Row:
    """All times of one weight."""
    head = (AttributeEstimator if record.task == "attributes" else PartEstimator)(
        record, threads=THREADS
    )
    contract = record.networks[0].input
    assert isinstance(contract.crop, DetectorBox)
    crops, _ = cut([photo], [box_square(contract.crop, box)], contract)
    many = [np.repeat(box[None], FACES, axis=0)]
    return Row(
        record.name,
        record.task,
        len(record.model_bytes()) / 1e6,
        _median(lambda: head.estimate([photo], [box[None]]), rounds),
        _median(lambda: head.session.run({contract.name: crops}), rounds),
        _median(lambda: head.estimate([photo], many), max(rounds // 10, 5)) / FACES,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| weight | MB | ms per face | network alone | ms in batches of 32 | peak memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.weight} | {row.megabytes:.2f} | {row.ms:.2f} | {row.network_ms:.2f} | "
        f"{row.batch_ms:.2f} | {row.memory_mib:.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


def _median(call: Callable[[], Any], rounds: int) -> float:
    """Milliseconds of one call, after three to warm up."""
    for _ in range(3):
        call()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return 1e3 * statistics.median(seconds)


def _photo() -> ByteArray:
    """640 x 480 with one face."""
    photo = np.full((480, 640, 3), 128, np.uint8)
    photo[:, 80:560] = cv2.resize(read_image(PHOTO), (480, 480), interpolation=cv2.INTER_AREA)
    return photo


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of attribute and parsing weights.")
    parser.add_argument("weights", nargs="*")
    parser.add_argument("--rounds", type=int, default=200, help="calls of one face")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    names = chosen.weights or [
        name for name, record in shipped_records().items() if record.task in TASKS
    ]
    photo = _photo()
    box = load_detector(threads=THREADS).detect([photo])[0].boxes[0]
    rows = [measured(find_record(name), photo, box, chosen.rounds) for name in names]
    print(json.dumps([asdict(row) for row in rows], indent=2) if chosen.json else table(rows))


if __name__ == "__main__":
    main()
