"""The flow of `lineament evaluate landmarks`: predict or load, match, score, draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.datasets.labelled_face import LabelledFace
from lineament.errors import DataError, RecordError
from lineament.evaluation.ced import require_matplotlib, write_ced
from lineament.evaluation.face_sets import OVERALL, FaceSets, boxes_of, face_sets, visible_of
from lineament.evaluation.holdout import PART_RULE, Part
from lineament.evaluation.landmark_document import (
    DOCUMENT,
    LABEL_ADAPTED,
    identity,
    make_folder,
    protocol,
    scores_of_sets,
    write_document,
)
from lineament.evaluation.landmark_errors import LandmarkErrors, found_faces, measure
from lineament.evaluation.matching import labelled_face
from lineament.evaluation.normalisers import Doubles, Normaliser
from lineament.evaluation.prediction_cache import deciding_facts, predict_or_load
from lineament.evaluation.predictions import (
    BoxSource,
    Estimator,
    Predictions,
    Progress,
    given_box,
    predict,
)
from lineament.evaluation.worst import Tile, worst_faces, write_worst
from lineament.face import FloatArray
from lineament.landmarks.schemes import Scheme, find_scheme

if TYPE_CHECKING:
    from lineament.detection import Detector

DRAWN_ATTRIBUTES = 10
"""More attributes than these have no curves of their own."""


def evaluate_landmarks(
    samples: Sequence[LabelledFace],
    estimator: Estimator,
    detector: Detector | None,
    *,
    dataset: str,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    worst: int = 16,
    progress: Progress | None = None,
    source: BoxSource | None = None,
    normalisers: Sequence[str] = (),
    split: str | None = None,
    part: Part = "all",
    adapt_on: Sequence[LabelledFace] = (),
) -> dict[str, Any]:
    """Score landmarks end to end and write everything about it under `out`.

    Written: the scores as JSON, the CED plot, a contact picture of the worst faces and the
    predictions, which a later call with the same networks, options and data reads instead of
    running the networks.

    Args:
        samples: labelled faces, all of one scheme.
        estimator: the landmarks under test, of that scheme.
        detector: finds the faces; None gives every face the box of `source`.
        dataset: name for titles and files, such as `300w`.
        out: folder for the results, made if it is missing.
        options: the detector's options as plain data; they are part of the predictions' key.
        device: device asked for, part of the key.
        worst: faces on the contact picture; 0 writes none.
        progress: called after every batch of photos.
        source: where there is no detector, `truth` (boxes made of the true points; the default)
            or `dataset` (the dataset's own).
        normalisers: what errors are divided by; none gives the usual ones. The first one is the
            unit of the regions and orders the worst faces.
        split, part: what `samples` are of the dataset, for the document and the files' names.
        adapt_on: faces of the training part; where there are any, scores after label adaptation
            that is fitted on them stand beside the plain ones.

    Returns:
        The document that docs/evaluation.md describes; scores in percent.

    Raises:
        DataError: no samples, a normaliser that is near zero for every face, faces of several
            schemes, a face without the box asked for, or `out` is not writable.
        RecordError: the estimator's points are of another scheme.
        ConfigError: a normaliser cannot be had, or matplotlib is not installed.
        ImageError: a picture cannot be read.
    """
    require_matplotlib()
    scheme = _scheme(samples, estimator, dataset)
    truth = np.stack([sample.points for sample in samples])
    given: dict[str, Any] = {
        "boxes": boxes_of(samples),
        "visible": visible_of(samples),
        "normalisers": normalisers,
    }
    # Without predictions: what cannot be scored is refused before any network runs.
    lengths = measure(np.full_like(truth, np.nan), truth, scheme, **given).lengths
    source = "detector" if detector else source or "truth"
    if source == "dataset":
        for face in (*samples, *adapt_on):
            given_box(face, source)
    make_folder(out)
    cut = [words for words in (split, part) if words not in (None, "all")]
    stem = "-".join([dataset, *map(str, cut), estimator.record.name, source, "boxes"])

    def run(faces: Sequence[LabelledFace], name: str) -> tuple[Predictions, Path]:
        return predict_or_load(
            out / "predictions",
            name,
            deciding_facts(faces, estimator, detector, options, device, source),
            lambda: predict(faces, estimator, detector, progress, source),
        )

    predictions, kept = run(samples, stem)
    predicted = scored_points(predictions, samples, source)
    errors = measure(predicted, truth, scheme, **given)
    sets = face_sets(samples)
    files = {"scores": out / f"{stem}.json", "ced": out / f"{stem}-ced.png", "predictions": kept}
    curves = _curves(errors, sets)
    adapted = None
    if adapt_on:
        seen, files["adaptation_predictions"] = run(adapt_on, f"{stem}-adaptation")
        moved, fitted_on = _adapted(predicted, scored_points(seen, adapt_on, source), adapt_on)
        after = measure(moved, truth, scheme, **given)
        adapted = {
            "meaning": LABEL_ADAPTED,
            "fitted_on": fitted_on,
            **scores_of_sets(after, sets, source),
        }
        for name in after.lengths:
            curves[name][f"{OVERALL}, label_adapted"] = after.nme(name)
    write_ced(files["ced"], curves, f"{dataset}, {estimator.record.name}, {source} boxes")
    if worst > 0:
        files["worst"] = out / f"{stem}-worst.png"
        of_faces = errors.nme(next(iter(errors.lengths)))
        write_worst(files["worst"], _tiles(samples, predictions, predicted, of_faces, worst))
    document = {
        "document": DOCUMENT,
        "dataset": {
            "name": dataset,
            "split": split,
            "part": part,
            "faces": len(samples),
            "scheme": scheme.name,
        },
        "weights": identity(estimator.record),
        "detector": {**identity(detector.record), "options": dict(options)} if detector else None,
        "boxes": source,
        "device": device,
        "unit": "percent",
        "normalisers": list(errors.lengths),
        "protocol": {**protocol(scheme, source, tuple(lengths)), "part": PART_RULE},
        "left_out": _left_out(samples, errors.lengths),
        **scores_of_sets(errors, sets, source),
        "label_adapted": adapted,
        "files": {name: str(path) for name, path in files.items()},
    }
    write_document(files["scores"], document)
    return document


def scored_points(
    predictions: Predictions, samples: Sequence[LabelledFace], source: BoxSource
) -> FloatArray:
    """The points predicted for every labelled face: (N,L,2), NaN where missed."""
    points = np.full((len(samples), *samples[0].points.shape), np.nan, dtype=np.float32)
    for place, sample in enumerate(samples):
        boxes, faces = predictions.of(place)
        hit: int | None = 0
        if source == "detector":
            hit = labelled_face(boxes, sample.points, find_scheme(sample.scheme))
        if hit is not None:
            points[place] = faces[hit]
    return points


def _scheme(samples: Sequence[LabelledFace], estimator: Estimator, dataset: str) -> Scheme:
    """The one scheme of the samples and the estimator."""
    if not samples:
        raise DataError("no samples to evaluate: expected at least one labelled face")
    schemes = sorted({sample.scheme for sample in samples})
    if len(schemes) > 1:
        raise DataError(
            f"{dataset} has faces of {' and '.join(schemes)}, expected one scheme; evaluate them "
            "one after the other"
        )
    if estimator.scheme != schemes[0]:
        raise RecordError(
            f"weight {estimator.record.name} gives points of the scheme {estimator.scheme!r}, "
            f"{dataset} is labelled with {schemes[0]!r}; choose a weight of that scheme"
        )
    return find_scheme(schemes[0])


def _adapted(
    predicted: FloatArray, seen: FloatArray, adapt_on: Sequence[LabelledFace]
) -> tuple[FloatArray, dict[str, Any]]:
    """Predictions after the layer that `seen`, predictions for `adapt_on`, teaches; its data."""
    from lineament.landmarks.label_adaptation import LabelAdaptation

    found = found_faces(seen)
    labels = np.stack([face.points for face in adapt_on])
    layer = LabelAdaptation.fit(seen[found], labels[found], find_scheme(adapt_on[0].scheme))
    here = found_faces(predicted)
    moved = np.full_like(predicted, np.nan)
    if here.any():
        moved[here] = layer.apply(predicted[here])
    return moved, {"part": "training", "faces": len(adapt_on), "found": int(found.sum())}


def _curves(errors: LandmarkErrors, sets: FaceSets) -> dict[str, dict[str, Doubles]]:
    """NME by normaliser and set, for the plot."""
    named = sets.named()
    if len(sets.attributes) > DRAWN_ATTRIBUTES:
        named = {**sets.subsets, OVERALL: sets.overall}
    return {
        name: {which: errors.nme(name)[rows] for which, rows in named.items()}
        for name in errors.lengths
    }


def _tiles(
    samples: Sequence[LabelledFace],
    predictions: Predictions,
    predicted: FloatArray,
    errors: Doubles,
    count: int,
) -> list[Tile]:
    return [
        Tile(
            samples[i],
            float(errors[i]),
            None if np.isinf(errors[i]) else predicted[i],
            predictions.of(i)[0],
        )
        for i in worst_faces(errors, count)
    ]


def _left_out(
    samples: Sequence[LabelledFace], lengths: Mapping[Normaliser, Doubles]
) -> dict[str, list[str]]:
    """Names of the faces whose normaliser is near zero, by normaliser."""
    return {
        name: [samples[int(row)].name for row in np.flatnonzero(np.isnan(values))]
        for name, values in lengths.items()
    }
