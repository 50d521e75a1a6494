"""Faces to learn attributes from: the faces of `TrainingFaces` with a label for every task."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.attributes.tasks import UNKNOWN, find_task
from lineament.face import FloatArray
from lineament.landmarks.training_faces import TrainingFaces, joined

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class AttributeFaces:
    """N faces with points, labels and angles, each of which may be unknown.

    Attributes:
        faces: pictures, points, the detector's boxes and groups; the points of a face of which
            none are known are all NaN.
        labels: (N,T) int64, the index of a class of each task; `UNKNOWN` (-1) where nobody said.
        tasks: names of the T tasks.
        angles: (N,3) float32 yaw, pitch and roll in degrees, signs as `HeadPose`; all NaN where
            they are not known.

    Raises:
        ConfigError: no such task.
        ValueError: an array of another shape, a label that its task does not have, or a face with
            some points or angles known and others not.
    """

    faces: TrainingFaces
    labels: NDArray[np.int64]
    tasks: tuple[str, ...]
    angles: FloatArray

    def __post_init__(self) -> None:
        shapes = (self.labels.shape, self.angles.shape)
        wanted = ((len(self.faces), len(self.tasks)), (len(self.faces), 3))
        if shapes != wanted:
            raise ValueError(f"labels and angles have shapes {shapes}, expected {wanted}")
        for column, name in enumerate(self.tasks):
            count, labels = len(find_task(name).classes), self.labels[:, column]
            wrong = labels[(labels < UNKNOWN) | (labels >= count)]
            if len(wrong):
                raise ValueError(f"task {name} has labels -1 to {count - 1}, got {wrong[0]}")
        for what, values in (("points", self.faces.points), ("angles", self.angles)):
            known = np.isfinite(values.reshape(len(values), values[:1].size))
            torn = np.flatnonzero(known.any(axis=1) & ~known.all(axis=1))
            if len(torn):
                raise ValueError(f"{what} of face {torn[0]} are known in part: all or none")

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def with_points(self) -> NDArray[np.bool_]:
        """(N,) whether the points of a face are known."""
        return np.asarray(np.isfinite(self.faces.points).all(axis=(1, 2)))


def labels_of(answers: Sequence[Mapping[str, str]], tasks: Sequence[str]) -> NDArray[np.int64]:
    """Labels (N,T) int64 of N faces, of each of which the classes of some tasks are known by name.

    Raises:
        ConfigError: no such task or class.
    """
    columns = [find_task(name) for name in tasks]
    rows = [
        [task.label(known[task.name]) if task.name in known else UNKNOWN for task in columns]
        for known in answers
    ]
    return np.array(rows, dtype=np.int64).reshape(len(answers), len(columns))


def joined_attributes(several: Sequence[AttributeFaces]) -> AttributeFaces:
    """All faces as one sequence; groups of different members stay apart. Empty members are fine.

    Raises:
        ValueError: no member has a face, or they differ in tasks or in the number of points.
    """
    parts = [part for part in several if len(part)]
    kinds = {(part.tasks, part.faces.points.shape[1]) for part in parts}
    if len(kinds) != 1:
        raise ValueError(f"expected faces of one kind to join, got (tasks, points) {sorted(kinds)}")
    return AttributeFaces(
        joined([part.faces for part in parts]),
        np.concatenate([part.labels for part in parts]),
        parts[0].tasks,
        np.concatenate([part.angles for part in parts]),
    )


def log_known(faces: AttributeFaces, source: str) -> None:
    """Say in the log how much is known of the faces of a source."""
    known = (faces.labels != UNKNOWN).sum(axis=0)
    log.info(
        "%s: %d faces; points of %d; labels: %s",
        *(source, len(faces), int(faces.with_points.sum())),
        ", ".join(f"{name} {count}" for name, count in zip(faces.tasks, known, strict=True)),
    )
