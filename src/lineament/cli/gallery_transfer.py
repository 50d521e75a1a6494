"""`lineament gallery export` and `import`: a gallery as one Parquet file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lineament.cli import gallery_options as shared
from lineament.cli.console import stderr, stdout

EXPORT = "lineament.gallery.export/1"
IMPORT = "lineament.gallery.import/1"


def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The Parquet file to write.")],
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
) -> None:
    """Write all people and templates, unencrypted, into a file that only you can read."""
    weight = shared.recognition(record)
    with (
        shared.open_gallery(store, collection, weight) as gallery,
        stderr.status("Exporting") if stderr.is_terminal else stderr,
    ):
        count = gallery.export(path)
    _say(EXPORT, path, count, f"{count} templates written to {path}, unencrypted", as_json)


def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What export wrote.")],
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
) -> None:
    """Add the people and templates of a file. Those that are here already are passed over."""
    weight = shared.recognition(record)
    with (
        shared.open_gallery(store, collection, weight, create=True) as gallery,
        stderr.status("Importing") if stderr.is_terminal else stderr,
    ):
        count = gallery.import_(path)
    _say(IMPORT, path, count, f"{count} new templates from {path}", as_json)


def _say(schema: str, path: Path, count: int, text: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"schema": schema, "file": str(path), "templates": count}))
    else:
        stdout.print(text, markup=False, soft_wrap=True)
