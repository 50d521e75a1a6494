"""Open-set identification worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineament.errors import DataError
from lineament.evaluation import open_set
from lineament.evaluation.open_set import Searches, fnir_at_fpir, rank_hits, search
from lineament.evaluation.open_set_scores import enrolled_and_searched
from lineament.evaluation.pair_scores import FAILED

GALLERY = np.eye(3, dtype=np.float32)[:2]
PROBES = np.array(
    [[0.8, 0.6, 0], [0.8, 0.6, 0], [0, 1, 0], [0.5, 0, 0.75**0.5], [0, 0, 1]], dtype=np.float32
)
PEOPLE = [10, 20, 20, 30, 40]
"""Gallery: 10 and 20. The first probe finds its person, the second finds another before its own,
the third its own; the last two are of nobody enrolled and score 0.5 and 0."""


def test_searches_worked_by_hand():
    found = search(GALLERY, [10, 20], PROBES, PEOPLE)
    np.testing.assert_allclose(found.mate_scores, [0.8, 0.6, 1], atol=1e-7)
    assert found.mate_ranks.tolist() == [1, 2, 1]
    np.testing.assert_allclose(found.top_scores, [0.5, 0], atol=1e-7)
    assert rank_hits(found, [1, 2, 5]) == [2, 3, 3]


def test_errors_worked_by_hand():
    found = search(GALLERY, [10, 20], PROBES, PEOPLE)
    # One of two strangers may be let through: the threshold is just above the other's 0.
    half = fnir_at_fpir(found, 0.5)
    assert (half.fpir, half.fnir, half.misses, half.mated) == (0.5, pytest.approx(1 / 3), 1, 3)
    assert 0 < half.threshold < 0.5
    assert fnir_at_fpir(found, 0.5, rank=None).fnir == 0
    # None may: above 0.5 all three mates remain, of which one is second.
    none = fnir_at_fpir(found, 0.1)
    assert (none.fpir, none.fnir) == (0, pytest.approx(1 / 3))
    assert none.threshold == pytest.approx(0.5)
    strict = Searches(np.array([0.8, 0.6, 1.0]), np.array([1, 1, 1]), np.array([0.7]), 2)
    assert fnir_at_fpir(strict, 0.1).fnir == pytest.approx(1 / 3)
    assert fnir_at_fpir(strict, 0.1).fnir_interval[0] > 0


def test_a_person_scores_the_best_of_the_entries_and_ties_count_against_the_mate():
    gallery = np.array([[0, 1, 0], [1, 0, 0], [0.6, 0.8, 0]], dtype=np.float32)
    probes = np.array([[0, 1, 0], [0.5, 0.5, 0.5**0.5]], dtype=np.float32)
    found = search(gallery, [1, 2, 1], probes, [1, 2])
    assert found.people == 2
    np.testing.assert_allclose(found.mate_scores, [1, 0.5], atol=1e-7)
    assert found.mate_ranks.tolist() == [1, 2]
    tied = search(GALLERY, [1, 2], np.array([[0.6, 0.6, 0.28**0.5]], dtype=np.float32), [2])
    assert tied.mate_ranks.tolist() == [2]


def test_who_failed_to_enrol_is_searched_for_in_vain():
    found = search(GALLERY, [10, 20], PROBES, PEOPLE, gallery_enrolled=[True, False])
    assert found.mate_scores[1:].tolist() == [FAILED, FAILED]
    assert rank_hits(found, [1, 2]) == [1, 1]
    assert fnir_at_fpir(found, 0.5).misses == 2
    lost = search(GALLERY, [10, 20], PROBES, PEOPLE, probes_enrolled=[False] * 4 + [True])
    assert rank_hits(lost, [1, 2]) == [0, 0]
    assert lost.top_scores[0] == FAILED
    assert fnir_at_fpir(lost, 0.5, rank=None).fnir == 1


def test_nothing_to_search_is_refused():
    with pytest.raises(DataError, match="gallery is empty"):
        search(GALLERY[:0], [], PROBES, PEOPLE)
    found = search(GALLERY, [10, 20], PROBES[:3], PEOPLE[:3])
    with pytest.raises(DataError, match="3 mated and 0 non-mated"):
        fnir_at_fpir(found, 0.1)
    with pytest.raises(ValueError, match="rank 0"):
        fnir_at_fpir(found, 0.1, rank=0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from([1, 3, 256]), st.sampled_from([0.05, 0.3, 0.8]))
def test_searching_is_plain_loops_whatever_the_batches(seed, together, target):
    rng = np.random.default_rng(seed)
    # Coarse numbers, so that ties occur.
    gallery = rng.integers(-2, 3, (7, 3)).astype(np.float32)
    probes = rng.integers(-2, 3, (9, 3)).astype(np.float32)
    owners, who = rng.integers(0, 4, 7), rng.integers(0, 6, 9)
    before = open_set.SEARCHED_TOGETHER
    open_set.SEARCHED_TOGETHER = together
    try:
        found = search(gallery, owners, probes, who)
    finally:
        open_set.SEARCHED_TOGETHER = before
    mates, ranks, tops = [], [], []
    for probe, person in zip(probes, who, strict=True):
        best = {one: max((gallery[owners == one] @ probe).tolist()) for one in set(owners.tolist())}
        if person in best:
            mates.append(best[person])
            ranks.append(sum(score >= best[person] for score in best.values()))
        else:
            tops.append(max(best.values()))
    assert found.mate_scores.tolist() == mates
    assert found.mate_ranks.tolist() == ranks
    assert found.top_scores.tolist() == tops
    if mates and tops:
        one = fnir_at_fpir(found, target)
        assert one.fpir <= target
        assert one.fnir >= fnir_at_fpir(found, target, rank=None).fnir


def test_every_second_person_with_two_pictures_is_enrolled():
    people = np.array([5, 5, 1, 2, 2, 2, 3, 3, 5])
    gallery, probes = enrolled_and_searched(people)
    # With two or more: 2, 3, 5; enrolled: 2 and 5 by their first pictures.
    assert gallery.tolist() == [3, 0]
    assert probes.tolist() == [1, 2, 4, 5, 6, 7, 8]
