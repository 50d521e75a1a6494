"""Tables of `lineament evaluate attributes` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

SMALL = 30
"""Groups of fewer found faces are printed dim."""

NAMES_WIDTH, CELL_WIDTH = 28, 19
"""Columns of the terminal that a group's first cells take, and one task's cell."""


def print_attributes(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `evaluate_attributes`: tasks, groups, angles, points and files."""
    from lineament.evaluation.attribute_groups import shown_groups

    dataset = document["dataset"]
    of = f"{dataset['name']} {dataset['split'] or ''}".strip()
    if dataset["part"] != "all":
        of += f", {dataset['part']}"
    console.print(
        f"{of}: {dataset['faces']} faces, {document['weights']['name']}, {document['boxes']} boxes",
        markup=False,
        soft_wrap=True,
    )
    detection = document["detection"]
    if detection:
        console.print(
            f"found {detection['found']} of {detection['faces']} faces: {detection['recall']:.2f} "
            f"% ({_interval(detection)}); missed faces have no part in the accuracies"
        )
    tasks = document["tasks"]
    _print_tasks(console, tasks)
    names = dict.fromkeys(name for task in tasks.values() for name in shown_groups(task["groups"]))
    for group in names:
        _print_group(console, group, tasks)
    if document["not_scored"]:
        console.print(f"not labelled here: {', '.join(document['not_scored'])}", style="dim")
    if document["angles"]:
        errors = ", ".join(
            f"{axis} {one['mean_absolute_error']:.2f}"
            for axis, one in document["angles"].items()
            if one["faces"]
        )
        console.print(f"mean absolute error in degrees: {errors}")
    if document["landmarks"]:
        _print_landmarks(console, document["landmarks"])
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_tasks(console: Console, tasks: Mapping[str, Any]) -> None:
    table = _table("tasks, % of the found faces of known label", "task")
    for heading in ("known", "found", "accuracy", "95 %", "balanced", "majority", "ECE", "NLL"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, scores in tasks.items():
        nll = "-" if scores["nll"] is None else f"{scores['nll']:.3f}"
        cells = [_text(scores[key]) for key in ("balanced_accuracy", "majority", "ece")]
        counts = (str(scores["faces"]), str(scores["found"]))
        accuracy = (_text(scores["accuracy"]), _interval(scores))
        table.add_row(escape(name), *counts, *accuracy, *cells, nll)
    console.print(table)
    console.print("majority: accuracy of always giving the commonest answer", style="dim")
    for name, scores in tasks.items():
        if scores["head"] != name:
            console.print(f"{name}: answered by {scores['head']}", style="dim")


def _print_group(console: Console, group: str, tasks: Mapping[str, Any]) -> None:
    having = {name: scores for name, scores in tasks.items() if group in scores["groups"]}
    beside = max((console.width - NAMES_WIDTH) // CELL_WIDTH, 1)
    console.print(f"accuracy by {group}, % (95 % interval); dim: fewer than {SMALL} found")
    for first in range(0, len(having), beside):
        some = list(having)[first : first + beside]
        _print_columns(console, group, {name: having[name] for name in some})


def _print_columns(console: Console, group: str, tasks: Mapping[str, Any]) -> None:
    table = _table("", group)
    table.add_column("found", justify="right", no_wrap=True)
    for name in tasks:
        table.add_column(name.replace("_", " "), justify="right")
    groups = [scores["groups"][group] for scores in tasks.values()]
    for value in groups[0]:
        counts = [one[value] for one in groups]
        cells = [
            f"{one['accuracy']:.1f} ({_interval(one)})" if one["found"] else "-" for one in counts
        ]
        found, faces = (max(one[key] for one in counts) for key in ("found", "faces"))
        style = "dim" if found < SMALL else None
        table.add_row(escape(value), f"{found}/{faces}", *cells, style=style)
    console.print(table)


def _print_landmarks(console: Console, landmarks: Mapping[str, Any]) -> None:
    table = _table(
        f"{landmarks['scheme']}, found faces; failures: of all, above 10 % or missed", ""
    )
    table.add_column("found", justify="right", no_wrap=True)
    for name in landmarks["normalisers"]:
        for heading in ("error", "failures"):
            table.add_column(f"{heading} / {name.replace('_', '-')}", justify="right")
    for name, scores in {**landmarks["pose_bins"], "overall": landmarks["overall"]}.items():
        cells = [
            _text(scores[normaliser][key])
            for normaliser in landmarks["normalisers"]
            for key in ("mean_error", "fr10")
        ]
        found = f"{scores['found']}/{scores['faces']}"
        table.add_row(escape(name), found, *cells, style="bold" if name == "overall" else None)
    console.print(table)


def _table(title: str, first: str) -> Table:
    table = Table(title=title or None, box=None, padding=(0, 1), title_justify="left")
    table.add_column(first.replace("_", " "), overflow="fold")
    return table


def _interval(scores: Mapping[str, Any]) -> str:
    return "-" if scores["low"] is None else f"{scores['low']:.1f}-{scores['high']:.1f}"


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
