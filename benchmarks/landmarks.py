"""Landmark systems side by side: size, speed and, on a dataset of one's own disk, accuracy.

    python benchmarks/landmarks.py [--data 300w=DIR [--part validation]] [--peers] [--json]

Two threads for everybody. benchmarks/README.md says what is timed and how the peers of --peers
are installed: dlib and MediaPipe run in a Python of their own (--peer-python) and are no part of
this project. Run it on a machine that does nothing else; the figures are medians.
"""

# ruff: noqa: E402 (the threads are bounded before libraries start theirs)

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path
from typing import get_args

THREADS = 2
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
if hasattr(os, "sched_setaffinity"):  # MediaPipe takes no number of threads; it inherits this
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

import cv2
import numpy as np
from landmarks_peers.ask import INSTALL, Peer, PeerError, peer_rows
from landmarks_peers.table import Answer, Question, Row, TimedFaces, markdown
from rich.console import Console
from rich.progress import track

from lineament import read_image
from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.readers import read_dataset
from lineament.detection import Detector, load_detector
from lineament.errors import LineamentError
from lineament.evaluation.holdout import Part, choose_part
from lineament.evaluation.landmark_errors import measure
from lineament.evaluation.matching import labelled_face
from lineament.face import ByteArray, FloatArray
from lineament.face_crops import network_input
from lineament.geometry import inverse, move, warp
from lineament.landmarks.crops import points_square
from lineament.landmarks.estimator import LandmarkEstimator, LandmarkStage
from lineament.landmarks.schemes import find_scheme
from lineament.weights import (
    DetectorBox,
    PointsOutput,
    TurnedPoints,
    WeightRecord,
    find_record,
    shipped_records,
)

PHOTO = Path(__file__).parent.parent / "examples" / "astronaut.jpg"
FACES = 32
"""Faces that are timed, and faces of a batch."""

NORMALISERS = ("inter_ocular", "inter_pupil")

Run = Callable[[Sequence[ByteArray], Sequence[FloatArray]], Sequence[FloatArray]]
"""Photos and where each one's face is (a box, or the points of the stage before) -> points."""

stderr = Console(stderr=True)


def own_rows(
    record: WeightRecord, timed: TimedFaces, rounds: int, scheme: str | None
) -> Iterator[tuple[Row, Answer | None]]:
    """The record as a whole, then each stage alone where there are several."""
    whole = _open(record)
    row = _measured(record.name, record, whole.stages, _run(whole), timed.boxes, timed, rounds)
    yield row, _answer(whole, scheme)
    for number, stage in enumerate(whole.stages if len(whole.stages) > 1 else ()):
        alone = record.model_copy(update={"networks": record.networks[number : number + 1]})
        name = f"{record.name}, stage {number + 1} alone"
        if isinstance(stage.crop, DetectorBox):
            first = _open(alone)
            row = _measured(name, alone, [stage], _run(first), timed.boxes, timed, rounds)
            yield row, _answer(first, scheme)
            continue
        earlier = record.model_copy(update={"networks": record.networks[:number]})
        starts = _run(_open(earlier))(timed.photos, timed.boxes)
        row = _measured(name, alone, [stage], _following(stage, earlier), starts, timed, rounds)
        row.flow_ms = None
        row.note = "starts from the points of the stage before; its accuracy is that of the whole"
        yield row, None


def _open(record: WeightRecord) -> LandmarkEstimator:
    return LandmarkEstimator(record, device="cpu", threads=THREADS)


def _measured(
    name: str,
    record: WeightRecord,
    stages: Sequence[LandmarkStage],
    run: Run,
    starts: Sequence[FloatArray],
    timed: TimedFaces,
    rounds: int,
) -> Row:
    """Size and speed of a system; singles and batches take turns."""
    models = [record.model_bytes(number) for number in range(len(record.networks))]
    singles, batches, gains = [], [], []
    for number in range(rounds + 1):
        pairs = zip(timed.photos, starts, strict=True)
        each = [_seconds(run, [photo], [start]) for photo, start in pairs]
        batch = _seconds(run, timed.photos, starts)
        if number:  # the first round warms up
            singles += each
            batches.append(batch)
            gains.append(sum(each) / batch)
    single = 1000 * statistics.median(singles)
    return Row(
        name,
        points=stages[-1].output.count,
        parameters=sum(_parameters(model) for model in models),
        megabytes=sum(len(model) for model in models) / 1e6,
        ms=single,
        fastest_ms=1000 * min(singles),
        network_ms=1000 * sum(_network_seconds(stage, FACES * rounds) for stage in stages),
        flow_ms=timed.detector_ms + single,
        batch_rate=len(starts) / statistics.median(batches),
        batch_gain=statistics.median(gains),
    )


def _network_seconds(stage: LandmarkStage, runs: int) -> float:
    """Median of one crop through the network; what the crop shows makes no difference."""
    size = stage.input.size or 0
    noise = np.random.default_rng(0).random((1, size, size, 3)) * 256
    crop = network_input(noise.astype(np.uint8), stage.input)
    for _ in range(5):
        stage.points(crop)
    return statistics.median(_seconds(stage.points, crop) for _ in range(runs))


def _run(estimator: LandmarkEstimator) -> Run:
    return lambda photos, boxes: [
        points[0] for points in estimator.estimate(photos, [box[None] for box in boxes])
    ]


def _following(stage: LandmarkStage, earlier: WeightRecord) -> Run:
    """A later stage alone, from the points of the stage before it to its own."""
    crop, size, before = stage.crop, stage.input.size, earlier.networks[-1].output
    assert isinstance(crop, TurnedPoints) and isinstance(before, PointsOutput) and size
    scheme = find_scheme(before.scheme)

    def run(photos: Sequence[ByteArray], starts: Sequence[FloatArray]) -> list[FloatArray]:
        affines = [points_square(crop, points, scheme).affine(size) for points in starts]
        crops = np.stack([warp(*pair, size) for pair in zip(photos, affines, strict=True)])
        found = stage.points(network_input(crops, stage.input))
        return [move(inverse(affine), row) for affine, row in zip(affines, found, strict=True)]

    return run


def _answer(estimator: LandmarkEstimator, scheme: str | None) -> Answer | None:
    """The points of the face in a box; None where the data has points of another order."""
    if estimator.scheme != scheme:
        return None
    run = _run(estimator)
    return lambda asked: None if asked.box is None else run([asked.photo], [asked.box])[0]


def score(
    faces: Sequence[LabelledFace], detector: Detector, answers: Sequence[tuple[Row, Answer]]
) -> None:
    """Fill in the accuracy: every photo is decoded once and all systems see that picture."""
    scheme = find_scheme(faces[0].scheme)
    predicted = np.full((len(answers), len(faces), scheme.count, 2), np.nan)
    alive = dict(enumerate(answers))
    for number, face in enumerate(track(faces, "scoring", console=stderr)):
        photo = read_image(face.image)
        boxes = detector.detect([photo])[0].boxes
        hit = labelled_face(boxes, face.points, scheme)
        asked = Question(photo, None if hit is None else boxes[hit], face)
        for place, (row, answer) in list(alive.items()):
            try:
                points = answer(asked)
            except PeerError as stopped:
                row.note = str(stopped)
                del alive[place]
                continue
            if points is not None:
                predicted[place, number] = points
    truth = np.stack([face.points for face in faces])
    errors = {
        place: measure(predicted[place], truth, scheme, normalisers=("inter_ocular", "inter_pupil"))
        for place in alive
    }
    shared = np.logical_and.reduce([error.usable("inter_ocular") for error in errors.values()])
    for place, error in errors.items():
        alive[place][0].fill_accuracy(error, shared)


def timed_faces(detector: Detector, faces: Sequence[LabelledFace]) -> TimedFaces:
    """Faces at even steps over the data, else the one of examples/; a photo missed is left out."""
    pictures = [face.image for face in _spread(faces, FACES)] or [PHOTO]
    photos, boxes, seconds = [], [], []
    for photo in map(read_image, pictures):
        detector.detect([photo])
        found = detector.detect([photo])[0].boxes
        seconds += [_seconds(detector.detect, [photo]) for _ in range(3)]
        if len(found):
            photos.append(photo)
            boxes.append(found[0])
    return TimedFaces(
        list(islice(cycle(photos), FACES)),
        list(islice(cycle(boxes), FACES)),
        1000 * statistics.median(seconds),
    )


def _spread(faces: Sequence[LabelledFace], limit: int | None) -> list[LabelledFace]:
    """At most `limit` faces at even steps over the list."""
    count = min(limit or len(faces), len(faces))
    return [faces[place * len(faces) // count] for place in range(count)]


def _parameters(model: bytes) -> int:
    """Numbers of the tensors of weights of an ONNX file; single numbers are no weights."""
    import onnx

    weights = (onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16, onnx.TensorProto.INT8)
    tensors = onnx.load_from_string(model).graph.initializer
    return sum(math.prod(one.dims) for one in tensors if one.dims and one.data_type in weights)


def _seconds(call: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - started


def read_faces(data: str | None, part: Part, limit: int | None) -> list[LabelledFace]:
    """The faces of NAME=FOLDER, at most `limit` at even steps; none without data."""
    if data is None:
        return []
    name, _, folder = data.partition("=")
    return _spread(choose_part(read_dataset(name, folder), part), limit)


def main() -> None:
    parser = argparse.ArgumentParser(description="Landmark systems: size, speed, accuracy.")
    parser.add_argument("--data", metavar="NAME=FOLDER", help="such as 300w=../shared/data/300w")
    parser.add_argument("--part", choices=get_args(Part), default="all", help="of the data")
    parser.add_argument("--limit", type=int, help="score N faces, spread over the part")
    parser.add_argument("--weights", nargs="*", default=[], help="records (.toml) of your own")
    parser.add_argument("--peers", action="store_true", help="dlib and MediaPipe too")
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has them")
    parser.add_argument("--rounds", type=int, default=15, help=f"of {FACES} faces each")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    options = parser.parse_args()
    cv2.setNumThreads(THREADS)
    try:
        faces = read_faces(options.data, options.part, options.limit)
        detector = load_detector(device="cpu", threads=THREADS)
        shipped = [one for one in shipped_records().values() if one.task == "landmarks"]
        records = [*shipped, *(find_record(Path(path)) for path in options.weights)]
    except LineamentError as error:
        parser.exit(2, f"{error}\n")
    timed = timed_faces(detector, faces)
    scheme = faces[0].scheme if faces else None
    found: list[tuple[Row, Answer | None]] = []
    with ExitStack() as peers:
        for record in track(records, "timing", console=stderr):
            found += own_rows(record, timed, options.rounds, scheme)
        for system in track(INSTALL if options.peers else (), "timing peers", console=stderr):
            try:
                peer = Peer(system, options.peer_python)
                peers.callback(peer.close)
                found += peer_rows(peer, timed, options.rounds, scheme)
            except PeerError as error:
                found.append((Row(system, note=str(error)), None))
        if faces:
            score(faces, detector, [(row, answer) for row, answer in found if answer])
    rows = [row for row, _ in found]
    what = f"{len(faces)} faces of {options.data}, {options.part}" if faces else PHOTO.name
    if options.json:
        report = {"threads": THREADS, "photos": what, "rows": [asdict(row) for row in rows]}
        print(json.dumps(report, indent=2))
        return
    print(f"{what}; {THREADS} threads; {options.rounds} rounds of {FACES} faces\n")
    print(markdown(rows, accuracy=bool(faces)))


if __name__ == "__main__":
    main()
