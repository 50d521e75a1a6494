"""Times one detector of Lineament and prints one JSON object; detectors.py starts it.

python own.py RECORD FOLDER THREADS ROUNDS
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2

from detector_timing.clock import Photo, timed
from lineament.detection import DetectionOptions, load_detector
from lineament.weights import find_record

FULL_SIZE = DetectionOptions(longest_side=None)


def main() -> None:
    name, folder, threads, rounds = sys.argv[1:]
    cv2.setNumThreads(int(threads))
    record = find_record(Path(name) if name.endswith(".toml") else name)
    detector = load_detector(record, options=FULL_SIZE, device="cpu", threads=int(threads))

    def detect(photos: Sequence[Photo]) -> list[int]:
        return [len(found) for found in detector.detect(photos)]

    facts = {"name": record.name, "bytes": len(record.model_bytes())}
    print(json.dumps({"facts": facts, "scenes": timed(detect, Path(folder), int(rounds))}))


if __name__ == "__main__":
    main()
