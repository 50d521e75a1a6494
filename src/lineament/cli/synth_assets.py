"""`lineament synth assets`: builds what the faces are made of, and checks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from lineament.cli.console import stderr, stdout
from lineament.cli.models import COLOURS

if TYPE_CHECKING:
    from lineament.synthesis.asset_build import progress
    from lineament.synthesis.asset_check import AssetState
    from lineament.synthesis.build_record import Origin

REPORT = "lineament.assets/1"
BUILD_REPORT = "lineament.assets-build/1"
RECORD_GROUP = "provenance"

assets_app = typer.Typer(no_args_is_help=True, help="What the faces are made of.")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@assets_app.callback()
def _group() -> None:
    """What the faces are made of."""


@assets_app.command()
def build(
    ict_facekit: Annotated[
        Path, typer.Option("--ict-facekit", metavar="DIR", help="Checkout of ICT-FaceKit.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the assets.")],
    makehuman: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Checkout of MakeHuman, for modes and skins."),
    ] = None,
    makehuman_assets: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Checkout of MakeHuman's assets, for hair and hats."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace assets that are there already.")
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="A trial: allow shapes of the head to be missing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the assets from the public originals.

    Without --makehuman only the head and its texture maps are built: enough for faces with
    procedural skin. Nothing is replaced before everything is built. Exit code 2 if an original is
    missing or damaged.
    """
    from lineament.synthesis.asset_build import Folders, build_assets

    folders = Folders(ict_facekit, makehuman, makehuman_assets)
    with _stages() as tell:
        built = build_assets(folders, out, force=force, partial=partial, progress=tell)
    if as_json:
        files = [asdict(file) for file in built]
        typer.echo(
            json.dumps({"schema": BUILD_REPORT, "folder": str(out), "files": files}, indent=2)
        )
        return
    table = Table(box=box.SIMPLE, title=f"assets in {escape(str(out))}", title_justify="left")
    for heading in ("file", "MB", "sha256 (all digits with --json)"):
        table.add_column(heading, overflow="fold")
    for file in built:
        table.add_row(escape(file.name), f"{file.size / 1e6:.1f}", file.sha256[:12])
    stdout.print(table)


@contextmanager
def _stages() -> Iterator[progress.Progress]:
    """A bar for each stage of a build, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = not stderr.is_terminal
    with Progress(*columns, console=stderr, transient=True, disable=hidden) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield tell


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
    as_json: AsJson = False,
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
    listed = {
        "built from": [_origin(origin) for origin in state.origins],
        "arrays": _arrays(state),
        "sha256": _checksums(state),
    }
    for label, lines in listed.items():
        if lines:
            table.add_row(label, escape("\n".join(lines)))
    return table


def _origin(origin: Origin) -> str:
    files = len(origin.inputs)
    return f"{origin.source} at {origin.revision}: {files} files, {origin.licence}"


def _arrays(state: AssetState) -> list[str]:
    """One line per array; arrays whose names share a folder, as in `hair/bob/...`, share a line."""
    lines: dict[str, list[str]] = {}
    for name, words in state.arrays.items():
        group, slash, last = name.rpartition("/")
        if group != RECORD_GROUP:
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
