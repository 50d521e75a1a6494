"""The flow of `lineament evaluate detection`: predict or load, find thresholds, score, draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.datasets.detection_picture import DetectionSet
from lineament.errors import DataError
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.detection_document import DOCUMENT, GIVEN, WANTED, protocol
from lineament.evaluation.detection_plot import Drawn, write_detection_plot
from lineament.evaluation.detection_predictions import (
    DetectionPredictions,
    detection_digest,
    predict_detections,
)
from lineament.evaluation.detection_scores import (
    SetScores,
    score_counted,
    score_labelled,
    score_people_free,
)
from lineament.evaluation.detection_sheet import mistakes, write_mistakes
from lineament.evaluation.detection_texts import read_texts, write_texts
from lineament.evaluation.false_positives import RATE, Bar, FalsePositives
from lineament.evaluation.landmark_document import identity, make_folder, write_document
from lineament.evaluation.prediction_cache import arrays_or_load, deciding_facts
from lineament.evaluation.predictions import Progress

if TYPE_CHECKING:
    from lineament.detection import Detector

FOUND_OVERLAP = 0.4
"""Least intersection over union that finds a face, unless another is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """One detector to score: it runs, or its detections lie in a folder.

    Attributes:
        name: in tables and files.
        source: the detector, or the folder of its texts; where the folder has a sub-folder of a
            set's name, that is the set's.
    """

    name: str
    source: Detector | Path


def evaluate_detection(
    sets: Sequence[DetectionSet],
    entrants: Sequence[Entrant],
    *,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    score: float = 0.6,
    iou: float = FOUND_OVERLAP,
    rate: float = RATE,
    worst: int = 24,
    texts: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score detectors side by side and write everything about it under `out`.

    Written: the scores as `detection.json`, the curves as `detection.png`, for each detector a
    picture of its mistakes, and the detections, which a later call with the same network, options
    and pictures reads instead of running the networks.

    Args:
        sets: pictures; two sets of one name are told apart by a number.
        entrants: at least one, of different names.
        out: folder for the results, made if it is missing.
        options: those of the detectors that run; they are part of the predictions' key. Their
            `min_score` is the end of every curve.
        device: device asked for, part of the key.
        score: threshold of the operating point `given_score`.
        iou: least intersection over union that finds a face.
        rate: false positives for each people-free picture at the operating point `wanted_rate`,
            which there is where `sets` has people-free pictures.
        worst: mistakes on each picture; 0 writes none.
        texts: write the detections as text files too.
        progress: called after every batch with the pictures of all sets and detectors.

    Returns:
        The document that docs/evaluation.md describes; rates in percent.

    Raises:
        ConfigError: matplotlib is not installed, or scipy where FDDB is scored.
        DataError: no set, no detector, two of one name, a set without a labelled face, texts that
            do not fit, or `out` is not writable.
        ImageError: a picture cannot be read.
        ValueError: an overlap that is not between 0 and 1.
    """
    require_matplotlib()
    if not 0 < iou <= 1:
        raise ValueError(f"got the overlap {iou}, expected one above 0 and up to 1")
    named = _by_name(sets)
    _check(named, entrants)
    make_folder(out)
    files: dict[str, str] = {"scores": str(out / "detection.json")}
    total = sum(len(one) for one in sets) * len(entrants)
    done = 0
    documents: dict[str, Any] = {}
    drawn: list[Drawn] = []
    for entrant in entrants:
        found: dict[str, DetectionPredictions] = {}
        kept: dict[str, str] = {}
        for name, pictures in named.items():
            show = _after(progress, done, total)
            found[name], kept[name] = _detections(
                entrant, name, pictures, out, options, device, show
            )
            done += len(pictures)
            if texts:
                folder = out / "texts" / entrant.name / name
                write_texts(folder, pictures, found[name].pictures())
                files[f"texts of {entrant.name}"] = str(folder.parent)
        false, bar = _bar(named, found, entrant, options, rate)
        bars = {GIVEN: score, **({} if bar is None else {WANTED: bar.threshold})}
        scored = {
            name: _score(pictures, found[name], bars, iou) for name, pictures in named.items()
        }
        documents[entrant.name] = {
            "weights": None
            if isinstance(entrant.source, Path)
            else identity(entrant.source.record),
            "texts": str(entrant.source) if isinstance(entrant.source, Path) else None,
            WANTED: _plain_bar(bar),
            "sets": {name: one.document for name, one in scored.items()},
            "predictions": kept,
        }
        drawn.append(Drawn(entrant.name, scored, false))
        if worst:
            path = out / f"detection-{entrant.name}-mistakes.png"
            tiles = mistakes(named, found, scored, list(bars.values())[-1], worst)
            write_mistakes(path, tiles)
            files[f"mistakes of {entrant.name}"] = str(path)
    files["plot"] = str(out / "detection.png")
    write_detection_plot(out / "detection.png", drawn, iou)
    document = {
        "document": DOCUMENT,
        "device": device,
        "options": dict(options),
        "unit": "percent",
        "overlap": iou,
        "rate": rate,
        "protocol": protocol(sets, iou, rate),
        "sets": {
            name: {"kind": one.kind, "pictures": len(one), "truth": one.truth}
            for name, one in named.items()
        },
        "detectors": documents,
        "files": files,
    }
    write_document(out / "detection.json", document)
    return document


def _score(
    pictures: DetectionSet,
    predictions: DetectionPredictions,
    bars: Mapping[str, float],
    iou: float,
) -> SetScores:
    if pictures.kind == "people-free":
        return score_people_free(pictures, predictions.pictures(), bars)
    if pictures.kind == "counted":
        return score_counted(pictures, predictions.pictures(), bars)
    return score_labelled(pictures, predictions, bars, iou)


def _detections(
    entrant: Entrant,
    name: str,
    pictures: DetectionSet,
    out: Path,
    options: Mapping[str, Any],
    device: str,
    progress: Progress | None,
) -> tuple[DetectionPredictions, str]:
    """The detections of a set, and the file or folder where they lie."""
    source = entrant.source
    if isinstance(source, Path):
        folder = source / name if (source / name).is_dir() else source
        return read_texts(folder, pictures), str(folder)
    facts = deciding_facts([], source, source, options, device, "detection")
    predictions, kept = arrays_or_load(
        out / "predictions",
        f"{name}-{entrant.name}-detections",
        facts | {"task": "detection", "listing": detection_digest(pictures.pictures)},
        lambda: predict_detections(pictures.pictures, source, progress),
        DetectionPredictions,
    )
    return predictions, str(kept)


def _bar(
    sets: Mapping[str, DetectionSet],
    found: Mapping[str, DetectionPredictions],
    entrant: Entrant,
    options: Mapping[str, Any],
    rate: float,
) -> tuple[FalsePositives | None, Bar | None]:
    """False positives on all people-free pictures, and the threshold that keeps to the rate."""
    free = [
        one
        for name, pictures in sets.items()
        if pictures.kind == "people-free"
        for one in found[name].pictures()
    ]
    if not free:
        return None, None
    least = float(options.get("min_score", 0.0))
    if isinstance(entrant.source, Path):
        scores = np.concatenate([one.scores for one in found.values()])
        least = float(scores.min()) if len(scores) else 0.0
    false = FalsePositives.of(free)
    return false, false.bar_for(rate, least)


def _plain_bar(bar: Bar | None) -> dict[str, Any] | None:
    if bar is None:
        return None
    return {
        "threshold": bar.threshold,
        "false_positives": bar.false_positives,
        "pictures": bar.pictures,
        "per_picture": round(bar.rate, 5),
        "lowest_kept": bar.least,
    }


def _by_name(sets: Sequence[DetectionSet]) -> dict[str, DetectionSet]:
    named: dict[str, DetectionSet] = {}
    for one in sets:
        name, number = one.name, 2
        while name in named:
            name, number = f"{one.name}-{number}", number + 1
        named[name] = one
    return named


def _check(sets: Mapping[str, DetectionSet], entrants: Sequence[Entrant]) -> None:
    if not sets or not entrants:
        raise DataError(
            f"got {len(sets)} sets and {len(entrants)} detectors, expected at least one of each"
        )
    names = [entrant.name for entrant in entrants]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(f"got two detectors named {name}, expected different names")
    for name, one in sets.items():
        if not one.pictures:
            raise DataError(f"{name}: got no picture, expected at least one")
        if one.kind == "labelled" and all(picture.faces.ignored.all() for picture in one.pictures):
            raise DataError(f"{name}: got no labelled face that counts, expected at least one")


def _after(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress over the pictures of all sets and detectors, of which so many are done."""
    if progress is None:
        return None
    show = progress
    return lambda done, _: show(before + done, total)
