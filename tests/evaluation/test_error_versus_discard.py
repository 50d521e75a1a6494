"""Error-versus-discard curves worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineament.evaluation.embedding_stability import KINDS, disturbed, embedding_stability
from lineament.evaluation.error_versus_discard import discard_curve, pair_quality
from lineament.evaluation.pair_scores import FAILED


def test_a_curve_worked_by_hand():
    """Four pairs, of which the worst and the third by quality are missed."""
    curve = discard_curve([0.9, 0.1, 0.8, 0.2], [2, 1, 4, 3], 0.5)
    assert curve.discarded.tolist() == [0, 0.25, 0.5, 0.75]
    assert curve.fnmr.tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 2, 0])
    assert curve.area(1) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2 + 0) / 4)
    assert curve.area(0.3) == pytest.approx((0.25 / 2 + 0.05 / 3) / 0.3)
    # The ideal order leaves 1/2, 1/3, 0, 0.
    ideal = (1 / 2 + 1 / 3) / 4
    assert curve.normalised_area(1) == pytest.approx((1 / 3 - ideal) / (1 / 2 - ideal))


def test_equal_quality_is_discarded_together():
    curve = discard_curve([0.1, 0.9, 0.9, 0.9], [0, 0, 0, 5], 0.5)
    assert curve.discarded.tolist() == [0, 0.75] and curve.fnmr.tolist() == [0.25, 0]
    assert curve.area(0.3) == 0.25
    assert curve.normalised_area(0.3) == pytest.approx(1)


def test_the_best_and_the_worst_order():
    scores = np.linspace(0, 1, 100)
    best = discard_curve(scores, scores, 0.2)
    assert best.normalised_area() == pytest.approx(0)
    assert best.fnmr[0] == 0.2
    worst = discard_curve(scores, -scores, 0.2)
    assert worst.normalised_area() > 1
    assert discard_curve(scores, scores, 0.0).normalised_area() is None


def test_pictures_without_a_face_go_first():
    quality = pair_quality([0.5, -np.inf, 0.9], [[0, 2], [1, 2], [0, 1]])
    assert quality.tolist() == [0.5, -np.inf, -np.inf]
    curve = discard_curve([0.9, FAILED, FAILED], quality, 0.5)
    assert curve.discarded.tolist() == [0, pytest.approx(2 / 3)]
    assert curve.fnmr.tolist() == [pytest.approx(2 / 3), 0]


@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 5)), min_size=1, max_size=40),
    st.floats(0.01, 1),
)
def test_the_curve_is_that_of_plain_loops(rows, limit):
    scores = np.array([one for one, _ in rows])
    quality = np.array([one for _, one in rows])
    curve = discard_curve(scores, quality, 5)
    steps = np.append(curve.discarded, 1)
    for place, kept in enumerate(np.unique(quality)):
        left = scores[quality >= kept]
        assert curve.fnmr[place] == pytest.approx((left < 5).mean())
        assert steps[place] == pytest.approx(1 - len(left) / len(scores))
    # A sum over thin slices tells the same area.
    slices = (np.arange(4000) + 0.5) / 4000 * limit
    sampled = curve.fnmr[np.searchsorted(curve.discarded, slices, side="right") - 1].mean()
    assert curve.area(limit) == pytest.approx(sampled, abs=0.02)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    again = discard_curve(scores[shuffled], quality[shuffled], 5)
    np.testing.assert_allclose(again.fnmr, curve.fnmr)


def test_what_makes_no_curve_is_refused():
    for scores, quality in (([], []), ([0.1], [np.nan]), ([0.1], [1, 2])):
        with pytest.raises(ValueError, match="one shape"):
            discard_curve(scores, quality, 0.5)
    with pytest.raises(ValueError, match="limit"):
        discard_curve([0.1], [1], 0.5).area(0)


def test_an_embedding_that_stays_put_is_stable():
    """Of a grey crop nothing changes; of a crop whose halves differ, a shift moves the border."""
    grey = np.full((40, 40, 3), 90, np.uint8)
    halves = grey.copy()
    halves[:, :20] = 255

    def embed(crops: np.ndarray) -> np.ndarray:
        """The columns' brightness around the middle."""
        columns = crops[:, :, :, 0].astype(np.float32).mean(axis=1) - 100
        return columns / np.linalg.norm(columns, axis=1, keepdims=True)

    crops = np.stack([grey, halves])
    stable = embedding_stability(embed, crops)
    assert stable.dtype == np.float32 and stable[0] == pytest.approx(1)
    assert 0.5 < stable[1] < 0.99
    np.testing.assert_array_equal(embedding_stability(embed, crops, embed(crops)), stable)
    for kind in KINDS:
        assert disturbed(crops, kind).shape == crops.shape
        assert (disturbed(crops, kind)[1] != halves).any()
    assert not (disturbed(crops, "shifted")[1] == disturbed(crops, "shifted back")[1]).all()
