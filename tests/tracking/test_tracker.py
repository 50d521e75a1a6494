"""Tracks of made-up motions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lineament.face import Box
from lineament.tracking.tracker import FaceTracker, TrackerOptions

SIDE = 100.0


def box(x: float, y: float = 200.0, side: float = SIDE) -> Box:
    return Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def tracked(
    paths: list[Callable[[float], float | None]], rate: float, length: float
) -> list[list[int | None]]:
    """The number of each path's track at each frame; a path gives x, or None where the face is
    not found. The faces of every other frame come in reverse order."""
    tracker = FaceTracker()
    numbers = []
    for frame in range(round(rate * length)):
        seconds = frame / rate
        places = [(path, x) for path, at in enumerate(paths) if (x := at(seconds)) is not None]
        places = places[::-1] if frame % 2 else places
        found = tracker.update([box(x) for _, x in places], seconds)
        row: list[int | None] = [None] * len(paths)
        for (path, _), number in zip(places, found, strict=True):
            row[path] = number
        numbers.append(row)
    return numbers


def test_a_face_has_its_number_from_its_first_frame() -> None:
    tracker = FaceTracker()
    assert tracker.update([box(100), box(500)], 0.0) == [1, 2]
    assert tracker.update([box(505), box(102)], 0.04) == [2, 1]
    assert tracker.update([], 0.08) == []
    assert tracker.used == 2


@pytest.mark.parametrize("rate", [6.0, 12.5, 25.0, 60.0])
def test_two_that_cross_keep_their_numbers_at_any_frame_rate(rate: float) -> None:
    paths = [lambda t: 100 + 300 * t, lambda t: 703 - 290 * t]
    rows = tracked(paths, rate, 2.0)
    assert all(row == rows[0] for row in rows)
    assert sorted(rows[0]) == [1, 2]


def test_one_that_is_hidden_while_they_cross() -> None:
    def hidden(t: float) -> float | None:
        return None if 0.9 <= t <= 1.1 else 700 - 300 * t

    rows = tracked([lambda t: 100 + 300 * t, hidden], 25, 2.0)
    assert {row[0] for row in rows} == {1}
    assert {row[1] for row in rows} == {2, None}


@pytest.mark.parametrize("rate", [10.0, 25.0, 50.0])
def test_missed_frames_in_motion(rate: float) -> None:
    def missed(t: float) -> float | None:
        return None if 0.5 < t < 0.8 or 1.2 < t < 1.3 else 100 + 400 * t

    rows = tracked([missed], rate, 2.0)
    assert {row[0] for row in rows} == {1, None}


def test_a_face_that_stands_still_outlasts_the_memory_by_nothing() -> None:
    tracker = FaceTracker(TrackerOptions(memory=0.5))
    assert tracker.update([box(100)], 0.0) == [1]
    assert tracker.update([box(100)], 0.5) == [1]
    assert tracker.update([box(100)], 1.01) == [2], "a number is not used again"


def test_leaving_and_returning() -> None:
    def leaves(t: float) -> float | None:
        if t < 1:
            return 300 + 400 * t
        return None if t < 2.5 else 700 - 400 * (t - 2.5)

    numbers = [row[0] for row in tracked([leaves], 25, 3.5)]
    assert list(dict.fromkeys(numbers)) == [1, None, 2]


def test_another_face_elsewhere_is_another_track() -> None:
    tracker = FaceTracker()
    assert tracker.update([box(100)], 0.0) == [1]
    assert tracker.update([box(400)], 0.04) == [2]
    assert tracker.update([box(100), box(400)], 0.08) == [1, 2]


def test_a_face_of_quite_another_size_is_another_track() -> None:
    tracker = FaceTracker()
    assert tracker.update([box(300, side=40)], 0.0) == [1]
    assert tracker.update([box(300, side=200)], 0.04) == [2]


def test_a_cut_ends_all_tracks_and_no_number_returns() -> None:
    tracker = FaceTracker()
    assert tracker.update([box(100), box(300)], 0.0) == [1, 2]
    tracker.cut()
    assert tracker.update([box(100), box(300)], 0.04) == [3, 4]
    assert tracker.update([box(300), box(100)], 0.08) == [4, 3]


def test_size_in_pixels_does_not_matter() -> None:
    random = np.random.default_rng(2)
    walk = np.cumsum(random.normal(0, 12, (80, 4)), axis=0) + np.array([150, 230, 310, 390])
    answers = []
    for scale in (0.2, 1.0, 7.0):
        tracker = FaceTracker()
        answers.append(
            [
                tracker.update([box(x * scale, 50 * scale, 60 * scale) for x in row], frame / 25)
                for frame, row in enumerate(walk)
            ]
        )
    assert answers[0] == answers[1] == answers[2]


def test_time_does_not_run_backwards() -> None:
    tracker = FaceTracker()
    tracker.update([], 1.0)
    with pytest.raises(ValueError, match=r"after one at 1\.0 s"):
        tracker.update([], 0.9)
