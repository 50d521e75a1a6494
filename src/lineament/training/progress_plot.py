"""A term of the loss against the samples that a network has seen, from the logs of its runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lineament.errors import ConfigError, DataError
from lineament.evaluation.ced import require_matplotlib

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Curve:
    """What one run's log says of one term.

    Attributes:
        name: of the run's folder.
        training, validation: (samples seen, value), in order; either may be empty.
    """

    name: str
    training: tuple[tuple[int, float], ...]
    validation: tuple[tuple[int, float], ...]


def read_curve(run: Path, term: str) -> Curve:
    """A term of all stages of a run, or of one stage, one after the other.

    The samples of a later stage are counted on from those of the stage before. A resumed stage
    wrote some iterations twice; the last line of each counts.

    Args:
        run: folder of a run, whose stages it holds, or of one stage.
        term: name of a term of the loss; its validation has the prefix `validation_`.

    Raises:
        DataError: no log, a damaged line, or the term is in none of the lines.
    """
    logs = _logs(run)
    training: dict[int, float] = {}
    validation: dict[int, float] = {}
    known: set[str] = set()
    before = 0
    for log in logs:
        seen = before
        for number, line in enumerate(log.read_text(encoding="utf-8").splitlines(), 1):
            try:
                entry = json.loads(line)
                seen = before + int(entry["samples"])
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise DataError(
                    f"{log}, line {number}: expected one JSON object with samples, got {line[:60]}"
                ) from error
            known |= entry.keys()
            if term in entry:
                training[seen] = float(entry[term])
            if f"validation_{term}" in entry:
                validation[seen] = float(entry[f"validation_{term}"])
        before = seen
    if not training and not validation:
        names = sorted(known - {"iteration", "samples", "learning_rate"})
        raise DataError(f"{run} has no term {term!r}; its log has {', '.join(names)}")
    return Curve(run.name, tuple(sorted(training.items())), tuple(sorted(validation.items())))


def _logs(run: Path) -> list[Path]:
    """The logs of a run's stages in the order in which they trained."""
    if (run / LOG).is_file():
        return [run / LOG]
    found = {path.parent.name: path for path in run.glob(f"*/{LOG}")}
    if not found:
        raise DataError(f"no {LOG} in {run} or in a folder of it; name the folder of a run")
    recipe = run / "recipe.json"
    if not recipe.is_file():
        raise DataError(f"{recipe} is missing: it says in which order the stages trained")
    stages = json.loads(recipe.read_text(encoding="utf-8"))["stages"]
    return [found[stage["name"]] for stage in stages if stage["name"] in found]


def write_progress(
    path: Path,
    curves: Sequence[Curve],
    term: str,
    marks: Sequence[tuple[float, float]] = (),
) -> None:
    """Write a PNG, both axes logarithmic: training as lines, validation dashed, marks as crosses.

    Args:
        path: the .png, in a folder that exists.
        marks: (samples, value) of somebody else's run to compare with.

    Raises:
        ConfigError: matplotlib is not installed.
        DataError: the file cannot be written.
    """
    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    panel = figure.subplots()
    for place, curve in enumerate(curves):
        colour = f"C{place}"
        if curve.training:
            panel.plot(*zip(*curve.training, strict=True), color=colour, label=curve.name)
        if curve.validation:
            label = f"{curve.name}, validation"
            panel.plot(*zip(*curve.validation, strict=True), "--", color=colour, label=label)
    if marks:
        panel.plot(*zip(*marks, strict=True), "kx", markersize=9, label="published")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel("samples seen")
    panel.set_ylabel(f"loss: {term}")
    panel.grid(which="both", alpha=0.25, linewidth=0.6)
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(fontsize=9)
    try:
        figure.savefig(path, dpi=150, format="png")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def parse_mark(text: str) -> tuple[float, float]:
    """`SAMPLES:VALUE`, such as `1.3e6:0.003`.

    Raises:
        ConfigError: it is not two numbers above 0.
    """
    samples, _, value = text.partition(":")
    try:
        mark = float(samples), float(value)
    except ValueError:
        mark = (0.0, 0.0)
    if not all(0 < number < float("inf") for number in mark):
        raise ConfigError(f"got the mark {text!r}, expected SAMPLES:VALUE, such as 1.3e6:0.003")
    return mark
