"""A picture of what balancing by pose does: bins before and after, and the faces in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.draw import IBUG_68
from lineament.errors import DataError
from lineament.landmarks.balance import Balance, align

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Doubles = NDArray[np.float64]

BEFORE, AFTER, FACE = "#9a9a9a", "#1f4e9c", "#222222"
SIDE = 1.1
"""Inches of one bin's column."""
LEAST_COLUMNS = 6
MARGIN, EDGE = 0.75, 0.2
BARS = 3.4
LARGEST_FACE = 0.84
"""Longer side of the mean face as drawn, in columns."""


def write_balance(path: Path, points: ArrayLike, made: Balance, title: str) -> None:
    """Write a PNG: faces per bin with and without repetition, and mean faces of the bins below.

    Where the bins hold the size of the coefficient, its two signs have a row of faces each: a
    component that carries the yaw shows heads turned to one side and to the other.

    Args:
        path: the .png, in a folder that exists.
        points: (N,L,2) the points that were balanced, in pixels; 68 points are joined by the
            usual lines, other orders are dots.
        made: what `balance` made of them.
        title: above the bars.

    Raises:
        DataError: the file cannot be written, or as `balance`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bins = len(made.counts)
    rows = _rows(made)
    width, height = SIDE * max(bins, LEAST_COLUMNS), SIDE * len(rows)
    whole = (width + MARGIN + EDGE, EDGE + height + MARGIN + BARS + 2 * EDGE)
    figure = Figure(figsize=whole)
    FigureCanvasAgg(figure)
    left, across = MARGIN / whole[0], width / whole[0]
    bars = figure.add_axes((left, (EDGE + height + MARGIN) / whole[1], across, BARS / whole[1]))
    _draw_bars(bars, made)
    bars.set_title(title, fontsize=12, loc="left")
    faces = figure.add_axes((left, EDGE / whole[1], across, height / whole[1]))
    unit = max(bins, LEAST_COLUMNS) / bins
    faces.set_xlim(-0.5, bins - 0.5)
    faces.set_ylim(len(rows) / unit, 0)
    faces.set_axis_off()
    aligned = align(points)
    scale = LARGEST_FACE / np.ptp(aligned.mean(axis=0), axis=0).max() / unit
    for row, (name, chosen) in enumerate(rows):
        middle = (row + 0.5) / unit
        faces.text(
            -0.58, middle, name, ha="right", va="center", fontsize=9, rotation=90, color=FACE
        )
        for place in range(bins):
            members = chosen & (made.bin == place)
            if members.any():
                shape = scale * aligned[members].mean(axis=0)
                centre = (shape.min(axis=0) + shape.max(axis=0)) / 2
                _draw_face(faces, shape - centre + [place, middle])
    try:
        figure.savefig(path, dpi=130, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _rows(made: Balance) -> list[tuple[str, NDArray[np.bool_]]]:
    if made.edges[0] < 0:
        return [("", np.ones(len(made.bin), dtype=np.bool_))]
    return [
        ("below 0", np.asarray(made.coefficient < 0)),
        ("above 0", np.asarray(made.coefficient >= 0)),
    ]


def _draw_bars(axes: Axes, made: Balance) -> None:
    bins, after = np.arange(len(made.counts)), made.balanced_counts
    axes.bar(bins - 0.21, made.counts, 0.4, color=BEFORE, label=f"before: {made.counts.sum():,}")
    axes.bar(bins + 0.21, after, 0.4, color=AFTER, label=f"after: {after.sum():,}")
    top = int(after.max())
    for place, (count, balanced) in enumerate(zip(made.counts, after, strict=True)):
        axes.text(place - 0.21, count + 0.01 * top, str(count), ha="center", fontsize=8)
        if count:
            words = f"×{balanced // count}"  # noqa: RUF001
            axes.text(place + 0.21, balanced + 0.01 * top, words, ha="center", fontsize=8)
    axes.set_xlim(-0.5, len(bins) - 0.5)
    axes.set_ylim(0, 1.18 * top)
    axes.set_xticks(np.arange(len(made.edges)) - 0.5, [f"{edge:.2f}" for edge in made.edges])
    sizes = "" if made.edges[0] < 0 else "size of the "
    axes.set_xlabel(f"{sizes}coefficient of the yaw component; below, the mean faces of the bins")
    axes.set_ylabel("faces")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper right", ncols=2, fontsize=9, frameon=False)


def _draw_face(axes: Axes, shape: Doubles) -> None:
    if len(shape) != IBUG_68[-1][2]:
        axes.plot(*shape.T, ".", color=FACE, markersize=3)
        return
    for _, first, end, closed in IBUG_68:
        line = [*range(first, end), *([first] if closed else [])]
        axes.plot(*shape[line].T, color=FACE, linewidth=0.9)
