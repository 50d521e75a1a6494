"""`lineament evaluate`: standard scores on a dataset of the user's own disk."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lineament.cli.console import stderr
from lineament.cli.evaluate_attributes import attributes
from lineament.cli.evaluate_detection import detection
from lineament.cli.evaluate_parsing import parsing
from lineament.cli.evaluate_recognition import recognition

if TYPE_CHECKING:
    from lineament.datasets.labelled_face import LabelledFace
    from lineament.detection import Detector
    from lineament.evaluation.predictions import Estimator, Progress

app = typer.Typer(no_args_is_help=True, help="Score a head on a dataset of your own disk.")

DATASETS = ("300w", "aflw-19", "wflw", "cofw", "mtfl", "mafl")
"""Names in `lineament.datasets.readers`, for the help."""

BoxChoice = Literal["detector", "truth", "dataset"]
PartChoice = Literal["validation", "training", "all"]


@app.callback()
def _group() -> None:
    """Score a head on a dataset of your own disk."""


@app.command()
def landmarks(
    data: Annotated[
        str,
        typer.Option(
            help="NAME=FOLDER, the folder in its published layout, such as "
            f"300w=../shared/data/300w. Names: {', '.join(DATASETS)}."
        ),
    ],
    weights: Annotated[
        str, typer.Option(help="Landmark weight: a name of `lineament models` or a .toml record.")
    ] = "light-68",
    detector: Annotated[
        str, typer.Option(help="Detector: a name of `lineament models` or a .toml record.")
    ] = "retinaface-mobilenet",
    split: Annotated[
        str | None,
        typer.Option(
            help="Part of the published dataset, such as test or challenging. Default: test "
            "where there is one, else all."
        ),
    ] = None,
    part: Annotated[
        PartChoice,
        typer.Option(
            help="Of that split: `validation` is the sixth of its photos that recipes keep out "
            "of training, `training` the rest."
        ),
    ] = "all",
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt",
            help="With --part validation: beside the plain scores those after a layer fitted on "
            "the training part's real labels.",
        ),
    ] = False,
    normaliser: Annotated[
        list[str] | None,
        typer.Option(
            help="What errors are divided by; may be repeated: inter_ocular, inter_pupil, box, "
            "face_size, box_diagonal, points_box. Default: the first four that the data allow."
        ),
    ] = None,
    boxes: Annotated[
        BoxChoice,
        typer.Option(
            help="Where the landmarks get their boxes: `detector` is end to end; `truth` makes "
            "them of the true points, to see what the detector costs; `dataset` takes those that "
            "come with the data."
        ),
    ] = "detector",
    out: Annotated[
        Path, typer.Option(help="Folder for scores, plot, worst faces and kept predictions.")
    ] = Path("out/evaluation"),
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Score only N faces, spread over the listing.")
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, max=400, help="Faces on the picture of the worst; 0: none.")
    ] = 16,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Detection recall, NME, FR and AUC at 8 and 10 %, per subset, per attribute and overall.

    Predictions are kept under the output folder and used again as long as nothing that could
    change them has changed. Scores are in percent.
    """
    name, folder = dataset_and_folder(data)
    if adapt and part != "validation":
        raise typer.BadParameter(
            f"got --part {part}, expected --part validation: the layer is fitted on the training "
            "part and scored on the other",
            param_hint="--adapt",
        )
    read = split or default_split(name)
    from lineament.datasets.readers import read_dataset
    from lineament.evaluation.ced import require_matplotlib
    from lineament.evaluation.holdout import choose_part
    from lineament.evaluation.landmarks import evaluate_landmarks

    require_matplotlib()
    faces = read_dataset(name, folder, read)
    samples = spread(choose_part(faces, part), limit)
    estimator, finder, options = load_models(
        weights, detector if boxes == "detector" else None, device, threads
    )
    with progress_bar() as progress:
        document = evaluate_landmarks(
            samples,
            estimator,
            finder,
            dataset=name,
            out=out,
            options=options,
            device=device,
            worst=worst,
            progress=progress,
            source=boxes,
            normalisers=normaliser or (),
            split=read,
            part=part,
            adapt_on=choose_part(faces, "training") if adapt else (),
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.evaluation_tables import print_landmarks

        print_landmarks(document)


def default_split(dataset: str) -> str:
    """`test` where the dataset has such a part, else the first of its parts."""
    from lineament.datasets.readers import find_reader

    parts = find_reader(dataset).parts
    return "test" if "test" in parts else parts[0]


app.command()(attributes)
app.command()(detection)
app.command()(parsing)
app.command()(recognition)


def dataset_and_folder(text: str, names: Sequence[str] = DATASETS) -> tuple[str, Path]:
    """Name, one of `names`, and folder of `NAME=FOLDER`.

    Raises:
        typer.BadParameter: no `=`, nothing after it, or an unknown name.
    """
    name, equals, folder = text.partition("=")
    known = ", ".join(names)
    if not equals or not folder:
        raise typer.BadParameter(
            f"got {text!r}, expected NAME=FOLDER, such as {names[0]}=../shared/data/{names[0]}; "
            f"names: {known}",
            param_hint="--data",
        )
    if name not in names:
        near = difflib.get_close_matches(name.lower(), names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise typer.BadParameter(
            f"no dataset named {name!r}{hint} there are readers for: {known}", param_hint="--data"
        )
    return name, Path(folder).expanduser()


def spread(samples: list[LabelledFace], limit: int | None) -> list[LabelledFace]:
    """At most `limit` samples at even steps over the listing, so that every subset has some."""
    if limit is None or limit >= len(samples):
        return samples
    return [samples[place * len(samples) // limit] for place in range(limit)]


def load_models(
    weights: str, detector: str | None, device: str, threads: int | None
) -> tuple[Estimator, Detector | None, dict[str, Any]]:
    """The landmarks, the detector (None for true boxes) and its options as plain data."""
    from lineament.detection import DetectionOptions, load_detector
    from lineament.landmarks.estimator import load_landmarks

    estimator = load_landmarks(weights, device=device, threads=threads)
    if detector is None:
        return estimator, None, {}
    options = DetectionOptions()
    finder = load_detector(detector, options=options, device=device, threads=threads)
    return estimator, finder, dataclasses.asdict(options)


@contextmanager
def progress_bar(work: str = "predicting") -> Iterator[Progress]:
    """A bar on stderr that appears with the first batch: kept predictions need none.

    It stops with the last one, so that another bar may follow.

    Args:
        work: what is being done, before the bar.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn(work),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("photos"),
        TimeRemainingColumn(),
        console=stderr,
    )
    task = bar.add_task(work, start=True, total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)
        if done == total:
            bar.stop()

    try:
        yield show
    finally:
        bar.stop()
