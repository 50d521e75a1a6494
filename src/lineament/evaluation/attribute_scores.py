"""Scores of answers about faces: pure functions on arrays.

Shapes: `labels` (N,) int64 are true classes, -1 where nobody knows; `probabilities` (N,C) are a
head's, a row of NaN where the face was missed. A face's answer is its most probable class; of
equal ones the first. Accuracy is that of the found faces, and the share found stands beside it:
a missed face is neither a right answer nor a wrong one, and never goes unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.attributes.tasks import UNKNOWN
from lineament.evaluation.calibration import (
    Doubles,
    Integers,
    Reliability,
    negative_log_likelihood,
    reliability,
)

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for intervals of 95 %."""

AXES = ("yaw", "pitch", "roll")


@dataclass(frozen=True, slots=True)
class Counts:
    """Faces of known label, those of them that were found, and those answered rightly."""

    faces: int
    found: int
    correct: int

    @property
    def accuracy(self) -> float | None:
        """Share of right answers among the found faces."""
        return self.correct / self.found if self.found else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the accuracy."""
        return wilson_interval(self.correct, self.found) if self.found else None

    @property
    def recall(self) -> float | None:
        """Share found."""
        return self.found / self.faces if self.faces else None


@dataclass(frozen=True, slots=True, eq=False)
class TaskScores:
    """All scores of one task; None where no found face of known label gives the number.

    Attributes:
        counts: of the faces whose label is known.
        unknown: faces whose label is not.
        confusion: (C,C) int64 found faces by true class (row) and answer (column).
        balanced_accuracy: mean over the true classes that occur of the share answered rightly.
        majority: share of the commonest true class among the found faces: the accuracy of
            answering always the same.
        reliability: the answers by the probability that they were given.
        negative_log_likelihood: in nats.
    """

    counts: Counts
    unknown: int
    confusion: Integers
    balanced_accuracy: float | None
    majority: float | None
    reliability: Reliability | None
    negative_log_likelihood: float | None

    @property
    def calibration_error(self) -> float | None:
        """ECE over 15 equal-width bins of the top probability."""
        return self.reliability.calibration_error if self.reliability else None


def score_task(labels: ArrayLike, probabilities: ArrayLike) -> TaskScores:
    """All scores of one task.

    Raises:
        ValueError: wrong shapes, an impossible label, or a row that is neither NaN nor
            probabilities.
    """
    truth, given = _checked(labels, probabilities)
    known = truth != UNKNOWN
    found = known & ~np.isnan(given).any(axis=1)
    seen, answers = truth[found], given[found]
    confusion = confusion_matrix(seen, answers.argmax(axis=1), given.shape[1])
    some = bool(found.any())
    return TaskScores(
        counts=Counts(int(known.sum()), int(found.sum()), int(np.trace(confusion))),
        unknown=int((~known).sum()),
        confusion=confusion,
        balanced_accuracy=balanced_accuracy(confusion) if some else None,
        majority=float(confusion.sum(axis=1).max() / len(seen)) if some else None,
        reliability=reliability(seen, answers) if some else None,
        negative_log_likelihood=negative_log_likelihood(seen, answers) if some else None,
    )


def count_groups(
    labels: ArrayLike, probabilities: ArrayLike, groups: Sequence[str | None]
) -> dict[str, Counts]:
    """Counts of every group, in the order of their names' first appearance.

    Args:
        groups: N names; None for a face of which the group is not known: it is in none.
    """
    truth, given = _checked(labels, probabilities)
    if len(groups) != len(truth):
        raise ValueError(f"got {len(groups)} groups for {len(truth)} faces")
    known = truth != UNKNOWN
    found = known & ~np.isnan(given).any(axis=1)
    right = found & (np.where(np.isnan(given), -np.inf, given).argmax(axis=1) == truth)
    counted = {}
    for name in dict.fromkeys(group for group in groups if group is not None):
        here = np.array([group == name for group in groups])
        counted[name] = Counts(
            int((known & here).sum()), int((found & here).sum()), int((right & here).sum())
        )
    return counted


def confusion_matrix(labels: ArrayLike, answers: ArrayLike, classes: int) -> Integers:
    """(C,C) int64: how often the true class (row) was given each answer (column)."""
    truth = np.asarray(labels, dtype=np.int64)
    given = np.asarray(answers, dtype=np.int64)
    if truth.shape != given.shape:
        raise ValueError(f"got {truth.shape} labels and {given.shape} answers")
    cells = np.bincount(truth * classes + given, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def balanced_accuracy(confusion: ArrayLike) -> float:
    """Mean over the true classes that occur of the share of each that is answered rightly.

    Raises:
        ValueError: the (C,C) matrix has no face.
    """
    cells = np.asarray(confusion, dtype=np.float64)
    rows = cells.sum(axis=1)
    if not rows.any():
        raise ValueError("a confusion matrix without a face has no balanced accuracy")
    occurs = rows > 0
    return float((np.diag(cells)[occurs] / rows[occurs]).mean())


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Interval of a share, `successes` of `trials`; 95 % by default.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. It stays
    within 0 to 1 and does not shrink to nothing for a small group that is all right or all wrong.

    Raises:
        ValueError: no trial, or more successes than trials.
    """
    if trials <= 0 or not 0 <= successes <= trials:
        raise ValueError(f"got {successes} successes of {trials} trials, expected 0 <= s <= n > 0")
    share = successes / trials
    scale = 1 + z**2 / trials
    middle = (share + z**2 / (2 * trials)) / scale
    half = z / scale * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def summed(probabilities: ArrayLike, parts: Mapping[int, int], classes: int) -> Doubles:
    """(N,classes) probabilities of coarser classes: those of (N,C) finer ones, added up.

    Args:
        parts: the coarser class of each finer one.
    """
    given = np.asarray(probabilities, dtype=np.float64)
    coarse = np.zeros((len(given), classes))
    for fine, to in parts.items():
        coarse[:, to] += given[:, fine]
    return coarse


def angle_errors(predicted: ArrayLike, truth: ArrayLike) -> dict[str, tuple[int, float | None]]:
    """Faces and mean absolute error in degrees of yaw, pitch and roll.

    Args:
        predicted, truth: (N,3) degrees, NaN where there is none; a face counts for an axis where
            both are numbers. Differences are taken round the circle: 179 and -179 are 2 apart.
    """
    guess = np.asarray(predicted, dtype=np.float64)
    true = np.asarray(truth, dtype=np.float64)
    if guess.shape != true.shape or true.ndim != 2 or true.shape[1] != len(AXES):
        raise ValueError(f"angles need the shape (N, 3), got {guess.shape} and {true.shape}")
    apart: NDArray[np.float64] = np.abs((guess - true + 180) % 360 - 180)
    errors: dict[str, tuple[int, float | None]] = {}
    for axis, column in zip(AXES, apart.T, strict=True):
        measured = column[~np.isnan(column)]
        errors[axis] = (len(measured), float(measured.mean()) if len(measured) else None)
    return errors


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[Integers, Doubles]:
    truth = np.asarray(labels, dtype=np.int64)
    given = np.asarray(probabilities, dtype=np.float64)
    if given.ndim != 2 or truth.shape != given.shape[:1]:
        raise ValueError(
            "labels (N,) and probabilities (N,C) are needed, got shapes "
            f"{truth.shape} and {given.shape}"
        )
    if len(truth) and (truth.min() < UNKNOWN or truth.max() >= given.shape[1]):
        raise ValueError(
            f"labels must be {UNKNOWN} (unknown) or 0 to {given.shape[1] - 1}, got "
            f"{truth.min()} to {truth.max()}"
        )
    missed = np.isnan(given)
    if (missed.any(axis=1) != missed.all(axis=1)).any():
        raise ValueError("a row of probabilities must be whole, or all NaN for a missed face")
    return truth, given
