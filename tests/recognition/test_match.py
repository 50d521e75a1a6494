"""From a score to a probability and to a decision at a wanted false match rate."""

import math

import numpy as np
import pytest

from lineament.errors import ConfigError, EmbeddingError
from lineament.face import FaceEmbedding
from lineament.recognition.match import match, probability, threshold_for
from lineament.weights import Calibration

THRESHOLDS = ((0.1, 0.2), (0.01, 0.45), (0.001, 0.7))
OWN = Calibration(protocol="pairs", thresholds=THRESHOLDS, slope=12, offset=-5)


def pair(score):
    """Two embeddings whose cosine is the score."""
    other = np.array([score, math.sqrt(1 - score**2)], dtype=np.float32)
    one = np.array([1, 0], dtype=np.float32)
    return FaceEmbedding(one, "w@1"), FaceEmbedding(other, "w@1")


def test_a_score_alone_where_there_is_no_calibration():
    result = match(*pair(0.5), None)
    assert result.score == pytest.approx(0.5)
    assert result.same is result.probability is result.threshold is None
    assert result.false_match_rate is result.protocol is None


@pytest.mark.parametrize(
    ("score", "fmr", "rate", "same"),
    [
        (0.5, 0.1, 0.1, True),
        (0.5, 0.01, 0.01, True),
        (0.5, 0.001, 0.001, False),
        (0.5, None, 0.001, False),
        (0.71, None, 0.001, True),
        (0.5, 0.05, 0.01, True),
        (0.4, 0.05, 0.01, False),
        (0.4, 0.9, 0.1, True),
        (0.1, 0.9, 0.1, False),
    ],
)
def test_the_decision_at_a_false_match_rate(score, fmr, rate, same):
    """Between two measured rates the lower one counts."""
    result = match(*pair(score), OWN, fmr)
    assert result.false_match_rate == rate and result.threshold == dict(THRESHOLDS)[rate]
    assert result.same is same and result.protocol == "pairs"


def test_a_score_on_the_threshold_matches():
    score = match(*pair(0.25), None).score
    own = OWN.model_copy(update={"thresholds": ((0.1, score),)})
    assert match(*pair(0.25), own, 0.1).same
    above = OWN.model_copy(update={"thresholds": ((0.1, math.nextafter(score, 1)),)})
    assert not match(*pair(0.25), above, 0.1).same


def test_a_rate_that_nobody_measured():
    with pytest.raises(ConfigError, match=r"rate of 1e-06, but the lowest .* is 0.001 \(pairs\)"):
        threshold_for(OWN, 1e-6)
    for wrong in (0, 1, -1, float("nan")):
        with pytest.raises(ConfigError, match="between 0 and 1"):
            threshold_for(OWN, wrong)


def test_without_a_wish_the_lowest_rate_where_the_usual_one_was_not_measured():
    few = OWN.model_copy(update={"thresholds": THRESHOLDS[:2]})
    assert threshold_for(few) == (0.01, 0.45)
    more = OWN.model_copy(update={"thresholds": (*THRESHOLDS, (1e-4, 0.8))})
    assert threshold_for(more) == (0.001, 0.7)


def test_the_probability_is_the_logistic_one():
    assert probability(5 / 12, OWN) == pytest.approx(0.5)
    assert probability(0.5, OWN) == pytest.approx(1 / (1 + math.exp(-1)))
    steep = OWN.model_copy(update={"slope": 1e5})
    assert probability(-1, steep) == 0 and probability(1, steep) == 1


def test_embeddings_of_two_weights_are_not_matched():
    one, other = pair(0.5)
    with pytest.raises(EmbeddingError):
        match(one, FaceEmbedding(other.vector, "w@2"), OWN)
