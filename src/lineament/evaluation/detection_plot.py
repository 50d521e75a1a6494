"""Plot of detectors: recall against overlap, size, precision, false positives. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.detection_scores import SetScores
from lineament.evaluation.false_positives import FalsePositives

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = 10
"""Colours of matplotlib's cycle, one for each set."""

LINES = ("-", "--", ":", "-.")
"""One for each detector; more of them begin anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One detector: its scores on every set, and what it finds on people-free pictures."""

    name: str
    sets: Mapping[str, SetScores]
    false: FalsePositives | None


def write_detection_plot(path: Path, detectors: Sequence[Drawn], iou: float) -> None:
    """Write a PNG of four panels; a colour for each set, a kind of line for each detector.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 9), layout="constrained")
    FigureCanvasAgg(figure)
    overlap, size, precision, false = figure.subplots(2, 2).flat
    for number, detector in enumerate(detectors):
        for place, (name, scores) in enumerate(detector.sets.items()):
            style = {
                "color": f"C{place % COLOURS}",
                "linestyle": LINES[number % len(LINES)],
                "label": f"{name}, {detector.name}" if len(detectors) > 1 else name,
            }
            if scores.matches is None:
                continue
            rows = scores.document["recall_by_overlap"]
            _draw(overlap, [row["overlap"] for row in rows], rows, style)
            rows = scores.document["recall_by_size"]
            _draw(size, [_middle(row["above"], row["up_to"]) for row in rows], rows, style)
            if scores.curve is not None:
                curve = scores.curve
                label = f"{style['label']}: AP {curve.area:.1%}"
                shown = {**style, "label": label}
                precision.plot(curve.recall * 100, curve.precision * 100, **shown)
            x, y = _recall_against_false(scores, detector.false)
            false.plot(x, y, **style)
    overlap.set_xlabel("least intersection over union that finds a face")
    size.set_xlabel("face, root of width x height (photo pixels), logarithmic")
    size.set_xscale("log")
    precision.set_xlabel("recall (%)")
    precision.set_ylabel("precision (%), intersection over union 0.5")
    if any(detector.false for detector in detectors):
        false.set_xlabel("false positives for each people-free picture")
        false.set_xscale("symlog", linthresh=0.01)
    else:
        false.set_xlabel("score threshold")
    for panel in (overlap, size, false):
        panel.set_ylabel("recall (%)")
    for panel in (overlap, size, precision, false):
        _finish(panel)
    figure.suptitle(
        f"{', '.join(detector.name for detector in detectors)}; a face is found from an "
        f"intersection over union of {iou:g} on"
    )
    try:
        figure.savefig(path, dpi=130, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _draw(
    panel: Axes,
    x: Sequence[float],
    rows: Sequence[Mapping[str, float]],
    style: Mapping[str, str],
) -> None:
    """Recall with its interval as a pale band."""
    panel.plot(x, [row["recall"] for row in rows], marker=".", **style)  # type: ignore[arg-type]
    low, high = ([row[key] for row in rows] for key in ("low", "high"))
    panel.fill_between(x, low, high, color=style["color"], alpha=0.12, linewidth=0)


def _finish(panel: Axes) -> None:
    panel.set_ylim(top=101)
    panel.grid(alpha=0.3, which="both")
    if panel.get_legend_handles_labels()[0]:
        panel.legend(fontsize=8)
    else:
        words = "no set in which every face has a label"
        panel.text(0.5, 0.5, words, transform=panel.transAxes, ha="center", color="grey")


def _middle(above: float, up_to: float | None) -> float:
    if not above:
        return float((up_to or 1.0) / np.sqrt(2))
    return float(np.sqrt(above * (2 * above if up_to is None else up_to)))


def _recall_against_false(
    scores: SetScores, false: FalsePositives | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Recall in percent against false positives per picture, or against the score without these."""
    assert scores.matches is not None
    found = np.sort(scores.matches.found_scores[scores.matches.found_by >= 0])[::-1]
    faces = len(scores.matches.found_by)
    if false is None:
        bars = np.linspace(0, 1, 201)
        return bars, 100 * np.searchsorted(-found, -bars, side="right") / faces
    bars = np.unique(np.concatenate([found, false.scores]))[::-1]
    if len(bars) > 2000:
        bars = bars[np.linspace(0, len(bars) - 1, 2000).round().astype(int)]
    y = 100 * np.searchsorted(-found, -bars, side="right") / faces
    x = np.searchsorted(-false.scores, -bars, side="right") / false.pictures
    return x, y
