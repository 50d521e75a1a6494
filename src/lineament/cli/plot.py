"""`lineament plot`: pictures that explain a training."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from lineament.cli.console import stdout
from lineament.errors import ConfigError

REPORT = "lineament.plot/1"

app = typer.Typer(no_args_is_help=True, help="Pictures that explain a training.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


@app.callback()
def _group() -> None:
    """Pictures that explain a training."""


@app.command()
def losses(
    out: Annotated[Path, typer.Option(help="The picture, .png.")] = Path("out/loss_curves.png"),
    as_json: AsJson = False,
) -> None:
    """Draw every loss on points and its gradient from the functions that train."""
    _prepare(out)
    from lineament.landmarks.loss_curves import write_loss_curves

    write_loss_curves(out)
    if as_json:
        typer.echo(json.dumps({"schema": REPORT, "out": str(out)}))
    else:
        stdout.print(f"written: {out}", markup=False, soft_wrap=True)


@app.command()
def balance(
    data: Annotated[
        str, typer.Option(help="NAME=FOLDER, such as 300w=../shared/data/300w or wflw=WFLW.")
    ],
    part: Annotated[str | None, typer.Option(help="Part of the dataset; default: its first.")] = (
        None
    ),
    bins: Annotated[int, typer.Option(min=1, max=40, help="Equal bins of the coefficient.")] = 9,
    component: Annotated[
        int | None,
        typer.Option(min=1, help="Component that is the yaw; default: 2 for 19 points, else 1."),
    ] = None,
    cap: Annotated[int, typer.Option(min=0, help="Most copies of a face; 0: no bound.")] = 20,
    signed: Annotated[bool, typer.Option(help="Keep left and right apart.")] = False,
    out: Annotated[Path, typer.Option(help="The picture, .png.")] = Path("out/balance.png"),
    as_json: AsJson = False,
) -> None:
    """Draw what balancing by pose does to a dataset's faces; reads the points alone."""
    name, equals, folder = data.partition("=")
    if not equals or not folder:
        raise ConfigError(f"got --data {data}, expected NAME=FOLDER, such as 300w=../data/300w")
    _prepare(out)
    import numpy as np

    from lineament.datasets.readers import read_dataset
    from lineament.landmarks.balance import BalanceOptions
    from lineament.landmarks.balance_plot import write_balance

    faces = read_dataset(name, Path(folder).expanduser(), part)
    points = np.stack([face.points for face in faces])
    options = BalanceOptions(bins=bins, component=component, cap=cap or None, signed=signed)
    made = options.balance(points)
    shown = name if part is None else f"{name} {part}"
    write_balance(out, points, made, f"Balancing by pose: {shown}, {len(points):,} faces")
    counts, after = made.counts.tolist(), made.balanced_counts.tolist()
    if not as_json:
        stdout.print(f"faces per bin before: {', '.join(map(str, counts))}")
        stdout.print(f"faces per bin after: {', '.join(map(str, after))}")
        stdout.print(f"written: {out}", markup=False, soft_wrap=True)
        return
    report = {
        "schema": REPORT,
        "out": str(out),
        "dataset": name,
        "part": part,
        "options": options.model_dump(mode="json"),
        "faces": len(points),
        "edges": made.edges.tolist(),
        "counts": counts,
        "balanced_counts": after,
    }
    typer.echo(json.dumps(report))


@app.command()
def progress(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs (all their stages) or of single stages.")
    ],
    term: Annotated[str, typer.Option(help="Term of the loss, as the log names it.")] = "points",
    mark: Annotated[
        list[str] | None,
        typer.Option(help="SAMPLES:VALUE of somebody else's run, such as 1.3e6:0.003; repeatable."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The picture, .png.")] = Path("out/progress.png"),
    as_json: AsJson = False,
) -> None:
    """Draw a term of the loss against the samples that each run has seen."""
    _prepare(out)
    from lineament.training.progress_plot import parse_mark, read_curve, write_progress

    curves = [read_curve(run, term) for run in runs]
    write_progress(out, curves, term, [parse_mark(text) for text in mark or ()])
    if as_json:
        found = [dataclasses.asdict(curve) for curve in curves]
        typer.echo(json.dumps({"schema": REPORT, "out": str(out), "curves": found}))
    else:
        stdout.print(f"written: {out}", markup=False, soft_wrap=True)


def _prepare(out: Path) -> None:
    """Refuse what matplotlib would not write as PNG, before any work, and make the folder."""
    if out.suffix.lower() != ".png":
        raise ConfigError(f"got --out {out}, expected a name that ends in .png")
    out.parent.mkdir(parents=True, exist_ok=True)
