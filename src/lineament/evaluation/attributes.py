"""The flow of `lineament evaluate attributes`: predict or load, match, score, draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError, DataError
from lineament.evaluation.attribute_document import (
    DOCUMENT,
    PROTOCOL,
    box_rules,
    plain_angles,
    plain_landmarks,
    plain_share,
    plain_task,
)
from lineament.evaluation.attribute_groups import MEASURED_TONE, in_order, named_groups
from lineament.evaluation.attribute_mistakes import surest_mistakes, write_mistakes
from lineament.evaluation.attribute_plot import write_attribute_plot
from lineament.evaluation.attribute_predictions import (
    AttributeEstimates,
    AttributePredictions,
    BoxSource,
    attributes_output,
    predict_attributes,
)
from lineament.evaluation.attribute_questions import questions
from lineament.evaluation.attribute_samples import AttributeSample, samples_digest
from lineament.evaluation.attribute_scores import angle_errors, count_groups, score_task
from lineament.evaluation.calibration import Doubles
from lineament.evaluation.ced import require_matplotlib
from lineament.evaluation.landmark_document import identity, make_folder, write_document
from lineament.evaluation.landmark_errors import measure
from lineament.evaluation.normalisers import Normaliser
from lineament.evaluation.prediction_cache import arrays_or_load, deciding_facts
from lineament.evaluation.predictions import Progress
from lineament.face import FloatArray
from lineament.landmarks.schemes import find_scheme

if TYPE_CHECKING:
    from lineament.detection import Detector


@dataclass(frozen=True, slots=True, eq=False)
class MatchedAnswers:
    """What was predicted for each of N labelled faces; rows of NaN for a missed one.

    Attributes:
        found: (N,).
        boxes: (N,4).
        probabilities: (N,C) of all heads side by side.
        angles: (N,3). points: (N,L,2). typology: (N,).
    """

    found: NDArray[np.bool_]
    boxes: FloatArray
    probabilities: Doubles
    angles: FloatArray
    points: FloatArray
    typology: FloatArray


def evaluate_attributes(
    samples: Sequence[AttributeSample],
    estimator: AttributeEstimates,
    detector: Detector | None,
    *,
    dataset: str,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    source: BoxSource = "detector",
    split: str | None = None,
    part: str = "all",
    mistakes: int = 8,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score attributes end to end and write everything about it under `out`.

    Written: the scores as JSON, a plot of reliability and of accuracy by group, a picture of the
    surest mistakes and the predictions, which a later call with the same networks, options and
    pictures reads instead of running the networks.

    Args:
        samples: faces with what is known of them.
        estimator: the attributes under test.
        detector: finds the faces; None gives every face the box of `source`.
        dataset, split, part: what the samples are, for the document and the files' names.
        out: folder for the results, made if it is missing.
        options: the detector's options as plain data; they are part of the predictions' key.
        device: device asked for, part of the key.
        source: `detector`, or where the boxes are from without one.
        mistakes: wrong answers on the picture for each task; 0 writes no picture.
        progress: called after every batch of pictures.

    Returns:
        The document that docs/evaluation.md describes; shares in percent.

    Raises:
        ConfigError: nothing that the dataset labels is answered by the estimator, or matplotlib
            is not installed.
        DataError: no samples, a face without the box asked for, or `out` is not writable.
        RecordError: a head's classes are not those of its task.
        ImageError: a picture cannot be read.
        ValueError: a detector without the source `detector`, or that source without one.
    """
    require_matplotlib()
    if (detector is None) == (source == "detector"):
        raise ValueError(f"got boxes of {source!r} {'without' if detector is None else 'with'} one")
    if not samples:
        raise DataError("no faces to score: expected at least one labelled face")
    output = attributes_output(estimator.record)
    width = sum(len(head.classes) for head in output.heads)
    # Before any network runs: what cannot be scored is refused.
    if not questions(samples, output.heads, np.full((len(samples), width), np.nan)):
        known = sorted({task for sample in samples for task in sample.labels})
        raise ConfigError(
            f"weight {estimator.record.name} answers {', '.join(output.tasks)}, but {dataset} "
            f"labels {', '.join(known) or 'nothing'}; choose another weight or dataset"
        )
    make_folder(out)
    cut = [words for words in (split, part) if words not in (None, "all")]
    stem = "-".join([dataset, *map(str, cut), estimator.record.name, source, "attributes"])
    facts = deciding_facts([], estimator, detector, options, device, source)
    predictions, kept = arrays_or_load(
        out / "predictions",
        stem,
        facts | {"listing": samples_digest(samples), "task": "attributes"},
        lambda: predict_attributes(samples, estimator, detector, source, progress),
        AttributePredictions,
    )
    matched = match(samples, predictions, by_detector=detector is not None)
    asked = questions(samples, output.heads, matched.probabilities)
    groups = named_groups(samples, matched.typology)
    tasks = {}
    for question in asked:
        counted = {
            name: count_groups(question.labels, question.probabilities, values)
            for name, values in groups.items()
        }
        ordered = {
            name: {value: group[value] for value in in_order(name, list(group))}
            for name, group in counted.items()
        }
        scores = score_task(question.labels, question.probabilities)
        tasks[question.task] = plain_task(scores, question.classes, question.head, ordered)
    files = {"scores": out / f"{stem}.json", "plot": out / f"{stem}.png", "predictions": kept}
    title = f"{dataset}, {estimator.record.name}, {source} boxes"
    write_attribute_plot(files["plot"], tasks, title)
    if mistakes:
        files["mistakes"] = out / f"{stem}-mistakes.png"
        found = [surest_mistakes(question, mistakes) for question in asked]
        write_mistakes(files["mistakes"], samples, matched.boxes, asked, found)
    truth = [np.full(3, np.nan) if one.angles is None else one.angles for one in samples]
    matched_by = next(iter(samples[0].points), None)
    scheme = output.points.scheme if output.points else None
    document = {
        "document": DOCUMENT,
        "dataset": {"name": dataset, "split": split, "part": part, "faces": len(samples)},
        "weights": identity(estimator.record),
        "detector": {**identity(detector.record), "options": dict(options)} if detector else None,
        "boxes": source,
        "device": device,
        "unit": "percent",
        "protocol": {**PROTOCOL, **box_rules(source, matched_by)},
        "detection": _detection(matched.found, groups) if detector else None,
        "tasks": tasks,
        "not_scored": [task for task in output.tasks if task not in {one.head for one in asked}],
        "angles": plain_angles(angle_errors(matched.angles, np.stack(truth))),
        "landmarks": _landmarks(samples, matched.points, scheme),
        "files": {name: str(path) for name, path in files.items()},
    }
    write_document(files["scores"], document)
    return document


def match(
    samples: Sequence[AttributeSample], predictions: AttributePredictions, *, by_detector: bool
) -> MatchedAnswers:
    """The prediction of every labelled face: of the detection that is this face, or the one."""
    rows = np.full(len(samples), -1)
    for place, sample in enumerate(samples):
        here = predictions.rows_of(place)
        hit = sample.match(predictions.boxes[here]) if by_detector else 0
        if hit is not None:
            rows[place] = here.start + hit
    found = rows >= 0

    def of(array: NDArray[Any]) -> NDArray[Any]:
        matched = np.full((len(samples), *array.shape[1:]), np.nan, dtype=array.dtype)
        matched[found] = array[rows[found]]
        return matched

    return MatchedAnswers(
        found=found,
        boxes=of(predictions.boxes),
        probabilities=of(predictions.probabilities),
        angles=of(predictions.angles),
        points=of(predictions.points),
        typology=of(predictions.typology),
    )


def _detection(
    found: NDArray[np.bool_], groups: Mapping[str, Sequence[str | None]]
) -> dict[str, Any]:
    """Share found of all faces and of every group that is known without finding the face."""
    apart = {}
    for name, values in groups.items():
        if name != MEASURED_TONE:
            faces = Counter(value for value in values if value is not None)
            hits = Counter(
                value for value, hit in zip(values, found, strict=True) if hit and value is not None
            )
            order = in_order(name, list(faces))
            apart[name] = {value: plain_share(hits[value], faces[value]) for value in order}
    return {**plain_share(int(found.sum()), len(found)), "groups": apart}


def _landmarks(
    samples: Sequence[AttributeSample], predicted: FloatArray, scheme_name: str | None
) -> dict[str, Any] | None:
    """Errors of the points by pose bin; None where the weight or the dataset has no such points."""
    if scheme_name is None or any(scheme_name not in sample.points for sample in samples):
        return None
    scheme = find_scheme(scheme_name)
    boxes = [sample.box for sample in samples if sample.box is not None]
    eyes: Normaliser = "inter_ocular" if scheme.outer_eye_corners else "inter_pupil"
    boxed = len(boxes) == len(samples)
    errors = measure(
        predicted,
        np.stack([sample.points[scheme_name] for sample in samples]),
        scheme,
        boxes=np.stack(boxes) if boxed else None,
        normalisers=[eyes, "box" if boxed else "points_box"],
    )
    bins: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        if "pose_bin" in sample.groups:
            bins.setdefault(sample.groups["pose_bin"], []).append(row)
    ordered = {name: bins[name] for name in in_order("pose_bin", list(bins))}
    return plain_landmarks(errors, scheme, ordered)
