"""`lineament evaluate recognition`: verification scores on pairs of one's own disk."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lineament.datasets.ijb import IjbSearch, IjbSet
    from lineament.datasets.verification_pairs import VerificationPairs
    from lineament.detection import Detector
    from lineament.evaluation.embedding_predictions import Embeds
    from lineament.evaluation.recognition_scores import Groups


def recognition(
    pairs: Annotated[
        list[str] | None,
        typer.Option(
            help="PROTOCOL=PATH or PROTOCOL:PART=PATH; may be repeated. Protocols: `bin` (a .bin "
            "file, such as lfw.bin, cfp_fp.bin, agedb_30.bin), `lfw` (folder and pairs.txt), "
            "`orl`, `identities` (ten folds over a folder of people)."
        ),
    ] = None,
    templates: Annotated[
        list[str] | None,
        typer.Option(
            help="ijbc=FOLDER or ijbb=FOLDER with meta/ and loose_crop/: 1:1 of all pairs of "
            "templates, and 1:N where the lists of the galleries are there."
        ),
    ] = None,
    weights: Annotated[
        str,
        typer.Option(
            help="Recognition weight: a name of `lineament models` or a .toml record. Default: "
            "the shipped one."
        ),
    ] = "",
    detector: Annotated[
        str,
        typer.Option(
            help="Detector, for pictures that are not aligned: a name of `lineament models` or a "
            ".toml record."
        ),
    ] = "retinaface-mobilenet",
    groups: Annotated[
        list[str] | None,
        typer.Option(
            help="SET=FILE.csv, may be repeated: a column `picture` (name or number) and columns "
            "such as skin_tone; errors are counted for each group."
        ),
    ] = None,
    fmr: Annotated[
        list[float] | None,
        typer.Option(
            help="False match rate to give a threshold for, such as 0.001; may be repeated. One "
            "that the pairs are too few to tell is refused. Default: 0.1, 0.01, ... as far as "
            "they can tell."
        ),
    ] = None,
    quality: Annotated[
        bool,
        typer.Option(
            "--quality",
            help="Measure also how stable each embedding is when the crop is disturbed, and "
            "whether that foretells errors; each picture then costs five.",
        ),
    ] = False,
    out: Annotated[
        Path, typer.Option(help="Folder for scores, plots, worst pairs and kept embeddings.")
    ] = Path("out/evaluation"),
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout instead of tables.")
    ] = False,
    draws: Annotated[
        int,
        typer.Option(min=0, max=100_000, help="Draws of the bootstrap over people; 0: none."),
    ] = 1000,
    worst: Annotated[
        int, typer.Option(min=0, max=200, help="Pairs of each kind on the picture; 0: none.")
    ] = 8,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, ...")] = "auto",
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of a network run.")] = None,
) -> None:
    """Accuracy in ten folds, AUC, TAR and FNMR at fixed FMR with intervals, groups, 1:N, quality.

    Embeddings are kept under the output folder and used again as long as nothing that could
    change them has changed. Rates are in percent. A picture without a face counts against the
    weight: its pairs never match.
    """
    from lineament.cli.evaluate import progress_bar
    from lineament.evaluation.ced import require_matplotlib
    from lineament.evaluation.recognition import evaluate_recognition

    wanted = fmr or None
    if wanted and not all(0 < one < 1 for one in wanted):
        raise typer.BadParameter(
            f"got {', '.join(f'{one:g}' for one in wanted)}, expected rates between 0 and 1, such "
            "as 0.001",
            param_hint="--fmr",
        )
    require_matplotlib()
    if not pairs and not templates:
        raise typer.BadParameter(
            "got nothing to score, expected --pairs or --templates", param_hint="--pairs"
        )
    sets = [read_set(text) for text in pairs or ()]
    benchmarks = [read_benchmark(text) for text in templates or ()]
    found_groups = read_all_groups(groups or (), sets)
    aligned = all(one.aligned for one in sets)
    estimator, finder, options = load_models(
        weights, None if aligned else detector, device, threads
    )
    with progress_bar("embedding") as progress:
        document = evaluate_recognition(
            sets,
            estimator,
            finder,
            out=out,
            options=options,
            device=device,
            groups=found_groups,
            fmrs=wanted,
            stability=quality,
            draws=draws,
            worst=worst,
            progress=progress,
            benchmarks=benchmarks,
        )
    if as_json:
        typer.echo(json.dumps(document, allow_nan=False))
    else:
        from lineament.cli.recognition_tables import print_recognition

        print_recognition(document)


def read_set(text: str) -> VerificationPairs:
    """The pairs of `PROTOCOL=PATH` or `PROTOCOL:PART=PATH`.

    Raises:
        typer.BadParameter: it is neither.
    """
    from lineament.datasets.pair_readers import PAIR_READERS, read_pairs

    left, equals, path = text.partition("=")
    name, _, part = left.partition(":")
    if not equals or not path:
        raise typer.BadParameter(
            f"got {text!r}, expected PROTOCOL=PATH, such as orl=../shared/data/orl; protocols: "
            f"{', '.join(PAIR_READERS)}",
            param_hint="--pairs",
        )
    return read_pairs(name, Path(path).expanduser(), part or None)


def read_benchmark(text: str) -> tuple[IjbSet, IjbSearch | None]:
    """The templates of `ijbc=FOLDER` or `ijbb=FOLDER`, and 1:N where its lists are there.

    Raises:
        typer.BadParameter: it is neither.
    """
    from lineament.datasets.ijb import PARTS, SEARCHES, read_ijb, read_ijb_search

    name, _, path = text.partition("=")
    if name not in PARTS or not path:
        raise typer.BadParameter(
            f"got {text!r}, expected NAME=FOLDER; names: {', '.join(PARTS)}",
            param_hint="--templates",
        )
    folder = Path(path).expanduser()
    lists = [folder / "meta" / f"{name}_{end}.csv" for end in SEARCHES.values()]
    searches = read_ijb_search(folder, name) if any(one.is_file() for one in lists) else None
    return read_ijb(folder, name), searches


def read_all_groups(
    texts: list[str] | tuple[()], sets: list[VerificationPairs]
) -> dict[str, Groups]:
    """The groups of `SET=FILE.csv`, by the name of the set.

    Raises:
        typer.BadParameter: it is not that, or no set is called so.
    """
    from lineament.evaluation.picture_groups import read_groups

    named = {one.name: one for one in sets}
    found: dict[str, Groups] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not equals or name not in named:
            raise typer.BadParameter(
                f"got {text!r}, expected SET=FILE.csv, where SET is one of {', '.join(named)}",
                param_hint="--groups",
            )
        found[name] = read_groups(Path(path).expanduser(), named[name])
    return found


def load_models(
    weights: str, detector: str | None, device: str, threads: int | None
) -> tuple[Embeds, Detector | None, dict[str, Any]]:
    """The embeddings, the detector (None for aligned pictures) and its options as plain data."""
    from lineament.detection import DetectionOptions, load_detector
    from lineament.recognition.estimator import DEFAULT_RECOGNITION, load_recognition

    estimator = load_recognition(weights or DEFAULT_RECOGNITION, device=device, threads=threads)
    if detector is None:
        return estimator, None, {}
    options = DetectionOptions()
    finder = load_detector(detector, options=options, device=device, threads=threads)
    return estimator, finder, dataclasses.asdict(options)
