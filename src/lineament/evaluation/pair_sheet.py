"""Contact picture of the worst pairs: genuine ones that score low, impostors that score high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike

from lineament import image
from lineament.face import ByteArray

TILE = 112
CAPTION = 20
HEADING = 24
GAP = 8
COLUMNS = 4
INK, GROUND = (235, 235, 235), 24


@dataclass(frozen=True, slots=True, eq=False)
class PairTile:
    """One pair to show.

    Attributes:
        caption: one line.
        pictures: two (H,W,3) uint8 RGB.
    """

    caption: str
    pictures: tuple[ByteArray, ByteArray]


def worst_pairs(scores: ArrayLike, same: ArrayLike, count: int) -> tuple[list[int], list[int]]:
    """Places of the worst pairs of each kind, the worst first.

    Comparisons that failed are no impostor's mistake; as genuine pairs they come first and take
    at most half of the places, unless too few others are left for the rest.

    Args:
        scores: (P,). same: (P,) bool. count: pairs of each kind at most.

    Returns:
        Genuine pairs of the lowest scores, and impostor pairs of the highest.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(same, dtype=np.bool_)
    rising = [int(place) for place in np.argsort(values, kind="stable") if truth[place]]
    failed = [place for place in rising if np.isinf(values[place])]
    others = rising[len(failed) :]
    places = max(count // 2, count - len(others))
    genuine = failed[:places]
    genuine += others[: count - len(genuine)]
    falling = np.argsort(-values, kind="stable")
    impostor = [int(place) for place in falling if not truth[place] and np.isfinite(values[place])]
    return genuine, impostor[:count]


def write_pair_sheet(path: Path, parts: Sequence[tuple[str, Sequence[PairTile]]]) -> None:
    """Write the tiles as one picture, four pairs in a row, each part under its heading.

    Raises:
        ImageError: the picture cannot be written.
    """
    width = COLUMNS * (2 * TILE + GAP)
    rows = []
    for heading, tiles in parts:
        strip = np.full((HEADING, width, 3), GROUND, dtype=np.uint8)
        _write(strip, heading if tiles else f"{heading}: none", (5, 17))
        rows.append(strip)
        for start in range(0, len(tiles), COLUMNS):
            rows.append(_row(tiles[start : start + COLUMNS], width))
    image.write(path, np.concatenate(rows))


def _row(tiles: Sequence[PairTile], width: int) -> ByteArray:
    row = np.full((TILE + CAPTION, width, 3), GROUND, dtype=np.uint8)
    for place, tile in enumerate(tiles):
        left = place * (2 * TILE + GAP)
        for side, picture in enumerate(tile.pictures):
            row[:TILE, left + side * TILE : left + (side + 1) * TILE] = _fitted(picture)
        _write(row, tile.caption, (left + 3, TILE + 14))
    return row


def _fitted(picture: ByteArray) -> ByteArray:
    """The whole picture in a square of `TILE` pixels, its shape kept."""
    scale = TILE / max(picture.shape[:2])
    height, width = (max(round(side * scale), 1) for side in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    tile = np.full((TILE, TILE, 3), GROUND, dtype=np.uint8)
    top, left = (TILE - height) // 2, (TILE - width) // 2
    tile[top : top + height, left : left + width] = small
    return tile


def _write(sheet: ByteArray, text: str, corner: tuple[int, int]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.38, INK, 1, cv2.LINE_AA)
