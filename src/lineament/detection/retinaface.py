"""Decoding RetinaFace (Deng et al., CVPR 2020): boxes and points relative to fixed prior boxes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from lineament.detection.detector import Detections
from lineament.face import FloatArray
from lineament.weights import RetinaFaceOutput


def decode_retinaface(
    outputs: Sequence[FloatArray],
    shape: tuple[int, int],
    contract: RetinaFaceOutput,
    min_score: float,
) -> list[Detections]:
    """Candidates of a batch that reach `min_score`, before suppression and in no order.

    Args:
        outputs: boxes (N,P,4), scores (N,P,2) as background and face, points (N,P,10), where P
            counts the priors row by row, stride by stride.
        shape: (height, width) of the network input.
        contract: strides, prior sides and variances of the network.
        min_score: candidates below it are dropped.

    Returns:
        One entry per picture, in input pixels with pixel centres at integers.
    """
    boxes, scores, points = outputs
    priors = prior_boxes(shape, contract.strides, contract.priors)
    centre_variance, size_variance = contract.variances
    found = []
    for picture_boxes, picture_scores, picture_points in zip(boxes, scores, points, strict=True):
        chosen = np.flatnonzero(picture_scores[:, 1] >= min_score)
        centres, sides = priors[chosen, :2], priors[chosen, 2:]
        middle = centres + picture_boxes[chosen, :2] * centre_variance * sides
        half = sides * np.exp(picture_boxes[chosen, 2:] * size_variance) / 2
        offsets = picture_points[chosen].reshape(-1, 5, 2) * centre_variance
        found.append(
            Detections(
                np.concatenate([middle - half, middle + half], axis=1),
                picture_scores[chosen, 1],
                centres[:, None] + offsets * sides[:, None],
            )
        )
    return found


@lru_cache(maxsize=8)
def prior_boxes(
    shape: tuple[int, int], strides: tuple[int, ...], sides: tuple[tuple[int, ...], ...]
) -> FloatArray:
    """Every prior of an input size: (P,4) float32 as centre x, centre y, width, height.

    Centres lie in the middle of each cell; with pixel centres at integers that is
    (i + 0.5) x stride - 0.5.
    """
    levels = []
    for stride, level_sides in zip(strides, sides, strict=True):
        rows, columns = -(-shape[0] // stride), -(-shape[1] // stride)
        y, x = np.mgrid[:rows, :columns].reshape(2, -1)
        centres = (np.stack([x, y], axis=1) + 0.5) * stride - 0.5
        for_each_side = np.repeat(centres, len(level_sides), axis=0)
        squares = np.tile(np.repeat(level_sides, 2).reshape(-1, 2), (rows * columns, 1))
        levels.append(np.concatenate([for_each_side, squares], axis=1))
    priors = np.concatenate(levels).astype(np.float32)
    priors.flags.writeable = False
    return priors
