"""What a person reads at the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lineament.analyzer import Analyzer
from lineament.cli.inputs import Problem, shown
from lineament.cli.run import Tally

LISTED = 20


def show_summary(
    tally: Tally, analyzer: Analyzer, written: Sequence[Path], console: Console
) -> None:
    """Print the photos (the first `LISTED`), the totals, what ran where, failures and results."""
    if tally.found:
        console.print(_photos(tally))
    console.print(_totals(tally))
    for task, record in analyzer.records.items():
        ran = f"{task}: {record.name} on {analyzer.providers[task]}"
        console.print(ran, markup=False, soft_wrap=True)
    for problem in tally.problems:
        show_problem(problem, console)
    for path in written:
        console.print(f"written: {shown(path)}", markup=False, soft_wrap=True)


def show_problem(problem: Problem, console: Console) -> None:
    """One line that says which input failed and why."""
    source, message = problem.source, problem.message
    text = message if source in message else f"{source}: {message}"
    console.print(f"failed: {text}", style="red", markup=False, soft_wrap=True)


def _photos(tally: Tally) -> Table:
    table = Table(box=box.SIMPLE)
    table.add_column("photo", overflow="fold")
    table.add_column("pixels", justify="right")
    table.add_column("faces", justify="right")
    for source, frame, width, height, faces in tally.found[:LISTED]:
        place = "" if frame is None else f" frame {frame}"
        table.add_row(escape(source) + place, f"{width} x {height}", str(faces))
    rest = tally.found[LISTED:]
    if rest:
        table.add_row(f"and {len(rest)} more", "", str(sum(entry[-1] for entry in rest)))
    return table


def _totals(tally: Tally) -> Table:
    rate = tally.pictures / tally.seconds if tally.seconds > 0 else 0.0
    table = Table(box=box.SIMPLE)
    totals = {
        "photos": str(tally.pictures),
        "faces": str(tally.faces),
        "tracks": "" if tally.tracks is None else str(tally.tracks),
        "without a face": str(sum(entry[-1] == 0 for entry in tally.found)),
        "failed": str(len(tally.problems)),
        "seconds": f"{tally.seconds:.2f}",
        "photos/s": f"{rate:.1f}",
    }
    if tally.tracks is None:
        del totals["tracks"]
    for name in totals:
        table.add_column(name, justify="right")
    table.add_row(*totals.values())
    return table
