"""Plot of attributes: reliability diagrams and accuracy by group. Needs matplotlib when called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.errors import DataError
from lineament.evaluation.attribute_groups import shown_groups
from lineament.evaluation.ced import require_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.2
"""Inches of a group's bar."""

TALLEST = 15
"""Height of the bar of the fullest bin, in percent of the diagram's."""

SMALL = 30
"""Groups of fewer found faces are drawn pale."""


def write_attribute_plot(path: Path, tasks: Mapping[str, Any], title: str) -> None:
    """Write a PNG with a row for each task: its reliability diagram, and accuracies by group.

    The diagram has the mean probability of each bin's answers against the share that is right;
    the bars below it say how many answers a bin holds. Whiskers of the groups are Wilson's 95 %
    intervals, the dotted line is the accuracy over all faces.

    Args:
        path: the .png, in a folder that exists.
        tasks: of the document.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = {task: _rows(scores) for task, scores in tasks.items()}
    heights = [max(3.2, ROW * len(found) + 1.2) for found in rows.values()]
    figure = Figure(figsize=(11, sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(
        len(tasks), 2, squeeze=False, height_ratios=heights, width_ratios=[1, 1.8]
    )
    for (task, scores), (left, right) in zip(tasks.items(), panels, strict=True):
        _draw_reliability(left, task, scores)
        _draw_groups(right, scores, rows[task])
    figure.suptitle(title)
    try:
        figure.savefig(path, dpi=110, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _rows(scores: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Name and counts of every group that has a found face, in the order of the table."""
    return [
        (f"{group}: {value}", counts)
        for group in shown_groups(scores["groups"])
        for value, counts in scores["groups"][group].items()
        if counts["found"]
    ]


def _draw_reliability(panel: Axes, task: str, scores: Mapping[str, Any]) -> None:
    panel.plot([0, 100], [0, 100], color="grey", linewidth=0.8, linestyle="--")
    bins = scores["reliability"] or []
    if bins:
        faces = np.array([one["faces"] for one in bins])
        left = np.array([one["above"] for one in bins])
        width = np.array([one["up_to"] for one in bins]) - left
        panel.bar(left, TALLEST * faces / faces.max(), width, align="edge", color="lightgrey")
        panel.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], marker="o")
        panel.set_xlim(left.min(), 100)
    panel.set_ylim(0, 100)
    ece = "-" if scores["ece"] is None else f"{scores['ece']:.1f}"
    accuracy = "-" if scores["accuracy"] is None else f"{scores['accuracy']:.1f}"
    panel.set_title(f"{task}: {accuracy} % right, ECE {ece} %", fontsize=10)
    panel.set_xlabel("mean probability of the answers (%)", fontsize=8)
    panel.set_ylabel("of them right (%)", fontsize=8)
    panel.grid(alpha=0.3)


def _draw_groups(
    panel: Axes, scores: Mapping[str, Any], rows: list[tuple[str, Mapping[str, Any]]]
) -> None:
    values = np.array(
        [[one["accuracy"], one["low"], one["high"], one["found"]] for _, one in rows]
    ).reshape(-1, 4)
    accuracy, low, high, found = values.T
    for here, colour in ((found >= SMALL, "tab:blue"), (found < SMALL, "lightsteelblue")):
        panel.errorbar(
            accuracy[here],
            np.flatnonzero(here),
            xerr=np.clip([accuracy - low, high - accuracy], 0, None)[:, here],
            fmt="o",
            markersize=4,
            capsize=2,
            color=colour,
        )
    if scores["accuracy"] is not None:
        panel.axvline(scores["accuracy"], color="black", linewidth=0.8, linestyle=":")
    panel.set_yticks(
        range(len(rows)), [f"{name} ({counts['found']})" for name, counts in rows], fontsize=7
    )
    panel.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    panel.set_xlabel(
        f"accuracy (%), 95 % intervals; pale: fewer than {SMALL} found faces", fontsize=8
    )
    panel.grid(alpha=0.3, axis="x")
