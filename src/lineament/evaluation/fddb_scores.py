"""FDDB's discrete and continuous scores against false positives.

Jain and Learned-Miller, UM-CS-2010-009, section 6, and its evaluation program. At a threshold the
detections of a picture that reach it are matched one to one with its faces so that the sum of their
overlaps is the greatest. A matched pair adds its overlap to the continuous score, and one to the
discrete score where the overlap exceeds 0.5. False positives are, for both, the detections less
the discrete score. All pictures stand in one curve.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.face import FloatArray

Doubles = NDArray[np.float64]

OVERLAP = 0.5
FALSE_POSITIVES = (50, 100, 500, 1000, 2000)
"""Counts at which tables give the true positive rate."""


@dataclass(frozen=True, slots=True, eq=False)
class FddbCurve:
    """One point for each distinct score, from the greatest down: (T,) each.

    Attributes:
        thresholds: detections of at least this score count.
        false_positives: on all pictures.
        discrete, continuous: true positives divided by all faces.
    """

    thresholds: Doubles
    false_positives: NDArray[np.int64]
    discrete: Doubles
    continuous: Doubles

    def at(self, false_positives: int) -> tuple[float, float]:
        """Greatest discrete and continuous rate with at most so many false positives."""
        borne = self.false_positives <= false_positives
        if not borne.any():
            return 0.0, 0.0
        return float(self.discrete[borne].max()), float(self.continuous[borne].max())


def fddb_curve(overlaps: Sequence[Doubles], scores: Sequence[FloatArray]) -> FddbCurve:
    """The curve of a set.

    Args:
        overlaps: of each picture (K,N), of its detections and faces.
        scores: of each picture (K,).

    Raises:
        ConfigError: scipy is not installed.
        ValueError: no face in any picture, or shapes that do not belong together.
    """
    faces = sum(shares.shape[1] for shares in overlaps)
    if not faces:
        raise ValueError("got pictures without a face, expected at least one face")
    events = [np.zeros((0, 4))]
    for shares, values in zip(overlaps, scores, strict=True):
        if shares.shape[0] != len(values):
            raise ValueError(f"got {shares.shape[0]} rows of overlaps and {len(values)} scores")
        if len(values):
            events.append(_events(shares, values.astype(np.float64)))
    table = np.concatenate(events)
    table = table[np.argsort(-table[:, 0], kind="stable")]
    sums = np.cumsum(table[:, 1:], axis=0)
    thresholds = table[:, 0]
    last = np.flatnonzero(np.diff(thresholds, append=-np.inf))
    given, discrete, continuous = sums[last].T
    return FddbCurve(
        thresholds=thresholds[last],
        false_positives=np.rint(given - discrete).astype(np.int64),
        discrete=discrete / faces,
        continuous=continuous / faces,
    )


def _events(shares: Doubles, scores: Doubles) -> Doubles:
    """(T,4): each distinct score of a picture, from the greatest down, and what it adds to
    detections, discrete and continuous true positives."""
    order = np.argsort(-scores, kind="stable")
    shares, scores = shares[order], scores[order]
    ends = np.flatnonzero(np.diff(scores, append=-np.inf)) + 1
    touching = np.concatenate([[0], np.cumsum((shares > 0).any(axis=1))])
    states = np.zeros((len(ends) + 1, 3))
    before = 0
    for row, end in enumerate(ends, 1):
        states[row] = states[row - 1]
        if touching[end] > before:
            before = int(touching[end])
            pairs = _matched(shares[:end])
            states[row, 1:] = (pairs > OVERLAP).sum(), pairs.sum()
        states[row, 0] = end
    return np.column_stack([scores[ends - 1], np.diff(states, axis=0)])


def _matched(shares: Doubles) -> Doubles:
    """Overlaps of the one-to-one pairs of the greatest sum."""
    if 1 in shares.shape:
        return np.array([shares.max()])
    try:
        optimise = importlib.import_module("scipy.optimize")
    except ImportError as error:
        raise ConfigError(
            "FDDB's faces are matched with scipy, which is not installed: "
            "pip install 'lineament[synth]'"
        ) from error
    rows, columns = optimise.linear_sum_assignment(shares, maximize=True)
    pairs: Doubles = shares[rows, columns]
    return pairs
