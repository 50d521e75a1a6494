"""Boundary F1 of class masks: how well the outlines of parts are met.

Published definition (Csurka, Larlus and Perronnin, "What is a good evaluation measure for
semantic segmentation?", BMVC 2013): for one class of one picture, precision is the share of the
predicted outline's pixels that lie closer than the tolerance to the true outline, recall the
share of the true outline's pixels that lie closer than that to the predicted one, and the score
is their harmonic mean. It is then averaged over the pictures that have the class.

Where that text is silent: the outline of a class is the set of its pixels with one of their four
neighbours in another class; the border of the picture, and pixels whose true class is not known,
make no outline; a class of which only one of the two masks has an outline scores 0.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.evaluation.parsing_scores import Scores
from lineament.face import ByteArray
from lineament.parsing.part_schemes import UNKNOWN

TOLERANCE = 0.0075
"""Published tolerance as a share of the picture's diagonal: 5.4 pixels at 512 x 512."""

Bits = NDArray[np.bool_]


def boundary_scores(
    predicted: ByteArray, truth: ByteArray, classes: int, tolerance: float = TOLERANCE
) -> Scores:
    """Boundary F1 of every class of one picture, 0 to 1.

    Args:
        predicted, truth: (H,W) uint8 class numbers; where the truth is `UNKNOWN`, neither mask
            has an outline.
        classes: how many there are, C.
        tolerance: share of the diagonal, above zero; a pixel is met by one that is closer.

    Returns:
        (C,) float64; NaN for a class of which neither mask has an outline.

    Raises:
        ValueError: shapes differ, or the tolerance is not above zero.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"masks differ in shape: predicted {predicted.shape}, truth {truth.shape}")
    if not tolerance > 0:
        raise ValueError(f"got the tolerance {tolerance}, expected a share above zero")
    reach = tolerance * math.hypot(*truth.shape)
    known = truth != UNKNOWN
    guess_edge, true_edge = _edges(predicted, known), _edges(truth, known)
    scores = np.full(classes, np.nan)
    for number in range(classes):
        guess, true = guess_edge & (predicted == number), true_edge & (truth == number)
        if guess.any() and true.any():
            scores[number] = _f1(guess, true, reach)
        elif guess.any() or true.any():
            scores[number] = 0.0
    return scores


def mean_boundary_f1(scores: Scores) -> Scores:
    """Mean over the pictures that have the class: (N,C) of `boundary_scores` -> (C,).

    NaN for a class that no picture has.
    """
    having = (~np.isnan(scores)).sum(axis=0)
    means = np.full(scores.shape[1], np.nan)
    np.divide(np.nansum(scores, axis=0), having, out=means, where=having > 0)
    return means


def _edges(mask: ByteArray, known: Bits) -> Bits:
    """Pixels with a neighbour of another class, both of them known: (H,W)."""
    edges = np.zeros(mask.shape, dtype=np.bool_)
    for near, far in (
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
    ):
        differ = (mask[near] != mask[far]) & known[near] & known[far]
        edges[near] |= differ
        edges[far] |= differ
    return edges


def _f1(guess: Bits, true: Bits, reach: float) -> float:
    """Harmonic mean of the shares of both outlines that the other one meets."""
    rows, columns = (np.flatnonzero((guess | true).any(axis=axis)) for axis in (1, 0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    guess, true = guess[window], true[window]
    precision = float((_distances(true)[guess] < reach).mean())
    recall = float((_distances(guess)[true] < reach).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _distances(outline: Bits) -> NDArray[np.float32]:
    """Euclidean distance in pixels of every pixel from the outline."""
    away = np.where(outline, 0, 1).astype(np.uint8)
    return np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
