"""Templates by hand and by plain loops; 1:1 scores that are exact and need few bytes a pair."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from lineament.errors import DataError
from lineament.evaluation.pair_scores import FAILED, PairScores
from lineament.evaluation.roc import TARGETS, conservative_point, nearest_point
from lineament.evaluation.templates import Templates, TemplateSums, score_template_pairs

IJBC_PAIRS = 15_658_489


def test_a_template_worked_by_hand():
    """Template 7: two frames of one video and a photo; template 3: a photo.

    Frames (2, 0) x 0.5 and (0, 4) x 1 have the mean (0.5, 2); with the photo (1, 1) x 0.5 the sum
    is (1, 2.5).
    """
    sums = TemplateSums([7, 7, 3, 7], [20, 20, 20, 9], 2)
    sums.add([3, 0], [[1, 1], [2, 0]], [0.5, 0.5])
    sums.add([1, 2], [[0, 4], [-3, 0]], [1, 0.2])
    found = sums.templates()
    assert found.ids.tolist() == [3, 7] and found.enrolled.all() and sums.failed == 0
    length = np.hypot(1, 2.5)
    np.testing.assert_allclose(found.vectors, [[-1, 0], [1 / length, 2.5 / length]], rtol=1e-6)


def test_lengths_of_features_are_part_of_the_protocol():
    """A feature of twice the length has twice the say: nothing is normalised before the sum."""
    sums = TemplateSums([0, 0], [0, 1], 2)
    sums.add([0, 1], [[2, 0], [0, 1]], [1, 1])
    np.testing.assert_allclose(sums.templates().vectors, [[2 / 5**0.5, 1 / 5**0.5]], rtol=1e-6)


def test_sums_are_those_of_plain_loops_whatever_the_batches():
    rng = np.random.default_rng(0)
    of, media = rng.integers(0, 9, 200), rng.integers(0, 5, 200)
    features = rng.normal(size=(200, 6)).astype(np.float32)
    weights = rng.random(200)
    sums = TemplateSums(of, media, 6)
    order = rng.permutation(200)
    for start in range(0, 200, 33):
        here = order[start : start + 33]
        sums.add(here, features[here], weights[here])
    found = sums.templates()
    for row, name in enumerate(found.ids):
        total = np.zeros(6)
        for medium in np.unique(media[of == name]):
            here = (of == name) & (media == medium)
            total += (features[here].astype(np.float64) * weights[here, None]).mean(axis=0)
        np.testing.assert_allclose(found.vectors[row], total / np.linalg.norm(total), atol=1e-6)


def test_a_template_without_a_face_never_matches():
    sums = TemplateSums([0, 1, 1], [0, 0, 1], 2)
    sums.add([0, 1, 2], [[np.nan, np.nan], [1, 0], [np.nan, np.nan]], [1, 1, 1])
    found = sums.templates()
    assert found.enrolled.tolist() == [False, True] and sums.failed == 2
    scores = score_template_pairs(found, [([0, 1], [1, 1], [True, True]), ([0], [1], [False])])
    assert scores.genuine.tolist() == [FAILED, 1] and scores.impostor.tolist() == [FAILED]


def test_what_does_not_belong_together_is_refused():
    sums = TemplateSums([0, 1], [0, 0], 2)
    with pytest.raises(ValueError, match="1 of 2 pictures were not added"):
        sums.add([0], [[1, 0]], [1])
        sums.templates()
    with pytest.raises(ValueError, match="added twice"):
        sums.add([0], [[1, 0]], [1])
    with pytest.raises(ValueError, match="features"):
        sums.add([1], [[1, 0, 0]], [1])
    sums.add([1], [[1, 0]], [1])
    with pytest.raises(DataError, match="template 5"):
        score_template_pairs(sums.templates(), [([0], [5], [True])])
    with pytest.raises(DataError, match="no impostor pair"):
        score_template_pairs(sums.templates(), [([0], [1], [True])])


def unit_templates(count: int = 400, dimension: int = 16) -> Templates:
    rng = np.random.default_rng(1)
    people = rng.normal(size=(count // 4, dimension))
    vectors = people[np.arange(count) % len(people)] + 0.6 * rng.normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Templates(np.arange(count) * 3, vectors.astype(np.float32), np.ones(count, bool))


def chunks(templates: Templates, pairs: int, size: int = 20_000):
    """Pairs in chunks, of which about one in a hundred is genuine."""
    count = len(templates.ids)
    for start in range(0, pairs, size):
        rng = np.random.default_rng(start)
        first = rng.integers(0, count, min(size, pairs - start))
        second = rng.integers(0, count, len(first))
        same = first % (count // 4) == second % (count // 4)
        yield templates.ids[first], templates.ids[second], same


def test_streamed_tar_at_far_is_that_of_all_scores_at_once():
    templates = unit_templates()
    streamed = score_template_pairs(templates, chunks(templates, 100_000))
    whole = [np.concatenate(parts) for parts in zip(*chunks(templates, 100_000), strict=True)]
    one, other = (templates.vectors[templates.rows(ids)] for ids in whole[:2])
    scores = np.einsum("nd,nd->n", one, other)
    genuine, impostor = np.sort(scores[whole[2]]), np.sort(scores[~whole[2]])
    np.testing.assert_array_equal(streamed.genuine, genuine)
    np.testing.assert_array_equal(streamed.impostor, impostor)
    for target in TARGETS[1:]:
        most = int(target * len(impostor))
        refused = impostor[-1 - most]
        strict = conservative_point(streamed, target)
        assert strict.tar == (genuine > refused).mean()
        assert strict.false_matches == (impostor > refused).sum() <= most
        # The full curve has the same nearest point as the tail that is looked at.
        near = nearest_point(streamed, target)
        assert abs(near.far - target) <= abs(strict.far - target) + 2 / len(impostor)
        assert near.tar == (genuine >= near.threshold).mean()
    assert 0.2 < conservative_point(streamed, 1e-3).tar < 1


def peak_bytes(pairs: int) -> int:
    templates = unit_templates()
    tracemalloc.start()
    try:
        scores = score_template_pairs(templates, chunks(templates, pairs))
        for target in TARGETS:
            conservative_point(scores, target)
            nearest_point(scores, target)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_all_pairs_of_ijb_c_fit_in_two_gib():
    """Bytes of a pair are measured as the slope between two sizes, so that what does not grow
    with the pairs is left out; templates of 512 numbers and a chunk of features are added."""
    few, many = 400_000, 1_200_000
    slope = (peak_bytes(many) - peak_bytes(few)) / (many - few)
    assert slope < 16, slope
    sums = 23_124 * 512 * (8 + 8 + 4)
    assert IJBC_PAIRS * slope + sums < 2**30


def test_scores_stay_single_precision():
    templates = unit_templates()
    scores = score_template_pairs(templates, chunks(templates, 1000))
    assert isinstance(scores, PairScores)
    assert scores.genuine.dtype == scores.impostor.dtype == np.float32
