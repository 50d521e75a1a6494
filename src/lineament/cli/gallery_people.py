"""`lineament gallery people` and `info`: who and how much is in a gallery."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lineament.cli import gallery_options as shared
from lineament.cli.console import stdout

PEOPLE = "lineament.gallery.people/1"
INFO = "lineament.gallery.info/1"


def people(
    tag: Annotated[
        list[str] | None, typer.Option(help="Those with this tag; may be given again.")
    ] = None,
    offset: Annotated[int, typer.Option(min=0, help="Leave out the first so many.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="List so many.")] = 100,
    templates: Annotated[
        bool, typer.Option("--templates", help="Also list the templates of each.")
    ] = False,
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
) -> None:
    """List the people of a gallery by name."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    weight = shared.recognition(record)
    with shared.open_gallery(store, collection, weight) as gallery:
        found = gallery.people(tags=tag or None, offset=offset, limit=limit)
        total = gallery.count_people(tags=tag or None)
        theirs = {each.id: gallery.templates(each.id) for each in found} if templates else {}
    if as_json:
        listed = [
            {**each.to_dict(), "templates": [one.to_dict() for one in theirs[each.id]]}
            if templates
            else each.to_dict()
            for each in found
        ]
        typer.echo(json.dumps({"schema": PEOPLE, "people": listed, "total": total}))
        return
    table = Table(box=box.SIMPLE)
    for title in ("name", "tags", "templates", "enrolled", "expires", "id"):
        table.add_column(title, overflow="fold", no_wrap=title not in ("name", "tags"))
    for each in found:
        table.add_row(
            escape(each.name),
            escape(", ".join(each.tags)),
            str(each.templates),
            f"{each.enrolled:%Y-%m-%d}",
            f"{each.expires:%Y-%m-%d}" if each.expires else "never",
            each.id,
        )
    stdout.print(table)
    for person, those in theirs.items():
        stdout.print(f"templates of {person}:")
        for one in those:
            quality = "" if one.quality is None else f", quality {one.quality:.4g}"
            text = f"  {one.id}  {one.source or 'no source'}{quality}"
            stdout.print(text, markup=False, soft_wrap=True)
    stdout.print(f"{len(found)} of {total} people")


def info(
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
) -> None:
    """Say where a gallery lies, of which weight it is, and how much is in it."""
    weight = shared.recognition(record)
    with shared.open_gallery(store, collection, weight) as gallery:
        found = gallery.info().to_dict()
    if as_json:
        typer.echo(json.dumps({"schema": INFO, **found}))
        return
    for key, value in found.items():
        shown = ("no", "yes")[value] if isinstance(value, bool) else value
        stdout.print(f"{key}: {shown}", markup=False, soft_wrap=True)
