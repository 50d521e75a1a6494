"""`lineament gallery`: people enrolled by their faces, found again and forgotten."""

from __future__ import annotations

import typer

from lineament.cli.gallery_enrol import enrol
from lineament.cli.gallery_forget import forget
from lineament.cli.gallery_people import info, people
from lineament.cli.gallery_search import search
from lineament.cli.gallery_transfer import export, import_

app = typer.Typer(no_args_is_help=True)
app.command()(enrol)
app.command()(search)
app.command()(people)
app.command()(forget)
app.command()(export)
app.command(name="import")(import_)
app.command()(info)


@app.callback()
def _group() -> None:
    """Enrol people by their faces, find them again, forget them."""
