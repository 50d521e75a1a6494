"""How the probe does on 300-W: errors by subset and region, and what every point is off by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from lineament import image
from lineament.datasets.labelled_face import LabelledFace
from lineament.evaluation.landmark_scores import (
    NormalisedScores,
    mean_shape,
    nme_with_missed,
    normaliser_lengths,
    score,
)
from lineament.evaluation.matching import points_box
from lineament.evaluation.offset_plot import write_offsets
from lineament.evaluation.worst import Tile, worst_faces, write_worst
from lineament.face import ByteArray, FloatArray
from lineament.geometry import Affine, crop_affine, inverse, move, warp
from lineament.synthesis.probe.predict import predict_points
from lineament.synthesis.probe.progress import Progress, silent

MARGIN = 1.5
"""Side of a crop in units of the longer side of the box around the true points."""

OFFSET_LIMIT = 0.03
"""A point whose constant offset is longer, in inter-ocular distances, is warned of."""

PROTOCOL = {
    "300w_boxes": f"extent of the 68 true points; square crop of {MARGIN} times its longer side "
    "around its middle",
    "nme": "mean distance of the 68 points from their truth / distance of the outer eye corners "
    "(points 36 and 45), mean over the faces; percent",
    "fr10": "share of the faces with an NME above 10 %; percent",
    "region_errors": "mean error of a region's points / inter-ocular distance; percent",
    "point_offsets": "mean over the faces of prediction minus truth / inter-ocular distance, x "
    "from the outer corner of the person's right eye to that of the left, y down the face; "
    f"percent; warned of above {OFFSET_LIMIT:.0%}",
    "mirror": "predictions are averaged with those of the mirror image; *_without_mirror are not",
}


def point_report(
    network: nn.Module,
    samples: Sequence[LabelledFace],
    size: int,
    out: Path,
    worst: int,
    progress: Progress = silent,
) -> tuple[dict[str, Any], dict[str, Path]]:
    """Scores in percent as plain data, and the pictures that were written beside them.

    Raises:
        DataError: a face whose eyes fall together, or `out` is not writable.
        ImageError: a photo cannot be read.
    """
    truth = np.stack([sample.points for sample in samples])
    normaliser_lengths(truth, "inter_ocular", [sample.name for sample in samples])
    crops, affines = _crops(samples, size, progress)
    plain = _in_photo(predict_points(network, crops), affines)
    predicted = _in_photo(predict_points(network, crops, mirror=True), affines)

    rows: dict[str, list[int]] = {}
    for row, sample in enumerate(samples):
        rows.setdefault(sample.subset, []).append(row)
    scores = {name: _scores(predicted[chosen], truth[chosen]) for name, chosen in rows.items()}
    overall = score(predicted, truth)
    assert overall.offsets is not None
    lengths = np.linalg.norm(overall.offsets, axis=1)
    report = {
        "faces": len(samples),
        "overall": _scores(predicted, truth),
        "nme_without_mirror": _scores(plain, truth)["nme"],
        "subsets": scores,
        "point_offsets": [[_percent(x), _percent(y)] for x, y in overall.offsets],
        "offset_warnings": [
            {"point": int(point), "offset": _percent(lengths[point])}
            for point in np.argsort(-lengths)
            if lengths[point] > OFFSET_LIMIT
        ],
    }
    files = {"offsets": out / "300w-offsets.png"}
    title = f"300-W, {len(samples)} faces"
    write_offsets(files["offsets"], mean_shape(truth), overall.offsets, OFFSET_LIMIT, title)
    if worst:
        files["worst_points"] = out / "300w-worst.png"
        errors = nme_with_missed(predicted, truth, "inter_ocular")
        tiles = [
            Tile(samples[i], float(errors[i]), predicted[i], np.zeros((0, 4), dtype=np.float32))
            for i in worst_faces(errors, worst)
        ]
        write_worst(files["worst_points"], tiles)
    return report, files


def _crops(
    samples: Sequence[LabelledFace], size: int, progress: Progress
) -> tuple[ByteArray, list[Affine]]:
    crops = np.empty((len(samples), size, size, 3), dtype=np.uint8)
    affines = []
    for place, sample in enumerate(samples):
        x1, y1, x2, y2 = points_box(sample.points)
        side = MARGIN * max(x2 - x1, y2 - y1)
        affine = crop_affine(((x1 + x2) / 2, (y1 + y2) / 2), side, 0.0, size)
        crops[place] = warp(image.read(sample.image), affine, size)
        affines.append(affine)
        progress("300-W", place + 1, len(samples))
    return crops, affines


def _in_photo(points: FloatArray, affines: Sequence[Affine]) -> FloatArray:
    return np.stack(
        [move(inverse(affine), face) for affine, face in zip(affines, points, strict=True)]
    )


def _scores(predicted: FloatArray, truth: FloatArray) -> dict[str, Any]:
    scores = score(predicted, truth)
    values: NormalisedScores = scores.normalised["inter_ocular"]
    assert values.nme_of_found is not None and values.median_of_found is not None
    assert scores.region_errors is not None
    return {
        "faces": scores.faces,
        "nme": _percent(values.nme_of_found),
        "median": _percent(values.median_of_found),
        "fr10": _percent(values.failure_rate_with_missed),
        "region_errors": {name: _percent(error) for name, error in scores.region_errors.items()},
    }


def _percent(fraction: float) -> float:
    return round(float(fraction) * 100, 3)
