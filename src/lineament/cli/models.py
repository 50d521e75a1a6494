"""`lineament models`: the weights that the package knows, with licence and measured value."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout
from lineament.cli.weight_state import WeightState, weight_state
from lineament.weights import (
    AttributeHead,
    AttributesOutput,
    EmbeddingOutput,
    PartsOutput,
    WeightRecord,
    shipped_records,
)

COLOURS = {"ok": "green", "absent": "yellow", "broken": "red"}


def models(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array on stdout.")] = False,
) -> None:
    """List the shipped weights: licence, training data, measured value, whether intact."""
    states = {name: weight_state(record) for name, record in shipped_records().items()}
    if as_json:
        entries = [entry(shipped_records()[name], state) for name, state in states.items()]
        typer.echo(json.dumps(entries, indent=2))
        return
    for name, state in states.items():
        stdout.print(_sheet(shipped_records()[name], state))


def entry(record: WeightRecord, state: WeightState) -> dict[str, Any]:
    """Plain data for JSON of one weight."""
    told: dict[str, Any] = record.model_dump(mode="json", exclude={"networks"})
    heads = _heads(record)
    if heads:
        told["heads"] = {head.task: list(head.classes) for head in heads}
    output = record.networks[0].output
    if isinstance(output, PartsOutput):
        told["parts"] = list(output.classes)
    if isinstance(output, EmbeddingOutput):
        told["dimension"] = output.dimension
    told["sha256"] = [network.sha256 for network in record.networks]
    return {**told, "bytes": state.size, "state": state.state, "message": state.message}


def _heads(record: WeightRecord) -> tuple[AttributeHead, ...]:
    """The questions that a record of task attributes answers; none of another task."""
    output = record.networks[0].output
    return output.heads if isinstance(output, AttributesOutput) else ()


def _sheet(record: WeightRecord, state: WeightState) -> Table:
    table = Table(box=box.SIMPLE, show_header=False, title=record.name, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("task", record.task)
    table.add_row("what", escape(record.description))
    for head in _heads(record):
        table.add_row(
            "answers", escape(f"{head.task.replace('_', ' ')}: {', '.join(head.classes)}")
        )
    output = record.networks[0].output
    if isinstance(output, PartsOutput):
        named = ", ".join(name.replace("_", " ") for name in output.classes[1:])
        table.add_row("parts", escape(f"{output.scheme}: {named}"))
    if isinstance(output, EmbeddingOutput):
        table.add_row("embedding", f"{output.dimension} numbers")
    if record.calibration:
        limits = (f"{score:.4f} at {fmr:g}" for fmr, score in record.calibration.thresholds)
        words = f"{', '.join(limits)} ({record.calibration.protocol})"
        table.add_row("threshold at false match rate", escape(words))
    table.add_row("licence", escape(record.licence))
    table.add_row("trained on", escape(record.trained_on))
    real = "yes" if record.real_faces else "no, only on faces that never existed"
    table.add_row("real faces", real)
    for measure in record.measures:
        value = f"{measure.metric} {measure.value:g} ({measure.protocol})"
        table.add_row("measured", escape(value))
    if not record.measures:
        table.add_row("measured", "not by us")
    colour = COLOURS[state.state]
    size = f"{state.size / 1e6:.1f} MB, " if state.size else ""
    found = "checksum right" if state.state == "ok" else f"{state.state}: {state.message}"
    table.add_row("weight", f"{size}[{colour}]{escape(found)}[/]")
    return table
