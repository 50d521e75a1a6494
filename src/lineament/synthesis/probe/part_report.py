"""How the probe does on CelebAMask-HQ: F1 of the twelve classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from torch import nn

from lineament import image
from lineament.datasets.celebamask_hq import LabelledPhoto
from lineament.errors import DataError
from lineament.evaluation.mask_sheet import MaskTile, write_masks
from lineament.evaluation.parsing_scores import confusion, f1_per_class, mean_f1
from lineament.face import ByteArray
from lineament.synthesis.probe.classes import CLASSES, classes_of
from lineament.synthesis.probe.predict import predict_classes
from lineament.synthesis.probe.progress import Progress, silent

PROTOCOL = {
    "celebamask_hq_photos": "whole photos, shrunk to the probe's input by area",
    "f1": "per class over all pixels of all photos, at the masks' own size, logits enlarged "
    "bilinearly: 2 |A and B| / (|A| + |B|); left and right are one class, both lips are one; "
    "earrings and necklaces count as background; 0 to 1",
    "mean_f1": "mean over the twelve classes without the background; a class that neither truth "
    "nor prediction has is left out",
}


def part_report(
    network: nn.Module,
    photos: Sequence[LabelledPhoto],
    size: int,
    out: Path,
    worst: int,
    progress: Progress = silent,
) -> tuple[dict[str, Any], dict[str, Path]]:
    """F1 as plain data, and the picture of the worst photos that was written beside it.

    Raises:
        DataError: a photo or its masks are not square, or a mask cannot be read.
        ImageError: a photo cannot be read, or the picture cannot be written.
    """
    total = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.int64)
    plain_total = total.copy()
    of_photos = []
    for place, photo in enumerate(photos):
        truth, small = _truth(photo), _small(photo, size)[None]
        predicted = next(predict_classes(network, small, len(truth), mirror=True))
        counts = confusion(predicted, truth, len(CLASSES))
        total += counts
        without = next(predict_classes(network, small, len(truth)))
        plain_total += confusion(without, truth, len(CLASSES))
        of_photos.append(mean_f1(counts))
        progress("CelebAMask-HQ", place + 1, len(photos))
    report = {
        "photos": len(photos),
        "f1": _by_class(total),
        "mean_f1": round(mean_f1(total), 4),
        "mean_f1_without_mirror": round(mean_f1(plain_total), 4),
        "pixel_accuracy": round(float(np.trace(total) / total.sum()), 4),
    }
    if not worst:
        return report, {}
    tiles = []
    for number in np.argsort(of_photos, kind="stable")[:worst]:
        photo, truth = photos[number], _truth(photos[number])
        small = _small(photo, size)[None]
        predicted = next(predict_classes(network, small, len(truth), mirror=True))
        caption = f"F1 {of_photos[number]:.2f}  {photo.name}"
        tiles.append(MaskTile(caption, image.read(photo.image), truth, predicted))
    path = out / "celebamask_hq-worst.png"
    write_masks(path, tiles, list(CLASSES))
    return report, {"worst_parts": path}


def _small(photo: LabelledPhoto, size: int) -> ByteArray:
    picture = image.read(photo.image)
    if picture.shape[0] != picture.shape[1]:
        raise DataError(f"{photo.image}: got {picture.shape[:2]} pixels, expected a square photo")
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA))


def _truth(photo: LabelledPhoto) -> ByteArray:
    mask = photo.mask()
    if mask.shape[0] != mask.shape[1]:
        raise DataError(f"masks of {photo.image}: got {mask.shape} pixels, expected a square")
    return classes_of(mask)


def _by_class(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> dict[str, float | None]:
    scores = f1_per_class(counts)
    return {
        name: None if np.isnan(value) else round(float(value), 4)
        for name, value in zip(CLASSES, scores, strict=True)
        if name != "background"
    }
