"""Which detection finds which face, and what recall, precision and points are made of it."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.datasets.labelled_picture import NOBODY, LabelledFaces
from lineament.detection.detector import NO_FACES, Detections
from lineament.evaluation.average_precision import precision_recall
from lineament.evaluation.counted_faces import count_score
from lineament.evaluation.detection_recall import recall_at, recall_by_overlap, recall_by_size
from lineament.evaluation.face_matching import FALSE, IGNORED, match_faces, match_set
from lineament.evaluation.false_positives import FalsePositives
from lineament.evaluation.five_point_errors import five_point_errors
from lineament.evaluation.share import Share


def faces(*boxes, ignored=()):
    flags = np.zeros(len(boxes), bool)
    flags[list(ignored)] = True
    return LabelledFaces(
        np.array(boxes, np.float32), np.full((len(boxes), 5, 2), np.nan, np.float32), flags
    )


def found(*pairs):
    boxes = np.array([box for box, _ in pairs], np.float32).reshape(-1, 4)
    scores = np.array([score for _, score in pairs], np.float32)
    return Detections(boxes, scores, np.zeros((len(pairs), 5, 2), np.float32))


def test_better_detections_choose_first_and_each_face_is_found_once():
    overlaps = np.array([[0.6, 0.5], [0.9, 0.45], [0.8, 0.1]], np.float32)
    nobody = np.zeros(2, bool)
    # The second finds the first face taken and takes the other; the third is too late.
    assert match_faces(overlaps, nobody, 0.4).tolist() == [0, 1, FALSE]
    assert match_faces(overlaps, nobody, 0.5).tolist() == [0, FALSE, FALSE]
    assert match_faces(overlaps, nobody, 0.61).tolist() == [FALSE, 0, FALSE]


def test_ignored_faces_count_nowhere():
    overlaps = np.array([[0.1, 0.9], [0.0, 0.8], [0.5, 0.6], [0.5, 0.0]], np.float32)
    ignored = np.array([False, True])
    # A free face goes before an ignored one, of which any number of detections may be.
    assert match_faces(overlaps, ignored, 0.4).tolist() == [IGNORED, IGNORED, 0, FALSE]


A, B, C = (0, 0, 10, 10), (100, 0, 140, 40), (0, 100, 100, 200)


def test_a_set_and_its_recall():
    truth = [faces(A, B, ignored=[1]), NOBODY, faces(B, C)]
    predicted = [
        found((B, 0.9), (A, 0.4)),
        found((A, 0.95)),
        found((C, 0.8), ((100, 0, 140, 30), 0.3)),
    ]
    matches = match_set(truth, predicted, 0.5)
    assert matches.found_scores.tolist() == pytest.approx([0.4, 0.3, 0.8])
    assert matches.found_by.tolist() == [1, 4, 3]
    assert matches.false.tolist() == [False, False, True, False, False]
    assert matches.sides.tolist() == [10, 40, 100]
    assert matches.picture.tolist() == [0, 2, 2] and matches.place.tolist() == [0, 0, 1]
    assert recall_at(matches, 0.3) == Share(3, 3)
    assert recall_at(matches, 0.41) == Share(1, 3)
    # Box and face share 3/4.
    assert recall_by_overlap(truth, predicted, 0.0, (0.75, 0.76)) == {
        0.75: Share(3, 3),
        0.76: Share(2, 3),
    }
    assert recall_by_overlap(truth, predicted, 0.5, (0.75,)) == {0.75: Share(1, 3)}
    bins = recall_by_size(matches, 0.4, (0, 10, 20, 40, np.inf))
    assert [(one.above, one.up_to, one.recall) for one in bins] == [
        (0, 10, Share(1, 1)),
        (20, 40, Share(0, 1)),
        (40, np.inf, Share(1, 1)),
    ]


def test_worse_detections_change_nothing_for_better_ones():
    """Matching all once gives at any threshold what matching those above it gives."""
    rng = np.random.default_rng(3)
    for _ in range(30):
        corner = rng.uniform(0, 60, (12, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(10, 40, (12, 2))], axis=1)
        truth = [faces(*boxes[:5], ignored=[4])]
        scores = np.sort(rng.uniform(0, 1, 7))[::-1]
        every = found(*zip(boxes[5:], scores, strict=True))
        matches = match_set(truth, [every], 0.3)
        for bar in (0.2, 0.5, 0.8):
            few = match_set(truth, [every.take(every.scores >= bar)], 0.3)
            assert recall_at(matches, bar) == recall_at(few, bar)
            assert (matches.false & (matches.scores >= bar)).sum() == few.false.sum()


def test_not_as_many_pictures():
    with pytest.raises(ValueError, match="zip"):
        match_set([NOBODY], [NO_FACES, NO_FACES], 0.5)


def test_average_precision_by_hand():
    curve = precision_recall([0.9, 0.8, 0.7, 0.6], [True, False, True, False], 4)
    assert curve.precision == pytest.approx([1, 1 / 2, 2 / 3, 2 / 4])
    assert curve.recall == pytest.approx([1 / 4, 1 / 4, 2 / 4, 2 / 4])
    assert curve.area == pytest.approx(1 / 4 + 1 / 4 * 2 / 3)
    # Equal scores stand or fall together, in whatever order they are given.
    for right in ([True, False], [False, True]):
        tied = precision_recall([0.5, 0.5], right, 1)
        assert tied.thresholds.tolist() == [0.5] and tied.area == pytest.approx(1 / 2)
    assert precision_recall([], [], 3).area == 0
    with pytest.raises(ValueError, match="at least one"):
        precision_recall([0.5], [True], 0)


def people_free(*scores):
    """A picture for each list of scores."""
    return FalsePositives.of(
        [found(*((A, one) for one in sorted(of, reverse=True))) for of in scores]
    )


def test_the_threshold_keeps_to_the_rate():
    false = people_free([0.9, 0.2], [], [0.7], [0.8, 0.75])
    assert [false.at(bar) for bar in (0.95, 0.8, 0.5, 0.0)] == [0, 2, 4, 5]
    assert false.pictures_at(0.5) == Share(3, 4) and false.pictures_at(0.85) == Share(1, 4)
    for rate, borne, refused in ((0, 0, 0.9), (0.25, 1, 0.8), (0.3, 1, 0.8), (0.75, 3, 0.7)):
        bar = false.bar_for(rate, 0.02)
        assert bar.false_positives == borne and not bar.least
        assert bar.rate == borne / 4 <= rate
        # Right above the score that must be refused.
        assert bar.threshold > np.float32(refused) and bar.threshold == pytest.approx(refused)
        assert false.at(float(np.float32(refused))) > rate * 4
    least = false.bar_for(5 / 4, 0.02)
    assert (least.threshold, least.false_positives, least.least) == (0.02, 5, True)


def test_equal_false_positives_are_refused_together_and_none_needs_no_bar():
    bar = people_free([0.5], [0.5], [0.5]).bar_for(1 / 3)
    assert bar.false_positives == 0 and bar.threshold > 0.5
    assert people_free([], []).bar_for(0, 0.1).threshold == 0.1
    with pytest.raises(ValueError, match="no people-free picture"):
        FalsePositives.of([])
    with pytest.raises(ValueError, match="zero or more"):
        people_free([0.5]).bar_for(-0.1)


def test_one_in_fifty_of_three_hundred_is_six():
    scores = [[0.5 + place / 1000] for place in range(300)]
    assert people_free(*scores).bar_for(1 / 50).false_positives == 6


def test_five_point_errors_by_hand():
    truth = np.array([[0, 0], [10, 0], [5, 5], [2, 9], [8, 9]], float)
    moved = truth + np.array([3, 4])
    one_off = truth.copy()
    one_off[2] += [0, 2]
    profile = truth * [0.01, 1]
    unknown = truth.copy()
    unknown[4] = np.nan
    errors = five_point_errors([moved, one_off, profile, truth], [truth, truth, profile, unknown])
    assert errors[:2] == pytest.approx([0.5, 2 / 5 / 10])
    assert np.isnan(errors[2:]).all()
    with pytest.raises(ValueError, match="expected both"):
        five_point_errors(truth, truth)


def test_counted_faces_by_hand():
    score = count_score([3, 2, 5], [3, 4, 1])
    assert score.found == Share(3 + 2 + 1, 10)
    assert (score.exact, score.complete, score.excess) == (Share(1, 3), Share(2, 3), 2)
    with pytest.raises(ValueError, match="zip"):
        count_score([1], [1, 2])


def test_a_share_of_few_has_a_wide_interval():
    low, high = Share(10, 10).interval
    assert (low, high) == pytest.approx((10 / (10 + 1.959964**2), 1))
    assert Share(0, 0).interval is None and Share(0, 0).value is None
    assert Share(1, 4).plain("found", "faces", "recall") == {
        "faces": 4,
        "found": 1,
        "recall": 25.0,
        "low": pytest.approx(4.559, abs=1e-3),
        "high": pytest.approx(69.936, abs=1e-3),
    }
