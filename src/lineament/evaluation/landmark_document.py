"""The document of `lineament evaluate landmarks` as plain data; docs/evaluation.md describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lineament.errors import DataError
from lineament.evaluation.error_distribution import THRESHOLDS
from lineament.evaluation.face_sets import FaceSets
from lineament.evaluation.landmark_errors import LandmarkErrors
from lineament.evaluation.landmark_scores import LandmarkScores, NormalisedScores, scores_of
from lineament.evaluation.matching import DATASET_BOX_RULE, recall_rule, truth_box_rule
from lineament.evaluation.normalisers import SMALLEST_NORMALISER, Normaliser, meaning
from lineament.evaluation.predictions import BoxSource
from lineament.landmarks.schemes import Scheme
from lineament.weights import WeightRecord

DOCUMENT = "lineament.evaluation.landmarks/2"

LABEL_ADAPTED = (
    "the same predictions after a linear layer that was fitted on predictions and real labels of "
    "the dataset's training part (Wood et al., ICCV 2021): what the network would score if it "
    "shared the annotators' definition of the points. It has seen real labels and ships with no "
    "weight; it never stands in for the plain scores"
)


def protocol(
    scheme: Scheme, source: BoxSource, normalisers: Sequence[Normaliser]
) -> dict[str, str]:
    """What every number means, in words."""
    eyes = "outer eye corners" if scheme.outer_eye_corners else "two eyes"
    words: dict[str, str] = {
        "nme": f"mean distance of the {scheme.count} points from their truth divided by the "
        "normaliser; mean over the found faces; missed faces are told by the recall",
        **{str(name): f"normaliser: {meaning(name, scheme)}" for name in normalisers},
        "left_out": "faces whose normaliser does not exceed "
        f"{SMALLEST_NORMALISER:.0%} of the longer side of the box of their true points, such as "
        "the distance of the eyes of a full profile; no part of that normaliser's scores",
    }
    for end in THRESHOLDS:
        percent = f"{end * 100:g}"
        words[f"fr{percent}"] = f"share of all faces with an NME above {percent} % or missed"
        words[f"auc{percent}"] = (
            f"area under the cumulative error distribution of all faces from 0 to {percent} % "
            f"NME, divided by {percent} %; exact integral of the step function; missed faces add "
            "nothing"
        )
    boxes = {
        "detector": "the detector's own; the truth has no part in the landmarks",
        "truth": truth_box_rule(scheme),
        "dataset": DATASET_BOX_RULE,
    }
    return {
        **words,
        "nme_visible": "mean error of the points that the dataset calls visible, those of all "
        "found faces together; null where it says nothing of them",
        "nme_occluded": "the same of its other points",
        "region_errors": "mean error of the region's points over the found faces, percent of "
        f"{normalisers[0]}",
        "point_offsets": "mean of prediction minus truth of each point over the found faces, "
        f"percent of the distance of the {eyes}; x along the line from the person's right to the "
        "left of them, y down the face",
        "boxes": boxes[source],
        "recall": recall_rule(scheme)
        if source == "detector"
        else "not measured: every labelled face is given its box",
    }


def scores_of_sets(errors: LandmarkErrors, sets: FaceSets, source: BoxSource) -> dict[str, Any]:
    """`overall`, `subsets` and `attributes` as plain data, scores in percent."""

    def plain(rows: Sequence[int]) -> dict[str, Any]:
        return plain_scores(scores_of(errors.of(rows)), source)

    return {
        "overall": plain(sets.overall),
        "subsets": {name: plain(rows) for name, rows in sets.subsets.items()},
        "attributes": {name: plain(rows) for name, rows in sets.attributes.items()},
    }


def plain_scores(scores: LandmarkScores, source: BoxSource) -> dict[str, Any]:
    """Scores as plain data for JSON, in percent; None where no face gives the number."""
    regions, offsets = scores.region_errors, scores.offsets
    return {
        "faces": scores.faces,
        "found": scores.found,
        "recall": _percent(scores.recall) if source == "detector" else None,
        **{name: _normalised(values) for name, values in scores.normalised.items()},
        "region_errors": regions and {name: _percent(error) for name, error in regions.items()},
        "point_offsets": None
        if offsets is None
        else [[_percent(float(x)), _percent(float(y))] for x, y in offsets],
    }


def identity(record: WeightRecord) -> dict[str, Any]:
    """A weight by its name and the checksums of its networks."""
    return {"name": record.name, "sha256": [network.sha256 for network in record.networks]}


def make_folder(folder: Path) -> None:
    """Make the folder of the results, or a DataError that asks for another."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot make the folder {folder}: {error.strerror}; choose another --out"
        ) from error


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write the document as JSON, or a DataError that asks for another folder."""
    try:
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error


def _normalised(values: NormalisedScores) -> dict[str, Any]:
    return {
        "left_out": values.left_out,
        "nme": _percent(values.nme_of_found),
        "median": _percent(values.median_of_found),
        **{f"fr{end * 100:g}": _percent(rate) for end, rate in values.failure_rates.items()},
        **{f"auc{end * 100:g}": _percent(area) for end, area in values.areas.items()},
        "nme_visible": _percent(values.visible_of_found),
        "nme_occluded": _percent(values.occluded_of_found),
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(fraction * 100, 3)
