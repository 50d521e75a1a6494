"""The document of `lineament evaluate parsing` as plain data, as docs/evaluation.md has it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.evaluation.boundary_f1 import mean_boundary_f1
from lineament.evaluation.parsing_scores import (
    Counts,
    Scores,
    f1_per_class,
    iou_per_class,
    mean_over_classes,
    pixel_accuracy,
)
from lineament.evaluation.part_groups import group_classes, group_scores
from lineament.evaluation.part_predictions import BoxSource
from lineament.parsing.part_schemes import PartScheme

DOCUMENT = "lineament.evaluation.parsing/1"

BOX_RULES: dict[BoxSource, str] = {
    "detector": "the detector's own, the largest of a photo; the weight's crop rule cuts round it. "
    "What lies outside the crop, and a photo without a face, is background",
    "picture": "no detector: the whole square photo is the network's crop",
}


@dataclass(frozen=True, slots=True, eq=False)
class ParsingScores:
    """Everything that is counted over N photos in a scheme of C classes.

    Attributes:
        counts: (N,C,C) pixels by true (row) and predicted class.
        boundary: (N,C) boundary F1, NaN where a photo does not have the class.
        unknown: pixels of the photos whose true class is not known.
    """

    counts: Counts
    boundary: Scores
    unknown: int

    @property
    def total(self) -> Counts:
        """(C,C) of all photos together."""
        return np.asarray(self.counts.sum(axis=0))

    def of_photos(self) -> NDArray[np.float64]:
        """(N,) mean F1 of each photo alone, background out; NaN where it has no class."""
        scores = np.full(len(self.counts), np.nan)
        for photo, counts in enumerate(self.counts):
            kept = f1_per_class(counts)[1:]
            if not np.isnan(kept).all():
                scores[photo] = np.nanmean(kept)
        return scores


def protocol(size: int, tolerance: float, source: BoxSource) -> dict[str, str]:
    """In words, what the numbers are."""
    reach = tolerance * math.hypot(size, size)
    return {
        "photos": f"whole photos on a square of {size} x {size} pixels: a longer one is shrunk by "
        "area (its mask to the nearest number), a shorter one is padded, never enlarged",
        "boxes": BOX_RULES[source],
        "unknown": "pixels without a true class, among them those beside a padded photo, have no "
        "part in any score",
        "classes": "the finest that weight, dataset and --scheme can all tell; finer labels and "
        "predictions are merged before anything is counted",
        "f1": "2 |A and B| / (|A| + |B|) of a class over all pixels of all photos together",
        "iou": "|A and B| / |A or B|, counted likewise",
        "boundary_f1": "of each photo: harmonic mean of the shares of the predicted and of the "
        f"true outline's pixels that lie closer than {tolerance:.2%} of the diagonal "
        f"({reach:.2f} pixels) to the other outline; then the mean over the photos where truth or "
        "prediction has the outline (Csurka et al., BMVC 2013)",
        "means": "over the classes that truth or prediction has; one that is only predicted "
        "counts as 0. With and without the background, as `background` says",
        "groups": "F1 of the papers of HELEN: the group's labels are merged first, swaps inside "
        "it are correct; `overall` is brows, eyes, nose and mouth against all else",
        "pixel_accuracy": "share of the pixels given their true class, background included",
    }


def plain_classes(scores: ParsingScores, scheme: PartScheme) -> dict[str, Any]:
    """F1, IoU and boundary F1 of every class, in percent; None where it occurs nowhere."""
    total = scores.total
    rows = zip(
        scheme.classes,
        f1_per_class(total),
        iou_per_class(total),
        mean_boundary_f1(scores.boundary),
        total.sum(axis=1),
        total.sum(axis=0),
        strict=True,
    )
    return {
        name: {
            "f1": percent(f1),
            "iou": percent(iou),
            "boundary_f1": percent(boundary),
            "true_pixels": int(true),
            "predicted_pixels": int(predicted),
        }
        for name, f1, iou, boundary, true, predicted in rows
    }


def plain_means(scores: ParsingScores, scheme: PartScheme, size: int) -> dict[str, Any]:
    """Every mean with its protocol: size, classes averaged over, background in or out."""
    total = scores.total
    by_class = {
        "mean_f1": f1_per_class(total),
        "miou": iou_per_class(total),
        "mean_boundary_f1": mean_boundary_f1(scores.boundary),
    }
    means: dict[str, Any] = {}
    for name, values in by_class.items():
        for suffix, background in (("", 0), ("_with_background", None)):
            kept = [
                label
                for number, (label, value) in enumerate(zip(scheme.classes, values, strict=True))
                if number != background and not np.isnan(value)
            ]
            means[f"{name}{suffix}"] = {
                "value": percent(mean_over_classes(values, background)) if kept else None,
                "size": size,
                "classes": kept,
                "background": "out" if background == 0 else "in",
            }
    return means


def plain_groups(scores: ParsingScores, scheme: PartScheme, size: int) -> dict[str, Any]:
    """F1 of every group that the scheme can tell, with the classes that were merged."""
    return {
        group: {
            "f1": percent(score),
            "size": size,
            "classes": [scheme.classes[number] for number in group_classes(scheme, group) or ()],
        }
        for group, score in group_scores(scores.total, scheme).items()
    }


def plain_accuracy(scores: ParsingScores) -> float | None:
    """Share of all known pixels that are right, in percent."""
    return percent(pixel_accuracy(scores.total))


def percent(fraction: float | None) -> float | None:
    """Percent to the third decimal; None for NaN, which JSON does not have."""
    if fraction is None or np.isnan(fraction):
        return None
    return round(float(fraction) * 100, 3)
