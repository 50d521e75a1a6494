"""`lineament synth sheet`: a picture of many rendered faces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stderr, stdout
from lineament.errors import ConfigError

if TYPE_CHECKING:
    from lineament.synthesis.engine_options import EngineOptions

REPORT = "lineament.sheet/1"


def sheet(
    out: Annotated[Path, typer.Option(help="The picture, .png or .jpg.")] = Path("out/faces.png"),
    count: Annotated[int, typer.Option(min=1, max=4096, help="Faces, each another person.")] = 64,
    columns: Annotated[
        int | None, typer.Option(min=1, help="Faces in a row: 8, or the scenes of a person.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="As in a recipe.")] = 1,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Pixels of a face's picture.")] = 128,
    labels: Annotated[
        bool, typer.Option(help="Beside each face the same with parts and points.")
    ] = True,
    captions: Annotated[bool, typer.Option(help="Attributes in words below each face.")] = False,
    identities: Annotated[
        int | None, typer.Option(min=1, help="Instead of --count: this many people ...")
    ] = None,
    scenes: Annotated[
        int | None,
        typer.Option("--scenes-per-identity", min=1, help="... and so many pictures of each."),
    ] = None,
    assign: Annotated[
        list[str] | None,
        typer.Option("--set", help="An option of the engine: key=value, written as TOML."),
    ] = None,
    assets: Annotated[
        Path | None, typer.Option(help="Folder of the assets; see `lineament synth assets check`.")
    ] = None,
    backgrounds: Annotated[
        Path | None, typer.Option(help="Folder of background photographs; see `synth backgrounds`.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Draw a contact sheet of rendered faces, with and without their labels."""
    from lineament.synthesis.engine_source import EngineSource, require_synth

    require_synth()
    from rich.progress import Progress

    from lineament.image import write
    from lineament.synthesis.assets import find_assets
    from lineament.synthesis.sheet import draw_sheet, render_faces

    if out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ConfigError(f"got --out {out}, expected a name that ends in .png or .jpg")
    each = scenes or 1
    people = identities or -(-count // each)
    options = _options(size, assign or [])
    engine = EngineSource(find_assets(assets), options, backgrounds)()
    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("rendering", total=people * each)
        faces = render_faces(engine, seed, people, each, lambda: progress.advance(task))
    if identities is None:
        faces = faces[:count]
    across = columns or (each if each > 1 else 8)
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, draw_sheet(faces, across, labels=labels, captions=captions))
    if not as_json:
        stdout.print(f"{len(faces)} faces, written: {out}", markup=False, soft_wrap=True)
        return
    listed = [
        {"identity": face.identity, "scene": face.scene, "attributes": face.attributes.to_dict()}
        for face in faces
    ]
    report = {"schema": REPORT, "out": str(out), "options": options.model_dump(mode="json")}
    typer.echo(json.dumps({**report, "faces": listed}, indent=2))


def _options(size: int, overrides: list[str]) -> EngineOptions:
    from pydantic import ValidationError

    from lineament.strict import describe_faults
    from lineament.synthesis.engine_options import EngineOptions
    from lineament.training.config import override_value

    values: dict[str, object] = {"size": size}
    for override in overrides:
        override_value(values, override)
    try:
        return EngineOptions.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"--set: {describe_faults(EngineOptions, error)}") from error
