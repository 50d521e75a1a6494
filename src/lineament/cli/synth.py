"""`lineament synth`: faces that never existed; for now the check of the assets they are made of."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from lineament.cli.console import stdout
from lineament.cli.models import COLOURS

if TYPE_CHECKING:
    from lineament.synthesis.asset_check import AssetState

REPORT = "lineament.assets/1"

app = typer.Typer(no_args_is_help=True, help="Faces that never existed: the synthesis engine.")
assets_app = typer.Typer(no_args_is_help=True, help="What the faces are made of.")
app.add_typer(assets_app, name="assets")


@assets_app.callback()
def _group() -> None:
    """What the faces are made of."""


@assets_app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="Folder of the assets; by default what LINEAMENT_ASSETS names, else "
            "../shared/assets, seen from the working folder.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check the assets: what is there, whether it is sound, its licence and source.

    Exit code 1 if a file is damaged or the head, which is always needed, is missing; 2 if there
    is no such folder.
    """
    from lineament.synthesis.asset_check import check_assets
    from lineament.synthesis.assets import assets_folder, find_assets

    place = assets_folder(folder)
    if not place.is_dir():
        find_assets(folder)
    states = check_assets(place)
    if as_json:
        report = {"schema": REPORT, "folder": str(place), "assets": [_entry(s) for s in states]}
        report["faults"] = [state.message for state in states if state.state == "broken"]
        typer.echo(json.dumps(report, indent=2))
    else:
        stdout.print(f"assets in {escape(str(place))}", soft_wrap=True)
        for state in states:
            stdout.print(_sheet(state))
    if any(state.state == "broken" for state in states):
        raise typer.Exit(1)


def _entry(state: AssetState) -> dict[str, Any]:
    values = asdict(state)
    return {**values.pop("provenance").model_dump(), **values}


def _sheet(state: AssetState) -> Table:
    asset = state.provenance
    table = Table(box=box.SIMPLE, show_header=False, title=asset.name, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    words = f"{state.state}: {state.message}" if state.message else "present and sound"
    table.add_row("state", f"[{COLOURS[state.state]}]{escape(words)}[/]")
    table.add_row("needed", "yes" if asset.needed else "no, optional")
    table.add_row("what", escape(asset.content))
    table.add_row("licence", escape(asset.licence))
    table.add_row("source", escape(asset.source))
    for label, listed in (("arrays", _arrays(state)), ("sha256", _checksums(state))):
        if listed:
            table.add_row(label, escape("\n".join(listed)))
    return table


def _arrays(state: AssetState) -> list[str]:
    """One line per array; arrays whose names share a folder, as in `hair/bob/...`, share a line."""
    lines: dict[str, list[str]] = {}
    for name, words in state.arrays.items():
        group, slash, last = name.rpartition("/")
        lines.setdefault(group if slash else name, []).append(f"{last} {words}")
    return [
        f"{group}: {', '.join(members)}" if "/" in group else members[0]
        for group, members in lines.items()
    ]


def _checksums(state: AssetState) -> list[str]:
    """All digits of a file's checksum; the first twelve of each where the asset has many files."""
    if list(state.sha256) == [state.provenance.name]:
        return [digest or "unreadable" for digest in state.sha256.values()]
    return [f"{name} {digest[:12] or 'unreadable'}" for name, digest in state.sha256.items()]
