"""`lineament synth group-sheet`: pictures of groups with their boxes and points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stderr, stdout
from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.synthesis.groups.group_options import GroupOptions

REPORT = "lineament.group-sheet/1"


def group_sheet(
    cutouts: Annotated[Path, typer.Argument(help="Folder that `synth cutouts` made.")],
    out: Annotated[Path, typer.Option(help="The picture, .png or .jpg.")] = Path("out/groups.png"),
    count: Annotated[int, typer.Option(min=1, max=1024, help="Pictures.")] = 16,
    columns: Annotated[int, typer.Option(min=1, help="Pictures in a row.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="Of the first picture.")] = 0,
    labels: Annotated[bool, typer.Option(help="Draw boxes and points.")] = True,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="An option of the composer: key=value, written as TOML."),
    ] = None,
    backgrounds: Annotated[
        Path | None, typer.Option(help="Folder of background photographs; see `synth backgrounds`.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Draw a contact sheet of groups.

    Green boxes are faces, orange ones are too hidden, blurred or small to count; white points
    are seen, yellow ones hidden.
    """
    from rich.progress import track

    from lineament.image import write
    from lineament.synthesis.groups.composer import GroupComposer
    from lineament.synthesis.groups.group_overlay import draw_group_sheet

    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ConfigError(f"got --out {out}, expected a name that ends in .png or .jpg")
    options = _options(assign or [])
    composer = GroupComposer(cutouts, backgrounds, options)
    bar = track(range(seed, seed + count), "composing", console=stderr, transient=True)
    numbers = bar if stderr.is_terminal else range(seed, seed + count)
    groups = [composer.picture(number) for number in numbers]
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, draw_group_sheet(groups, columns, labels=labels))
    faces = sum(len(group.faces) for group in groups)
    ignored = sum(int(group.faces.ignored.sum()) for group in groups)
    if as_json:
        report = {"schema": REPORT, "out": str(out), "options": options.model_dump(mode="json")}
        typer.echo(json.dumps({**report, "pictures": count, "faces": faces, "ignored": ignored}))
        return
    words = f"{count} pictures, {faces} faces, {ignored} of them ignored; written: {out}"
    stdout.print(words, markup=False, soft_wrap=True)


def _options(overrides: list[str]) -> GroupOptions:
    from pydantic import ValidationError

    from lineament.strict import describe_faults
    from lineament.synthesis.groups.group_options import GroupOptions
    from lineament.training.config import override_value

    values: dict[str, object] = {}
    for override in overrides:
        override_value(values, override)
    try:
        return GroupOptions.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"--set: {describe_faults(GroupOptions, error)}") from error
