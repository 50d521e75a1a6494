"""A table of runs as Markdown, JSON and a plot of the error distributions.

A cell that was run with several seeds shows the mean and the standard deviation (n - 1) over them.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.evaluation.ced import write_ced
from lineament.evaluation.error_distribution import area_under_ced, failure_rate
from lineament.training.run_grid import Cell


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """How well the first networks of a run did.

    Attributes:
        stages: their names.
        errors: (N,) NME of every face as shares, infinity for a missed one.
        seed: of the run.
        minutes: that the run took; next to nothing for one that was only read again.
    """

    stages: str
    errors: NDArray[np.float64]
    seed: int
    minutes: float

    @property
    def nme(self) -> float:
        """Mean over the faces that were found, in percent."""
        return float(100 * self.errors[np.isfinite(self.errors)].mean())

    def plain(self) -> dict[str, Any]:
        """For JSON; a missed face is null."""
        errors = [float(error) if np.isfinite(error) else None for error in self.errors]
        return {
            "stages": self.stages,
            "seed": self.seed,
            "minutes": round(self.minutes, 1),
            "errors": errors,
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Score:
        errors = [np.inf if error is None else error for error in plain["errors"]]
        return cls(plain["stages"], np.array(errors), plain["seed"], plain["minutes"])


def write_table(out: Path, name: str, normaliser: str, cells: Sequence[Cell[Score]]) -> Path:
    """Write `table.md`, `table.json` and `ced.png` under `out`; returns the first.

    The plot has a panel for each column of the table and a curve for each row.
    """
    known = normaliser.replace("_", "-")
    results = [(cell, score) for cell in cells for score in cell.scores]
    faces = len(results[0][1].errors)
    text = [f"# {name}", "", f"NME in percent, {known}, {faces} faces from the detector's boxes."]
    text += ["", *_grid(cells), "", *_details(results), ""]
    path = out / "table.md"
    path.write_text("\n".join(text), encoding="utf-8")
    document = {
        "normaliser": normaliser,
        "cells": [
            {"row": cell.row, "column": cell.column, "nme": score.nme, **score.plain()}
            for cell, score in results
        ],
    }
    (out / "table.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    panels: dict[str, dict[str, Any]] = {}
    for cell, score in results:
        curve = f"{cell.row}, seed {score.seed}" if _repeated(cell) else cell.row
        panels.setdefault(f"{known}: {score.stages}, {cell.column}", {})[curve] = score.errors
    write_ced(out / "ced.png", panels, name)
    return path


def _grid(cells: Sequence[Cell[Score]]) -> list[str]:
    """Rows by name; under each column one number for each network or pair."""
    rows = list(dict.fromkeys(cell.row for cell in cells))
    columns = [
        (column, stages)
        for column in dict.fromkeys(cell.column for cell in cells)
        for stages in _stages(cell for cell in cells if cell.column == column)
    ]
    found: dict[tuple[str, str, str], list[float]] = {}
    for cell in cells:
        for score in cell.scores:
            found.setdefault((cell.row, cell.column, score.stages), []).append(score.nme)
    lines = ["| | " + " | ".join(f"{stages}, {column}" for column, stages in columns) + " |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    for row in rows:
        numbers = (_over_seeds(found.get((row, *column), [])) for column in columns)
        lines.append(f"| {row} | " + " | ".join(numbers) + " |")
    return lines


def _over_seeds(values: Sequence[float]) -> str:
    if len(values) < 2:
        return "".join(f"{value:.2f}" for value in values)
    return f"{statistics.mean(values):.2f} ± {statistics.stdev(values):.2f}"


def _repeated(cell: Cell[Score]) -> bool:
    return len({score.seed for score in cell.scores}) > 1


def _stages(cells: Iterable[Cell[Score]]) -> list[str]:
    return list(dict.fromkeys(score.stages for cell in cells for score in cell.scores))


def _details(results: Sequence[tuple[Cell[Score], Score]]) -> list[str]:
    lines = [
        "| run | networks | NME | median | FR@8 % | FR@10 % | AUC@8 % | missed | seed | minutes |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for cell, score in results:
        errors = score.errors
        missed = int(np.isinf(errors).sum())
        lines.append(
            f"| {cell.row}, {cell.column} | {score.stages} | {score.nme:.2f} "
            f"| {100 * float(np.median(errors)):.2f} | {100 * failure_rate(errors, 0.08):.2f} "
            f"| {100 * failure_rate(errors, 0.1):.2f} "
            f"| {100 * area_under_ced(errors, 0.08):.1f} | {missed} | {score.seed} "
            f"| {score.minutes:.0f} |"
        )
    return lines
