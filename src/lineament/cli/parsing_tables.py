"""Tables of `lineament evaluate parsing` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

MEANS = {"mean_f1": "mean F1", "miou": "mIoU", "mean_boundary_f1": "mean boundary F1"}


def print_parsing(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `evaluate_parsing`: means, groups, classes and files."""
    dataset, size = document["dataset"], document["size"]
    of = dataset["name"] + ("" if dataset["part"] == "all" else f", {dataset['part']} part")
    console.print(
        f"{of}: {dataset['photos']} photos at {size} x {size}, {document['weights']['name']}, "
        f"boxes: {document['boxes']}",
        markup=False,
        soft_wrap=True,
    )
    compared, weights = document["compared_in"], document["weights"]
    if not compared["scheme"] == weights["scheme"] == dataset["scheme"]:
        console.print(
            f"weight in {weights['scheme']}, labels in {dataset['scheme']}; compared in "
            f"{compared['scheme']}: {', '.join(compared['classes'])}",
            style="dim",
            markup=False,
        )
    detection = document["detection"]
    if detection and detection["found"] < detection["photos"]:
        console.print(
            f"found a face in {detection['found']} of {detection['photos']} photos; the others "
            "count as background",
            style="yellow",
        )
    _print_means(console, document["means"], document["pixel_accuracy"])
    if document["groups"]:
        _print_groups(console, document["groups"])
    _print_classes(console, document["classes"], document["boundary_tolerance"])
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_means(console: Console, means: Mapping[str, Any], accuracy: float | None) -> None:
    table = _table("means over the classes that occur, %", "")
    for heading in ("background out", "classes", "background in", "classes"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, words in MEANS.items():
        cells = []
        for key in (name, f"{name}_with_background"):
            cells += [_text(means[key]["value"]), str(len(means[key]["classes"]))]
        table.add_row(words, *cells)
    table.add_row("pixel accuracy", "", "", _text(accuracy), "")
    console.print(table)


def _print_groups(console: Console, groups: Mapping[str, Any]) -> None:
    table = _table("groups of the papers, F1 in %, labels merged first", "")
    for group in groups:
        table.add_column(group, justify="right")
    table.add_row("F1", *(_text(scores["f1"]) for scores in groups.values()))
    console.print(table)


def _print_classes(console: Console, classes: Mapping[str, Any], tolerance: float) -> None:
    pixels = sum(scores["true_pixels"] for scores in classes.values())
    table = _table("classes, over all pixels, %", "class")
    for heading in ("F1", "IoU", "boundary F1", "share of pixels"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, scores in classes.items():
        share = 100 * scores["true_pixels"] / pixels if pixels else None
        cells = [_text(scores[key]) for key in ("f1", "iou", "boundary_f1")]
        style = None if scores["true_pixels"] else "dim"
        table.add_row(escape(name.replace("_", " ")), *cells, _text(share), style=style)
    console.print(table)
    console.print(
        f"boundary F1: outlines closer than {tolerance:.2%} of the diagonal; -: the class occurs "
        "nowhere",
        style="dim",
    )


def _table(title: str, first: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    table.add_column(first, overflow="fold")
    return table


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
