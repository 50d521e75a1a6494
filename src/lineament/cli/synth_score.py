"""`lineament synth score`: judge rendered faces by what a small network learns from them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lineament.cli.console import show_log, stderr
from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.synthesis.probe.progress import Progress

SETS = {"300w": Path("../shared/data/300w"), "celebamask_hq": Path("../shared/data/celebamask_hq")}

PartChoice = Literal["development", "held-back", "all"]


def score(
    faces: Annotated[
        Path, typer.Argument(help="Folder of shards that `lineament synth generate` wrote.")
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the probe, its log, the scores and the pictures.")
    ] = Path("out/probe"),
    recipe: Annotated[Path, typer.Option(help="The probe.")] = Path("recipes/synthesis/probe.toml"),
    count: Annotated[
        int | None, typer.Option(min=1, help="Renderings to learn from; the recipe says 20,000.")
    ] = None,
    epochs: Annotated[
        float | None, typer.Option(min=0.01, help="Times each is seen; the recipe says 15.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(
            help="A real set to judge by, NAME=FOLDER; may be given twice. Names: "
            f"{', '.join(SETS)}; by default both, from ../shared/data."
        ),
    ] = None,
    part: Annotated[
        PartChoice,
        typer.Option(
            help="Fixed part of the real sets: tune the engine on `development`, report "
            "`held-back` or `all`."
        ),
    ] = "development",
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most N pictures of each real set.")
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, max=200, help="Pictures on the sheets of the worst; 0: none.")
    ] = 16,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a value of the recipe: key.key=value, as TOML."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
) -> None:
    """Train the fixed probe on renderings alone and score it on real faces.

    A killed run goes on when it is started again; a finished one is only scored again. Real
    faces judge; nothing is fitted to them.
    """
    show_log(logging.INFO, times=True)
    try:
        from lineament.synthesis.probe.recipe import ProbeRecipe
        from lineament.synthesis.probe.score import score_engine
        from lineament.training.config import load_recipe
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"scoring needs {error.name}: pip install 'lineament[train,synth]'"
        ) from error

    changes = {
        "data.folder": str(faces),
        "out": str(out),
        "device": device,
        "data.count": count,
        "schedule.epochs": epochs,
        "threads": threads,
    }
    given = [f"{key}={json.dumps(value)}" for key, value in changes.items() if value is not None]
    loaded = load_recipe(recipe, [*given, *(assign or [])])
    if not isinstance(loaded, ProbeRecipe):
        raise ConfigError(f"{recipe} is a recipe of the task {loaded.task!r}, expected 'probe'")
    folders = dict(_set_and_folder(text) for text in data) if data else SETS
    with _progress_bar() as progress:
        document = score_engine(
            loaded, folders, part=part, limit=limit, worst=worst, progress=progress
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.score_tables import print_score

        print_score(document)


def _set_and_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if name not in SETS or not equals or not folder:
        raise typer.BadParameter(
            f"got {text!r}, expected NAME=FOLDER with NAME one of {', '.join(SETS)}",
            param_hint="--data",
        )
    return name, Path(folder).expanduser()


@contextmanager
def _progress_bar() -> Iterator[Progress]:
    """One bar on stderr at a time; it goes when its work is done, so that the log stays clean."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown: dict[str, Bar] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in shown:
            shown[what] = Bar(
                *columns, console=stderr, transient=True, disable=not stderr.is_terminal
            )
            shown[what].add_task(what, total=total)
            shown[what].start()
        bar = shown[what]
        bar.update(bar.task_ids[0], completed=done)
        if done == total:
            bar.stop()

    try:
        yield show
    finally:
        for bar in shown.values():
            bar.stop()
