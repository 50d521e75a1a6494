"""Tables of `lineament evaluate recognition` for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout

FEW = 30
"""Groups of fewer pairs are dimmed."""


def print_recognition(document: Mapping[str, Any], console: Console = stdout) -> None:
    """Print the document of `evaluate_recognition`: every set, and the files."""
    weights, sets = document["weights"], document["sets"]
    console.print(
        f"{weights['name']}: {weights['dimension']} numbers"
        f"{', with the mirror image' if weights['mirrored'] else ''}",
        markup=False,
        soft_wrap=True,
    )
    if sets:
        _print_sets(console, sets)
    for name, one in sets.items():
        failed = one["failures_to_enrol"]
        if failed["pictures"]:
            pairs = failed["genuine_pairs"] + failed["impostor_pairs"]
            console.print(
                f"{name}: no face in {failed['pictures']} of {one['pictures']} pictures; their "
                f"{pairs} pairs never match",
                style="yellow",
                markup=False,
            )
    for name, one in sets.items():
        _print_points(console, name, one)
        if one["groups"]:
            _print_groups(console, name, one["groups"])
        _print_search(console, name, one["open_set"])
        _print_quality(console, name, one["quality"])
        _print_meaning(console, name, one)
    for name, one in document["templates"].items():
        _print_points(console, name, one)
        _print_template_search(console, name, one["search"])
    for kind, path in _files(document):
        console.print(f"{kind}: {path}", soft_wrap=True, markup=False)


def _print_sets(console: Console, sets: Mapping[str, Any]) -> None:
    table = _table("verification, %", "set")
    for heading in ("genuine", "impostor", "accuracy", "+-", "AUC", "EER"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, one in sets.items():
        folds = one["accuracy"] or {"mean": None, "deviation": None}
        values = [folds["mean"], folds["deviation"], one["auc"], one["eer"]]
        counts = [str(one["genuine"]), str(one["impostor"])]
        table.add_row(escape(name), *counts, *(_text(value) for value in values))
    console.print(table)


def _print_points(console: Console, name: str, one: Mapping[str, Any]) -> None:
    table = _table(f"{escape(name)}: at a false match rate, %", "FMR up to")
    for heading in ("FMR", "FNMR", "by pairs", "by people", "TAR nearest", "at FAR", "threshold"):
        table.add_column(heading, justify="right", no_wrap=True)
    for point in one["operating_points"]:
        near = point["nearest"]
        table.add_row(
            f"{point['target']:g}",
            _text(point["fmr"]),
            _text(point["fnmr"]),
            _range(point["by_pairs"]),
            _range(point["by_people"]),
            _text(near["tar"]),
            _text(near["far"]),
            _text(point["threshold"], 4),
        )
    console.print(table)


def _print_groups(console: Console, name: str, groups: Mapping[str, Any]) -> None:
    for kind, found in groups["by"].items():
        words = kind.replace("_", " ")
        title = f"{escape(name)}: {words} at one threshold (FMR of all {groups['fmr']:g}), %"
        table = _table(title, "group")
        for heading in ("genuine", "FNMR", "95 %", "impostor", "FMR", "95 %"):
            table.add_column(heading, justify="right", no_wrap=True)
        for value, rates in found["values"].items():
            cells = []
            for rate in ("fnmr", "fmr"):
                count = rates[rate]
                cells += [str(count["pairs"]), _text(count["rate"]), _range(count["interval"])]
            few = min(rates["fnmr"]["pairs"], rates["fmr"]["pairs"]) < FEW
            table.add_row(escape(value), *cells, style="dim" if few else None)
        console.print(table)


def _print_search(console: Console, name: str, found: Mapping[str, Any] | None) -> None:
    if found is None:
        return
    ranks = ", ".join(f"rank {one['rank']}: {_text(one['share'])} %" for one in found["ranks"])
    misses = ", ".join(
        f"FNIR {_text(one['fnir'])} % at FPIR {one['target']:g}" for one in found["fnir_at_fpir"]
    )
    console.print(
        f"{name}, 1:N among {found['people']} people ({found['mated']} mated and "
        f"{found['non_mated']} other searches): {ranks}; {misses or 'too few other searches'}",
        markup=False,
        soft_wrap=True,
    )


def _print_template_search(console: Console, name: str, found: Mapping[str, Any] | None) -> None:
    if found is None:
        return
    ranks = ", ".join(
        f"{kind.replace('_', ' ')}: {_text(share)} %"
        for kind, share in found.items()
        if kind.startswith("rank")
    )
    misses = ", ".join(
        f"FNIR {_text(one['fnir'])} % at FPIR {one['target']:g}" for one in found["fnir_at_fpir"]
    )
    console.print(f"{name}, 1:N, mean of two galleries: {ranks}; {misses}", markup=False)


def _print_quality(console: Console, name: str, found: Mapping[str, Any] | None) -> None:
    for kind, area in (found or {}).items():
        if kind != "fmr" and area["normalised"] is not None:
            console.print(
                f"{name}, quality by {kind}: FNMR {_text(area['fnmr'])} %, while discarding "
                f"{_text(area['mean_fnmr'])} % ({area['normalised']:.2f} of random)",
                markup=False,
                soft_wrap=True,
            )


def _print_meaning(console: Console, name: str, one: Mapping[str, Any]) -> None:
    found = one["calibration"]
    if "refused" in found:
        console.print(f"{name}: not calibrated: {found['refused']}", style="yellow", markup=False)
        return
    thresholds = ", ".join(f"{fmr:g}: {score:.4f}" for fmr, score in found["thresholds"])
    console.print(
        f"{name}: threshold for a false match rate of {thresholds}; probability sigmoid("
        f"{found['slope']:.3f} x score {found['offset']:+.3f}), Cllr {found['cllr']:.3f} bits",
        markup=False,
        soft_wrap=True,
    )


def _files(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    own = [
        (f"{name}, {kind}", path)
        for name, one in [*document["sets"].items(), *document["templates"].items()]
        for kind, path in one["files"].items()
    ]
    return [*own, *document["files"].items()]


def _table(title: str, first: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1), title_justify="left")
    table.add_column(first, overflow="fold")
    return table


def _text(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _range(interval: Sequence[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.2f}-{interval[1]:.2f}"
