"""`lineament evaluate detection`: recall, false positives and points of detectors, side by side."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lineament.datasets.detection_picture import DetectionSet
    from lineament.evaluation.detection import Entrant

DATASETS = (
    "wider-face",
    "fddb",
    "300w",
    "mtfl",
    "folder-people-free",
    "folder-counted",
    "people-free",
    "counted",
)
"""Names in `lineament.datasets.detection_readers`, for the help; the last two are short ones."""


def detection(
    data: Annotated[
        list[str],
        typer.Option(
            help="NAME=FOLDER or NAME:PART=FOLDER, such as 300w=../shared/data/300w; may be "
            f"repeated. Names: {', '.join(DATASETS)}."
        ),
    ],
    weights: Annotated[
        list[str] | None,
        typer.Option(
            help="Detector: a name of `lineament models` or a .toml record; may be repeated. "
            "Default: retinaface-mobilenet, unless --predictions is given."
        ),
    ] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of detections as WIDER FACE or FDDB wants them, scored as one more "
            "detector; with a sub-folder for each set where there are several. May be repeated."
        ),
    ] = None,
    score: Annotated[
        float, typer.Option(min=0, max=1, help="Threshold of the operating point given_score.")
    ] = 0.6,
    min_score: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Detections below this score are not kept: the end of every curve."
        ),
    ] = 0.02,
    longest_side: Annotated[
        int,
        typer.Option(min=0, help="Search a copy with at most this longer side; 0: full size."),
    ] = 2048,
    smallest_face: Annotated[
        float, typer.Option(min=0, help="Faces with smaller boxes are dropped, photo pixels.")
    ] = 0.0,
    iou: Annotated[
        float,
        typer.Option(
            min=0.05, max=1, help="Intersection over union from which on a face is found."
        ),
    ] = 0.4,
    rate: Annotated[
        float,
        typer.Option(
            min=0, max=100, help="False positives for each people-free picture that are borne."
        ),
    ] = 0.02,
    out: Annotated[
        Path, typer.Option(help="Folder for scores, plot, mistakes and kept detections.")
    ] = Path("out/evaluation"),
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only N pictures of each set, spread over it.")
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, max=400, help="Mistakes on each picture of them; 0: none.")
    ] = 24,
    texts: Annotated[
        bool, typer.Option("--texts", help="Write the detections as text files too.")
    ] = False,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Recall at a wanted rate of false positives, by overlap and size, AP, points, benchmarks.

    With people-free pictures among the data every detector gets the lowest score threshold that
    keeps to --rate, and its recall on every set is told at that one threshold. Detections are kept
    under the output folder and used again as long as nothing that could change them has changed.
    Rates are in percent.
    """
    from lineament.cli.evaluate import progress_bar
    from lineament.detection import DetectionOptions
    from lineament.evaluation.ced import require_matplotlib
    from lineament.evaluation.detection import evaluate_detection

    if min_score > score:
        raise typer.BadParameter(
            f"got {min_score:g}, expected no more than --score {score:g}: detections below it "
            "are not kept",
            param_hint="--min-score",
        )
    require_matplotlib()
    sets = [read_set(text, limit) for text in data]
    options = DetectionOptions(min_score, smallest_face, longest_side or None)
    names = weights or ([] if predictions else ["retinaface-mobilenet"])
    entrants = load_entrants(names, predictions or (), options, device, threads)
    with progress_bar("detecting") as progress:
        document = evaluate_detection(
            sets,
            entrants,
            out=out,
            options=dataclasses.asdict(options),
            device=device,
            score=score,
            iou=iou,
            rate=rate,
            worst=worst,
            texts=texts,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.detection_tables import print_detection

        print_detection(document)


def read_set(text: str, limit: int | None) -> DetectionSet:
    """The pictures of `NAME=FOLDER` or `NAME:PART=FOLDER`, at most `limit` at even steps.

    Raises:
        typer.BadParameter: it is neither, or there is no reader of that name.
    """
    from lineament.cli.evaluate import dataset_and_folder
    from lineament.datasets.detection_readers import read_detection_set
    from lineament.evaluation.parsing import even_steps

    left, equals, path = text.partition("=")
    name, _, part = left.partition(":")
    name, folder = dataset_and_folder(f"{name}{equals}{path}", DATASETS)
    pictures = read_detection_set(name, folder, part or None)
    if limit is None:
        return pictures
    kept = tuple(pictures.pictures[place] for place in even_steps(len(pictures), limit))
    return dataclasses.replace(pictures, pictures=kept)


def load_entrants(
    weights: Sequence[str],
    predictions: Sequence[Path],
    options: Any,
    device: str,
    threads: int | None,
) -> list[Entrant]:
    """The detectors that run, then the folders of detections, each under its own name."""
    from lineament.detection import load_detector
    from lineament.evaluation.detection import Entrant

    found = []
    for name in weights:
        detector = load_detector(name, options=options, device=device, threads=threads)
        found.append(Entrant(detector.record.name, detector))
    for folder in predictions:
        given = folder.expanduser()
        found.append(Entrant(given.resolve().name, given))
    return found
