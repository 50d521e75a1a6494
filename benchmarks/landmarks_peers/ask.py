"""The asking end of serve.py: a peer in a Python of its own."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from landmarks_peers.table import Answer, Question, Row, TimedFaces
from lineament.evaluation.matching import labelled_face
from lineament.face import ByteArray, FloatArray
from lineament.geometry import overlap
from lineament.landmarks.schemes import find_scheme

SAME_FACE = 0.3
"""Boxes of two detectors that overlap by more are of one face."""

SERVE = Path(__file__).with_name("serve.py")
INSTALL = {
    "dlib": "dlib-bin face_recognition_models 'setuptools<81'",
    "mediapipe-468": "mediapipe==0.10.21 'numpy<2'",
    "mediapipe-478": "mediapipe==0.10.21 'numpy<2'",
}


class PeerError(Exception):
    """A peer is not installed, or stopped; the message is fit for the table."""


class Peer:
    """One peer, running until it is closed.

    Args:
        system: a key of `INSTALL`.
        python: the Python interpreter that has the peer.

    Attributes:
        facts: `name`, `points`, `parameters` (None: not a network) and `bytes` of the model.

    Raises:
        PeerError: from here and from every question.
    """

    def __init__(self, system: str, python: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._errors = (Path(self._folder.name) / "stderr").open("w+")
        try:
            self._process = subprocess.Popen(
                [python, str(SERVE), system],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
            )
        except OSError as error:
            self._clean()
            raise PeerError(f"cannot start {python}: {error.strerror}") from error
        try:
            hello = self._reply()
            if "missing" in hello:
                raise PeerError(f"not installed: pip install {INSTALL[system]}")
        except PeerError:
            self.close()
            raise
        self.facts: dict[str, Any] = hello["facts"]

    def find(self, photo: ByteArray) -> tuple[FloatArray, FloatArray]:
        """Boxes (K,4) and points (K,L,2) of the faces that the peer's own detector finds."""
        faces = self._ask({"do": "find", "photo": self._lay(photo)})["faces"]
        boxes = np.array([face["box"] for face in faces], dtype=np.float32)
        points = np.array([face["points"] for face in faces], dtype=np.float32)
        return boxes.reshape(-1, 4), points.reshape(-1, self.facts["points"], 2)

    def points(self, photo: ByteArray, box: FloatArray) -> FloatArray:
        """Points (L,2) of the face in a box (4,)."""
        reply = self._ask({"do": "points", "photo": self._lay(photo), "box": box.tolist()})
        return np.array(reply["points"], dtype=np.float32)

    def times(
        self, photos: Sequence[ByteArray], boxes: Sequence[FloatArray], rounds: int
    ) -> dict[str, list[float]]:
        """Seconds of every call: `points` of one placed face, `flow` with the peer's detector."""
        paths = [self._lay(photo, f"timed-{number}") for number, photo in enumerate(photos)]
        reply: dict[str, list[float]] = self._ask(
            {
                "do": "time",
                "photos": paths,
                "boxes": [box.tolist() for box in boxes],
                "rounds": rounds,
            }
        )
        for path in paths:
            Path(path).unlink()
        return reply

    def close(self) -> None:
        """End the process and remove its files."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait()
        self._clean()

    def _lay(self, photo: ByteArray, name: str = "photo") -> str:
        """Path of the photo as a file that the peer can read; written over by the next one."""
        path = Path(self._folder.name) / f"{name}.npy"
        np.save(path, photo)
        return str(path)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise PeerError(self._last_words()) from error
        return self._reply()

    def _reply(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(self._last_words())
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return f"stopped: {lines[-1] if lines else f'exit code {self._process.returncode}'}"

    def _clean(self) -> None:
        self._errors.close()
        self._folder.cleanup()


def peer_rows(
    peer: Peer, timed: TimedFaces, rounds: int, scheme: str | None
) -> Iterator[tuple[Row, Answer | None]]:
    """A peer after its own detector and, where it takes boxes, after ours."""
    times = peer.times(timed.photos, timed.boxes, rounds)
    facts = peer.facts
    row = Row(
        f"{facts['name']}, own detector",
        points=facts["points"],
        parameters=facts["parameters"],
        megabytes=facts["bytes"] / 1e6,
        ms=1000 * statistics.median(times["points"]) if times["points"] else None,
        fastest_ms=1000 * min(times["points"]) if times["points"] else None,
        flow_ms=1000 * statistics.median(times["flow"]),
        note=facts["note"],
    )
    row.batch_rate = 1000 / row.ms if row.ms else None
    if not facts["takes_boxes"]:
        yield row, None
        return

    def own(asked: Question) -> FloatArray | None:
        boxes, points = peer.find(asked.photo)
        hit = labelled_face(boxes, asked.face.points, find_scheme(asked.face.scheme))
        return None if hit is None else points[hit]

    def ours(asked: Question) -> FloatArray | None:
        return None if asked.box is None else peer.points(asked.photo, asked.box)

    moved = hog_box(peer, timed.photos, timed.boxes)

    def fitted(asked: Question) -> FloatArray | None:
        return None if asked.box is None else peer.points(asked.photo, moved(asked.box))

    answers = {"own detector": own, "our box as it is": ours, "our box, moved": fitted}
    for place, answer in answers.items():
        whole = row.flow_ms if answer is own else timed.detector_ms + (row.ms or 0)
        other = replace(row, system=f"{facts['name']}, {place}", flow_ms=whole)
        yield other, answer if scheme == facts["scheme"] else None


def hog_box(
    peer: Peer, photos: Sequence[ByteArray], boxes: Sequence[FloatArray]
) -> Callable[[FloatArray], FloatArray]:
    """From our detector's box (4,) to the square that the peer's own detector would draw.

    The peer's points were trained on the boxes of its own detector. Where and how large those lie
    in ours is the median over the photos in which both found the face; no true point is used.
    """
    seen = []
    for photo, box in zip(photos, boxes, strict=True):
        others = peer.find(photo)[0]
        shared = overlap(others, box[None])[:, 0] if len(others) else np.zeros(1)
        if shared.max() > SAME_FACE:
            middle, side = _square(box)
            other, length = _square(others[int(shared.argmax())])
            seen.append((*((other - middle) / side), length / side))
    right, down, scale = np.median(seen, axis=0) if seen else (0.0, 0.0, 1.0)

    def moved(box: FloatArray) -> FloatArray:
        middle, side = _square(box)
        middle = middle + side * np.array([right, down], dtype=np.float32)
        half = scale * side / 2
        return np.concatenate([middle - half, middle + half]).astype(np.float32)

    return moved


def _square(box: FloatArray) -> tuple[FloatArray, float]:
    """Middle (2,) and side of the square of a box (4,) that has its area."""
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    middle = np.asarray((box[:2] + box[2:]) / 2, dtype=np.float32)
    return middle, math.sqrt(width * height)
