"""`lineament verify`: whether two pictures show one person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineament.cli.console import stdout

if TYPE_CHECKING:
    from lineament.face import Face
    from lineament.recognition.match import Match

REPORT = "lineament.verify/1"
RULE = "of several faces in a picture the largest box is taken"
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
    pictures = [_Picture(shown(path), faces) for path, faces in zip(paths, found, strict=True)]
    taken = [picture.taken for picture in pictures]
    result = None
    if taken[0] and taken[1] and taken[0].embedding and taken[1].embedding:
        result = match(taken[0].embedding, taken[1].embedding, weight.calibration, fmr)
    reason = _reason(pictures, weight.identifier, calibrated=weight.calibration is not None)
    if as_json:
        typer.echo(json.dumps(_report(weight.identifier, pictures, result, reason)))
    else:
        _show(weight.identifier, pictures, result, reason)
    if result is None:
        raise typer.Exit(NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class _Picture:
    name: str
    faces: Sequence[Face]

    @property
    def taken(self) -> Face | None:
        """The face with the largest box; of equal ones that of the best score."""
        return max(self.faces, key=lambda face: face.box.width * face.box.height, default=None)


def _reason(pictures: Sequence[_Picture], weight: str, *, calibrated: bool) -> str | None:
    """Why something of the answer is missing; None where nothing is."""
    empty = [picture.name for picture in pictures if not picture.faces]
    if empty:
        return (
            f"no face found in {' and in '.join(empty)}, expected one in each picture; give a "
            "picture that shows the face larger or more clearly, or lower --min-score"
        )
    if not calibrated:
        return (
            f"the record of weight {weight} has no calibration, so that nothing is known of what "
            "its scores mean: no probability, no threshold, no decision"
        )
    return None


def _report(
    weight: str, pictures: Sequence[_Picture], result: Match | None, reason: str | None
) -> dict[str, Any]:
    from lineament.recognition.match import Match

    names = Match.__dataclass_fields__
    return {
        "schema": REPORT,
        "weight": weight,
        "pictures": [_picture_data(picture) for picture in pictures],
        "rule": RULE,
        **(result.to_dict() if result else dict.fromkeys(names)),
        "reason": reason,
    }


def _picture_data(picture: _Picture) -> dict[str, Any]:
    face, quality = picture.taken, None
    if face and face.embedding and face.embedding.quality is not None:
        quality = round(face.embedding.quality, 4)
    return {
        "source": picture.name,
        "faces": len(picture.faces),
        "box": face.box.to_list() if face else None,
        "detector_score": round(face.score, 4) if face else None,
        "quality": quality,
    }


def _show(
    weight: str, pictures: Sequence[_Picture], result: Match | None, reason: str | None
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
