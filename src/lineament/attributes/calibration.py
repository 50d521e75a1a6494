"""Probabilities that mean something: softmax with a temperature fitted on held-out faces.

Protocol: temperature scaling (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
One number per task divides the logits, so that the order of the classes stays as it is, and is
chosen so that the negative log-likelihood of held-out labels is least.
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.attributes.tasks import UNKNOWN
from lineament.errors import DataError
from lineament.weights import AttributeHead

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

LEAST, MOST = 0.05, 20.0
"""Temperatures that are looked at. Labels that the logits get right without one mistake would
drive the temperature to nothing, and logits that say nothing to infinity."""

STEPS = 100
EXACT = 1e-12


def probabilities(logits: ArrayLike, temperature: float = 1.0) -> Floats:
    """Softmax over the last axis of logits / temperature: (..., C) -> (..., C) float64.

    Raises:
        ValueError: the temperature is not above zero.
    """
    if not temperature > 0:
        raise ValueError(f"a temperature must be above zero, got {temperature}")
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    grown = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float64)


def negative_log_likelihood(
    logits: ArrayLike, labels: ArrayLike, temperature: float = 1.0
) -> float:
    """Mean over the faces whose label is known, in nats.

    Args:
        logits: (N,C).
        labels: (N,) class of each face; -1 where it is unknown.
        temperature: by which the logits are divided.

    Raises:
        DataError: as `fit_temperature`.
    """
    known, true = _known(logits, labels)
    scaled = known / temperature
    most = scaled.max(axis=1)
    total = most + np.log(np.exp(scaled - most[:, None]).sum(axis=1))
    return float((total - scaled[np.arange(len(true)), true]).mean())


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """The temperature within `LEAST` to `MOST` that makes the negative log-likelihood least.

    With b = 1 / temperature the likelihood is convex in b: its slope, the mean of what the
    softmax expects the logit to be less the logit of the true class, rises with b, and its root
    is found by Newton's method, kept within the bounds that the slopes before it have left.

    Args:
        logits: (N,C) of faces that the network has not learned from.
        labels: (N,) class of each face; -1 where it is unknown: such a face is not counted.

    Raises:
        DataError: another shape, a logit that is not finite, a label that is no class, or no
            label known.
    """
    known, true = _known(logits, labels)
    low, high = 1 / MOST, 1 / LEAST
    if _slope(known, true, low)[0] >= 0:
        return _at_bound(MOST, "the logits say nothing of the labels, or less than nothing")
    if _slope(known, true, high)[0] <= 0:
        return _at_bound(LEAST, "the logits make no mistake that would hold it up")
    inverse = 1.0
    for _ in range(STEPS):
        slope, bend = _slope(known, true, inverse)
        low, high = (inverse, high) if slope < 0 else (low, inverse)
        step = slope / bend if bend > 0 else np.inf
        tried = inverse - step
        if not low < tried < high:
            tried = (low + high) / 2
        if abs(tried - inverse) <= EXACT * inverse:
            break
        inverse = tried
    return float(1 / inverse)


def calibrated(head: AttributeHead, logits: ArrayLike, labels: ArrayLike) -> AttributeHead:
    """The same head with its temperature fitted, for the record that is to be written.

    Args:
        head: of the record.
        logits: (N,C) as the graph gives them, not yet divided by any temperature.
        labels: (N,) as for `fit_temperature`.

    Raises:
        DataError: as `fit_temperature`, or C is not the number of the head's classes.
    """
    array = np.asarray(logits)
    if array.ndim != 2 or array.shape[1] != len(head.classes):
        raise DataError(
            f"head {head.task}: got logits of shape {array.shape}, expected "
            f"(N, {len(head.classes)}), one for each of {', '.join(head.classes)}"
        )
    return head.model_copy(update={"temperature": fit_temperature(array, labels)})


def _slope(logits: Floats, labels: NDArray[np.int64], inverse: float) -> tuple[float, float]:
    """First and second derivative of the negative log-likelihood by 1 / temperature."""
    chances = probabilities(logits, 1 / inverse)
    expected = (chances * logits).sum(axis=1)
    spread = (chances * (logits - expected[:, None]) ** 2).sum(axis=1)
    true = logits[np.arange(len(labels)), labels]
    return float((expected - true).mean()), float(spread.mean())


def _at_bound(temperature: float, reason: str) -> float:
    log.warning(
        "the temperature is left at its bound %g: %s; more held-out faces would tell",
        temperature,
        reason,
    )
    return temperature


def _known(logits: ArrayLike, labels: ArrayLike) -> tuple[Floats, NDArray[np.int64]]:
    """Logits and labels of the faces whose label is known."""
    array = np.asarray(logits, dtype=np.float64)
    given = np.asarray(labels)
    if array.ndim != 2 or given.shape != array.shape[:1]:
        raise DataError(
            f"expected logits (N, C) and labels (N,), got {array.shape} and {given.shape}"
        )
    if not np.issubdtype(given.dtype, np.integer):
        raise DataError(f"labels must be whole numbers, got {given.dtype}")
    if not np.isfinite(array).all():
        raise DataError("logits must be finite numbers, got NaN or infinity")
    if given.size and not UNKNOWN <= given.min() <= given.max() < array.shape[1]:
        raise DataError(
            f"labels must be classes 0 to {array.shape[1] - 1}, or {UNKNOWN} where unknown; got "
            f"{given.min()} to {given.max()}"
        )
    known = given != UNKNOWN
    if not known.any():
        raise DataError(f"none of {len(given)} faces has a known label; a temperature needs some")
    return array[known], given[known].astype(np.int64)
