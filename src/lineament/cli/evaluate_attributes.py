"""`lineament evaluate attributes`: accuracy, calibration and groups on a dataset of one's own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from lineament.datasets.attributed_face import AttributedFace
    from lineament.datasets.labelled_face import LabelledFace
    from lineament.detection import Detector
    from lineament.evaluation.attribute_predictions import AttributeEstimates
    from lineament.evaluation.attribute_samples import AttributeSample

DATASETS = ("mtfl", "mafl", "utkface", "rendered")
"""Readers of datasets that label attributes, and shards of `lineament synth generate`."""

RENDERED = "rendered"

BoxChoice = Literal["detector", "truth", "dataset", "picture"]
PartChoice = Literal["validation", "training", "all"]


def attributes(
    data: Annotated[
        str,
        typer.Option(
            help="NAME=FOLDER, the folder in its published layout, such as "
            f"utkface=../shared/data/utkface. Names: {', '.join(DATASETS)}."
        ),
    ],
    weights: Annotated[
        str, typer.Option(help="Attribute weight: a name of `lineament models` or a .toml record.")
    ] = "attributes-112",
    detector: Annotated[
        str, typer.Option(help="Detector: a name of `lineament models` or a .toml record.")
    ] = "retinaface-mobilenet",
    split: Annotated[
        str | None,
        typer.Option(
            help="Part of the published dataset, such as train. Default: test where there is "
            "one, else all."
        ),
    ] = None,
    part: Annotated[
        PartChoice,
        typer.Option(
            help="Of that split: `validation` is the sixth of its photos that recipes keep out "
            "of training, `training` the rest."
        ),
    ] = "all",
    held_out: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Score only the N photos that recipes with this held_out_count keep back; of "
            "renderings the last N people.",
        ),
    ] = None,
    boxes: Annotated[
        BoxChoice,
        typer.Option(
            help="Where the faces' boxes are from: `detector` is end to end; `truth` makes them "
            "of the true points; `dataset` takes those of the data; `picture` takes the whole "
            "picture, for aligned faces."
        ),
    ] = "detector",
    out: Annotated[
        Path, typer.Option(help="Folder for scores, plot, mistakes and kept predictions.")
    ] = Path("out/evaluation"),
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Score only N faces, spread over the listing.")
    ] = None,
    mistakes: Annotated[
        int,
        typer.Option(
            min=0, max=40, help="Surest mistakes of each task on the picture of them; 0: none."
        ),
    ] = 8,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Accuracy, balanced accuracy and calibration of attributes, by group, with intervals.

    Points and angles are scored where both the data and the weight have them. Predictions are
    kept under the output folder and used again as long as nothing that could change them has
    changed.
    """
    from lineament.cli.evaluate import dataset_and_folder, progress_bar

    name, folder = dataset_and_folder(data, DATASETS)
    if held_out is not None and part != "all":
        raise typer.BadParameter(
            f"got --part {part} too, expected one of the two: both cut the photos",
            param_hint="--held-out",
        )
    from lineament.evaluation.attributes import evaluate_attributes
    from lineament.evaluation.ced import require_matplotlib

    require_matplotlib()
    samples, read = read_samples(name, folder, split, part, held_out)
    if limit is not None and limit < len(samples):
        samples = [samples[place * len(samples) // limit] for place in range(limit)]
    estimator, finder, options = load_models(
        weights, detector if boxes == "detector" else None, device, threads
    )
    with progress_bar() as progress:
        document = evaluate_attributes(
            samples,
            estimator,
            finder,
            dataset=name,
            out=out,
            options=options,
            device=device,
            source=boxes,
            split=read,
            part=part if held_out is None else f"held-out-{held_out}",
            mistakes=mistakes,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.attribute_tables import print_attributes

        print_attributes(document)


def read_samples(
    name: str, folder: Path, split: str | None, part: PartChoice, held_out: int | None
) -> tuple[list[AttributeSample], str | None]:
    """The faces to score, and the split that they are of.

    Raises:
        typer.BadParameter: an option that renderings do not have.
    """
    import numpy as np

    from lineament.evaluation.attribute_samples import of_readers, of_renderings

    if name == RENDERED:
        for option, given in (("--split", split is not None), ("--part", part != "all")):
            if given:
                raise typer.BadParameter(
                    "renderings have no parts; --held-out N takes the last N people",
                    param_hint=option,
                )
        return of_renderings(folder, held_out), None
    from lineament.attributes.held_out_photos import held_out_count, held_out_share
    from lineament.cli.evaluate import default_split
    from lineament.datasets.readers import read_faces
    from lineament.evaluation.holdout import SHARE

    read = split or default_split(name)
    faces: list[LabelledFace | AttributedFace] = [*read_faces(name, folder, read)]
    pictures = [face.image for face in faces]
    if held_out is not None:
        kept = held_out_count(pictures, held_out)
    elif part != "all":
        kept = held_out_share(pictures, SHARE) == (part == "validation")
    else:
        kept = np.ones(len(faces), dtype=np.bool_)
    return of_readers(name, [face for face, on in zip(faces, kept, strict=True) if on]), read


def load_models(
    weights: str, detector: str | None, device: str, threads: int | None
) -> tuple[AttributeEstimates, Detector | None, dict[str, Any]]:
    """The attributes, the detector (None for given boxes) and its options as plain data."""
    from lineament.attributes.estimator import load_attributes
    from lineament.detection import DetectionOptions, load_detector

    estimator = load_attributes(weights, device=device, threads=threads)
    if detector is None:
        return estimator, None, {}
    options = DetectionOptions()
    finder = load_detector(detector, options=options, device=device, threads=threads)
    return estimator, finder, dataclasses.asdict(options)
