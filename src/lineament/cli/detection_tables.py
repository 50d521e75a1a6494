"""Tables of `lineament evaluate detection` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

Document = Mapping[str, Any]


def print_detection(document: Document, console: Console = stdout) -> None:
    """Print the document of `evaluate_detection`: thresholds, recall, sizes, scores and files."""
    _print_thresholds(document, console)
    points = list(next(iter(next(iter(document["detectors"].values()))["sets"].values()))[
        "operating_points"
    ])  # fmt: skip
    for point in reversed(points):
        _print_recall(document, point, console)
    _print_false(document, points, console)
    _print_curves(document, "recall_by_overlap", points[-1], console)
    _print_curves(document, "recall_by_size", points[-1], console)
    _print_scores(document, console)
    console.print(
        "low - high: Wilson's 95 % interval. A dash: not to be had of this set.", style="dim"
    )
    for kind, path in document["files"].items():
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_thresholds(document: Document, console: Console) -> None:
    for name, detector in document["detectors"].items():
        bar = detector["wanted_rate"]
        if bar is None:
            console.print(
                f"{name}: no people-free pictures among the data, so that no threshold can be "
                "told that keeps to a rate of false positives",
                style="yellow",
                markup=False,
                soft_wrap=True,
            )
            continue
        lowest = ", the lowest that was kept" if bar["lowest_kept"] else ""
        console.print(
            f"{name}: threshold {bar['threshold']:.4f}{lowest}, {bar['false_positives']} false "
            f"positives on {bar['pictures']} people-free pictures; up to {document['rate']:g} for "
            "each are borne",
            markup=False,
            soft_wrap=True,
        )


def _print_recall(document: Document, point: str, console: Console) -> None:
    """One row for each set, recall and its interval for each detector, at one threshold each."""
    words = {"given_score": "at a given score", "wanted_rate": "at the wanted rate"}[point]
    title = f"recall {words}, %, from an overlap of {document['overlap']:g} on"
    table = _table(title, "set", "faces")
    for name, detector in document["detectors"].items():
        first = next(iter(detector["sets"].values()))["operating_points"][point]
        table.add_column(f"{name} >= {first['threshold']:.4f}", justify="right", no_wrap=True)
    for name in document["sets"]:
        scores = [one["sets"][name] for one in document["detectors"].values()]
        if scores[0]["kind"] == "people-free":
            continue
        cells = [_share(one["operating_points"][point], "recall") for one in scores]
        kind = " (counted)" if scores[0]["kind"] == "counted" else ""
        table.add_row(escape(name + kind), str(scores[0]["faces"]), *cells)
    if table.row_count:
        console.print(table)


def _print_false(document: Document, points: list[str], console: Console) -> None:
    """False positives of every set on which they can be told."""
    table = _table("false positives, and for each picture", "set", "pictures")
    for name in document["detectors"]:
        for point in points:
            table.add_column(f"{name}, {point.replace('_', ' ')}", justify="right")
    for name in document["sets"]:
        scores = [one["sets"][name] for one in document["detectors"].values()]
        cells = []
        for one in scores:
            for point in points:
                at = one["operating_points"][point]
                count = at["excess"] if one["kind"] == "counted" else at["false_positives"]
                rate = "" if count is None else f" ({count / one['pictures']:.4f})"
                cells.append("-" if count is None else f"{count}{rate}")
        if set(cells) != {"-"}:
            table.add_row(escape(name), str(scores[0]["pictures"]), *cells)
    if table.row_count:
        console.print(table)


def _print_curves(document: Document, key: str, point: str, console: Console) -> None:
    """Recall by overlap or by size at the last operating point, for each labelled set."""
    words = key.replace("_", " ")
    for name in document["sets"]:
        scores = {who: one["sets"][name] for who, one in document["detectors"].items()}
        first = next(iter(scores.values()))
        if key not in first:
            continue
        table = _table(f"{name}: {words}, %, {point.replace('_', ' ')}", "")
        shown = [place for place, row in enumerate(first[key]) if _shown(row)]
        rows = [first[key][place] for place in shown]
        for row in rows:
            table.add_column(_heading(row), justify="right", no_wrap=True)
        if key == "recall_by_size":
            table.add_row("faces", *(str(row["faces"]) for row in rows), style="dim")
        for who, one in scores.items():
            table.add_row(escape(who), *(_text(one[key][place]["recall"], 1) for place in shown))
        console.print(table)


def _print_scores(document: Document, console: Console) -> None:
    """AP, points and the official scores, a row for each set and detector."""
    table = _table("AP at 0.5; five points in % of the distance of the eyes", "set", "detector")
    for heading in ("AP", "points: faces", "mean", "median", "> 10 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    official = []
    for name in document["sets"]:
        for who, detector in document["detectors"].items():
            one = detector["sets"][name]
            if one["kind"] != "labelled":
                continue
            points = one["five_points"] or {}
            table.add_row(
                escape(name),
                escape(who),
                _text(one["average_precision"]),
                str(points.get("faces", "-")),
                *(_text(points.get(key)) for key in ("mean", "median", "above_10")),
            )
            official += _official(who, one)
    if table.row_count:
        console.print(table)
    for line in official:
        console.print(line, markup=False, soft_wrap=True)


def _official(who: str, scores: Document) -> list[str]:
    lines = []
    if scores["wider_face"]:
        aps = ", ".join(f"{key} {_text(of['ap'])}" for key, of in scores["wider_face"].items())
        lines.append(f"WIDER FACE, official AP in %, {who}: {aps}")
    for kind in ("discrete", "continuous") if scores["fddb"] else ():
        rates = ", ".join(
            f"{_text(rate)} at {count}" for count, rate in scores["fddb"][kind].items()
        )
        lines.append(f"FDDB, {kind} true positive rate in % at false positives, {who}: {rates}")
    return lines


def _shown(row: Document) -> bool:
    """Every second overlap, so that the row fits a terminal; every size."""
    return "overlap" not in row or round(row["overlap"] * 20) % 2 == 0


def _heading(row: Document) -> str:
    if "overlap" in row:
        return f"{row['overlap']:.1f}"
    return f"{row['above']:g}-" if row["up_to"] is None else f"{row['above']:g}-{row['up_to']:g}"


def _share(share: Document, value: str) -> str:
    if share[value] is None:
        return "-"
    return f"{share[value]:.2f} ({share['low']:.1f} - {share['high']:.1f})"


def _table(title: str, *first: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    for place, heading in enumerate(first):
        table.add_column(heading, overflow="fold", justify="right" if place else "left")
    return table


def _text(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
