"""Contact picture of a detector's mistakes: faces it missed, and what it took for a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament import image
from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.detection.detector import Detections
from lineament.evaluation.detection_predictions import DetectionPredictions
from lineament.evaluation.detection_scores import SetScores
from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, crop_affine, move, overlap, warp

TILE, CAPTION, COLUMNS = 240, 22, 6
MARGIN = 2.4
"""Side of a tile in units of the longer side of the box that it is about."""

TRUTH, FOUND, UNSURE, INK = (60, 220, 60), (255, 60, 40), (90, 170, 255), (235, 235, 235)


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One face that was missed, or one detection that is no face.

    Attributes:
        picture: where it is.
        box: (4,) of the face or of the detection.
        words: caption.
        found: detections of the picture. threshold: those of at least this score count.
        missed: whether it is a face.
    """

    picture: DetectionPicture
    box: FloatArray
    words: str
    found: Detections
    threshold: float
    missed: bool


def mistakes(
    sets: Mapping[str, DetectionSet],
    predictions: Mapping[str, DetectionPredictions],
    scores: Mapping[str, SetScores],
    threshold: float,
    count: int,
) -> list[Mistake]:
    """The `count` worst at a threshold: the largest missed faces, the surest false positives.

    Missed faces come first; each kind has half of the places, and more where the other has fewer.
    False positives are those on people-free pictures and on sets in which every face has a label.
    """
    missed: list[tuple[float, Mistake]] = []
    false: list[tuple[float, Mistake]] = []
    for name, pictures in sets.items():
        found = predictions[name].pictures()
        missed += _missed(pictures, found, scores[name], threshold)
        false += _false(pictures, predictions[name], found, scores[name], threshold)
    worst = [
        [one for _, one in sorted(kind, key=lambda ranked: -ranked[0])] for kind in (missed, false)
    ]
    places = max(count // 2, count - len(worst[1]))
    shown = worst[0][:places]
    return shown + worst[1][: count - len(shown)]


def write_mistakes(path: Path, tiles: Sequence[Mistake]) -> None:
    """Write them as one picture: truth green, detections that count red, and blue the detection
    below the threshold that overlaps a missed face most.

    A caption is `missed`, the face's size and score/overlap of the nearest detection, or `false`
    and the score.

    Raises:
        ImageError: a photo cannot be read, or the picture cannot be written.
    """
    rows = max(-(-len(tiles) // COLUMNS), 1)
    columns = min(max(len(tiles), 2), COLUMNS)
    sheet = np.full((rows * (TILE + CAPTION), columns * TILE, 3), 24, dtype=np.uint8)
    if not tiles:
        _write(sheet, "no mistakes", (5, TILE // 2))
    for place, tile in enumerate(tiles):
        y, x = place // COLUMNS * (TILE + CAPTION), place % COLUMNS * TILE
        sheet[y : y + TILE, x : x + TILE] = _drawn(tile)
        room = 38 - len(tile.words)
        name = tile.picture.name
        name = name if len(name) <= room else f"..{name[2 - room :]}"
        _write(sheet, f"{tile.words} {name}", (x + 3, y + TILE + 15))
    image.write(path, sheet)


def _missed(
    pictures: DetectionSet, found: Sequence[Detections], scores: SetScores, threshold: float
) -> list[tuple[float, Mistake]]:
    matches = scores.matches
    if matches is None:
        return []
    ranked = []
    for row in np.flatnonzero(matches.found_scores < threshold):
        picture = pictures.pictures[matches.picture[row]]
        here = found[matches.picture[row]]
        box = picture.faces.boxes[matches.place[row]]
        best = overlap(here.boxes, box[None])[:, 0].argmax() if len(here) else None
        words = f"missed {matches.sides[row]:.0f}px"
        if best is not None:
            shared = float(overlap(here.boxes[best : best + 1], box[None])[0, 0])
            words += f" {here.scores[best]:.2f}/{shared:.2f}" if shared > 0 else ""
        mistake = Mistake(picture, box, words, here, threshold, missed=True)
        ranked.append((float(matches.sides[row]), mistake))
    return ranked


def _false(
    pictures: DetectionSet,
    predictions: DetectionPredictions,
    found: Sequence[Detections],
    scores: SetScores,
    threshold: float,
) -> list[tuple[float, Mistake]]:
    wrong = predictions.scores >= threshold
    if scores.matches is not None:
        wrong = wrong & scores.matches.false & pictures.complete
    elif pictures.kind != "people-free":
        return []
    ranked = []
    for row in np.flatnonzero(wrong):
        number = int(predictions.picture[row])
        score = float(predictions.scores[row])
        mistake = Mistake(
            pictures.pictures[number],
            predictions.boxes[row],
            f"false {score:.3f}",
            found[number],
            threshold,
            missed=False,
        )
        ranked.append((score, mistake))
    return ranked


def _drawn(tile: Mistake) -> ByteArray:
    x1, y1, x2, y2 = (float(value) for value in tile.box)
    side = MARGIN * max(x2 - x1, y2 - y1, 8.0)
    affine = crop_affine(((x1 + x2) / 2, (y1 + y2) / 2), side, 0.0, TILE)
    canvas = warp(tile.picture.read(), affine, TILE, border=24)
    for box in tile.picture.faces.boxes:
        _box(canvas, affine, box, TRUTH, 1)
    counts = tile.found.scores >= tile.threshold
    unsure = tile.found.boxes[~counts]
    if tile.missed and len(unsure):
        shares = overlap(unsure, tile.box[None])[:, 0]
        if shares.max() > 0:
            _box(canvas, affine, unsure[shares.argmax()], UNSURE, 1)
    for box in tile.found.boxes[counts]:
        _box(canvas, affine, box, FOUND, 1)
    _box(canvas, affine, tile.box, TRUTH if tile.missed else FOUND, 2)
    return canvas


def _box(
    canvas: ByteArray, affine: Affine, box: FloatArray, colour: tuple[int, int, int], width: int
) -> None:
    corners = np.clip(move(affine, box.reshape(2, 2)), -10 * TILE, 10 * TILE)
    start, end = ((round(float(x)), round(float(y))) for x, y in corners)
    cv2.rectangle(canvas, start, end, colour, width, cv2.LINE_AA)


def _write(sheet: ByteArray, text: str, corner: tuple[int, int]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.36, INK, 1, cv2.LINE_AA)
