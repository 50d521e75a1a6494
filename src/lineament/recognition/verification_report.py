"""A table of recognition runs as Markdown, JSON and a plot of what the tokens tell.

Numbers are means over the seeds with their standard deviation (n - 1). Beside each row stands its
difference to the first row, seed by seed: runs of one seed see the same people in the same order,
so that the differences vary less than the numbers.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lineament.evaluation.ced import require_matplotlib
from lineament.training.run_grid import Cell

ENTROPY = "validation_token_entropy"

Journal = Sequence[Mapping[str, Any]]
Column = tuple[str, str] | None
"""Set of pairs and name of a measure; None for the last validation."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """Scores of one set of pairs in percent.

    Attributes:
        auc: area under the ROC curve.
        accuracy: mean over the folds; None for a set of one fold.
    """

    auc: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class RunScore:
    """How well a run did.

    Attributes:
        minutes: that it took; next to nothing for one that was only read again.
        results: by set of pairs.
        journal: of each validation of the last stage, on the people kept back, `iteration`,
            `validation_auc` and, of a network with tokens, `ENTROPY`.
    """

    seed: int
    minutes: float
    results: Mapping[str, PairResult]
    journal: Journal

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> RunScore:
        results = {name: PairResult(**result) for name, result in plain["results"].items()}
        return cls(plain["seed"], plain["minutes"], results, plain["journal"])


def write_report(out: Path, name: str, cells: Sequence[Cell[RunScore]]) -> Path:
    """Write NAME.md, NAME.json and, of networks with tokens, NAME-entropy.png.

    Returns:
        The first of them.

    Raises:
        ConfigError: there is an entropy to draw and matplotlib is not installed.
    """
    values = _values(cells[0].scores[0])
    lines = [f"# {name}", "", "| run | seeds | " + " | ".join(values) + " | minutes |"]
    lines.append("|---" * (len(values) + 3) + "|")
    for cell in cells:
        numbers = [_number(cell, cells[0], column) for column in values.values()]
        minutes = statistics.mean(score.minutes for score in cell.scores)
        run = cell.row if cell.column == "plain" else f"{cell.row}, {cell.column}"
        row = [run, str(len(cell.scores)), *numbers, f"{minutes:.0f}"]
        lines.append("| " + " | ".join(row) + " |")
    lines += [
        "",
        "Percent, mean over the seeds ± standard deviation; in brackets the mean difference to the "
        "first row, seed by seed, ± its standard deviation.",
        "",
    ]
    path = out / f"{name}.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    plain = [
        {"row": cell.row, "column": cell.column, **score.plain()}
        for cell in cells
        for score in cell.scores
    ]
    (out / f"{name}.json").write_text(json.dumps({"runs": plain}, indent=1), encoding="utf-8")
    if any(ENTROPY in line for cell in cells for line in cell.scores[0].journal):
        _write_entropy(out / f"{name}-entropy.png", name, cells)
    return path


def _values(score: RunScore) -> dict[str, Column]:
    """Columns of the table, and where each stands in a score."""
    columns: dict[str, Column] = {}
    for name, result in score.results.items():
        for measure in ("accuracy", "auc"):
            if getattr(result, measure) is not None:
                columns[f"{name}: {measure}"] = (name, measure)
    return {**columns, "people kept back: auc": None}


def _read(score: RunScore, column: Column) -> float:
    if column is None:
        return 100 * float(score.journal[-1]["validation_auc"])
    name, measure = column
    return float(getattr(score.results[name], measure))


def _number(cell: Cell[RunScore], first: Cell[RunScore], column: Column) -> str:
    text = _mean([_read(score, column) for score in cell.scores])
    if cell is first:
        return text
    before = {score.seed: _read(score, column) for score in first.scores}
    gains = [_read(score, column) - before[score.seed] for score in cell.scores]
    return f"{text} ({_mean(gains, '+')})"


def _mean(values: Sequence[float], sign: str = "") -> str:
    mean = f"{statistics.mean(values):{sign}.2f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.2f}"


def _write_entropy(path: Path, name: str, cells: Sequence[Cell[RunScore]]) -> None:
    """Mean token entropy on the people kept back against the iterations; a curve for each seed."""
    require_matplotlib()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained")
    panel = figure.subplots()
    for number, cell in enumerate(cells):
        for place, score in enumerate(cell.scores):
            seen = [line for line in score.journal if ENTROPY in line]
            label = cell.row if cell.column == "plain" else f"{cell.row}, {cell.column}"
            panel.plot(
                [line["iteration"] for line in seen],
                [line[ENTROPY] for line in seen],
                color=f"C{number % 10}",
                alpha=0.8,
                label=label if place == 0 else None,
            )
    panel.set(xlabel="iterations", ylabel="mean token entropy (nats)", title=name)
    panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(path, dpi=120)
