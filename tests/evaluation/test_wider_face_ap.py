"""The official average precision of WIDER FACE on answers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.evaluation.wider_face_ap import WiderPicture, stretched, wider_face_ap

A, B, C = (0, 0, 9, 9), (100, 0, 109, 9), (200, 0, 209, 9)
NOWHERE = (300, 300, 309, 309)


def picture(faces, kept, *found):
    """`found` are pairs of a box and a score."""
    return WiderPicture(
        np.array(faces, np.float32).reshape(-1, 4),
        np.array(kept, bool),
        np.array([box for box, _ in found], np.float32).reshape(-1, 4),
        np.array([score for _, score in found], np.float32),
    )


def test_a_perfect_detector_has_all():
    score = wider_face_ap([picture([A, B], [1, 1], (A, 0.9), (B, 0.8))])
    assert score.ap == pytest.approx(1) and score.faces == 2


def test_precision_and_recall_at_the_thousand_thresholds():
    """Scores 1, 0.6, 0.2, 0 of a right, a wrong, a right and a wrong detection; three faces."""
    found = [(A, 11.0), (NOWHERE, 7.0), (B, 3.0), ((400, 0, 409, 9), 1.0)]
    score = wider_face_ap([picture([A, B, C], [1, 1, 1], *found)])
    # Threshold 0.999 is the first and 0 the last; 0.6 is the 400th, 0.2 the 800th.
    assert score.precision[[0, 398, 400, 798, 801, 998, 999]] == pytest.approx(
        [1, 1, 1 / 2, 1 / 2, 2 / 3, 2 / 3, 2 / 4]
    )
    assert score.recall[[0, 400, 801, 999]] == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3])
    # A third of recall at precision 1, a third at 2/3, the last third is never reached.
    assert score.ap == pytest.approx(1 / 3 + 1 / 3 * 2 / 3)


def test_what_hits_an_ignored_face_is_no_proposal():
    found = [(B, 0.9), (B, 0.8), (A, 0.7), (NOWHERE, 0.1)]
    score = wider_face_ap([picture([A, B], [1, 0], *found)])
    assert score.faces == 1
    assert score.ap == pytest.approx(1)
    # Where every face counts, the second hit of B is a false proposal between the two right ones.
    every = wider_face_ap([picture([A, B], [1, 1], *found)])
    assert every.ap == pytest.approx(1 / 2 + 1 / 2 * 2 / 3)


def test_a_detection_belongs_to_the_face_that_it_overlaps_most():
    """The ignored face lies nearer, so that the other is not found, though it overlaps enough."""
    near, far = (0, 0, 9, 9), (2, 0, 11, 9)
    both = picture([far, near], [1, 0], (near, 0.9), (NOWHERE, 0.1))
    assert wider_face_ap([both]).ap == 0
    alone = picture([far], [1], (near, 0.9), (NOWHERE, 0.1))
    assert wider_face_ap([alone]).ap == pytest.approx(1)


def test_one_pixel_is_added_to_the_sides():
    """10 x 10 pixels in official counting against 10 x 5: half; without the pixel 36 of 81."""
    found = picture([A], [1], ((0, 0, 9, 4), 0.9), (NOWHERE, 0.1))
    assert wider_face_ap([found]).ap == pytest.approx(1)
    less = picture([A], [1], ((0, 0, 9, 3.9), 0.9), (NOWHERE, 0.1))
    assert wider_face_ap([less]).ap == 0


def test_pictures_without_faces_have_no_part_and_unscored_faces_none_either():
    right = picture([A], [1], (A, 0.5), (NOWHERE, 0.0))
    empty = picture([], [], (A, 0.9), (B, 0.8))
    assert wider_face_ap([right, empty]).ap == pytest.approx(1)
    # A picture whose faces are all outside the subset does give false positives.
    outside = picture([A], [0], (A, 0.9), (NOWHERE, 0.8))
    assert wider_face_ap([right, outside]).ap == pytest.approx(1 / 2)


def test_scores_are_stretched_over_the_set():
    values = stretched([np.array([2.0, 4.0]), np.zeros(0), np.array([6.0])])
    assert [value.tolist() for value in values] == [[0, 0.5], [], [1]]
    assert [value.tolist() for value in stretched([np.array([3.0]), np.array([3.0])])] == [[1], [1]]
    base = [picture([A, B], [1, 1], (A, 0.9), (NOWHERE, 0.5), (B, 0.3), (C, 0.1))]
    moved = [picture([A, B], [1, 1], (A, 95), (NOWHERE, 55), (B, 35), (C, 15))]
    assert wider_face_ap(base).ap == pytest.approx(wider_face_ap(moved).ap)


def test_order_of_detections_does_not_matter_and_nothing_found_is_zero():
    found = [(A, 0.9), (NOWHERE, 0.5), (B, 0.3), (C, 0.1)]
    forth, back = (wider_face_ap([picture([A, B], [1, 1], *one)]) for one in (found, found[::-1]))
    assert forth.ap == back.ap > 0
    assert wider_face_ap([picture([A], [1])]).ap == 0
    with pytest.raises(ValueError, match="no face in the subset"):
        wider_face_ap([picture([A], [0], (A, 0.9))])
