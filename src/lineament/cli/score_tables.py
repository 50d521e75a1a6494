"""Tables of `lineament synth score` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

WARNED = 12


def print_score(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `score_engine`: one table, warnings and files."""
    data, schedule = document["recipe"]["data"], document["recipe"]["schedule"]
    console.print(
        f"probe {document['recipe']['name']}: {data['count']} renderings of {data['folder']}, "
        f"{schedule['epochs']:g} epochs; real faces: {document['part']} part",
        markup=False,
        soft_wrap=True,
    )
    if document["renderings"]:
        values = "  ".join(f"{name} {value}" for name, value in document["renderings"].items())
        console.print(f"on renderings kept back: {values}", markup=False)
    if "300w" in document:
        _print_points(console, document["300w"])
    if "celebamask_hq" in document:
        _print_parts(console, document["celebamask_hq"])
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_points(console: Console, report: Mapping[str, Any]) -> None:
    regions = list(report["overall"]["region_errors"])
    title = "300-W from true boxes, % of the inter-ocular distance"
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    table.add_column("subset")
    for heading in ("faces", "NME", "median", "FR@10", *regions):
        table.add_column(heading, justify="right")
    for name, scores in {**report["subsets"], "all": report["overall"]}.items():
        values = [scores[key] for key in ("nme", "median", "fr10")]
        values += [scores["region_errors"][region] for region in regions]
        row = [escape(name), str(scores["faces"]), *(f"{value:.2f}" for value in values)]
        table.add_row(*row, style="bold" if name == "all" else None)
    console.print(table)
    warnings = report["offset_warnings"]
    if warnings:
        named = ", ".join(
            f"{entry['point']} ({entry['offset']:.1f})" for entry in warnings[:WARNED]
        )
        more = f" and {len(warnings) - WARNED} more" if len(warnings) > WARNED else ""
        console.print(
            f"{len(warnings)} points with a constant offset above 3 %: {named}{more}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )
    else:
        console.print("no point has a constant offset above 3 %", style="green")


def _print_parts(console: Console, report: Mapping[str, Any]) -> None:
    title = f"CelebAMask-HQ, {report['photos']} photos, F1 over all pixels"
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    columns = 2
    for _ in range(columns):
        table.add_column("class")
        table.add_column("F1", justify="right")
    cells = [(name, "-" if f1 is None else f"{f1:.3f}") for name, f1 in report["f1"].items()]
    half = -(-len(cells) // columns)
    for left, right in zip(cells[:half], cells[half:], strict=True):
        table.add_row(*left, *right)
    table.add_row("mean of the twelve", f"{report['mean_f1']:.3f}", style="bold")
    console.print(table)
