"""`lineament group`: the faces of an album by person, their number unknown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lineament.cli.console import stderr, stdout

if TYPE_CHECKING:
    from lineament.cli.inputs import Problem
    from lineament.cli.reading import Photo
    from lineament.cli.run import Tally
    from lineament.face import Face
    from lineament.grouping.album import Album
    from lineament.grouping.grouping import Grouping, GroupOptions
    from lineament.weights import WeightRecord

REPORT = "lineament.group-summary/1"
SOME_FAILED = 1
NOTHING_USABLE = 2


def group(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...", help="Photos, videos, folders (searched to the bottom), patterns."
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for index.html, a page for each person, and the tables.")
    ],
    fmr: Annotated[
        float | None,
        typer.Option(help="False match rate of a link. \\[default: by the size of the album]"),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Score of a link instead, for a weight without calibration."),
    ] = None,
    min_quality: Annotated[
        float | None,
        typer.Option(help="Least quality of an embedding. \\[default: the weight's own, if any]"),
    ] = None,
    least_side: Annotated[
        float | None,
        typer.Option(min=0, help="Smaller faces are left aside; pixels. \\[default: 24]"),
    ] = None,
    sheets: Annotated[
        bool, typer.Option("--sheets/--no-sheets", help="Crops of the faces, and pages of them.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout, all else on stderr.")
    ] = False,
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
    longest_side: Annotated[
        int | None,
        typer.Option(min=32, help="Detect on the photo scaled down to this longest side."),
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Take every N-th frame of a video.")] = 1,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...; see doctor.")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Group the faces of an album by person; nobody needs to be enrolled.

    Exit code: 0 all inputs were read, 1 some failed, 2 nothing could be read or a wrong option.
    """
    from lineament.analyzer import Analyzer
    from lineament.cli.inputs import collect
    from lineament.cli.run import run
    from lineament.cli.summary import show_problem, show_summary
    from lineament.detection import DetectionOptions
    from lineament.grouping.album import LEAST_SIDE, Album
    from lineament.grouping.grouping import GroupOptions
    from lineament.grouping.link_threshold import link_threshold
    from lineament.grouping.neighbours import check_faiss
    from lineament.weights import EmbeddingOutput

    check_faiss()
    inputs = collect(paths, skip=out)
    if not inputs.sources:
        for problem in inputs.problems:
            show_problem(problem, stderr)
        raise typer.Exit(NOTHING_USABLE)
    choices = {"min_score": min_score, "longest_side": longest_side}
    given: dict[str, Any] = {name: value for name, value in choices.items() if value is not None}
    analyzer = Analyzer(
        ("embedding",),
        detector=detector,
        records=record or [],
        options=DetectionOptions(**given),
        device=device,
        threads=threads,
    )
    weight = analyzer.records["recognition"]
    output = weight.networks[0].output
    assert isinstance(output, EmbeddingOutput)
    options = GroupOptions(fmr=fmr, threshold=threshold)
    link_threshold(1, weight.calibration, fmr=fmr, score=threshold)
    album = Album(
        out if sheets else None,
        least_side=LEAST_SIDE if least_side is None else least_side,
        least_quality=output.least_quality if min_quality is None else min_quality,
    )
    out.mkdir(parents=True, exist_ok=True)
    tally = run(analyzer, inputs, _Receiver(album), every)
    grouping = _grouped(album, output.dimension, weight, options, threads)
    written = _written(out, album, grouping, weight.identifier, sheets)
    show_summary(tally, analyzer, written, stderr if as_json else stdout)
    report = _report(out, weight, album, grouping, tally)
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _show(report)
    if tally.pictures == 0:
        raise typer.Exit(NOTHING_USABLE)
    if tally.problems:
        raise typer.Exit(SOME_FAILED)


class _Receiver:
    """Takes the results of a run into an album."""

    def __init__(self, album: Album) -> None:
        self._album = album

    def add(self, photo: Photo, faces: Sequence[Face], seconds: float) -> None:  # noqa: ARG002
        self._album.add(photo.source.name, photo.frame, photo.image, faces)

    def fail(self, problem: Problem) -> None:
        """The summary of the run names it."""


def _grouped(
    album: Album,
    dimension: int,
    weight: WeightRecord,
    options: GroupOptions,
    threads: int | None,
) -> Grouping:
    from rich.progress import Progress

    from lineament.grouping.grouping import group_faces

    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task("neighbours", total=len(album.faces))
        return group_faces(
            album.vectors(dimension),
            weight.calibration,
            options,
            threads=threads,
            progress=lambda done, _: bar.update(task, completed=done),
        )


def _written(out: Path, album: Album, grouping: Grouping, weight: str, sheets: bool) -> list[Path]:
    from lineament.grouping.people_files import PEOPLE, TABLE, write_people, write_table
    from lineament.grouping.people_sheets import write_sheets

    write_table(out / TABLE, album, grouping, weight)
    write_people(out / PEOPLE, album, grouping, weight)
    first = [write_sheets(out, album, grouping)] if sheets else []
    return [*first, out / TABLE, out / PEOPLE]


def _report(
    out: Path, weight: WeightRecord, album: Album, grouping: Grouping, tally: Tally
) -> dict[str, Any]:
    sizes = [len(faces) for faces in grouping.members()]
    threshold = grouping.threshold
    return {
        "schema": REPORT,
        "out": str(out),
        "weight": weight.identifier,
        "photos": tally.pictures,
        "faces": len(album.faces) + len(album.aside),
        "people": sum(size > 1 for size in sizes),
        "seen_once": sum(size == 1 for size in sizes),
        "aside": len(album.aside),
        "threshold": round(threshold.score, 6),
        "false_match_rate": threshold.false_match_rate,
        "false_links": threshold.false_links,
        "protocol": threshold.protocol,
        "failed": [
            {"source": each.source, "kind": each.kind, "message": each.message}
            for each in tally.problems
        ],
    }


def _show(report: dict[str, Any]) -> None:
    lines = [
        f"people: {report['people']:,} seen at least twice, {report['seen_once']:,} seen once; "
        f"faces left aside: {report['aside']:,}",
        f"threshold of a link: {report['threshold']:.4f}",
    ]
    if report["false_match_rate"] is not None:
        lines[-1] += (
            f", false match rate {report['false_match_rate']:g}: about "
            f"{report['false_links']:.2g} links of each face lead to other people "
            f"({report['protocol']})"
        )
    for line in lines:
        stdout.print(line, markup=False, soft_wrap=True)
