"""`lineament serve-key`: make a key for the server's API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.console import stderr

REPORT = "lineament.serve-key/1"


def serve_key(
    name: Annotated[str, typer.Option(help="What the log calls whoever holds the key.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="What the key allows: analyze, verify, search, enrol, forget, metrics. Give it "
            "several times."
        ),
    ],
    keys: Annotated[Path, typer.Option(help="The key file; made if missing.")] = Path("keys.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Make a key, put its salted hash into the key file, and show the key this once.

    A key is taken away by deleting its entry from the file. The server reads the file when it
    starts.
    """
    from lineament.server.keys import add_key

    key = add_key(keys, name, scope)
    if as_json:
        typer.echo(json.dumps({"schema": REPORT, "name": name, "key": key, "keys": str(keys)}))
        return
    typer.echo(key)
    stderr.print(
        f"{keys} holds its hash alone: keep the key now, it is not shown again",
        markup=False,
        soft_wrap=True,
    )
