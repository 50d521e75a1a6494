"""`lineament gallery forget`: people and templates deleted for good."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lineament.cli import gallery_options as shared
from lineament.cli.console import stderr, stdout

REPORT = "lineament.gallery.forget/1"


def forget(
    name: Annotated[str | None, typer.Option(help="Forget the person of this name.")] = None,
    person: Annotated[str | None, typer.Option(help="Forget the person of this id.")] = None,
    template: Annotated[str | None, typer.Option(help="Delete the template of this id.")] = None,
    expired: Annotated[
        bool, typer.Option("--expired", help="Forget all whose retention days are over.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: shared.Store = shared.STORE,
    collection: shared.CollectionName = shared.COLLECTION,
    record: shared.Weight = None,
    as_json: shared.Json = False,
) -> None:
    """Delete a person with all templates and pictures, or one template; prove that it is gone.

    Exit code: 0 deleted, and neither reading nor searching finds it; 1 you said no; 2 there is no
    such person or template, or a wrong option.
    """
    from lineament.errors import ConfigError, GalleryError

    wanted = [each for each in (name, person, template) if each is not None]
    if len(wanted) + expired != 1:
        raise ConfigError("say whom to forget: one of --name, --person, --template or --expired")
    weight = shared.recognition(record)
    with shared.open_gallery(store, collection, weight) as gallery:
        if name is not None:
            found = gallery.find(name)
            if found is None:
                raise GalleryError(
                    f"nobody named {name!r} is enrolled; `lineament gallery people` lists all"
                )
            person = found.id
        if person is not None and not yes:
            who = gallery.person(person)
            if not typer.confirm(f"Forget {who.name} with {who.templates} templates?", err=True):
                raise typer.Exit(1)
        if expired:
            done = gallery.forget_expired()
        else:
            done = gallery.forget(person=person, template=template)
    if as_json:
        typer.echo(json.dumps({"schema": REPORT, **done.to_dict()}))
    people, templates = len(done.people), len(done.templates)
    console = stderr if as_json else stdout
    console.print(
        f"forgotten: {people} {'person' if people == 1 else 'people'}, {templates} "
        f"template{'' if templates == 1 else 's'}; neither reading nor searching finds them"
    )
    if not done.erased:
        stderr.print(
            "the server removes them from its files in its own time; docs/gallery.md says when",
            style="yellow",
        )
