"""A mean face with an arrow for the constant offset of every point."""

from __future__ import annotations

from pathlib import Path

from lineament.draw import IBUG_68
from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.normalisers import Doubles

MAGNIFIED = 3


def write_offsets(path: Path, shape: Doubles, offsets: Doubles, limit: float, title: str) -> None:
    """Write a PNG: the mean face, arrows three times as long as the offsets, far ones numbered.

    Args:
        path: the .png, in a folder that exists.
        shape: (68,2) mean face in inter-ocular distances, y down.
        offsets: (68,2) mean of prediction minus truth in the same frame and unit.
        limit: offsets longer than this are red and numbered.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 7.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for _, first, end, closed in IBUG_68:
        line = [*range(first, end), *([first] if closed else [])]
        axes.plot(shape[line, 0], shape[line, 1], color="0.75", linewidth=1.2, zorder=1)
    lengths = (offsets**2).sum(axis=1) ** 0.5
    colours = ["crimson" if length > limit else "steelblue" for length in lengths]
    axes.scatter(shape[:, 0], shape[:, 1], s=9, color="0.4", zorder=2)
    axes.quiver(
        *shape.T,
        *(MAGNIFIED * offsets.T),
        color=colours,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.004,
        zorder=3,
    )
    for point in (lengths > limit).nonzero()[0]:
        away = shape[point] + MAGNIFIED * offsets[point]
        words = f"{point}: {lengths[point]:.1%}"
        axes.annotate(
            words, away, fontsize=8, color="crimson", textcoords="offset points", xytext=(3, 3)
        )
    axes.set_aspect("equal")
    axes.margins(0.12)
    axes.invert_yaxis()
    axes.set_axis_off()
    figure.suptitle(
        f"{title}\nprediction minus truth, {MAGNIFIED} times enlarged; red above {limit:.0%} "
        "of the inter-ocular distance",
        fontsize=10,
    )
    try:
        figure.savefig(path, dpi=130, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error
