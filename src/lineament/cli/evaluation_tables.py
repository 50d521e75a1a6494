"""Tables of an evaluation's scores for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

COLUMNS = (
    ("NME", "nme"),
    ("median", "median"),
    ("FR@8", "fr8"),
    ("AUC@8", "auc8"),
    ("FR@10", "fr10"),
    ("AUC@10", "auc10"),
)
BY_VISIBILITY = (("NME vis.", "nme_visible"), ("NME occ.", "nme_occluded"))
LARGEST_OFFSETS = 5
NAMED = 5
"""Faces left out of a normaliser's scores that are named; the document has all."""


def print_landmarks(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `evaluate_landmarks`: scores, regions, offsets and files."""
    dataset = document["dataset"]
    of = f"{dataset['name']} {dataset['split'] or ''}".strip()
    if dataset["part"] != "all":
        of += f", {dataset['part']} part"
    console.print(
        f"{of}: {document['weights']['name']}, {dataset['scheme']}, {document['boxes']} boxes",
        markup=False,
        soft_wrap=True,
    )
    for normaliser in document["normalisers"]:
        _print_scores(console, document, normaliser, "")
        _print_left_out(console, normaliser, document["left_out"][normaliser])
    adapted = document["label_adapted"]
    if adapted:
        for normaliser in document["normalisers"]:
            _print_scores(console, adapted, normaliser, "label_adapted: ")
        fitted = adapted["fitted_on"]
        console.print(
            f"label_adapted: after a layer fitted on {fitted['found']} faces of the "
            f"{fitted['part']} part with their real labels; evidence, never the result.",
            style="yellow",
            markup=False,
        )
    sets = _sets(document)
    _print_regions(console, sets, _plain(document["normalisers"][0]))
    _print_offsets(console, document["overall"]["point_offsets"])
    console.print(
        "NME and median: found faces only. FR and AUC: all faces, a missed one is a failure.",
        style="dim",
    )
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _sets(document: Mapping[str, Any]) -> dict[str, Any]:
    """Scores by the name of their row."""
    attributes = {f"  {name}": scores for name, scores in document["attributes"].items()}
    return {**document["subsets"], **attributes, "overall": document["overall"]}


def _print_scores(
    console: Console, document: Mapping[str, Any], normaliser: str, mark: str
) -> None:
    sets = _sets(document)
    split = any(
        scores[normaliser][key] is not None for scores in sets.values() for _, key in BY_VISIBILITY
    )
    columns = COLUMNS + (BY_VISIBILITY if split else ())
    table = _table(f"{mark}{_plain(normaliser)}, %")
    for heading in ("faces", "recall", *(heading for heading, _ in columns)):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, scores in sets.items():
        values = [_text(scores[normaliser][key]) for _, key in columns]
        _row(table, name, str(scores["faces"]), _text(scores["recall"]), *values)
    console.print(table)


def _print_left_out(console: Console, normaliser: str, names: list[str]) -> None:
    if not names:
        return
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    console.print(
        f"left out of {_plain(normaliser)}, which is near zero for them, {len(names)} of the "
        "faces: "
        f"{', '.join(names[:NAMED])}{more}",
        style="yellow",
        markup=False,
    )


def _print_regions(console: Console, sets: Mapping[str, Any], unit: str) -> None:
    regions = next((s["region_errors"] for s in sets.values() if s["region_errors"]), None)
    if regions is None:
        return
    table = _table(f"mean error by region, % of {unit}")
    for region in regions:
        table.add_column(region, justify="right", no_wrap=True)
    for name, scores in sets.items():
        found = scores["region_errors"] or {}
        _row(table, name, *(_text(found.get(region)) for region in regions))
    console.print(table)


def _print_offsets(console: Console, offsets: list[list[float]] | None) -> None:
    if offsets is None:
        return
    largest = sorted(range(len(offsets)), key=lambda i: -(offsets[i][0] ** 2 + offsets[i][1] ** 2))
    named = ", ".join(
        f"{i} ({offsets[i][0]:+.1f}, {offsets[i][1]:+.1f})" for i in largest[:LARGEST_OFFSETS]
    )
    console.print(f"largest constant offsets, point (x, y) in %: {named}")


def _table(title: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    table.add_column("set", overflow="fold")
    return table


def _row(table: Table, name: str, *cells: str) -> None:
    table.add_row(escape(name), *cells, style="bold" if name == "overall" else None)


def _plain(normaliser: str) -> str:
    return normaliser.replace("_", "-")


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
