"""The `lineament` command: registers the others and turns the user's mistakes into one line.

The commands import what is heavy when they run, so that `lineament --help` stays quick and the
base install needs neither torch nor matplotlib.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from lineament.cli import evaluate, gallery, plot, synth
from lineament.cli.align import align
from lineament.cli.analyze import analyze
from lineament.cli.anonymise import anonymise
from lineament.cli.bulk import bulk
from lineament.cli.console import show_log, stderr, stdout
from lineament.cli.convert import convert
from lineament.cli.doctor import doctor
from lineament.cli.embed import embed
from lineament.cli.group import group
from lineament.cli.models import models
from lineament.cli.parse import parse
from lineament.cli.serve import serve
from lineament.cli.serve_key import serve_key
from lineament.cli.train import train
from lineament.cli.verify import verify
from lineament.errors import LineamentError

USER_ERROR = 2

app = typer.Typer(
    name="lineament",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(analyze)
app.command()(parse)
app.command()(anonymise)
app.command()(verify)
app.command()(embed)
app.command()(group)
app.command()(bulk)
app.command()(align)
app.command()(convert)
app.command()(serve)
app.command()(serve_key)
app.command()(models)
app.command()(doctor)
app.add_typer(gallery.app, name="gallery")
app.add_typer(evaluate.app, name="evaluate")
app.command()(train)
app.add_typer(plot.app, name="plot")
app.add_typer(synth.app, name="synth")


def _print_version(wanted: bool) -> None:
    if wanted:
        from lineament import __version__

        stdout.print(f"lineament {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Version.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show more of the log on stderr.")
    ] = False,
) -> None:
    """Faces in photos: boxes, points and scores, offline, on the computer at hand."""
    show_log(logging.INFO if verbose else logging.WARNING)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Args:
        arguments: what follows the program's name; None takes it from the process.
    """
    try:
        app(args=None if arguments is None else list(arguments), prog_name="lineament")
    except LineamentError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}")
    except ImportError as error:
        if (error.name or "").startswith("lineament"):
            raise
        _fail(f"{error}; `lineament doctor` tells what is missing")
    sys.exit(0)


def _fail(message: str) -> NoReturn:
    stderr.print(f"error: {message}", style="red", markup=False, soft_wrap=True)
    sys.exit(USER_ERROR)
