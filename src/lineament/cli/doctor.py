"""`lineament doctor`: what is installed, what runs where, and whether the weights are intact."""

from __future__ import annotations

import importlib
import json
import os
import platform
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout
from lineament.cli.models import COLOURS
from lineament.cli.weight_state import installed_version, requirements, weight_state
from lineament.errors import LineamentError
from lineament.weights import shipped_records

REPORT = "lineament.doctor/1"
SYSTEM_HINT = "on Debian or Ubuntu: apt-get install libgl1 libglib2.0-0"


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check the installation; exit code 1 if something that ships with it is broken."""
    report = examine()
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        _show(report)
    if report["faults"]:
        raise typer.Exit(1)


def examine() -> dict[str, Any]:
    """The whole report as plain data; `faults` lists what is broken, in words."""
    faults: list[str] = []
    report: dict[str, Any] = {
        "schema": REPORT,
        "versions": _versions(faults),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "runtime": _runtime(faults),
        "weights": _weights(faults),
        "extras": _extras(),
    }
    return {**report, "faults": faults}


def _versions(faults: list[str]) -> dict[str, str | None]:
    """Version of each module of the base install, as the module itself tells it."""
    versions: dict[str, str | None] = {
        "python": platform.python_version(),
        "lineament": installed_version("lineament"),
    }
    for module in ("numpy", "cv2", "onnxruntime", "pydantic"):
        try:
            versions[module] = importlib.import_module(module).__version__
        except ImportError as error:
            versions[module] = None
            hint = f" ({SYSTEM_HINT})" if ".so" in str(error) else ""
            faults.append(f"{module} cannot be imported: {error}{hint}")
    return versions


def _runtime(faults: list[str]) -> dict[str, Any]:
    from lineament.devices import available_devices
    from lineament.runtime import MOST_THREADS, usable_cores

    cores = usable_cores()
    runtime: dict[str, Any] = {"cores": os.cpu_count(), "usable_cores": cores}
    runtime["threads"] = min(cores, MOST_THREADS)
    try:
        runtime["devices"] = available_devices()
        runtime["providers"] = importlib.import_module("onnxruntime").get_available_providers()
    except ImportError:
        runtime.update(devices=[], providers=[])
    if not runtime["devices"]:
        faults.append("no device to run networks on")
    return runtime


def _weights(faults: list[str]) -> dict[str, dict[str, Any]]:
    try:
        records = shipped_records()
    except LineamentError as error:
        faults.append(str(error))
        return {}
    states = {name: weight_state(record) for name, record in records.items()}
    faults += [state.message for state in states.values() if state.state == "broken"]
    return {name: asdict(state) for name, state in states.items()}


def _extras() -> dict[str, dict[str, str | None]]:
    return {
        extra: {name: installed_version(name) for name in names}
        for extra, names in requirements().items()
        if extra
    }


def _show(report: dict[str, Any]) -> None:
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, version in report["versions"].items():
        table.add_row(name, version or "[red]missing[/]")
    runtime = report["runtime"]
    table.add_row("system", report["system"])
    table.add_row("cores", f"{runtime['usable_cores']} usable of {runtime['cores']}")
    table.add_row("threads", f"{runtime['threads']} by default")
    table.add_row("devices", ", ".join(runtime["devices"]) or "[red]none[/]")
    table.add_row("providers", ", ".join(runtime["providers"]))
    for name, state in report["weights"].items():
        words = "checksum right" if state["state"] == "ok" else escape(state["message"])
        table.add_row(f"weight {name}", f"[{COLOURS[state['state']]}]{state['state']}[/] {words}")
    for extra, packages in report["extras"].items():
        missing = [name for name, version in packages.items() if version is None]
        words = f"not installed: {', '.join(missing)}" if missing else "installed"
        table.add_row(f"extra {extra}", words)
    stdout.print(table)
    for fault in report["faults"]:
        stdout.print(f"[red]broken[/] {escape(fault)}", soft_wrap=True)
    if not report["faults"]:
        stdout.print("[green]All that ships with the package is in order.[/]")
