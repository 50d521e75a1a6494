"""Faces of a video: numbers, cuts, and smoothing that follows the tracks."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.face import Box, Face, FloatArray, Landmarks
from lineament.landmarks.head_pose import head_pose, mean_heads
from lineament.tracking.one_euro import OneEuroOptions
from lineament.tracking.video_faces import VideoFaces

GREY = np.full((60, 80, 3), 128, np.uint8)
RED = np.full((60, 80, 3), (200, 20, 20), np.uint8)


def shape(x: float, noise: float, random: np.random.Generator) -> FloatArray:
    head = mean_heads()["ibug-68"].points[:, :2] * [8, -8] + [x, 100]
    return (head + random.normal(0, noise, head.shape)).astype(np.float32)


def face(x: float, noise: float, random: np.random.Generator, scheme: str = "ibug-68") -> Face:
    points = shape(x, noise, random)
    low, high = points.min(axis=0), points.max(axis=0)
    box = Box(*(float(edge) for edge in (*low, *high)))
    return Face(box, 0.9, points[[37, 44, 30, 48, 54]], Landmarks(points, scheme))


def test_without_smoothing_nothing_but_the_track_changes() -> None:
    random = np.random.default_rng(0)
    video = VideoFaces()
    for frame in range(5):
        found = [face(100, 1, random), face(400, 1, random)]
        for number, (before, after) in enumerate(
            zip(found, video.follow(GREY, found, frame / 25), strict=True), start=1
        ):
            assert after.track == number
            assert after.box == before.box
            assert after.landmarks is before.landmarks
    assert video.tracks == 2


def test_smoothing_calms_the_points_and_the_pose_follows_them() -> None:
    random = np.random.default_rng(1)
    video = VideoFaces(OneEuroOptions())
    raw, calm, corners = [], [], []
    for frame in range(90):
        found = face(100, 0.8, random)
        (smoothed,) = video.follow(GREY, [found], frame / 30)
        assert found.landmarks is not None and smoothed.landmarks is not None
        raw.append(found.landmarks.points)
        calm.append(smoothed.landmarks.points)
        corners.append([found.box.x1, smoothed.box.x1])
        assert smoothed.pose == head_pose(smoothed.landmarks.points, "ibug-68")
        assert smoothed.score == found.score
    assert np.diff(calm[20:], axis=0).std() < 0.4 * np.diff(raw[20:], axis=0).std()
    steps = np.diff(corners[20:], axis=0).std(axis=0)
    assert steps[1] < 0.5 * steps[0]


def test_two_faces_do_not_mix() -> None:
    random = np.random.default_rng(2)
    video = VideoFaces(OneEuroOptions())
    for frame in range(20):
        found = [face(100, 0.5, random), face(500, 0.5, random)]
        found = found[::-1] if frame % 2 else found
        for before, after in zip(found, video.follow(GREY, found, frame / 25), strict=True):
            assert before.landmarks is not None and after.landmarks is not None
            assert np.abs(before.landmarks.points - after.landmarks.points).max() < 5


def test_a_cut_begins_new_tracks_and_does_not_smooth_across() -> None:
    random = np.random.default_rng(3)
    video = VideoFaces(OneEuroOptions())
    for frame in range(4):
        assert [
            each.track for each in video.follow(GREY, [face(100, 0.5, random)], frame / 25)
        ] == [1]
    found = face(115, 0.5, random)
    (after,) = video.follow(RED, [found], 4 / 25)
    assert after.track == 2
    assert found.landmarks is not None and after.landmarks is not None
    np.testing.assert_allclose(after.landmarks.points, found.landmarks.points, atol=1e-4)


def test_filters_of_ended_tracks_are_dropped() -> None:
    random = np.random.default_rng(4)
    video = VideoFaces(OneEuroOptions())
    for minute in range(50):
        video.follow(GREY, [face(100, 0.5, random)], 60.0 * minute)
    assert video.tracks == 50
    assert len(video._filters) == len(video._last) == 1


@pytest.mark.parametrize("landmarks", [None, "of-my-own"])
def test_faces_without_landmarks_or_with_an_order_of_ones_own(landmarks: str | None) -> None:
    random = np.random.default_rng(5)
    video = VideoFaces(OneEuroOptions())
    plain = face(100, 0.5, random, scheme=landmarks or "ibug-68")
    if landmarks is None:
        plain = Face(plain.box, plain.score, plain.five_points)
    for frame in range(3):
        (after,) = video.follow(GREY, [plain], frame / 25)
        assert after.pose is None
        assert (after.landmarks is None) == (landmarks is None)
        assert after.track == 1


def test_a_box_that_jumps_and_shrinks_stays_a_box() -> None:
    """Middle and size are smoothed, not corners, which could pass each other."""
    random = np.random.default_rng(6)
    video = VideoFaces(OneEuroOptions(min_cutoff=0.1, beta=50))
    plain = face(100, 0.5, random)
    for frame in range(60):
        x, side = random.uniform(0, 120), random.uniform(80, 140)
        jumped = Face(Box(x, 0, x + side, side), 0.9, plain.five_points)
        (after,) = video.follow(GREY, [jumped], frame / 25)
        assert 80 <= after.box.width <= 140
