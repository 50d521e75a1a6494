"""Plot of cumulative error distributions (CED). Needs matplotlib, imported on the first call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineament.errors import ConfigError, DataError
from lineament.evaluation.error_distribution import (
    THRESHOLD,
    Doubles,
    area_under_ced,
    ced_steps,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Errors = Mapping[str, Doubles]
"""(N,) NME as fractions by the name of a curve: infinity for a missed face, NaN for one that the
normaliser leaves out."""

COLUMNS = 3
COLOURS = 10
"""Colours of matplotlib's cycle; curves beyond them are dashed."""


def require_matplotlib() -> None:
    """Fail before any long work where the plot could not be drawn.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            "the CED plot needs matplotlib, which the base install leaves out: "
            "pip install 'lineament[train]'"
        ) from error


def write_ced(path: Path, errors: Mapping[str, Errors], title: str) -> None:
    """Write a PNG with one panel per normaliser and one curve per set of faces.

    Args:
        path: the .png, in a folder that exists.
        errors: per normaliser the errors of every set. The set named `overall` is drawn thick,
            and `overall, label_adapted` as its dashed twin. Missed faces keep a curve below
            100 %. A set without a face that the normaliser can serve has no curve.
        title: over all panels.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(len(errors), COLUMNS)
    rows = -(-len(errors) // columns)
    figure = Figure(figsize=(5.6 * columns, 4.8 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for panel, (normaliser, sets) in zip(panels, errors.items(), strict=False):
        _draw(panel, normaliser.replace("_", "-"), sets)
    for panel in panels[len(errors) :]:
        panel.set_axis_off()
    figure.suptitle(title)
    try:
        figure.savefig(path, dpi=150, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _draw(panel: Axes, normaliser: str, sets: Errors) -> None:
    for place, (name, every) in enumerate(sets.items()):
        errors = every[~np.isnan(every)]
        if not len(errors):
            continue
        x, share = ced_steps(errors)
        overall = name.startswith("overall")
        dashed = name.endswith("label_adapted") or place >= COLOURS
        panel.step(
            x * 100,
            share * 100,
            where="post",
            label=f"{name} ({len(errors)}): AUC {area_under_ced(errors):.1%}",
            color="black" if overall else None,
            linewidth=2.4 if overall else 1.3,
            linestyle="--" if dashed else "-",
        )
    panel.set_xlim(0, THRESHOLD * 100)
    panel.set_ylim(0, 100)
    panel.set_xlabel(f"NME, {normaliser} (%)")
    panel.set_ylabel("faces with at most this error (%), missed ones counted")
    panel.grid(alpha=0.3)
    panel.legend(loc="upper left", fontsize=8)
