"""Croppers compared while more and more parts are covered: a table, a plot, and faces with crops.

The plot needs matplotlib when it is called.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lineament import image
from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.crop_errors import PATCHES, CropErrors, Doubles, patch_edges
from lineament.face import ByteArray

TILE = 256
CAPTION = 22
COLUMNS = 4
INK, PAPER = (235, 235, 235), 24
TRUE_COLOUR = (60, 220, 60)
COLOURS = ((255, 60, 40), (90, 170, 255), (255, 200, 0), (220, 90, 255))
"""RGB of the croppers in their order; the true patches are green."""

COLUMN_RULES = (
    "`covered` parts of every picture lie under background. Centre: mean distance of the patch's "
    "centre from the true one, canvas pixels; over the covered parts alone in brackets. Inside: "
    "mean share of a part's true pixels that the patch shows. F1: inside the true patches, all "
    "parts together, left and right apart, the mouth as one. Lost: parts without a patch."
)


def crop_table(rows: Sequence[CropErrors], parts: Sequence[str] = tuple(PATCHES)) -> str:
    """The comparison in Markdown: one line for each cropper and number of covered parts.

    Args:
        parts: names of the P parts in the order of the errors' arrays.
    """
    heads = ["covered", "cropper", "centre", "inside", "F1", "lost"]
    heads += [f"{what}, {part}" for what in ("centre", "F1") for part in parts]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for row in rows:
        covered = f" ({_text(row.offset_covered)})" if row.covered else ""
        inside = row.inside[~np.isnan(row.inside)]
        lines.append(
            _line(
                [
                    str(row.covered),
                    row.cropper,
                    f"{_text(row.offset)}{covered}",
                    _text(float(inside.mean()) if len(inside) else math.nan, 3),
                    _text(row.f1_overall, 3),
                    str(row.lost),
                    *(_text(float(value)) for value in row.offsets),
                    *(_text(float(value), 3) for value in row.f1),
                ]
            )
        )
    return "\n".join([*lines, "", COLUMN_RULES, ""])


def write_crop_plot(path: Path, rows: Sequence[CropErrors], title: str) -> None:
    """Write a PNG: centre error and F1 over the number of covered parts, one line per cropper.

    The dashed lines are the errors of the covered parts alone.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for number, cropper in enumerate(dict.fromkeys(row.cropper for row in rows)):
        mine = sorted((row for row in rows if row.cropper == cropper), key=lambda row: row.covered)
        covered = [row.covered for row in mine]
        colour = tuple(value / 255 for value in COLOURS[number % len(COLOURS)])
        style = {"color": colour, "marker": "o", "markersize": 4}
        left.plot(covered, [row.offset for row in mine], label=cropper, **style)
        left.plot(covered, [row.offset_covered for row in mine], linestyle="--", **style)
        right.plot(covered, [row.f1_overall for row in mine], label=cropper, **style)
    for panel, label in (
        (left, "centre error, pixels (dashed: covered parts)"),
        (right, "F1 inside the true patches"),
    ):
        panel.set_xlabel("covered parts in each picture")
        panel.set_ylabel(label)
        panel.set_xticks(sorted({row.covered for row in rows}))
        panel.grid(alpha=0.3)
        panel.legend()
    left.set_ylim(bottom=0)
    figure.suptitle(title)
    try:
        figure.savefig(path, dpi=120, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another place") from error


@dataclass(frozen=True, slots=True, eq=False)
class CropTile:
    """One picture to show with its patches.

    Attributes:
        caption: one line.
        picture: (H,W,3) uint8 RGB, with its covers.
        true_theta: (P,2,3).
        thetas: (P,2,3) by the cropper's name.
    """

    caption: str
    picture: ByteArray
    true_theta: Doubles
    thetas: Mapping[str, Doubles]


def write_crop_sheet(path: Path, tiles: Sequence[CropTile]) -> None:
    """Write the pictures with the true patches in green and each cropper's in its colour.

    Raises:
        ImageError: the picture cannot be written.
    """
    columns = min(max(len(tiles), 1), COLUMNS)
    rows = max(-(-len(tiles) // columns), 1)
    height = rows * (TILE + CAPTION)
    sheet = np.full((height + CAPTION, columns * TILE, 3), PAPER, dtype=np.uint8)
    names = list(dict.fromkeys(name for tile in tiles for name in tile.thetas))
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    for place, tile in enumerate(tiles):
        y, x = place // columns * (TILE + CAPTION), place % columns * TILE
        sheet[y : y + TILE, x : x + TILE] = _drawn(tile, colours)
        _write(sheet, tile.caption, (x + 5, y + TILE + 16), INK)
    for place, (name, colour) in enumerate({"true": TRUE_COLOUR, **colours}.items()):
        _write(sheet, name, (5 + place * columns * TILE // (len(names) + 1), height + 16), colour)
    image.write(path, sheet)


def _drawn(tile: CropTile, colours: Mapping[str, tuple[int, int, int]]) -> ByteArray:
    height, width = tile.picture.shape[:2]
    scale = TILE / max(height, width)
    canvas = np.full((TILE, TILE, 3), PAPER, dtype=np.uint8)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    shown = cv2.resize(tile.picture, size, interpolation=cv2.INTER_AREA)
    canvas[: size[1], : size[0]] = shown
    drawn = [(tile.true_theta, TRUE_COLOUR)]
    drawn += [(theta, colours[name]) for name, theta in tile.thetas.items()]
    for theta, colour in drawn:
        for edges in patch_edges(theta, width, height):
            if not np.isnan(edges).any():
                x1, y1, x2, y2 = np.clip((edges + 0.5) * scale - 0.5, -TILE, 2 * TILE)
                corners = (round(x1), round(y1)), (round(x2), round(y2))
                cv2.rectangle(canvas, *corners, colour, 1, cv2.LINE_AA)
    return canvas


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(value: float, digits: int = 2) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _write(sheet: ByteArray, text: str, corner: tuple[int, int], colour: tuple[int, ...]) -> None:
    cv2.putText(sheet, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
