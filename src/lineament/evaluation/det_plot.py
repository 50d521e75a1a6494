"""Plots of verification: ROC, DET and error-versus-discard curves. Need matplotlib when called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.error_versus_discard import LIMIT, DiscardCurve
from lineament.evaluation.pair_scores import FAILED, Doubles, PairScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DRAWN = 2000
"""Points of a curve at most: at even steps of the logarithm of the FMR."""


def rates_to_draw(scores: PairScores) -> tuple[Doubles, Doubles]:
    """FMR and FNMR (K,) at thresholds of the impostor scores, from one false match to all.

    Comparisons that failed match at no threshold: a curve ends before them.
    """
    count = len(scores.impostor)
    ranks = np.unique(np.geomspace(1, count, min(DRAWN, count)).round().astype(np.int64))
    thresholds = scores.impostor[count - ranks]
    thresholds = thresholds[thresholds > FAILED]
    return (
        scores.false_matches(thresholds) / count,
        1 - scores.matches(thresholds) / len(scores.genuine),
    )


def write_roc_and_det(path: Path, sets: Mapping[str, PairScores], title: str) -> None:
    """Write a PNG of two panels with a curve for each set: ROC on the left, DET on the right.

    FAR and FMR are drawn on a logarithmic scale, from one false match of the largest set; the
    right panel has the FNMR on one too, as the reports of NIST do.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    figure = _figure(11)
    roc, det = figure.subplots(1, 2)
    least, lowest = 0.5, 0.5
    for name, scores in sets.items():
        fmr, fnmr = rates_to_draw(scores)
        label = f"{name} ({len(scores.genuine)} / {len(scores.impostor)} pairs)"
        roc.plot(fmr * 100, (1 - fnmr) * 100, label=label)
        shown = fnmr > 0
        det.plot(fmr[shown] * 100, fnmr[shown] * 100, label=label)
        least = min(least, 1 / len(scores.impostor))
        lowest = min(lowest, 1 / len(scores.genuine))
    for panel, words in ((roc, "TAR (%)"), (det, "FNMR (%), logarithmic")):
        panel.set_xscale("log")
        panel.set_xlim(least * 100, 100)
        panel.set_xlabel("FAR (%), logarithmic" if panel is roc else "FMR (%), logarithmic")
        panel.set_ylabel(words)
    det.set_yscale("log")
    det.set_ylim(lowest * 100, 100)
    roc.set_ylim(top=100)
    _finish(path, figure, [roc, det], title)


def write_discard_curves(path: Path, sets: Mapping[str, DiscardCurve], title: str) -> None:
    """Write a PNG with the error-versus-discard curve of each set; errors as for the ROC.

    The dotted line is what discarding at random leaves.
    """
    figure = _figure(6.5)
    panel = figure.subplots()
    for name, curve in sets.items():
        x = np.append(curve.discarded, 1.0) * 100
        y = np.append(curve.fnmr, curve.fnmr[-1]) * 100
        (line,) = panel.step(x, y, where="post", label=f"{name}: area {curve.area():.2%}")
        panel.axhline(y[0], color=line.get_color(), linestyle=":", linewidth=0.8)
    panel.set_xlim(0, LIMIT * 100)
    panel.set_ylim(bottom=0)
    panel.set_xlabel("genuine pairs discarded, worst quality first (%)")
    panel.set_ylabel("FNMR of the rest (%)")
    _finish(path, figure, [panel], title)


def _figure(width: float) -> Figure:
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _finish(path: Path, figure: Figure, panels: list[Axes], title: str) -> None:
    for panel in panels:
        panel.grid(alpha=0.3, which="both")
        panel.legend(fontsize=8)
    figure.suptitle(title)
    try:
        figure.savefig(path, dpi=130, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error
