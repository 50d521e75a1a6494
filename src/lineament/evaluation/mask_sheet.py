"""Contact picture of class masks: photo, truth and prediction side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament import image
from lineament.face import ByteArray

TILE = 192
CAPTION = 22
COLUMNS = 2
INK, GROUND = (235, 235, 235), 24
NOT_KNOWN = (128, 128, 128)
"""Colour of pixels whose number is no class."""

NAMES_BESIDE = 88
"""Pixels that the name of a class needs."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskTile:
    """One photo to show.

    Attributes:
        caption: one line.
        photo: (H,W,3) uint8 RGB.
        truth, predicted: (M,M) uint8 class numbers over the same square; one that is no class is
            drawn grey.
    """

    caption: str
    photo: ByteArray
    truth: ByteArray
    predicted: ByteArray


def class_colours(count: int) -> ByteArray:
    """(count,3) uint8 RGB: black for class 0, then hues as far apart as neighbours can be."""
    hues = (np.arange(count) * 0.618034 % 1.0 * 180).astype(np.uint8)
    values = np.where(np.arange(count) % 2, 255, 190).astype(np.uint8)
    colours = np.stack([hues, np.full(count, 200, dtype=np.uint8), values], axis=1)
    rgb = cv2.cvtColor(colours[None], cv2.COLOR_HSV2RGB)[0]
    rgb[0] = 0
    return np.asarray(rgb, dtype=np.uint8)


def write_masks(
    path: Path,
    tiles: Sequence[MaskTile],
    classes: Sequence[str],
    palette: Sequence[tuple[int, int, int]] | None = None,
) -> None:
    """Write the tiles as one picture, two in a row, with the classes' colours below.

    Args:
        palette: RGB of each class; those of `class_colours` where None.

    Raises:
        ImageError: the picture cannot be written.
    """
    colours = np.full((256, 3), NOT_KNOWN, dtype=np.uint8)
    colours[: len(classes)] = class_colours(len(classes)) if palette is None else palette
    rows = max(-(-len(tiles) // COLUMNS), 1)
    height, width = rows * (TILE + CAPTION), COLUMNS * 3 * TILE
    beside = min(len(classes), width // NAMES_BESIDE)
    lines = -(-len(classes) // beside)
    sheet = np.full((height + (lines + 1) * CAPTION, width, 3), GROUND, dtype=np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // COLUMNS * (TILE + CAPTION), place % COLUMNS * 3 * TILE
        shown = (tile.photo, colours[tile.truth], colours[tile.predicted])
        for number, picture in enumerate(shown):
            corner = left + number * TILE
            sheet[top : top + TILE, corner : corner + TILE] = cv2.resize(
                picture, (TILE, TILE), interpolation=cv2.INTER_AREA
            )
        _text(sheet, tile.caption, (left + 5, top + TILE + 16), INK)
    step = width // beside
    for number, name in enumerate(classes):
        x, y = 5 + number % beside * step, height + 26 + number // beside * CAPTION
        sheet[y - 9 : y + 1, x : x + 10] = colours[number]
        _text(sheet, name.replace("_", " "), (x + 14, y), INK)
    image.write(path, sheet)


def _text(sheet: ByteArray, text: str, corner: tuple[int, int], colour: tuple[int, ...]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
