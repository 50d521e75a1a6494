"""How fast one core composes pictures of groups.

    python benchmarks/groups.py data/cutouts [--backgrounds DIR] [--size 320] [--json]

Mean and median over so many pictures with the composer's usual options, everything counted but the
opening of the folders, on one thread. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import cv2  # noqa: E402 (the threads are bounded before libraries start theirs)

from lineament.synthesis.groups.composer import GroupComposer  # noqa: E402
from lineament.synthesis.groups.group_options import GroupOptions  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cutouts", type=Path)
    parser.add_argument("--backgrounds", type=Path)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    started = time.perf_counter()
    options = GroupOptions(width=arguments.size, height=arguments.size)
    composer = GroupComposer(arguments.cutouts, arguments.backgrounds, options)
    opened = time.perf_counter() - started
    composer.picture(0)
    spent, faces = [], 0
    for seed in range(1, arguments.pictures + 1):
        started = time.perf_counter()
        faces += len(composer.picture(seed).faces)
        spent.append(1000 * (time.perf_counter() - started))
    report = {
        "cutouts": len(composer.bank),
        "opened_seconds": round(opened, 3),
        "pictures": arguments.pictures,
        "faces_per_picture": round(faces / arguments.pictures, 2),
        "mean_milliseconds": round(statistics.mean(spent), 2),
        "median_milliseconds": round(statistics.median(spent), 2),
    }
    if arguments.json:
        print(json.dumps(report, indent=2))
        return
    for name, value in report.items():
        print(f"{name.replace('_', ' ')}: {value}")


if __name__ == "__main__":
    main()
