"""Time, memory and correctness of `lineament group`'s grouping.

    python benchmarks/grouping.py [--faces 100000] [--threads 2] [--noise 1.6] [--json]
    python benchmarks/grouping.py --data PEOPLE [--part test] [--aligned] [--record my.toml]

Without `--data`: made-up people, whose sizes and spread are drawn at random; the link threshold
follows by the rule of the product from false match rates measured on other made-up people. With
`--data`: a folder with a folder of pictures for each person (or ORL's), embedded by the shipped
weight or a record, grouped at the threshold that follows by the same rule from the record. Nothing
is tuned on either. Detection is part of it unless `--aligned`, where pictures are crops of 112
pixels already; a picture without a face is left out and counted.
"""

# ruff: noqa: E402 (the threads are bounded before libraries start theirs)

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "2")

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament import Analyzer, read_image
from lineament.datasets.identity_pairs import PARTS, people_of_part
from lineament.datasets.orl import EACH, read_orl
from lineament.errors import DataError
from lineament.evaluation.clustering import bcubed_agreement, pairwise_agreement
from lineament.face import ByteArray
from lineament.grouping.grouping import Grouping, GroupOptions, group_faces
from lineament.image import SUFFIXES
from lineament.recognition.estimator import DEFAULT_RECOGNITION, load_recognition
from lineament.weights import Calibration, find_record

DIMENSION = 256
RATES = (1e-2, 1e-3, 1e-4)
CALIBRATION_FACES = 6000
CROP = 112

Vectors = NDArray[np.float32]
People = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Row:
    """One album.

    Attributes:
        missed: pictures in which no face was found.
        threshold, false_match_rate, false_links: of a link, as `grouping.link_threshold` says.
        groups: how many were found; `people` how many there are.
        precision, recall, f1: over pairs; with `bcubed_` over faces.
        seconds, cpu_seconds: of the grouping, without detection and embedding.
        memory_mib: most that this process held.
    """

    album: str
    faces: int
    missed: int
    people: int
    groups: int
    links: int
    threshold: float
    false_match_rate: float | None
    false_links: float | None
    precision: float
    recall: float
    f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    seconds: float
    cpu_seconds: float
    memory_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--mean-pictures", type=float, default=10.0, help="of a person")
    parser.add_argument("--noise", type=float, default=1.6, help="spread of one person's faces")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--neighbours", type=int, default=64)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--part", choices=PARTS, default="all", help="of the people of --data")
    parser.add_argument("--aligned", action="store_true", help="--data are crops of 112 pixels")
    parser.add_argument("--record", default=DEFAULT_RECOGNITION)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    missed = 0
    if given.data:
        calibration = find_record(_named(given.record)).calibration
        vectors, who, missed = embedded(
            given.data, given.part, given.record, aligned=given.aligned, threads=given.threads
        )
        name = f"{given.data.name}:{given.part}"
    else:
        calibration = made_up_calibration(given.mean_pictures, given.noise)
        vectors, who = made_up(given.faces, given.mean_pictures, given.noise, seed=2)
        name = f"made up, noise {given.noise:g}"
    options = GroupOptions(neighbours=given.neighbours)
    started, began = time.perf_counter(), time.process_time()
    found = group_faces(vectors, calibration, options, threads=given.threads)
    seconds, cpu = time.perf_counter() - started, time.process_time() - began
    row = scored(name, found, who, missed, seconds, cpu)
    if given.json:
        print(json.dumps(asdict(row)))
        return
    for key, value in asdict(row).items():
        print(f"{key:>18}  {value:.4f}" if isinstance(value, float) else f"{key:>18}  {value}")


def scored(name: str, found: Grouping, who: People, missed: int, seconds: float, cpu: float) -> Row:
    """The row of one album."""
    pairs, faces = pairwise_agreement(found.groups, who), bcubed_agreement(found.groups, who)
    threshold = found.threshold
    return Row(
        album=name,
        faces=len(who),
        missed=missed,
        people=len(np.unique(who)),
        groups=found.count,
        links=found.links,
        threshold=threshold.score,
        false_match_rate=threshold.false_match_rate,
        false_links=threshold.false_links,
        precision=pairs.precision,
        recall=pairs.recall,
        f1=pairs.f1,
        bcubed_precision=faces.precision,
        bcubed_recall=faces.recall,
        bcubed_f1=faces.f1,
        seconds=seconds,
        cpu_seconds=cpu,
        memory_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def made_up(faces: int, mean_pictures: float, noise: float, *, seed: int) -> tuple[Vectors, People]:
    """Faces of people who never existed: a direction for each person, and noise round it.

    Pictures of a person are 1 + a geometric number, their mean as given; the noise of each picture
    is 0.7 to 1.3 times `noise`, its length where the person's direction has the length 1.
    """
    random = np.random.default_rng(seed)
    sizes = 1 + random.geometric(1 / mean_pictures, size=faces)
    who = np.repeat(np.arange(faces), sizes)[:faces]
    random.shuffle(who)
    middles = random.standard_normal((int(who.max()) + 1, DIMENSION), dtype=np.float32)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    spread = (noise * random.uniform(0.7, 1.3, (faces, 1)) / DIMENSION**0.5).astype(np.float32)
    vectors = random.standard_normal((faces, DIMENSION), dtype=np.float32) * spread + middles[who]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, who


def made_up_calibration(mean_pictures: float, noise: float) -> Calibration:
    """Thresholds measured on other made-up people than those that are grouped."""
    vectors, who = made_up(CALIBRATION_FACES, mean_pictures, noise, seed=1)
    scores = vectors @ vectors.T
    upper = np.triu(np.ones(scores.shape, dtype=np.bool_), 1)
    impostors = scores[upper & (who[:, None] != who[None, :])]
    thresholds = tuple((rate, float(np.quantile(impostors, 1 - rate))) for rate in RATES)
    return Calibration(
        protocol=f"{len(impostors):,} pairs of made-up people",
        thresholds=thresholds,
        slope=1.0,
        offset=0.0,
    )


def embedded(
    folder: Path, part: str, record: str, *, aligned: bool, threads: int
) -> tuple[Vectors, People, int]:
    """Embeddings of a folder's people, who each is, and in how many pictures no face was found."""
    pictures = list(_pictures(folder, part))
    who: list[int] = []
    vectors: list[Vectors] = []
    if aligned:
        estimator = load_recognition(_named(record), threads=threads)
        for first in range(0, len(pictures), 64):
            some = pictures[first : first + 64]
            crops = np.stack([_crop(image) for _, image in some])
            vectors += list(estimator.embed(np.asarray(crops, dtype=np.uint8)))
            who += [person for person, _ in some]
        return np.stack(vectors), np.array(who, dtype=np.int64), 0
    analyzer = Analyzer(("embedding",), records=[_named(record)], threads=threads)
    found = analyzer.stream(image for _, image in pictures)
    for (person, _), faces in zip(pictures, found, strict=True):
        if faces and faces[0].embedding:
            largest = max(faces, key=lambda face: face.box.width * face.box.height)
            assert largest.embedding is not None
            vectors.append(largest.embedding.vector)
            who.append(person)
    return np.stack(vectors), np.array(who, dtype=np.int64), len(pictures) - len(who)


def _pictures(folder: Path, part: str) -> Iterator[tuple[int, ByteArray]]:
    """Person and picture."""
    if (folder / "s1" / "1.pgm").exists():
        pictures = read_orl(folder).pictures
        for row in range(len(pictures)):
            yield row // EACH, pictures[row]
        return
    people = sorted(path for path in folder.iterdir() if path.is_dir())
    if not people:
        raise DataError(f"{folder} holds no folder of a person")
    for person in people_of_part(len(people), part):
        for path in sorted(people[person].iterdir()):
            if path.suffix.lower() in SUFFIXES:
                yield person, read_image(path)


def _crop(image: ByteArray) -> ByteArray:
    if image.shape == (CROP, CROP, 3):
        return image
    smaller = cv2.resize(image, (CROP, CROP), interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.uint8)


def _named(record: str) -> str | Path:
    return Path(record) if record.endswith(".toml") else record


if __name__ == "__main__":
    main()
