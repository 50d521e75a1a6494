"""What can be scored: the tasks that the dataset labels and a head answers, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.attributes.tasks import TASKS, UNKNOWN
from lineament.errors import RecordError
from lineament.evaluation.attribute_predictions import columns_of
from lineament.evaluation.attribute_samples import AttributeSample
from lineament.evaluation.attribute_scores import summed
from lineament.evaluation.calibration import Doubles
from lineament.weights import AttributeHead

KINDS, WORN = "glasses_kind", "glasses"
NOT_WORN = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One task with truth and answers of N faces.

    Attributes:
        task: the one that is scored.
        head: the task of the head that answers.
        classes: in the order of the columns.
        labels: (N,) int64, -1 where unknown.
        probabilities: (N,C), a row of NaN for a missed face.
    """

    task: str
    head: str
    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: Doubles


def questions(
    samples: Sequence[AttributeSample], heads: Sequence[AttributeHead], answers: Doubles
) -> list[Question]:
    """Every task that a head answers and of which at least one face has a label.

    A head for the kind of glasses answers the task of wearing any too, where no head of its own
    does: the probabilities of the kinds that are worn are added up.

    Args:
        answers: (N, all classes of all heads side by side), a row of NaN for a missed face.

    Raises:
        RecordError: a head's classes are not those of its task.
    """
    columns = columns_of(heads)
    asked = []
    for head in heads:
        labels = _labels(samples, head.task, head)
        if (labels != UNKNOWN).any():
            given = answers[:, columns[head.task]]
            asked.append(Question(head.task, head.task, head.classes, labels, given))
    if KINDS in columns and WORN not in columns:
        kinds = next(head.classes for head in heads if head.task == KINDS)
        labels = _labels(samples, WORN)
        if (labels != UNKNOWN).any():
            worn = TASKS[WORN].classes
            parts = {place: int(kind != NOT_WORN) for place, kind in enumerate(kinds)}
            given = summed(answers[:, columns[KINDS]], parts, len(worn))
            asked.append(Question(WORN, KINDS, worn, labels, given))
    return asked


def _labels(
    samples: Sequence[AttributeSample], task: str, head: AttributeHead | None = None
) -> NDArray[np.int64]:
    """(N,) labels in the order of the head's classes, or of the task's."""
    if task not in TASKS:
        return np.full(len(samples), UNKNOWN, dtype=np.int64)
    classes = TASKS[task].classes
    order = head.classes if head else classes
    if set(order) != set(classes):
        raise RecordError(
            f"head {task} answers {', '.join(order)}, expected the classes of its task: "
            f"{', '.join(classes)}"
        )
    place = {label: order.index(name) for label, name in enumerate(classes)}
    place[UNKNOWN] = UNKNOWN
    return np.array([place[sample.labels.get(task, UNKNOWN)] for sample in samples], dtype=np.int64)
