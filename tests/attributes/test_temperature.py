"""Temperatures have known answers, and calibrated probabilities come true."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.attributes.calibration import (
    LEAST,
    MOST,
    calibrated,
    fit_temperature,
    negative_log_likelihood,
    probabilities,
)
from lineament.errors import DataError
from lineament.weights import AttributeHead

SMILE = AttributeHead(task="smile", output="smile_logits", classes=("no", "yes"))


def two_classes(margin: float, right: int, wrong: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits (0, margin) for every face, of which `right` are of the second class."""
    logits = np.tile([0.0, margin], (right + wrong, 1))
    return logits, np.repeat([1, 0], [right, wrong])


def test_softmax_worked_out_by_hand() -> None:
    logits = [[0.0, math.log(3.0)], [700.0, -700.0]]
    np.testing.assert_allclose(probabilities(logits), [[0.25, 0.75], [1, 0]], atol=1e-12)
    np.testing.assert_allclose(probabilities(logits, 0.5)[0], [0.1, 0.9], atol=1e-12)
    with pytest.raises(ValueError, match="above zero, got 0"):
        probabilities(logits, 0)


def test_likelihood_worked_out_by_hand() -> None:
    logits, labels = two_classes(math.log(3.0), right=1, wrong=1)
    expected = -(math.log(0.75) + math.log(0.25)) / 2
    assert negative_log_likelihood(logits, labels) == pytest.approx(expected)
    assert negative_log_likelihood(logits * 1e4, labels, 1e4) == pytest.approx(expected)


@pytest.mark.parametrize(("margin", "right", "wrong"), [(4.0, 3, 1), (0.3, 9, 1), (2.0, 60, 40)])
def test_a_temperature_with_a_known_answer(margin: float, right: int, wrong: int) -> None:
    """A network that is equally sure of every face, and right in a share p of them, should say p:
    margin / T = ln(p / (1 - p))."""
    logits, labels = two_classes(margin, right, wrong)
    found = fit_temperature(logits, labels)
    assert found == pytest.approx(margin / math.log(right / wrong), rel=1e-9)
    assert probabilities(logits[0], found)[1] == pytest.approx(right / (right + wrong))


@pytest.mark.parametrize("true", [0.4, 1.0, 3.0])
def test_the_temperature_that_labels_were_drawn_with(true: float) -> None:
    random = np.random.default_rng(5)
    logits = random.normal(0, 3, (20_000, 5))
    chances = probabilities(logits, true)
    labels = (chances.cumsum(axis=1) < random.random((len(logits), 1))).sum(axis=1)
    assert fit_temperature(logits, labels) == pytest.approx(true, rel=0.03)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.2, 8.0))
def test_no_temperature_nearby_is_better(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (60, 3))
    labels = np.where(random.random(60) < 0.6, logits.argmax(axis=1), random.integers(0, 3, 60))
    found = fit_temperature(logits, labels)
    least = negative_log_likelihood(logits, labels, found)
    for other in np.geomspace(LEAST, MOST, 25):
        assert least <= negative_log_likelihood(logits, labels, float(other)) + 1e-9


def test_unknown_labels_are_not_counted() -> None:
    logits, labels = two_classes(4.0, 30, 10)
    strange = np.vstack([logits, np.tile([50.0, 0.0], (7, 1))])
    given_labels = np.concatenate([labels, np.full(7, -1)])
    assert fit_temperature(strange, given_labels) == fit_temperature(logits, labels)


@pytest.mark.parametrize(
    ("margin", "right", "wrong", "bound", "reason"),
    [(4.0, 9, 0, LEAST, "no mistake"), (4.0, 1, 9, MOST, "nothing"), (0.0, 5, 5, MOST, "nothing")],
)
def test_a_temperature_without_a_bottom_stays_at_its_bound(
    margin: float,
    right: int,
    wrong: int,
    bound: float,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        assert fit_temperature(*two_classes(margin, right, wrong)) == bound
    assert reason in caplog.text


def test_the_head_of_a_record_is_calibrated() -> None:
    head = calibrated(SMILE, *two_classes(4.0, 3, 1))
    assert head.temperature == pytest.approx(4 / math.log(3))
    assert head.model_copy(update={"temperature": 1.0}) == SMILE
    with pytest.raises(DataError, match=r"smile: got logits of shape \(4, 3\), expected \(N, 2\)"):
        calibrated(SMILE, np.zeros((4, 3)), np.zeros(4, int))


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((3, 2)), [0, 1], r"got \(3, 2\) and \(2,\)"),
        (np.zeros(3), [0, 1, 1], r"logits \(N, C\) and labels \(N,\)"),
        (np.zeros((2, 2)), [0, 2], "classes 0 to 1, or -1 where unknown; got 0 to 2"),
        (np.zeros((2, 2)), [-2, 1], "got -2 to 1"),
        (np.zeros((2, 2)), [-1, -1], "none of 2 faces has a known label"),
        (np.zeros((2, 2)), [0.0, 1.0], "whole numbers, got float64"),
        ([[0.0, np.nan]], [0], "finite"),
    ],
)
def test_malformed_held_out_faces(logits: object, labels: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        fit_temperature(logits, labels)  # type: ignore[arg-type]
