"""The flow of `lineament evaluate landmarks`: predict or load, match, score, draw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.datasets.ibug300w import SCHEME, Sample
from lineament.errors import DataError, RecordError
from lineament.evaluation.ced import require_matplotlib, write_ced
from lineament.evaluation.landmark_scores import (
    NORMALISERS,
    Doubles,
    LandmarkScores,
    nme_with_missed,
    normaliser_lengths,
    score,
)
from lineament.evaluation.matching import RULE, TRUTH_BOX_RULE, labelled_face
from lineament.evaluation.prediction_cache import deciding_facts, predict_or_load
from lineament.evaluation.predictions import (
    BoxSource,
    Estimator,
    Predictions,
    Progress,
    predict,
)
from lineament.evaluation.worst import Tile, worst_faces, write_worst
from lineament.face import FloatArray
from lineament.weights import WeightRecord

if TYPE_CHECKING:
    from lineament.detection import Detector

DOCUMENT = "lineament.evaluation.landmarks/1"
OVERALL = "overall"

PROTOCOL = {
    "nme": "mean distance of the 68 points from their truth divided by the normaliser; mean over "
    "the found faces; missed faces are told by the recall",
    "inter_ocular": "normaliser: distance of the outer eye corners, points 36 and 45",
    "inter_pupil": "normaliser: distance of the means of points 36-41 and of points 42-47",
    "fr10": "share of all faces with an NME above 10 % or missed",
    "auc10": "area under the cumulative error distribution of all faces from 0 to 10 % NME, "
    "divided by 10 %; exact integral of the step function; missed faces add nothing",
    "region_errors": "mean error of the region's points over the found faces, percent of the "
    "inter-ocular distance",
    "point_offsets": "mean of prediction minus truth of each point over the found faces, percent "
    "of the inter-ocular distance; x from the outer corner of the person's right eye to that of "
    "the left, y down the face",
}


def evaluate_landmarks(
    samples: Sequence[Sample],
    estimator: Estimator,
    detector: Detector | None,
    *,
    dataset: str,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    worst: int = 16,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score landmarks end to end and write everything about it under `out`.

    Written: the scores as JSON, the CED plot, a contact picture of the worst faces and the
    predictions, which a later call with the same networks, options and data reads instead of
    running the networks.

    Args:
        samples: labelled faces of 68 points in the iBUG order.
        estimator: the landmarks under test.
        detector: finds the faces; None gives the landmarks boxes made of the true points.
        dataset: name for titles and files, such as `300w`.
        out: folder for the results, made if it is missing.
        options: the detector's options as plain data; they are part of the predictions' key.
        device: device asked for, part of the key.
        worst: faces on the contact picture; 0 writes none.
        progress: called after every batch of photos.

    Returns:
        The document that docs/evaluation.md describes; scores in percent.

    Raises:
        DataError: no samples, a face whose normaliser is near zero, or `out` is not writable.
        RecordError: the estimator's points are not in the iBUG 68-point order.
        ConfigError: matplotlib is not installed.
        ImageError: a picture cannot be read.
    """
    require_matplotlib()
    if not samples:
        raise DataError("no samples to evaluate: expected at least one labelled face")
    if estimator.scheme != SCHEME:
        raise RecordError(
            f"weight {estimator.record.name} gives points of the scheme {estimator.scheme!r}, "
            f"{dataset} is labelled with {SCHEME!r}; choose a weight of that scheme"
        )
    _make(out)
    truth = np.stack([sample.points for sample in samples])
    for normaliser in NORMALISERS:
        normaliser_lengths(truth, normaliser, [sample.name for sample in samples])

    source: BoxSource = "detector" if detector else "truth"
    stem = f"{dataset}-{estimator.record.name}-{source}-boxes"
    predictions, kept = predict_or_load(
        out / "predictions",
        stem,
        deciding_facts(samples, estimator, detector, options, device),
        lambda: predict(samples, estimator, detector, progress),
    )
    predicted = scored_points(predictions, samples, source)

    sets = _sets(samples)
    errors: dict[Any, dict[str, Doubles]] = {
        normaliser: {
            name: nme_with_missed(predicted[rows], truth[rows], normaliser)
            for name, rows in sets.items()
        }
        for normaliser in NORMALISERS
    }
    files = {"scores": out / f"{stem}.json", "ced": out / f"{stem}-ced.png", "predictions": kept}
    write_ced(files["ced"], errors, f"{dataset}, {estimator.record.name}, {source} boxes")
    if worst > 0:
        files["worst"] = out / f"{stem}-worst.png"
        of_faces = errors["inter_ocular"][OVERALL]
        write_worst(
            files["worst"],
            [
                Tile(
                    samples[i],
                    float(of_faces[i]),
                    None if np.isinf(of_faces[i]) else predicted[i],
                    predictions.of(i)[0],
                )
                for i in worst_faces(of_faces, worst)
            ],
        )
    scores = {
        name: _plain(score(predicted[rows], truth[rows]), source) for name, rows in sets.items()
    }
    document = {
        "document": DOCUMENT,
        "dataset": {"name": dataset, "faces": len(samples), "scheme": SCHEME},
        "weights": _identity(estimator.record),
        "detector": {**_identity(detector.record), "options": dict(options)} if detector else None,
        "boxes": source,
        "device": device,
        "unit": "percent",
        "protocol": {
            **PROTOCOL,
            "boxes": "the detector's own; the truth has no part in the landmarks"
            if detector
            else TRUTH_BOX_RULE,
            "recall": RULE if detector else "not measured: the boxes come from the truth",
        },
        "overall": scores.pop(OVERALL),
        "subsets": scores,
        "files": {name: str(path) for name, path in files.items()},
    }
    _write(files["scores"], document)
    return document


def scored_points(
    predictions: Predictions, samples: Sequence[Sample], source: BoxSource
) -> FloatArray:
    """The points predicted for the labelled face of every photo: (N,68,2), NaN where missed."""
    points = np.full((len(samples), *samples[0].points.shape), np.nan, dtype=np.float32)
    for place, sample in enumerate(samples):
        boxes, faces = predictions.of(place)
        hit = 0 if source == "truth" else labelled_face(boxes, sample.points)
        if hit is not None:
            points[place] = faces[hit]
    return points


def _sets(samples: Sequence[Sample]) -> dict[str, list[int]]:
    """Rows of every subset in the order of the listing, then of all."""
    rows: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        rows.setdefault(sample.subset, []).append(row)
    return {**rows, OVERALL: list(range(len(samples)))}


def _identity(record: WeightRecord) -> dict[str, Any]:
    return {"name": record.name, "sha256": [network.sha256 for network in record.networks]}


def _plain(scores: LandmarkScores, source: BoxSource) -> dict[str, Any]:
    """Scores as plain data for JSON, in percent; None where no face was found."""
    regions, offsets = scores.region_errors, scores.offsets
    return {
        "faces": scores.faces,
        "found": scores.found,
        "recall": _percent(scores.recall) if source == "detector" else None,
        **{
            normaliser: {
                "nme": _percent(values.nme_of_found),
                "median": _percent(values.median_of_found),
                "fr10": _percent(values.failure_rate_with_missed),
                "auc10": _percent(values.auc_with_missed),
            }
            for normaliser, values in scores.normalised.items()
        },
        "region_errors": regions and {name: _percent(error) for name, error in regions.items()},
        "point_offsets": None
        if offsets is None
        else [[_percent(float(x)), _percent(float(y))] for x, y in offsets],
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else round(fraction * 100, 3)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot make the folder {folder}: {error.strerror}; choose another --out"
        ) from error


def _write(path: Path, document: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {path}: {error.strerror}; choose another --out") from error
