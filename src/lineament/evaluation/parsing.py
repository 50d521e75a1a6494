"""The flow of `lineament evaluate parsing`: predict or load, bring to common classes, score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lineament.errors import DataError
from lineament.evaluation.boundary_f1 import TOLERANCE, boundary_scores
from lineament.evaluation.landmark_document import identity, make_folder, write_document
from lineament.evaluation.mask_sheet import MaskTile, write_masks
from lineament.evaluation.parsing_document import (
    DOCUMENT,
    ParsingScores,
    percent,
    plain_accuracy,
    plain_classes,
    plain_groups,
    plain_means,
    protocol,
)
from lineament.evaluation.parsing_scores import confusion
from lineament.evaluation.part_predictions import (
    BoxSource,
    PartEstimates,
    PartPredictions,
    parts_digest,
    parts_scheme,
    predict_parts,
    whole_square_box,
)
from lineament.evaluation.prediction_cache import arrays_or_load, deciding_facts
from lineament.evaluation.predictions import Progress
from lineament.evaluation.scheme_comparison import common_scheme
from lineament.evaluation.square_photo import square_mask, square_photo
from lineament.face import ByteArray
from lineament.parsing.part_schemes import UNKNOWN, PartScheme, find_part_scheme

if TYPE_CHECKING:
    from lineament.datasets.labelled_parts import LabelledParts
    from lineament.detection import Detector


def evaluate_parsing(
    photos: Sequence[LabelledParts],
    estimator: PartEstimates,
    detector: Detector | None,
    *,
    dataset: str,
    out: Path,
    options: Mapping[str, Any],
    device: str = "auto",
    part: str = "all",
    size: int = 512,
    scheme: str | None = None,
    tolerance: float = TOLERANCE,
    worst: int = 8,
    spread: int = 8,
    progress: Progress | None = None,
    scoring: Progress | None = None,
) -> dict[str, Any]:
    """Score parts end to end and write everything about it under `out`.

    Written: the scores as JSON, pictures of the worst photos and of some at even steps over the
    listing (photo, truth, prediction), and the predictions, which a later call with the same
    network, options and pictures reads instead of running the networks.

    Args:
        photos: labelled photos, all of one scheme.
        estimator: the parts under test, of the same or another scheme.
        detector: finds the faces; None makes the whole square photo the network's crop.
        dataset, part: what the photos are, for the document and the files' names.
        out: folder for the results, made if it is missing.
        options: the detector's options as plain data; they are part of the predictions' key.
        device: device asked for, part of the key.
        size: side in pixels of the square on which photos are parsed and scored.
        scheme: name of a coarser scheme whose classes are merged too; None merges no more than
            is needed.
        tolerance: of the boundary F1, a share of the square's diagonal.
        worst, spread: photos on the two pictures; 0 writes none.
        progress: called after every batch of photos. scoring: after every photo that is scored.

    Returns:
        The document that docs/evaluation.md describes; scores in percent.

    Raises:
        ConfigError: there is no such scheme, or the schemes have nothing in common.
        DataError: no photos, photos of several schemes, a mask that cannot be read, or `out` is
            not writable.
        RecordError: the estimator gives no parts, or cannot look at a whole photo.
        ImageError: a picture cannot be read.
        ValueError: a size or a tolerance that is not above zero.
    """
    if size < 1 or not tolerance > 0:
        raise ValueError(f"got size {size} and tolerance {tolerance}, expected both above zero")
    own, labels = parts_scheme(estimator.record), _scheme_of(photos, dataset)
    common = common_scheme([own, labels, *([find_part_scheme(scheme)] if scheme else [])])
    source: BoxSource = "detector" if detector else "picture"
    if source == "picture":
        whole_square_box(estimator.record, size)
    make_folder(out)
    cut = [part] if part != "all" else []
    stem = "-".join([dataset, *cut, estimator.record.name, source, "parts", str(size)])
    facts = deciding_facts([], estimator, detector, options, device, source)
    predictions, kept = arrays_or_load(
        out / "predictions",
        stem,
        facts | {"listing": parts_digest(photos), "task": "parsing", "size": size},
        lambda: predict_parts(photos, estimator, detector, size, progress),
        PartPredictions,
    )
    scores = score_masks(
        (own.converted(mask, common) for mask in predictions.masks),
        _truths(photos, labels, common, size, scoring),
        common,
        tolerance,
    )
    name = f"{stem}-as-{scheme}" if scheme else stem
    files = {"scores": out / f"{name}.json", "predictions": kept}
    of_photos = scores.of_photos()
    for kind, chosen in (
        ("worst", worst_photos(of_photos, worst)),
        ("spread", even_steps(len(photos), spread)),
    ):
        if chosen:
            files[kind] = out / f"{name}-{kind}.png"
            tiles = [
                _tile(
                    photos[place],
                    own.converted(predictions.masks[place], common),
                    labels,
                    common,
                    float(of_photos[place]),
                )
                for place in chosen
            ]
            write_masks(files[kind], tiles, common.classes, common.palette)
    found = int(predictions.found.sum())
    document = {
        "document": DOCUMENT,
        "dataset": {"name": dataset, "part": part, "photos": len(photos), "scheme": labels.name},
        "weights": {**identity(estimator.record), "scheme": own.name},
        "detector": {**identity(detector.record), "options": dict(options)} if detector else None,
        "boxes": source,
        "device": device,
        "size": size,
        "boundary_tolerance": tolerance,
        "compared_in": {"scheme": common.name, "classes": list(common.classes)},
        "unit": "percent",
        "protocol": protocol(size, tolerance, source),
        "detection": {
            "photos": len(photos),
            "found": found,
            "recall": percent(found / len(photos)),
        }
        if detector
        else None,
        "means": plain_means(scores, common, size),
        "groups": plain_groups(scores, common, size),
        "classes": plain_classes(scores, common),
        "pixel_accuracy": plain_accuracy(scores),
        "unknown_pixels": scores.unknown,
        "files": {kind: str(path) for kind, path in files.items()},
    }
    write_document(files["scores"], document)
    return document


def score_masks(
    predicted: Iterable[ByteArray],
    truth: Iterable[ByteArray],
    scheme: PartScheme,
    tolerance: float = TOLERANCE,
) -> ParsingScores:
    """Count pixels and outlines of masks (H,W) uint8 of one scheme, photo by photo.

    Raises:
        ValueError: masks of a photo differ in shape, or there are more of one kind.
    """
    count = len(scheme)
    counts, boundary, unknown = [], [], 0
    for guess, true in zip(predicted, truth, strict=True):
        counts.append(confusion(guess, true, count, UNKNOWN))
        boundary.append(boundary_scores(guess, true, count, tolerance))
        unknown += int((true == UNKNOWN).sum())
    return ParsingScores(
        counts=np.array(counts, dtype=np.int64).reshape(-1, count, count),
        boundary=np.array(boundary, dtype=np.float64).reshape(-1, count),
        unknown=unknown,
    )


def worst_photos(scores: np.ndarray[Any, np.dtype[np.float64]], count: int) -> list[int]:
    """Places of the `count` lowest of (N,) scores, lowest first; NaN is never chosen."""
    order = np.argsort(scores, kind="stable")
    return [int(place) for place in order if not np.isnan(scores[place])][:count]


def even_steps(photos: int, count: int) -> list[int]:
    """At most `count` places at even steps over a listing of `photos`."""
    count = min(count, photos)
    return [place * photos // count for place in range(count)]


def _scheme_of(photos: Sequence[LabelledParts], dataset: str) -> PartScheme:
    names = sorted({photo.scheme for photo in photos})
    if len(names) != 1:
        raise DataError(
            f"{dataset}: got {len(photos)} photos labelled in {', '.join(names) or 'nothing'}, "
            "expected at least one, all in the same scheme"
        )
    return find_part_scheme(names[0])


def _truths(
    photos: Sequence[LabelledParts],
    labels: PartScheme,
    common: PartScheme,
    size: int,
    progress: Progress | None,
) -> Iterable[ByteArray]:
    for place, photo in enumerate(photos, 1):
        _, mask = photo.read()
        yield labels.converted(square_mask(mask, size), common)
        if progress:
            progress(place, len(photos))


def _tile(
    photo: LabelledParts, mask: ByteArray, labels: PartScheme, common: PartScheme, score: float
) -> MaskTile:
    picture, true = photo.read()
    size = len(mask)
    words = "-" if np.isnan(score) else f"{score:.1%}"
    name = photo.name if len(photo.name) < 40 else f"..{photo.name[-37:]}"
    return MaskTile(
        f"F1 {words}  {name}: photo, truth, prediction",
        square_photo(picture, size),
        labels.converted(square_mask(true, size), common),
        mask,
    )
