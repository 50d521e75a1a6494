"""Shards of noise with the labels of rendered faces."""

from pathlib import Path

import numpy as np
from fake_engine import fake_rendering

from lineament.detection.detector import Detections
from lineament.synthesis.sample_file import ImageFormat, encode, sample_key
from lineament.synthesis.shard_reader import shard_path
from lineament.synthesis.shard_writer import ShardWriter


def write_shards(folder: Path, people: int, each: int = 2, size: int = 64, shards: int = 1) -> None:
    """`people` times `each` faces, spread over shards."""
    folder.mkdir(parents=True, exist_ok=True)
    faces = [(person, scene) for person in range(people) for scene in range(each)]
    for number, rows in enumerate(np.array_split(np.arange(len(faces)), shards)):
        with ShardWriter(shard_path(folder, number), len(rows)) as writer:
            for row in rows:
                key = sample_key(int(row))
                writer.add(key, encode(key, fake_rendering(*faces[row], size), ImageFormat()))


class BoxOfTheMiddle:
    """A detector that finds one face in the middle of every picture but the first it sees."""

    def __init__(self, record) -> None:
        self.record, self.seen = record, 0

    def detect(self, images):
        found = []
        for image in images:
            side = len(image)
            box = np.array([[side * 0.2, side * 0.2, side * 0.8, side * 0.8]], np.float32)
            count = 1 if self.seen else 0
            points = np.zeros((count, 5, 2), np.float32)
            found.append(Detections(box[:count], np.ones(count, np.float32), points))
            self.seen += 1
        return found
