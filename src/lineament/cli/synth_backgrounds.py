"""`lineament synth backgrounds`: photographs that stand behind the rendered faces."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stderr, stdout
from lineament.errors import DataError

if TYPE_CHECKING:
    from lineament.synthesis.background.licences import Picture

REPORT = "lineament.backgrounds/1"

app = typer.Typer(no_args_is_help=True, help="Photographs that stand behind the faces.")


@app.callback()
def _group() -> None:
    """Photographs that stand behind the faces."""


@app.command(name="import")
def import_(
    packages: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of Debian packages, as .deb files or unpacked."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    share_alike: Annotated[
        bool,
        typer.Option(
            "--share-alike",
            help="Also those under GPL, LGPL or CC-BY-SA; without, only those whose licence asks "
            "for no more than the author's name.",
        ),
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Table of the pictures to take; the project's own of backgrounds without.",
            show_default=False,
        ),
    ] = None,
    longest_side: Annotated[
        int,
        typer.Option(metavar="PIXELS", min=32, help="Larger pictures are made smaller to this."),
    ] = 640,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Take the photographs of a table out of Debian packages.

    Each file must have the SHA-256 of the table; it is made small and listed with its author and
    licence in licences.toml. Exit code 1 if a file has other bytes than expected; 2 if no
    photograph was found.
    """
    from lineament.synthesis.background.import_photographs import import_photographs
    from lineament.synthesis.background.licences import catalogue, read_table

    listed = catalogue() if table is None else read_table(table)
    wanted = [picture for picture in listed if share_alike or picture.plain]
    if not wanted:
        raise DataError(f"no picture of the table is taken: {_left_out(len(listed))}")
    with stderr.status("reading packages") as status:
        report = import_photographs(
            packages,
            out,
            wanted,
            longest_side,
            on_package=lambda name: status.update(f"reading {name}"),
        )
    if as_json:
        lists = {
            "written": [picture.name for picture in report.written],
            "absent": [picture.name for picture in report.absent],
            "different": [picture.name for picture in report.different],
            "left_out": [picture.name for picture in listed if picture not in wanted],
        }
        typer.echo(json.dumps({"schema": REPORT, "folder": str(out), **lists}, indent=2))
    else:
        stdout.print(f"{len(report.written)} photographs in {out}", markup=False, soft_wrap=True)
        _tell("not in any package", report.absent)
        _tell("refused, other bytes than the table expects", report.different)
        if len(wanted) < len(listed):
            stdout.print(_left_out(len(listed) - len(wanted)), markup=False, soft_wrap=True)
    if report.different:
        raise typer.Exit(1)


def _left_out(count: int) -> str:
    return (
        f"{count} left out, as the licence asks for more than the author's name (GPL, LGPL, "
        "share-alike); --share-alike takes them too"
    )


def _tell(words: str, pictures: Iterable[Picture]) -> None:
    for picture in pictures:
        stdout.print(
            f"{words}: {picture.name} of {picture.package} {picture.version}",
            markup=False,
            soft_wrap=True,
        )
