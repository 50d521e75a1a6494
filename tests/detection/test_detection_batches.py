"""Batches of pictures: fixed shapes, the same again, mirrored in both places; kept pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from detection.drawn_faces import DrawnFaces

from lineament.datasets.labelled_picture import NOBODY, LabelledFaces
from lineament.detection import kept_pictures
from lineament.detection.batches import DetectionBatches, mirrored, padded
from lineament.detection.detector import NO_FACES, Detections
from lineament.detection.kept_pictures import KeptPictures
from lineament.detection.picture_source import PlainPicture
from lineament.detection.validation import detection_scores
from lineament.errors import DataError
from lineament.training.augmentation.options import Lighting
from lineament.training.augmentation.spoiling import Faults, spoiled


class Grey:
    """Pictures of one grey, without faces."""

    def picture(self, _: int, /) -> PlainPicture:
        return PlainPicture(np.full((64, 96, 3), 7, np.uint8), NOBODY)


def batches(**more: object) -> DetectionBatches:
    options = {"batch": 6, "most_faces": 5, "mirror": 0.5, "seed": 3} | more
    return DetectionBatches([DrawnFaces()], [1.0], **options)  # type: ignore[arg-type]


def test_shapes_types_and_rows() -> None:
    arrays = batches().batch(2)
    shapes = {name: (array.shape, array.dtype) for name, array in arrays.items()}
    assert shapes == {
        "image": ((6, 64, 96, 3), np.uint8),
        "boxes": ((6, 5, 4), np.float32),
        "five_points": ((6, 5, 5, 2), np.float32),
        "ignored": ((6, 5), np.bool_),
        "present": ((6, 5), np.bool_),
    }
    present = arrays["present"]
    assert (present[:, 0]).all() and (np.diff(present.astype(int), axis=1) <= 0).all()
    assert np.isnan(arrays["five_points"][~present]).all()
    assert np.isfinite(arrays["five_points"][present]).all()


def test_a_batch_is_a_function_of_its_number_and_processes_share_it() -> None:
    whole = batches().batch(4)
    for name, array in batches().batch(4).items():
        np.testing.assert_array_equal(array, whole[name])
    parts = [batches().batch(4, rank, 2)["image"] for rank in range(2)]
    np.testing.assert_array_equal(np.stack(parts, axis=1).reshape(6, 64, 96, 3), whole["image"])
    assert (batches().batch(5)["image"] != whole["image"]).any()
    assert (batches(seed=4).batch(4)["image"] != whole["image"]).any()


def test_mirroring_moves_pixels_boxes_and_points_alike() -> None:
    made = DrawnFaces().picture(1)
    image, faces = mirrored(made.image, made.faces)
    np.testing.assert_array_equal(image, made.image[:, ::-1])
    np.testing.assert_allclose(faces.boxes[:, 0], 95 - made.faces.boxes[:, 2])
    np.testing.assert_allclose(faces.boxes[:, 1::2], made.faces.boxes[:, 1::2])
    right, left = faces.five_points[:, 0], faces.five_points[:, 1]
    assert (right[:, 0] < left[:, 0]).all()
    np.testing.assert_allclose(right[:, 0], 95 - made.faces.five_points[:, 1, 0])
    back, again = mirrored(image, faces)
    np.testing.assert_array_equal(back, made.image)
    np.testing.assert_allclose(again.boxes, made.faces.boxes, atol=1e-4)
    np.testing.assert_allclose(again.five_points, made.faces.five_points, atol=1e-4)


def test_half_of_the_pictures_are_mirrored() -> None:
    never, always, half = (batches(mirror=share) for share in (0, 1, 0.5))
    turned = []
    for place in range(40):
        plain, flipped = never.picture(place).image, always.picture(place).image
        np.testing.assert_array_equal(plain, flipped[:, ::-1])
        turned.append((half.picture(place).image == flipped).all())
    assert 10 < sum(turned) < 30


def test_lighting_changes_colours_alone_and_each_time_anew() -> None:
    lighting = Lighting(gamma=0.3, contrast=0.2, cast=0.2, brightness=0.05, gradient=0.5)
    steady, lit = batches(), batches(lighting=lighting)
    changed = set()
    for place in range(12):
        plain, other = steady.picture(place), lit.picture(place)
        np.testing.assert_array_equal(other.faces.boxes, plain.faces.boxes)
        np.testing.assert_array_equal(other.faces.five_points, plain.faces.five_points)
        np.testing.assert_array_equal(lit.picture(place).image, other.image)
        difference = other.image.astype(int) - plain.image
        assert np.abs(difference).max() > 3
        changed.add(difference.mean().round(3))
    assert len(changed) == 12


def test_light_that_falls_off_does_so_across_the_whole_picture() -> None:
    image = np.full((64, 96, 3), 100, np.uint8)
    lit = spoiled(image, Faults(light=(0.0, 0.5))).astype(int)
    assert (np.ptp(lit, axis=0) == 0).all()
    assert (np.diff(lit[0, :, 0]) >= 0).all()
    np.testing.assert_allclose(lit[0, [0, -1], 0], 100 * np.exp([-0.5, 0.5]), atol=1)


def test_sources_come_by_their_shares() -> None:
    both = DetectionBatches([DrawnFaces(), Grey()], [3, 1], 4, 5, 0.0, 0)
    grey = [len(both.picture(place).faces) == 0 for place in range(200)]
    assert 30 < sum(grey) < 75


def test_more_faces_than_rows() -> None:
    many = LabelledFaces(
        np.zeros((7, 4), np.float32), np.zeros((7, 5, 2), np.float32), np.zeros(7, np.bool_)
    )
    with pytest.raises(DataError, match="has 7 faces and the recipe's most_faces is 5"):
        padded([NOBODY, many], 5)


def test_kept_pictures_are_the_made_ones(tmp_path: Path) -> None:
    made = [DrawnFaces().picture(10 + number) for number in range(4)]
    kept = KeptPictures(DrawnFaces(), 10, 4, tmp_path, {"made of": "lines"})
    seen = set()
    for seed in range(40):
        again = kept.picture(seed)
        same = [n for n, each in enumerate(made) if np.array_equal(each.image, again.image)]
        assert len(same) == 1
        seen |= set(same)
        np.testing.assert_array_equal(again.faces.boxes, made[same[0]].faces.boxes)
        np.testing.assert_array_equal(again.faces.five_points, made[same[0]].faces.five_points)
    assert seen == {0, 1, 2, 3}
    another = KeptPictures(DrawnFaces(), 10, 4, tmp_path, {"made of": "lines"})
    np.testing.assert_array_equal(another.picture(5).image, kept.picture(5).image)


def test_many_kept_pictures_are_made_by_several_processes_and_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = KeptPictures(DrawnFaces(), 3, 20, tmp_path / "alone", {})
    monkeypatch.setattr(kept_pictures, "FEW", 5)
    monkeypatch.setattr(kept_pictures, "usable_cores", lambda: 2)
    together = KeptPictures(DrawnFaces(), 3, 20, tmp_path / "together", {})
    for name, array in alone.arrays.items():
        np.testing.assert_array_equal(together.arrays[name], array)


def test_scores_by_hand() -> None:
    """Two faces, one found with points off by a tenth of the eyes' distance; one false."""
    faces = LabelledFaces(
        np.array([[0, 0, 20, 20], [50, 0, 70, 20]], np.float32),
        np.tile(np.array([[5, 5], [15, 5], [10, 10], [6, 15], [14, 15]], np.float32), (2, 1, 1)),
        np.zeros(2, np.bool_),
    )
    found = Detections(
        np.array([[0, 0, 20, 20], [100, 0, 120, 20]], np.float32),
        np.array([0.9, 0.4], np.float32),
        np.repeat(faces.five_points[:1] + np.float32([1, 0]), 2, axis=0),
    )
    scores = detection_scores([faces], [found])
    assert scores["average_precision"] == pytest.approx(0.5)
    assert scores["recall"] == 0.5
    assert 0.4 < scores["threshold"] < 0.41
    assert scores["point_error"] == pytest.approx(0.1)
    nothing = detection_scores([faces], [NO_FACES])
    assert nothing["recall"] == nothing["average_precision"] == 0
    assert "point_error" not in nothing
