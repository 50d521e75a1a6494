"""Tables of an evaluation's scores for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from lineament.cli.console import stdout

COLUMNS = (
    ("NME", "nme"),
    ("median", "median"),
    ("FR@10", "fr10"),
    ("AUC@10", "auc10"),
)
LARGEST_OFFSETS = 5


def print_landmarks(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `evaluate_landmarks`: scores, regions, offsets and files."""
    sets = {**document["subsets"], "overall": document["overall"]}
    what = f"{document['dataset']['name']}, {document['weights']['name']}"
    where = f"{document['boxes']} boxes"
    for normaliser in ("inter_ocular", "inter_pupil"):
        table = Table(title=f"{what}, {where}, {normaliser.replace('_', '-')}, %")
        table.add_column("subset")
        for heading in ("faces", "recall", *(heading for heading, _ in COLUMNS)):
            table.add_column(heading, justify="right")
        for name, scores in sets.items():
            values = [_text(scores[normaliser][key]) for _, key in COLUMNS]
            table.add_row(name, str(scores["faces"]), _text(scores["recall"]), *values)
        console.print(table)
    _print_regions(console, sets)
    _print_offsets(console, document["overall"]["point_offsets"])
    console.print(
        "NME and median: found faces only. FR and AUC: all faces, a missed one is a failure.",
        style="dim",
    )
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_regions(console: Console, sets: Mapping[str, Any]) -> None:
    regions = next((s["region_errors"] for s in sets.values() if s["region_errors"]), None)
    if regions is None:
        return
    table = Table(title="mean error by region, % of the inter-ocular distance")
    table.add_column("subset")
    for region in regions:
        table.add_column(region, justify="right")
    for name, scores in sets.items():
        found = scores["region_errors"] or {}
        table.add_row(name, *(_text(found.get(region)) for region in regions))
    console.print(table)


def _print_offsets(console: Console, offsets: list[list[float]] | None) -> None:
    if offsets is None:
        return
    largest = sorted(range(len(offsets)), key=lambda i: -(offsets[i][0] ** 2 + offsets[i][1] ** 2))
    named = ", ".join(
        f"{i} ({offsets[i][0]:+.1f}, {offsets[i][1]:+.1f})" for i in largest[:LARGEST_OFFSETS]
    )
    console.print(f"largest constant offsets, point (x, y) in %: {named}")


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
