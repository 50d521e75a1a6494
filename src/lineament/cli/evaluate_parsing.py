"""`lineament evaluate parsing`: F1, IoU and boundary F1 of face parts on a dataset of one's own."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from lineament.datasets.labelled_parts import LabelledParts
    from lineament.detection import Detector
    from lineament.evaluation.part_predictions import PartEstimates

DATASETS = ("celebamask_hq", "helen_parsing", "lapa", "palette_masks")
"""Names in `lineament.datasets.part_readers`, for the help."""

BoxChoice = Literal["detector", "picture"]


def parsing(
    data: Annotated[
        str,
        typer.Option(
            help="NAME=FOLDER, the folder in its published layout, such as "
            f"celebamask_hq=../shared/data/celebamask_hq. Names: {', '.join(DATASETS)}."
        ),
    ],
    weights: Annotated[
        str, typer.Option(help="Parsing weight: a name of `lineament models` or a .toml record.")
    ] = "parts-light",
    detector: Annotated[
        str, typer.Option(help="Detector: a name of `lineament models` or a .toml record.")
    ] = "retinaface-mobilenet",
    part: Annotated[
        str | None,
        typer.Option(
            help="Part of the dataset, such as train, validation, test or all; of celebamask_hq "
            "the validation part is the last eighth by number. Default: test where there is "
            "one, else all."
        ),
    ] = None,
    label_scheme: Annotated[
        str | None,
        typer.Option(
            help="Part scheme of the numbers in palette_masks. Default: celebamask-19; every "
            "other dataset has its own."
        ),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option(
            help="Merge to the classes of this part scheme, such as parts-13, before anything is "
            "counted. Default: the finest classes that weight and dataset both have."
        ),
    ] = None,
    boxes: Annotated[
        BoxChoice,
        typer.Option(
            help="`detector` is end to end; `picture` makes the whole square photo the network's "
            "crop, for weights that were trained on aligned photos."
        ),
    ] = "detector",
    sides: Annotated[
        Literal["labelled", "seen"],
        typer.Option(
            help="`seen` mends left and right of upright faces that are labelled the other way "
            "round, as one in fourteen of CelebAMask-HQ is."
        ),
    ] = "labelled",
    size: Annotated[
        int,
        typer.Option(
            min=16,
            max=4096,
            help="Side in pixels of the square on which photos are parsed and scored: 512 for "
            "CelebAMask-HQ, 1024 for HELEN.",
        ),
    ] = 512,
    tolerance: Annotated[
        float,
        typer.Option(
            min=0.0001,
            max=0.1,
            help="Of the boundary F1: a share of the diagonal. The published one is 0.0075.",
        ),
    ] = 0.0075,
    out: Annotated[
        Path, typer.Option(help="Folder for scores, pictures and kept predictions.")
    ] = Path("out/evaluation"),
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Score only N photos, spread over the listing.")
    ] = None,
    worst: Annotated[
        int, typer.Option(min=0, max=200, help="Photos on the picture of the worst; 0: none.")
    ] = 8,
    spread: Annotated[
        int,
        typer.Option(
            min=0, max=200, help="Photos on the picture at even steps over the listing; 0: none."
        ),
    ] = 8,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """F1 per class, the papers' groups, mean F1, mIoU and boundary F1 of face parts.

    Predictions are kept under the output folder and used again as long as nothing that could
    change them has changed. Scores are in percent; each mean names its classes and whether the
    background is among them.
    """
    from lineament.cli.evaluate import dataset_and_folder, progress_bar

    name, folder = dataset_and_folder(data, DATASETS)
    from lineament.evaluation.parsing import evaluate_parsing, even_steps

    photos, read = read_photos(name, folder, part, label_scheme)
    if sides == "seen":
        from lineament.parsing.sides import sides_as_seen

        photos, read = sides_as_seen(photos), f"{read}-sides-as-seen"
    if limit is not None:
        photos = [photos[place] for place in even_steps(len(photos), limit)]
    estimator, finder, options = load_models(
        weights, detector if boxes == "detector" else None, device, threads
    )
    with progress_bar() as progress, progress_bar("scoring") as scoring:
        document = evaluate_parsing(
            photos,
            estimator,
            finder,
            dataset=name,
            out=out,
            options=options,
            device=device,
            part=read,
            size=size,
            scheme=scheme,
            tolerance=tolerance,
            worst=worst,
            spread=spread,
            progress=progress,
            scoring=scoring,
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.parsing_tables import print_parsing

        print_parsing(document)


def read_photos(
    name: str, folder: Path, part: str | None, label_scheme: str | None
) -> tuple[list[LabelledParts], str]:
    """The photos of a part of a dataset, and that part: `test` where there is one, else the
    first of the dataset's.
    """
    from lineament.datasets.part_readers import find_part_reader, read_parts

    splits = find_part_reader(name).splits
    read = part or ("test" if "test" in splits else splits[0])
    return read_parts(name, folder, read, label_scheme), read


def load_models(
    weights: str, detector: str | None, device: str, threads: int | None
) -> tuple[PartEstimates, Detector | None, dict[str, Any]]:
    """The parts, the detector (None for whole photos) and its options as plain data."""
    from lineament.detection import DetectionOptions, load_detector
    from lineament.parsing.estimator import load_parts

    estimator = load_parts(weights, device=device, threads=threads)
    if detector is None:
        return estimator, None, {}
    options = DetectionOptions()
    finder = load_detector(detector, options=options, device=device, threads=threads)
    return estimator, finder, dataclasses.asdict(options)
