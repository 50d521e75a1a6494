"""`lineament verify`: whether two pictures show one person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineament.cli.console import stdout

if TYPE_CHECKING:
    from lineament.cli.verify_report import Picture
    from lineament.recognition.match import Match

NOT_COMPARED = 1


def verify(
    first: Annotated[Path, typer.Argument(metavar="PICTURE", help="A photo.")],
    second: Annotated[Path, typer.Argument(metavar="PICTURE", help="The photo to compare.")],
    fmr: Annotated[
        float | None,
        typer.Option(
            help="False match rate of the decision. \\[default: 0.001, or the lowest that was "
            "measured for the weight]"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    detector: Annotated[
        str, typer.Option(help="Detection weight: a name or a record (.toml).")
    ] = "retinaface-mobilenet",
    record: Annotated[
        list[str] | None,
        typer.Option(help="A weight record (.toml) that replaces the weight of its task."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least score of a face.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Say how alike the faces of two pictures are, and whether they are taken for one person.

    Of several faces in a picture the largest is taken. Exit code: 0 compared, whatever came out;
    1 no face in one of the pictures; 2 a picture cannot be read, or a wrong option.
    """
    from lineament import image
    from lineament.analyzer import Analyzer
    from lineament.cli.inputs import shown
    from lineament.cli.verify_report import Picture, missing, report
    from lineament.detection import DetectionOptions
    from lineament.recognition.match import match, threshold_for

    analyzer = Analyzer(
        ("embedding",),
        detector=detector,
        records=record or [],
        options=DetectionOptions() if min_score is None else DetectionOptions(min_score=min_score),
        device=device,
        threads=threads,
    )
    weight = analyzer.records["recognition"]
    if weight.calibration:
        threshold_for(weight.calibration, fmr)
    paths = (first, second)
    found = analyzer.analyze_many(image.read(path) for path in paths)
    pictures = [Picture(shown(path), faces) for path, faces in zip(paths, found, strict=True)]
    taken = [picture.taken for picture in pictures]
    result = None
    if taken[0] and taken[1] and taken[0].embedding and taken[1].embedding:
        result = match(taken[0].embedding, taken[1].embedding, weight.calibration, fmr)
    reason = missing(pictures, weight, "lower --min-score")
    if as_json:
        typer.echo(json.dumps(report(weight.identifier, pictures, result, reason)))
    else:
        _show(weight.identifier, pictures, result, reason)
    if result is None:
        raise typer.Exit(NOT_COMPARED)


def _show(
    weight: str, pictures: Sequence[Picture], result: Match | None, reason: str | None
) -> None:
    lines = []
    for picture in pictures:
        count = len(picture.faces)
        several = ", the largest is taken" if count > 1 else ""
        lines.append(f"{picture.name}: {count or 'no'} face{'' if count == 1 else 's'}{several}")
    if result:
        lines.append(f"score: {result.score:.4f}, cosine of -1 to 1, by {weight}")
    if result and result.same is not None:
        verb = "reached: taken for one person" if result.same else "not reached: taken for two"
        lines += [
            f"probability of one person: {result.probability:.4f}, where before looking it is 0.5",
            f"threshold: {result.threshold:.4f}, {verb}",
            f"false match rate of the threshold: {result.false_match_rate:g} ({result.protocol})",
        ]
    for line in lines:
        stdout.print(line, markup=False, soft_wrap=True)
    if reason:
        stdout.print(reason, style="yellow", markup=False, soft_wrap=True)
