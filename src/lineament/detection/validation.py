"""How well a detector in training finds the faces of pictures that were kept back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lineament.datasets.labelled_picture import LabelledFaces
from lineament.detection.anchor_free import decode_anchor_free
from lineament.detection.detector import Detections
from lineament.detection.merging import distinct
from lineament.detection.picture_source import LabelledPicture
from lineament.evaluation.average_precision import precision_recall
from lineament.evaluation.detection_recall import recall_at
from lineament.evaluation.face_matching import match_set
from lineament.evaluation.five_point_errors import five_point_errors
from lineament.face import ByteArray
from lineament.weights import AnchorFreeOutput

OVERLAP = 0.4
"""Least intersection over union that finds a face."""

LEAST_SCORE = 0.02
"""Detections below it are not looked at."""


class Validation:
    """Pictures of one size that no step learns from.

    Args:
        pictures: of any number of faces; they are kept in memory.
        output: of the network.
        batch: pictures of one network run.
    """

    def __init__(
        self, pictures: Iterable[LabelledPicture], output: AnchorFreeOutput, batch: int = 16
    ) -> None:
        self.pictures, self.output, self.size_of_batch = list(pictures), output, batch

    def __call__(self, network: nn.Module) -> dict[str, float]:
        """Scores of a network as the training loop holds it; see `detection_scores`."""
        found: list[Detections] = []
        for first in range(0, len(self.pictures), self.size_of_batch):
            part = self.pictures[first : first + self.size_of_batch]
            found += search(network, [each.image for each in part], self.output)
        return detection_scores([each.faces for each in self.pictures], found)


@torch.no_grad()
def search(
    network: nn.Module, images: Sequence[ByteArray], output: AnchorFreeOutput
) -> list[Detections]:
    """Faces that a network in evaluation finds in pictures of one size, best score first."""
    device = next(network.parameters()).device
    pixels: Tensor = torch.from_numpy(np.stack(images)).to(device).permute(0, 3, 1, 2)
    grids = [level.float().cpu().numpy() for level in network(pixels.float() / 255)]
    candidates = decode_anchor_free(grids, output, LEAST_SCORE)
    return [distinct(each, average=True) for each in candidates]


def detection_scores(
    truth: Sequence[LabelledFaces], found: Sequence[Detections]
) -> dict[str, float]:
    """Scores of the detections of P pictures.

    Returns:
        `average_precision` at an overlap of `OVERLAP`; `recall` at the threshold with one false
        positive for each fifty pictures, and that `threshold`; `point_error` of the faces found
        there, in distances of the eyes, left out where their points are not known.

    Raises:
        ValueError: no face.
    """
    matches = match_set(truth, found, OVERLAP)
    right = np.zeros(len(matches.scores), np.bool_)
    right[matches.found_by[matches.found_by >= 0]] = True
    counted = right | matches.false
    curve = precision_recall(matches.scores[counted], right[counted], len(matches.found_by))
    threshold = _threshold(matches.scores[matches.false], len(truth) // 50)
    taken = matches.found_scores >= threshold
    points = Detections.join(found).five_points[matches.found_by[taken]]
    true = [
        truth[picture].five_points[place]
        for picture, place in zip(matches.picture[taken], matches.place[taken], strict=True)
    ]
    errors = five_point_errors(points, np.array(true, np.float32).reshape(-1, 5, 2))
    errors = errors[np.isfinite(errors)]
    scores = {
        "average_precision": curve.area,
        "recall": recall_at(matches, threshold).value or 0.0,
        "threshold": threshold,
    }
    return scores | ({"point_error": float(errors.mean())} if len(errors) else {})


def _threshold(false: NDArray[np.float32], borne: int) -> float:
    """The lowest score above which at most `borne` false positives lie."""
    if len(false) <= borne:
        return LEAST_SCORE
    worst = np.sort(false)[::-1][borne]
    return float(np.nextafter(worst, np.float32(np.inf)))
