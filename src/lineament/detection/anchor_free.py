"""Decoding grids of cells that each hold one face: no anchors, one row of numbers for each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lineament.detection.detector import Detections
from lineament.face import FloatArray
from lineament.weights import AnchorFreeOutput

LARGEST_LOGARITHM = 12.0
"""Sizes beyond exp(12) strides are no faces; the bound keeps a damaged network's numbers finite."""


def decode_anchor_free(
    outputs: Sequence[FloatArray],
    contract: AnchorFreeOutput,
    min_score: float,
) -> list[Detections]:
    """Candidates of a batch that reach `min_score`, before suppression and in no order.

    Args:
        outputs: a grid (N,15,rows,columns) for each level, its planes as `AnchorFreeOutput` says.
        contract: strides of the levels, and how a logit becomes a score.
        min_score: candidates below it are dropped.

    Returns:
        One entry per picture, in input pixels with pixel centres at integers.
    """
    least = (_logit(min_score) - contract.score_offset) / contract.score_scale
    found: list[list[Detections]] = [[] for _ in range(len(outputs[0]))]
    for grid, stride in zip(outputs, contract.strides, strict=True):
        picture, row, column = np.nonzero(grid[:, 0] >= least)
        if not len(picture):
            continue
        cells = grid[picture, :, row, column]
        faces = _faces(cells, np.stack([column, row], axis=1), stride, contract)
        for number in np.unique(picture):
            found[number].append(faces.take(picture == number))
    return [Detections.join(parts) for parts in found]


def _faces(
    cells: FloatArray, places: FloatArray, stride: int, contract: AnchorFreeOutput
) -> Detections:
    """Faces of K cells (K,15) at their places (K,2) as column and row."""
    centres = ((places + 0.5) * stride - 0.5).astype(np.float32)
    middles = centres + cells[:, 1:3] * np.float32(stride)
    sizes = np.minimum(cells[:, 3:5], LARGEST_LOGARITHM)
    halves = np.exp(sizes) * np.float32(stride / 2)
    points = middles[:, None] + cells[:, 5:].reshape(-1, 5, 2) * (2 * halves)[:, None]
    logits = cells[:, 0] * np.float32(contract.score_scale) + np.float32(contract.score_offset)
    return Detections(
        np.concatenate([middles - halves, middles + halves], axis=1),
        _sigmoid(logits),
        points,
    )


def _sigmoid(logits: FloatArray) -> FloatArray:
    """1 / (1 + exp(-x)), without overflow for any x."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=np.float32)


def _logit(score: float) -> float:
    if score <= 0:
        return -math.inf
    return math.inf if score >= 1 else math.log(score / (1 - score))
