"""Crops to learn attributes from: the truth goes through what the augmentation does."""

from __future__ import annotations

import logging
from bisect import bisect_right

import numpy as np
import pytest

from lineament.attributes.attribute_faces import AttributeFaces, joined_attributes
from lineament.attributes.batches import AGGRESSIVE, AttributeBatches, mirrored_labels
from lineament.errors import ConfigError, DataError
from lineament.landmarks.schemes import FIVE, IBUG_68
from lineament.landmarks.training_faces import TrainingFaces
from lineament.synthesis.attributes import POSE_BOUNDS
from lineament.training.augmentation.options import Augmentation, Straying
from lineament.weights import DetectorBox

TASKS = ("smile", "pose_bin")
SIDE, CROP = 96, 40
BOX = DetectorBox(rule="detector_box", scale=1.3)
NONE = Augmentation()


def eye_line(points):
    """Degrees by which the person's left eye lies above the right one, of (L,2)."""
    right, left = points[0], points[1]
    return np.degrees(np.arctan2(right[1] - left[1], left[0] - right[0]))


def nose_aside(points):
    """Where the nose lies along the line of the eyes, 100 at their distance to the left eye."""
    across = points[1] - points[0]
    return 100 * (points[2] - (points[0] + points[1]) / 2) @ across / (across @ across)


def drawn_face(random):
    """Five points of which roll and yaw can be read off: see `eye_line` and `nose_aside`."""
    roll, yaw = random.uniform(-20, 20), random.uniform(-60, 60)
    plain = np.array([[-12, -10], [12, -10], [24 * yaw / 100, 2], [-8, 12], [8, 12]])
    cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    points = plain @ np.array([[cos, -sin], [sin, cos]]) + SIDE / 2
    return points, (yaw, random.uniform(-20, 20), roll)


def drawn_faces(count=12, unknown=(), missed=()):
    """Faces of noise; of the `unknown` nothing is known, the detector found not the `missed`."""
    random = np.random.default_rng(4)
    rows = [drawn_face(random) for _ in range(count)]
    points = np.array([points for points, _ in rows], np.float32)
    angles = np.array([angles for _, angles in rows], np.float32)
    poses = [bisect_right(POSE_BOUNDS, yaw) for yaw in angles[:, 0]]
    labels = np.stack([random.integers(0, 2, count), poses], axis=1).astype(np.int64)
    boxes = np.tile(np.float32([24, 20, 72, 76]), (count, 1))
    for row in unknown:
        points[row], angles[row], labels[row] = np.nan, np.nan, -1
    boxes[list(missed)] = np.nan
    pictures = random.integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)
    faces = TrainingFaces((pictures,), points, boxes, np.arange(count))
    return AttributeFaces(faces, labels, TASKS, angles)


def batches(faces, augmentation=NONE, seed=7, batch=12, scheme=FIVE):
    return AttributeBatches(faces, scheme, BOX, CROP, batch, augmentation, seed)


def as_points(rows):
    return rows.reshape(len(rows), 2, -1).transpose(0, 2, 1)


def test_a_batch_has_what_is_known_of_each_crop():
    faces = drawn_faces()
    shown = batches(faces)
    one = shown.batch(0)
    assert {name: (array.shape, array.dtype.name) for name, array in one.items()} == {
        "image": ((12, CROP, CROP, 3), "uint8"),
        "points": ((12, 10), "float32"),
        "labels": ((12, 2), "int64"),
        "angles": ((12, 3), "float32"),
    }
    order = [shown.index(place) for place in range(12)]
    assert sorted(order) == list(range(12))
    np.testing.assert_array_equal(one["labels"], faces.labels[order])
    np.testing.assert_array_equal(one["angles"], faces.angles[order])
    side = 1.3 * np.sqrt(48 * 56)
    expected = (faces.faces.points[order] - 48) * CROP / side + (CROP - 1) / 2
    np.testing.assert_allclose(as_points(one["points"]), expected, atol=1e-3)


def test_mirrored_is_mirrored():
    """Picture, points, classes and angles, each against its plain self."""
    faces = drawn_faces()
    plain = batches(faces).batch(0)
    mirrored = batches(faces, Augmentation(straying=Straying(mirror=1))).batch(0)
    assert (mirrored["image"] == plain["image"][:, :, ::-1]).all()
    flipped = as_points(plain["points"])[:, [1, 0, 2, 4, 3]] * [-1, 1] + [CROP - 1, 0]
    np.testing.assert_allclose(as_points(mirrored["points"]), flipped, atol=1e-4)
    assert (mirrored["labels"][:, 0] == plain["labels"][:, 0]).all()
    assert (mirrored["labels"][:, 1] == 4 - plain["labels"][:, 1]).all()
    assert len(set(plain["labels"][:, 1])) > 2
    np.testing.assert_array_equal(mirrored["angles"], plain["angles"] * [-1, 1, -1])


def test_the_truth_follows_every_change():
    """Roll, yaw and pose class read off the points of the crop are those that the batch gives."""
    shown = batches(drawn_faces(), AGGRESSIVE)
    turned = []
    for iteration in range(8):
        rows = shown.batch(iteration)
        for points, angles, labels in zip(
            as_points(rows["points"]), rows["angles"], rows["labels"], strict=True
        ):
            assert angles[2] == pytest.approx(eye_line(points), abs=0.05)
            assert angles[0] == pytest.approx(nose_aside(points), abs=0.1)
            assert labels[1] == bisect_right(POSE_BOUNDS, angles[0])
            turned.append(angles[2])
    assert min(turned) < -30 and max(turned) > 30


def test_aggressive_crops_keep_most_of_the_face():
    shown = batches(drawn_faces(), AGGRESSIVE)
    draws = [shown.augmenter.draw(shown.square(0), shown.random(place)) for place in range(500)]
    boxes = [draw.square.side / np.sqrt(48 * 56) for draw in draws]
    turns = [np.degrees(draw.square.angle) for draw in draws]
    assert min(boxes) < 1.0 and max(boxes) > 1.6, "from close to the collar"
    assert -30 <= min(turns) < -29 and 29 < max(turns) <= 30
    assert 0.4 < np.mean([draw.mirrors for draw in draws]) < 0.6
    assert 0.3 < np.mean([draw.faults.jpeg is not None for draw in draws]) < 0.5
    points = as_points(np.concatenate([shown.batch(number)["points"] for number in range(20)]))
    inside = ((points > -0.5) & (points < CROP - 0.5)).all(axis=2)
    assert inside.mean() > 0.97 and inside.all(axis=1).mean() > 0.9


def test_the_same_seed_gives_the_same_bytes():
    first, again, other = (batches(drawn_faces(), AGGRESSIVE, seed) for seed in (7, 7, 8))
    for iteration in range(5):
        again.batch(iteration)
    for name, array in first.batch(5).items():
        assert array.tobytes() == again.batch(5)[name].tobytes()
    assert (first.batch(5)["image"] != other.batch(5)["image"]).any()


def test_processes_share_one_batch():
    faces = drawn_faces()
    whole = batches(faces, AGGRESSIVE).batch(2)
    for rank in range(2):
        share = batches(faces, AGGRESSIVE).batch(2, rank, 2)
        for name, array in whole.items():
            assert (array[rank::2] == share[name]).all()


def test_what_is_unknown_stays_unknown():
    faces = drawn_faces(unknown=range(0, 12, 2))
    rows = batches(faces, AGGRESSIVE).batch(0)
    unknown = (rows["labels"] == -1).all(axis=1)
    assert unknown.sum() == 6
    assert np.isnan(rows["points"][unknown]).all() and np.isnan(rows["angles"][unknown]).all()
    assert np.isfinite(rows["points"][~unknown]).all()
    assert (rows["labels"][~unknown] >= 0).all() and np.isfinite(rows["angles"][~unknown]).all()
    assert mirrored_labels(np.array([-1, -1]), [(0, 1), (4, 3, 2, 1, 0)]).tolist() == [-1, -1]


def test_the_mean_of_points_is_of_faces_that_have_some():
    known, mixed = drawn_faces(), drawn_faces(unknown=[0, 5])
    rest = [row for row in range(12) if row not in (0, 5)]
    expected = as_points(batches(known).plain(rest)["points"]).mean(axis=0)
    np.testing.assert_allclose(batches(mixed).mean_points(), expected, atol=1e-4)
    with pytest.raises(DataError, match="no face has points"):
        batches(drawn_faces(unknown=range(12))).mean_points()


def test_missed_faces_are_left_out_and_counted(caplog):
    with caplog.at_level(logging.INFO):
        shown = batches(drawn_faces(missed=[3, 4]))
    assert sorted(shown.chosen) == [0, 1, 2, *range(5, 12)]
    assert "2 of 12 faces left out" in caplog.text
    with pytest.raises(DataError, match="found none of the 12 faces"):
        batches(drawn_faces(missed=range(12)))


def test_points_of_another_number_are_refused():
    with pytest.raises(ValueError, match="5 points, ibug-68 68"):
        batches(drawn_faces(), scheme=IBUG_68)


def test_impossible_truths_are_refused():
    good = drawn_faces()

    def made(**values):
        fields = {"labels": good.labels, "tasks": TASKS, "angles": good.angles, **values}
        return AttributeFaces(good.faces, **fields)

    with pytest.raises(ValueError, match="task smile has labels -1 to 1, got 2"):
        made(labels=np.full((12, 2), 2))
    with pytest.raises(ValueError, match="got -2"):
        made(labels=np.full((12, 2), -2))
    with pytest.raises(ValueError, match="shapes"):
        made(angles=good.angles[:5])
    with pytest.raises(ValueError, match="angles of face 3 are known in part"):
        torn = good.angles.copy()
        torn[3, 1] = np.nan
        made(angles=torn)
    with pytest.raises(ConfigError, match="no task named 'mood'"):
        made(tasks=("smile", "mood"))


def test_faces_of_several_sources_are_one_sequence():
    one, two = drawn_faces(), drawn_faces(unknown=[1])
    both = joined_attributes([one, two])
    assert len(both) == 24 and len(set(both.faces.groups)) == 24
    np.testing.assert_array_equal(both.labels[12:], two.labels)
    np.testing.assert_array_equal(both.angles[:12], one.angles)
    assert both.with_points.sum() == 23
    other = AttributeFaces(one.faces, one.labels[:, :1], TASKS[:1], one.angles)
    with pytest.raises(ValueError, match="one kind"):
        joined_attributes([one, other])


def test_without_tasks_points_alone_are_learnt():
    faces = drawn_faces()
    bare = AttributeFaces(faces.faces, np.empty((12, 0), np.int64), (), faces.angles)
    assert batches(bare, AGGRESSIVE).batch(0)["labels"].shape == (12, 0)
