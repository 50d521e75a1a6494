"""Contact picture of the surest mistakes: wrong answers of the greatest probability, by task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lineament import image
from lineament.attributes.tasks import UNKNOWN
from lineament.evaluation.attribute_questions import Question
from lineament.evaluation.attribute_samples import AttributeSample
from lineament.face import ByteArray, FloatArray
from lineament.geometry import crop_affine, warp

TILE = 160
CAPTION = 42
HEADING = 24
MARGIN = 1.3
"""Side of a tile in units of the longer side of the face's box."""

INK, PAPER = (235, 235, 235), 24
LINE = 15


def surest_mistakes(question: Question, count: int) -> list[int]:
    """Places of the found faces that are answered wrongly, the most probable answer first."""
    probabilities = question.probabilities
    answered = (question.labels != UNKNOWN) & ~np.isnan(probabilities).any(axis=1)
    top = np.where(answered, np.nan_to_num(probabilities).max(axis=1), -np.inf)
    wrong = answered & (np.nan_to_num(probabilities).argmax(axis=1) != question.labels)
    order = np.argsort(-np.where(wrong, top, -np.inf), kind="stable")
    return [int(place) for place in order[: min(count, int(wrong.sum()))]]


def write_mistakes(
    path: Path,
    samples: Sequence[AttributeSample],
    boxes: FloatArray,
    asked: Sequence[Question],
    places: Sequence[Sequence[int]],
) -> None:
    """Write one row of faces for every question: answer with its probability, truth, and name.

    Args:
        boxes: (N,4) box of every face that was found.
        places: for each question the faces to show.

    Raises:
        ImageError: a picture cannot be read, or the result cannot be written.
    """
    columns = max([len(row) for row in places] + [1])
    height = HEADING + TILE + CAPTION
    sheet = np.full((height * len(asked), columns * TILE, 3), PAPER, dtype=np.uint8)
    for number, (question, row) in enumerate(zip(asked, places, strict=True)):
        top = number * height
        _write(sheet, question.task if row else f"{question.task}: no mistake", (5, top + 17))
        for column, place in enumerate(row):
            x, y = column * TILE, top + HEADING
            sheet[y : y + TILE, x : x + TILE] = _cut(samples[place].read(), boxes[place])
            answer = int(question.probabilities[place].argmax())
            lines = (
                f"{question.classes[answer]} {question.probabilities[place, answer]:.1%}",
                f"label: {question.classes[question.labels[place]]}",
                samples[place].name[-22:],
            )
            for line, text in enumerate(lines):
                _write(sheet, text, (x + 3, y + TILE + 12 + line * (LINE - 2)))
    image.write(path, sheet)


def _cut(picture: ByteArray, box: FloatArray) -> ByteArray:
    x1, y1, x2, y2 = (float(edge) for edge in box)
    side = MARGIN * max(x2 - x1, y2 - y1, 1.0)
    return warp(picture, crop_affine(((x1 + x2) / 2, (y1 + y2) / 2), side, 0.0, TILE), TILE, PAPER)


def _write(sheet: ByteArray, text: str, corner: tuple[int, int]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1, cv2.LINE_AA)
