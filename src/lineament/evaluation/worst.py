"""Contact picture of the worst faces, with prediction and truth drawn on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament import image
from lineament.datasets.labelled_face import LabelledFace
from lineament.evaluation.matching import points_box
from lineament.evaluation.normalisers import Doubles
from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, crop_affine, move, warp

TILE = 288
CAPTION = 22
COLUMNS = 4
MARGIN = 1.35
"""Side of a tile in units of the longer side of all that is drawn on it."""

TRUTH, PREDICTION, BOX, INK = (60, 220, 60), (255, 60, 40), (90, 170, 255), (235, 235, 235)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One face to show.

    Attributes:
        sample: the photo with its true points.
        error: NME as a fraction; infinity for a missed face.
        predicted: (L,2) photo pixels; None for a missed face.
        boxes: (K,4) boxes of the photo's detections.
    """

    sample: LabelledFace
    error: float
    predicted: FloatArray | None
    boxes: FloatArray


def worst_faces(errors: Doubles, count: int) -> list[int]:
    """Indices of the `count` worst of (N,) errors, worst first.

    Missed faces (infinity) come first and take at most half of the places, unless too few
    found faces are left for the rest; equal errors keep their order. NaN, a face without a
    normaliser, is never shown.
    """
    order = np.argsort(-errors, kind="stable")
    missed = [int(i) for i in order if np.isinf(errors[i])]
    found = [int(i) for i in order if np.isfinite(errors[i])]
    places = max(count // 2, count - len(found))
    shown = missed[:places]
    return shown + found[: count - len(shown)]


def write_worst(path: Path, tiles: Sequence[Tile]) -> None:
    """Write the tiles as one picture, four in a row; truth green, prediction red, boxes blue.

    Raises:
        ImageError: a photo cannot be read, or the picture cannot be written.
    """
    rows = max(-(-len(tiles) // COLUMNS), 1)
    columns = min(max(len(tiles), 1), COLUMNS)
    sheet = np.full((rows * (TILE + CAPTION), columns * TILE, 3), 24, dtype=np.uint8)
    for place, tile in enumerate(tiles):
        y, x = place // COLUMNS * (TILE + CAPTION), place % COLUMNS * TILE
        sheet[y : y + TILE, x : x + TILE] = _drawn(tile)
        error = "missed" if np.isinf(tile.error) else f"{tile.error:.1%}"
        name = tile.sample.name if len(tile.sample.name) < 34 else f"..{tile.sample.name[-31:]}"
        _write(sheet, f"{error}  {name}", (x + 5, y + TILE + 16))
    image.write(path, sheet)


def _drawn(tile: Tile) -> ByteArray:
    shapes = (
        [tile.sample.points] if tile.predicted is None else [tile.sample.points, tile.predicted]
    )
    x1, y1, x2, y2 = points_box(np.concatenate(shapes))
    side = MARGIN * max(x2 - x1, y2 - y1, 1.0)
    affine = crop_affine(((x1 + x2) / 2, (y1 + y2) / 2), side, 0.0, TILE)
    canvas = warp(image.read(tile.sample.image), affine, TILE, border=24)
    for box in tile.boxes:
        corners = _pixels(affine, box.reshape(2, 2))
        cv2.rectangle(canvas, corners[0], corners[1], BOX, 1, cv2.LINE_AA)
    truth = _pixels(affine, tile.sample.points)
    if tile.predicted is not None:
        guess = _pixels(affine, tile.predicted)
        for start, end in zip(truth, guess, strict=True):
            cv2.line(canvas, start, end, INK, 1, cv2.LINE_AA)
        for point in guess:
            cv2.circle(canvas, point, 2, PREDICTION, -1, cv2.LINE_AA)
    for point in truth:
        cv2.circle(canvas, point, 2, TRUTH, -1, cv2.LINE_AA)
    return canvas


def _pixels(affine: Affine, points: FloatArray) -> list[tuple[int, int]]:
    far = 10 * TILE
    moved = np.clip(move(affine, points), -far, far)
    return [(round(float(x)), round(float(y))) for x, y in moved]


def _write(sheet: ByteArray, text: str, corner: tuple[int, int]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
