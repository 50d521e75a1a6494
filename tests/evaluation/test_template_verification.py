"""IJB end to end on a few templates worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from recognition_stand_ins import StandInEmbedder, turned

from lineament.datasets.ijb import IjbSearch, IjbSet
from lineament.errors import DataError
from lineament.evaluation.recognition import evaluate_recognition
from lineament.evaluation.template_verification import make_templates, score_templates


def small_ijb() -> IjbSet:
    """Templates 10 (two frames and a photo), 11, 20 and 21, of two people."""
    return IjbSet(
        name="ijbc",
        pictures=[turned(angle) for angle in (0, 20, 30, 10, 90, 100)],
        scores=np.array([1, 1, 0.5, 0.9, 0.8, 0.7], np.float32),
        templates=np.array([10, 10, 10, 11, 20, 21], np.int32),
        media=np.array([1, 1, 2, 1, 1, 5], np.int32),
        pairs=np.array([[10, 11], [20, 21], [10, 20], [11, 21]], np.int32),
        same=np.array([True, True, False, False]),
    )


def unit(degrees: float) -> np.ndarray:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0])


def test_templates_and_scores_worked_by_hand(tmp_path):
    embedder = StandInEmbedder()
    ijb = small_ijb()
    made = make_templates(ijb, embedder)
    expected = (unit(0) + unit(20)) / 2 + 0.5 * unit(30)
    np.testing.assert_allclose(made.vectors[0], expected / np.linalg.norm(expected), atol=0.01)
    scores, document = score_templates(ijb, embedder, out=tmp_path)
    np.testing.assert_allclose(scores.genuine[0], np.cos(np.radians(10)), atol=0.01)
    assert (document["templates"], document["genuine"], document["impostor"]) == (4, 2, 2)
    assert document["auc"] == 100 and document["search"] is None
    calls = embedder.calls
    score_templates(ijb, embedder, out=tmp_path)
    assert embedder.calls == calls


def test_searches_are_means_over_both_galleries(tmp_path):
    """In the first gallery person 1 is found; in the second the probe of person 2 is, too."""
    galleries = (
        (np.array([11], np.int32), np.array([1], np.int32)),
        (np.array([21], np.int32), np.array([2], np.int32)),
    )
    probes = (np.array([10, 20], np.int32), np.array([1, 2], np.int32))
    _, document = score_templates(
        small_ijb(), StandInEmbedder(), out=tmp_path, searches=IjbSearch(galleries, probes)
    )
    search = document["search"]
    assert search["rank_1"] == search["rank_5"] == 100
    # One non-mated search each tells no FPIR of 0.1.
    assert search["fnir_at_fpir"] == []


def test_benchmarks_stand_beside_sets_in_the_document(tmp_path):
    document = evaluate_recognition(
        [], StandInEmbedder(), None, out=tmp_path, options={}, benchmarks=[(small_ijb(), None)]
    )
    assert document["sets"] == {} and document["templates"]["ijbc"]["pictures"] == 6
    assert "ijbc" in document["files"]["scores"]


def test_a_set_without_pictures_is_refused():
    empty = IjbSet("ijbb", [], *(np.zeros(0) for _ in range(3)), np.zeros((0, 2)), np.zeros(0))
    with pytest.raises(DataError, match="no picture"):
        make_templates(empty, StandInEmbedder())
