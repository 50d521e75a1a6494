"""Other projects' landmarks, asked for over JSON lines.

    /path/to/peers/bin/python serve.py {dlib,mediapipe-468,mediapipe-478}

This file runs in a Python that has the peer (see benchmarks/README.md) and needs nothing of
Lineament. It says first what it is, {"facts": {...}} or {"missing": "why"}, and then answers each
line of stdin with one line. Photos come as .npy files of (H,W,3) uint8 RGB; points are [x, y]
in photo pixels with pixel centres at integers; boxes are [x1, y1, x2, y2].

    {"do": "find", "photo": path}               -> {"faces": [{"box": ..., "points": ...}]}
    {"do": "points", "photo": path, "box": box} -> {"points": ...}
    {"do": "time", "photos": [path], "boxes": [box], "rounds": n}
                                                -> {"points": [seconds], "flow": [seconds]}

In "time", `points` is a face whose place in the photo is known (dlib: the box that came with it;
MediaPipe: its own track of the same photo) and `flow` is detector and points of the whole photo.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.uint8]
Points = NDArray[np.float64]
Box = list[float]


class Peer(Protocol):
    facts: dict[str, Any]

    def find(self, photo: Photo) -> list[tuple[Box, Points]]:
        """Box and points (L,2) of every face that the peer's own detector finds."""

    def placed(self, photo: Photo, box: Box) -> Callable[[], Points] | None:
        """What gives the points (L,2) of the face in the box; None where it is not seen."""


class Dlib:
    """HOG detector and regression trees (Kazemi and Sullivan, CVPR 2014), 68 points."""

    def __init__(self) -> None:
        dlib, models = (import_module(name) for name in ("dlib", "face_recognition_models"))
        self._rectangle = dlib.rectangle
        self._detector = dlib.get_frontal_face_detector()
        model = models.pose_predictor_model_location()
        self._predictor = dlib.shape_predictor(model)
        self.facts = {
            "name": f"dlib {dlib.__version__}",
            "points": 68,
            "parameters": None,
            "bytes": Path(model).stat().st_size,
            "scheme": "ibug-68",
            "takes_boxes": True,
            "note": "regression trees, no parameters of a network and no batches; trained on "
            "300-W, so that its accuracy there is on photos that it was trained with: no fair row",
        }

    def find(self, photo: Photo) -> list[tuple[Box, Points]]:
        found = self._detector(photo, 0)
        return [(_sides(one), self._shape(photo, one)) for one in found]

    def placed(self, photo: Photo, box: Box) -> Callable[[], Points]:
        rectangle = self._rectangle(*(round(value) for value in box))
        return lambda: self._shape(photo, rectangle)

    def _shape(self, photo: Photo, rectangle: Any) -> Points:
        parts = self._predictor(photo, rectangle).parts()
        return np.array([(part.x, part.y) for part in parts], dtype=np.float64)


class FaceMesh:
    """MediaPipe's face mesh, 468 points or, with `refine`, 478 by attention.

    It takes no boxes. A still photo runs its detector and then the mesh; a second look at the
    same photo in its video mode runs the mesh alone, where the first one found the face.
    """

    def __init__(self, refine: bool) -> None:
        mediapipe = import_module("mediapipe")
        solution = mediapipe.solutions.face_mesh.FaceMesh
        self._still = solution(static_image_mode=True, refine_landmarks=refine)
        self._video = solution(static_image_mode=False, refine_landmarks=refine)
        name = "face_landmark_with_attention" if refine else "face_landmark"
        folder = Path(str(mediapipe.__file__)).parent / "modules" / "face_landmark"
        model = (folder / f"{name}.tflite").read_bytes()
        version = importlib.metadata.version("mediapipe")
        self.facts = {
            "name": f"MediaPipe {version} face mesh",
            "points": 478 if refine else 468,
            "parameters": _tflite_parameters(model),
            "bytes": len(model),
            "scheme": None,
            "takes_boxes": False,
            "note": "other points: its authors publish no correspondence with the 68, and those "
            "of third parties differ; no batches",
        }

    def find(self, photo: Photo) -> list[tuple[Box, Points]]:
        return [(_around(points), points) for points in self._faces(self._still, photo)]

    def placed(
        self,
        photo: Photo,
        box: Box,  # noqa: ARG002 (it finds the place by a look at the photo)
    ) -> Callable[[], Points] | None:
        self._video.reset()
        looks = [self._faces(self._video, photo) for _ in range(2)]
        return (lambda: self._faces(self._video, photo)[0]) if all(looks) else None

    def _faces(self, solution: Any, photo: Photo) -> list[Points]:
        size = np.array([photo.shape[1], photo.shape[0]])
        found = solution.process(photo).multi_face_landmarks or []
        return [np.array([(p.x, p.y) for p in face.landmark]) * size - 0.5 for face in found]


def _sides(rectangle: Any) -> Box:
    return [rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()]


def _around(points: Points) -> Box:
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


def _tflite_parameters(model: bytes) -> int:
    """Numbers of the floating-point constants of a TensorFlow Lite file."""
    schema = import_module("mediapipe.tasks.metadata.schema_py_generated")
    floats = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)
    graph = schema.Model.GetRootAsModel(model, 0)
    total = 0
    for number in range(graph.SubgraphsLength()):
        part = graph.Subgraphs(number)
        tensors = [part.Tensors(place) for place in range(part.TensorsLength())]
        total += sum(
            int(np.prod(tensor.ShapeAsNumpy()))
            for tensor in tensors
            if tensor.Type() in floats and graph.Buffers(tensor.Buffer()).DataLength()
        )
    return total


PEERS: dict[str, Callable[[], Peer]] = {
    "dlib": Dlib,
    "mediapipe-468": lambda: FaceMesh(refine=False),
    "mediapipe-478": lambda: FaceMesh(refine=True),
}


def measure(peer: Peer, photos: list[Photo], boxes: list[Box], rounds: int) -> dict[str, Any]:
    """Seconds of every timed call, after one untimed call each."""
    points, flow = [], []
    for photo, box in zip(photos, boxes, strict=True):
        call = peer.placed(photo, box)
        if call:
            call()
            points += [_seconds(call) for _ in range(rounds)]
    peer.find(photos[0])
    for photo in photos:
        flow.append(_seconds(peer.find, photo))
    return {"points": points, "flow": flow}


def _seconds(call: Any, *arguments: Any) -> float:
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


def answer(peer: Peer, request: dict[str, Any]) -> dict[str, Any]:
    """The reply to one request."""
    if request["do"] == "time":
        photos = [np.load(path) for path in request["photos"]]
        return measure(peer, photos, request["boxes"], request["rounds"])
    photo = np.load(request["photo"])
    if request["do"] == "points":
        call = peer.placed(photo, request["box"])
        return {"points": call().tolist() if call else None}
    found = peer.find(photo)
    return {"faces": [{"box": box, "points": points.tolist()} for box, points in found]}


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what native code prints must not fall between the replies
    try:
        peer = PEERS[sys.argv[1]]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}), file=replies)
        return
    print(json.dumps({"facts": peer.facts}), file=replies)
    for line in sys.stdin:
        print(json.dumps(answer(peer, json.loads(line))), file=replies)


if __name__ == "__main__":
    main()
