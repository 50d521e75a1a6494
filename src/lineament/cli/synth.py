"""`lineament synth`: faces that never existed."""

from __future__ import annotations

import typer

from lineament.cli import synth_backgrounds
from lineament.cli.synth_assets import assets_app
from lineament.cli.synth_cutouts import cutouts
from lineament.cli.synth_generate import generate
from lineament.cli.synth_group_sheet import group_sheet
from lineament.cli.synth_mine import mine
from lineament.cli.synth_score import score
from lineament.cli.synth_sheet import sheet

app = typer.Typer(no_args_is_help=True, help="Faces that never existed: the synthesis engine.")
app.add_typer(assets_app, name="assets")
app.command()(generate)
app.command()(sheet)
app.command()(cutouts)
app.command("group-sheet")(group_sheet)
app.command()(mine)
app.add_typer(synth_backgrounds.app, name="backgrounds")
app.command()(score)
