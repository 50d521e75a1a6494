"""Faces to score attributes on, whatever dataset they are from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lineament import image
from lineament.attributes.photo_answers import photo_answers
from lineament.attributes.rendered_attributes import answers
from lineament.attributes.tasks import TASKS, find_task
from lineament.datasets.attributed_face import AttributedFace
from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import ConfigError, DataError
from lineament.evaluation.matching import labelled_face
from lineament.evaluation.prediction_cache import file_digest
from lineament.face import ByteArray, FloatArray
from lineament.landmarks.schemes import find_scheme
from lineament.synthesis.sample_file import Sample
from lineament.synthesis.shard_reader import find_shards, read_facts, read_shard

ANSWERING = {
    *TASKS,
    *("gender", "male", "pose", "age", "smiling", "eyeglasses", "wearing_hat"),
    *("mouth_slightly_open", "no_beard"),
}
"""Attributes of datasets that answer a task, which makes the group."""


@dataclass(frozen=True, slots=True, eq=False)
class AttributeSample:
    """One face of known attributes.

    Attributes:
        name: unique within the dataset.
        picture: path of the photo, or (H,W,3) uint8 RGB.
        labels: class by task; a task that is missing is not known.
        groups: names of the groups that the face belongs to, by what they tell apart.
        points: (L,2) float32 photo pixels by scheme; empty where the dataset has none.
        box: (4,) x1 y1 x2 y2 that the dataset gives, or None.
        angles: (3,) yaw, pitch and roll in degrees, or None.
    """

    name: str
    picture: Path | ByteArray
    labels: Mapping[str, int]
    groups: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, FloatArray] = field(default_factory=dict)
    box: FloatArray | None = None
    angles: FloatArray | None = None

    def read(self) -> ByteArray:
        """The picture; an ImageError where it cannot be read."""
        return image.read(self.picture) if isinstance(self.picture, Path) else self.picture

    def match(self, boxes: FloatArray) -> int | None:
        """Which of (K,4) detections, best score first, is this face; None where it is missed.

        By `lineament.evaluation.matching.labelled_face` where the dataset has points; else the
        surest detection, as in pictures that were cut out round one face.
        """
        for scheme, points in self.points.items():
            return labelled_face(boxes, points, find_scheme(scheme))
        return 0 if len(boxes) else None


def of_readers(
    dataset: str, faces: Sequence[LabelledFace | AttributedFace]
) -> list[AttributeSample]:
    """Samples of what the reader of this dataset returned.

    Raises:
        DataError: there is none.
        ConfigError: an attribute has a value that its task does not have.
    """
    if not faces:
        raise DataError("no faces to score: expected at least one labelled face")
    samples = []
    for face in faces:
        classes = photo_answers(dataset, face.attributes)
        groups = groups_of(classes, face.attributes) | {"subset": face.subset}
        points, box = {}, None
        if isinstance(face, LabelledFace):
            points, box = {face.scheme: face.points}, face.box
        samples.append(
            AttributeSample(
                name=face.name,
                picture=face.image,
                labels=_labels(classes),
                groups=groups,
                points=points,
                box=box,
            )
        )
    return samples


def of_renderings(folder: Path, people: int | None = None) -> list[AttributeSample]:
    """Faces of the shards in a folder; their pictures are held in memory.

    Args:
        people: only the faces of so many people, those that were rendered last: the ones that
            recipes with this `validation_people` keep back. None takes all.

    Raises:
        DataError: there is no shard, or one is damaged.
        ConfigError: there are not so many people.
    """
    shards = {path: [fact["identity"] for fact in read_facts(path)] for path in find_shards(folder)}
    order = list(dict.fromkeys(person for here in shards.values() for person in here))
    if people is not None and people > len(order):
        raise ConfigError(f"asked for {people} people, but {folder} has {len(order)}; ask for less")
    wanted = set(order if people is None else order[len(order) - people :])
    return [
        _of_rendering(sample)
        for path, here in shards.items()
        if wanted & set(here)
        for sample in read_shard(path)
        if sample.rendering.identity in wanted
    ]


def groups_of(classes: Mapping[str, str], attributes: Mapping[str, Any]) -> dict[str, str]:
    """Group by name of one face: its class in every known task, and what else is said of it.

    Words, and yes or no, that answer no task stand under the dataset's own name. Numbers make no
    group, but the skin tone of renderings (Monk scale, 1 lightest to 10 darkest) does.
    """
    groups = dict(classes)
    for name, value in attributes.items():
        if name in ANSWERING:
            continue
        if isinstance(value, bool):
            groups[name] = "yes" if value else "no"
        elif isinstance(value, str):
            groups[name] = value
    if "skin_tone" in attributes:
        groups["skin_tone"] = f"Monk {int(attributes['skin_tone']):02d}"
    return groups


def _of_rendering(sample: Sample) -> AttributeSample:
    rendering = sample.rendering
    truth = rendering.attributes
    classes = answers(truth)
    return AttributeSample(
        name=sample.key,
        picture=rendering.image,
        labels=_labels(classes),
        groups=groups_of(classes, truth.to_dict()),
        points={
            "ibug-68": rendering.points68,
            "wflw-98": rendering.points98,
            "five-points": rendering.points5,
        },
        box=rendering.box,
        angles=np.array([truth.yaw, truth.pitch, truth.roll], dtype=np.float32),
    )


def _labels(classes: Mapping[str, str]) -> dict[str, int]:
    return {task: find_task(task).label(name) for task, name in classes.items()}


def samples_digest(samples: Sequence[AttributeSample]) -> str:
    """sha256 over names, pictures, true points and boxes, in the order of the listing.

    Raises:
        DataError: a picture cannot be read.
    """
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(json.dumps([sample.name, *sample.points]).encode())
        if isinstance(sample.picture, Path):
            digest.update(file_digest(sample.picture))
        else:
            digest.update(json.dumps(sample.picture.shape).encode())
            digest.update(np.ascontiguousarray(sample.picture).tobytes())
        for array in (*sample.points.values(), sample.box):
            if array is not None:
                digest.update(array.astype("<f4").tobytes())
    return digest.hexdigest()
