"""Groups of made-up people: found, chains not followed, and as a plain reference says."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.evaluation.clustering import bcubed_agreement, pairwise_agreement
from lineament.grouping.chinese_whispers import by_size, chinese_whispers
from lineament.grouping.grouping import GroupOptions, group_faces
from lineament.grouping.link_threshold import FALSE_LINKS, link_threshold
from lineament.grouping.links import Links, links_above, weighed_by_company
from lineament.grouping.neighbours import nearest
from lineament.recognition.match import USUAL_FMR
from lineament.weights import Calibration

pytest.importorskip("faiss", reason="needs the extra lineament[gallery]")

CALIBRATION = Calibration(
    protocol="made up",
    thresholds=((0.1, 0.1), (0.01, 0.2), (0.001, 0.3), (0.0001, 0.4)),
    slope=10.0,
    offset=-3.0,
)


def people(
    sizes: list[int], *, noise: float = 0.8, dimension: int = 64
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Directions round a middle for each person, mixed, and who each is."""
    random = np.random.default_rng(1)
    who = np.repeat(np.arange(len(sizes)), sizes)
    random.shuffle(who)
    middles = random.normal(size=(len(sizes), dimension))
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    vectors = middles[who] + random.normal(size=(len(who), dimension)) * noise / dimension**0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), who


def links(count: int, *ends: tuple[int, int], weight: float = 1.0) -> Links:
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    weights = np.full(len(pairs), weight, dtype=np.float32)
    return Links(count, pairs[:, 0], pairs[:, 1], weights)


def clique(*faces: int) -> list[tuple[int, int]]:
    return [(one, other) for one in faces for other in faces if one < other]


def test_people_are_found_whatever_their_number() -> None:
    vectors, who = people([30, 12, 5, 2, 1, 1])
    found = group_faces(vectors, CALIBRATION, GroupOptions(fmr=0.001))
    assert pairwise_agreement(found.groups, who).f1 == 1
    assert found.count == 6
    assert [len(faces) for faces in found.members()] == [30, 12, 5, 2, 1, 1]


def test_the_same_album_gives_the_same_groups() -> None:
    vectors, _ = people([9] * 20, noise=1.4)
    first = group_faces(vectors, CALIBRATION, GroupOptions(fmr=0.01))
    again = group_faces(vectors, CALIBRATION, GroupOptions(fmr=0.01))
    np.testing.assert_array_equal(first.groups, again.groups)


def test_a_chain_between_two_people_does_not_join_them() -> None:
    chained = links(11, *clique(0, 1, 2, 3, 4), *clique(5, 6, 7, 8, 9), (4, 10), (5, 10))
    groups = chinese_whispers(weighed_by_company(chained))
    assert len(set(groups[:5])) == len(set(groups[5:10])) == 1
    assert groups[0] != groups[5]


def test_a_face_without_links_is_alone() -> None:
    groups = chinese_whispers(links(4, (1, 3)))
    assert groups.tolist() == [1, 0, 2, 0]


def test_nobody_and_one_face() -> None:
    for count in (0, 1):
        found = group_faces(np.eye(4, dtype=np.float32)[:count], CALIBRATION)
        assert found.count == count
        assert len(found.members()) == count


def test_pictures_that_are_the_same_are_one_person() -> None:
    vectors = np.repeat(np.eye(3, 8, dtype=np.float32), 40, axis=0)
    found = group_faces(vectors, CALIBRATION, GroupOptions(neighbours=3))
    who = np.repeat(np.arange(3), 40)
    assert pairwise_agreement(found.groups, who).precision == 1
    assert found.fits == pytest.approx(1)


def test_the_fit_is_the_cosine_with_the_others() -> None:
    vectors, who = people([6, 4], noise=0.6)
    found = group_faces(vectors, CALIBRATION, GroupOptions(fmr=0.001))
    assert pairwise_agreement(found.groups, who).f1 == 1
    others = vectors[(who == who[0]) & (np.arange(10) != 0)].mean(axis=0)
    expected = float(others @ vectors[0] / np.linalg.norm(others))
    assert found.fits[0] == pytest.approx(expected, abs=1e-5)
    best = found.members()[0]
    assert (np.diff(found.fits[best]) <= 0).all()


def test_company_is_the_jaccard_index() -> None:
    vectors, _ = people([8] * 6, noise=1.8)
    plain = links_above(nearest(vectors, 10), 0.25)
    weighed = weighed_by_company(plain)
    near = [{face} for face in range(len(vectors))]
    for one, other in zip(plain.first.tolist(), plain.second.tolist(), strict=True):
        near[one].add(other)
        near[other].add(one)
    expected = [
        weight * len(near[one] & near[other]) / len(near[one] | near[other])
        for one, other, weight in zip(*plain[1:], strict=True)
    ]
    assert len(expected) > 50
    assert len(set(np.round(weighed.weights, 5))) > 10
    np.testing.assert_allclose(weighed.weights, expected, rtol=1e-5)


@pytest.mark.parametrize("exact_up_to", [10_000, 0])
def test_neighbours_are_those_of_all_pairs(exact_up_to: int) -> None:
    vectors, _ = people([7] * 30)
    found = nearest(vectors, 6, threads=1, exact_up_to=exact_up_to)
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    expected = -np.sort(-scores, axis=1)[:, :6]
    assert (found.rows != np.arange(len(vectors))[:, None]).all()
    if exact_up_to:
        np.testing.assert_allclose(found.scores, expected, atol=1e-6)
    else:
        assert (found.scores > expected - 1e-5).mean() > 0.97


def test_links_stand_once_and_reach_the_threshold() -> None:
    vectors, _ = people([5] * 10)
    found = links_above(nearest(vectors, 8), 0.3)
    scores = vectors @ vectors.T
    assert (found.first < found.second).all()
    assert len(set(zip(found.first, found.second, strict=True))) == len(found.first) > 20
    np.testing.assert_allclose(found.weights, scores[found.first, found.second], atol=1e-6)
    assert found.weights.min() >= 0.3


def test_groups_are_numbered_by_size_then_first_face() -> None:
    assert by_size(np.array([5, 5, 2, 9, 9, 2, 9])).tolist() == [1, 1, 2, 0, 0, 2, 0]


@pytest.mark.parametrize(
    ("faces", "rate", "score"),
    [(2, 0.001, 0.3), (2000, 0.001, 0.3), (2002, 0.0001, 0.4), (100_000, 0.0001, 0.4)],
)
def test_a_larger_album_has_a_stricter_threshold(faces: int, rate: float, score: float) -> None:
    found = link_threshold(faces, CALIBRATION)
    assert (found.false_match_rate, found.score) == (rate, score)
    assert found.false_links == pytest.approx(rate * (faces - 1))
    assert rate == 1e-4 or (rate <= USUAL_FMR and rate * (faces - 1) <= FALSE_LINKS)


def test_thresholds_of_ones_own() -> None:
    assert link_threshold(9, None, score=0.5).score == 0.5
    assert link_threshold(9, CALIBRATION, fmr=0.05).score == 0.2
    with pytest.raises(ConfigError, match="expected one of them"):
        link_threshold(9, CALIBRATION, fmr=0.1, score=0.5)
    with pytest.raises(ConfigError, match=r"no calibration.*--threshold"):
        link_threshold(9, None)
    with pytest.raises(ConfigError, match="expected a cosine"):
        link_threshold(9, None, score=1.5)
    with pytest.raises(ConfigError, match=r"the lowest that was measured .* is 0\.0001"):
        link_threshold(9, CALIBRATION, fmr=1e-6)


def test_faiss_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ConfigError, match=r"pip install 'lineament\[gallery\]'"):
        nearest(np.eye(3, dtype=np.float32), 1)


def test_agreement_by_hand() -> None:
    groups, who = ["a", "a", "a", "b", "b", "c"], [1, 1, 2, 2, 2, 3]
    pairs = pairwise_agreement(groups, who)
    assert (pairs.precision, pairs.recall) == (2 / 4, 2 / 4)
    assert pairs.f1 == 0.5
    faces = bcubed_agreement(groups, who)
    assert faces.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert faces.recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)


def test_agreement_at_the_ends() -> None:
    assert pairwise_agreement([0, 1, 2], [5, 5, 5]).recall == 0
    assert pairwise_agreement([0, 1, 2], [5, 5, 5]).precision == 1
    assert bcubed_agreement([0, 0, 0], [4, 5, 6]).precision == pytest.approx(1 / 3)
    assert bcubed_agreement([], []).f1 == 1
    with pytest.raises(ValueError, match="3 faces in groups and 2 people"):
        pairwise_agreement([1, 2, 3], [1, 2])
