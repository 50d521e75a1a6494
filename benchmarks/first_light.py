"""The two figures of the first release: how long the import takes, and one photo, warm.

    python benchmarks/first_light.py [--json]

The photo is examples/astronaut.jpg set into 640 x 480 pixels, one face. Run it on a machine that
does nothing else; both figures are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lineament import Analyzer, read_image
from lineament.face import ByteArray

PHOTO = Path(__file__).parent.parent / "examples" / "astronaut.jpg"

IMPORT = """
import sys, time
started = time.perf_counter()
import lineament
seconds = time.perf_counter() - started
print(seconds, "torch" in sys.modules, "onnxruntime" in sys.modules)
"""


def import_seconds(runs: int) -> dict[str, Any]:
    """`import lineament` in `runs` fresh processes."""
    seconds, torch, runtime = [], False, False
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
        )
        took, has_torch, has_runtime = done.stdout.split()
        seconds.append(float(took))
        torch, runtime = torch or has_torch == "True", runtime or has_runtime == "True"
    median = statistics.median(seconds)
    return {"runs": runs, "seconds": median, "torch": torch, "onnxruntime": runtime}


def photo_seconds(runs: int, threads: int) -> dict[str, Any]:
    """`Analyzer().analyze` on one 640 x 480 photo with one face, after five runs to warm up."""
    photo = _photo()
    analyzer = Analyzer(threads=threads)
    for _ in range(5):
        faces = analyzer.analyze(photo)
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        analyzer.analyze(photo)
        seconds.append(time.perf_counter() - started)
    return {
        "runs": runs,
        "threads": threads,
        "faces": len(faces),
        "weights": {task: record.name for task, record in analyzer.records.items()},
        "seconds": statistics.median(seconds),
        "fastest": min(seconds),
        "p90": float(np.quantile(seconds, 0.9)),
    }


def _photo() -> ByteArray:
    """(480,640,3) uint8 RGB: the portrait at its own proportions between grey margins."""
    square = cv2.resize(read_image(PHOTO), (480, 480), interpolation=cv2.INTER_AREA)
    photo = np.full((480, 640, 3), 112, dtype=np.uint8)
    photo[:, 80:560] = square
    return photo


def main() -> None:
    parser = argparse.ArgumentParser(description="Import time and the time of one photo, warm.")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--runs", type=int, default=50, help="timed runs of the photo")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    report = {"import": import_seconds(9), "photo": photo_seconds(options.runs, options.threads)}
    if options.json:
        print(json.dumps(report, indent=2))
        return
    imported, photo = report["import"], report["photo"]
    loaded = "torch was loaded" if imported["torch"] else "torch not loaded"
    print(f"import lineament     {imported['seconds'] * 1000:7.1f} ms   ({loaded})")
    print(
        f"640x480, {photo['faces']} face(s)   {photo['seconds'] * 1000:7.1f} ms   "
        f"(fastest {photo['fastest'] * 1000:.1f}, p90 {photo['p90'] * 1000:.1f}, "
        f"{photo['threads']} threads)"
    )


if __name__ == "__main__":
    main()
