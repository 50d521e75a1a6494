"""Faces to train on, read from shards and kept on disk, and the batches that are cut from them."""

import numpy as np
import pytest
import torch
from rendered_shards import BoxOfTheMiddle, write_shards

from lineament.errors import ConfigError, DataError
from lineament.landmarks.batches import LandmarkBatches
from lineament.landmarks.device_batches import DeviceLandmarkBatches
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import IBUG_68, find_scheme
from lineament.landmarks.training_faces import TrainingFaces, joined, remembered
from lineament.training.augmentation.options import Augmentation, Occlusion, Spoiling, Straying
from lineament.weights import DetectorBox, TurnedPoints, find_record

RECORD = find_record("retinaface-mobilenet")


def read(folder, cache, people=2, scheme=IBUG_68, **values):
    source = RenderedSource(kind="rendered", folder=folder, validation_people=people, **values)
    return source.read(scheme, BoxOfTheMiddle(RECORD), cache)


@pytest.fixture
def folder(tmp_path):
    write_shards(tmp_path / "faces", people=8, shards=2)
    return tmp_path / "faces"


@pytest.fixture
def faces(folder, tmp_path):
    return read(folder, tmp_path / "cache", people=0)[0]


def batches(faces, crop=None, chosen=None, **values):
    augmentation = Augmentation(
        straying=Straying(mirror=0.5, rotation=30, shift=0.05, scale=0.05),
        occlusion=Occlusion(share=0.5),
        spoiling=Spoiling(gamma=0.3, noise=0.5, blur=0.5),
    )
    return LandmarkBatches(
        faces,
        np.arange(len(faces)) if chosen is None else chosen,
        IBUG_68,
        crop or DetectorBox(rule="detector_box", scale=1.2),
        32,
        values.get("batch", 4),
        augmentation,
        5,
    )


def test_shards_are_one_sequence(faces):
    assert len(faces) == 16 and faces.points.shape == (16, 68, 2)
    assert faces.groups.tolist() == np.repeat(np.arange(8), 2).tolist()
    with pytest.raises(IndexError):
        faces.image(16)


@pytest.mark.parametrize("scheme", ["ibug-68", "wflw-98", "five-points"])
def test_every_scheme_of_the_renderings_can_be_learnt(folder, tmp_path, scheme):
    training, held_out = read(folder, tmp_path / "cache", scheme=find_scheme(scheme))
    assert training.points.shape[1] == held_out.points.shape[1] == find_scheme(scheme).count


def test_a_scheme_that_renderings_lack_is_named(folder, tmp_path):
    with pytest.raises(ConfigError, match="aflw-19"):
        read(folder, tmp_path / "cache", scheme=find_scheme("aflw-19"))


def test_nobody_is_in_both_halves(folder, tmp_path):
    training, held_out = read(folder, tmp_path / "cache", people=3)
    assert not set(training.groups) & set(held_out.groups)
    assert len(training) + len(held_out) == 16 and len(set(held_out.groups)) == 3
    with pytest.raises(ConfigError, match="keep some"):
        read(folder, tmp_path / "cache", people=8)


def test_pictures_are_read_once(folder, tmp_path, monkeypatch):
    first, _ = read(folder, tmp_path / "cache")

    def never(*_arguments):
        raise AssertionError("read again")

    monkeypatch.setattr("lineament.landmarks.rendered_source._extract", never)
    again, _ = read(folder, tmp_path / "cache")
    assert (again.image(3) == first.image(3)).all() and len(again) == len(first)


def test_a_changed_folder_is_read_anew(folder, tmp_path):
    read(folder, tmp_path / "cache")
    write_shards(folder, people=9, shards=2)
    training, held_out = read(folder, tmp_path / "cache")
    assert len(training) + len(held_out) == 18


def test_what_was_broken_off_is_not_taken_for_whole(tmp_path):
    def broken(place):
        np.save(place / "points.npy", np.zeros(3))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remembered(tmp_path, {"a": 1}, broken)
    assert not list(tmp_path.glob("*/"))
    whole = remembered(tmp_path, {"a": 1}, lambda place: np.save(place / "points.npy", np.ones(2)))
    assert whole["points"].tolist() == [1, 1]


def test_a_damaged_cache_says_so(tmp_path):
    remembered(tmp_path, {"a": 1}, lambda place: np.save(place / "points.npy", np.ones(2)))
    next(tmp_path.glob("*/points.npy")).write_bytes(b"torn")
    with pytest.raises(DataError, match="damaged"):
        remembered(tmp_path, {"a": 1}, lambda _place: None)


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="no shard"):
        read(tmp_path, tmp_path / "cache")


def test_faces_of_several_sources_stay_apart(faces):
    both = joined([faces, faces])
    assert len(both) == 32 and (both.image(20) == faces.image(4)).all()
    assert len(set(both.groups)) == 16


def test_lengths_that_differ_are_refused(faces):
    with pytest.raises(ValueError, match="as many of each"):
        TrainingFaces(faces.images, faces.points, faces.boxes[:3], faces.groups)


def test_faces_without_a_box_are_left_out(faces):
    assert np.isnan(faces.boxes[0]).all() and len(batches(faces).chosen) == 15


def test_an_iteration_is_the_same_whenever_it_is_asked_for(faces):
    one, two = batches(faces), batches(faces)
    for iteration in range(9):
        two.batch(iteration)
    first, again = one.batch(3), two.batch(3)
    assert all((first[name] == again[name]).all() for name in first)
    assert first["image"].shape == (4, 32, 32, 3) and first["target"].shape == (4, 136)


def test_processes_share_one_batch(faces):
    whole = batches(faces).batch(2)
    shares = [batches(faces).batch(2, rank, 2) for rank in range(2)]
    together = np.empty_like(whole["target"])
    together[0::2], together[1::2] = shares[0]["target"], shares[1]["target"]
    assert (together == whole["target"]).all()


def test_an_epoch_shows_every_face_as_often_as_it_is_chosen(faces):
    shown = batches(faces, chosen=np.array([1, 2, 2, 3]))
    orders = [shown.chosen[shown._order(epoch)].tolist() for epoch in range(2)]
    assert sorted(orders[0]) == sorted(orders[1]) == [1, 2, 2, 3]


def test_a_face_that_is_seen_twice_is_augmented_twice(faces):
    shown = batches(faces, chosen=np.array([4, 4])).batch(0)["image"]
    assert (shown[0] != shown[1]).any()


def test_turned_crops_follow_the_true_points(faces):
    mean = batches(faces, TurnedPoints(rule="turned_points", scale=1.2)).mean_points()
    assert mean.min() > 0 and mean.max() < 31


class Askew:
    """A first stage that answers with the true points, moved."""

    def __init__(self, faces):
        self.faces, self.asked = faces, []

    def points(self, image, _box, random):
        row = next(i for i in range(len(self.faces)) if (self.faces.image(i) == image).all())
        self.asked.append(random is not None)
        return self.faces.points[row] + np.float32(5)


def test_the_first_stage_cuts_the_crops_of_the_second(faces):
    crop = TurnedPoints(rule="turned_points", scale=1.2)
    plain, moved = batches(faces, crop), batches(faces, crop)
    moved.first_stage = Askew(faces)
    away = moved.square(3).centre - plain.square(3).centre
    np.testing.assert_allclose(away, 5, atol=1e-3)
    moved.batch(0)
    assert moved.first_stage.asked == [False, True, True, True, True]


def test_crops_of_the_device_are_those_of_the_processor(faces):
    """But for rounding, and for the picture that hides a part."""
    plain = batches(faces)
    device = DeviceLandmarkBatches(
        faces, np.arange(16), IBUG_68, plain.crop, 32, 4, plain.augmenter.options, 5
    )
    for iteration in range(4):
        expected = plain.batch(iteration)
        image, target = device.prepare(device.batch(iteration), torch.device("cpu"))
        np.testing.assert_allclose(target.numpy(), expected["target"], atol=1e-3)
        away = np.abs(image.permute(0, 2, 3, 1).numpy() - expected["image"].astype(float))
        assert np.median(away.mean(axis=(1, 2, 3))) < 2


def test_the_device_wants_pictures_of_one_size(faces, tmp_path):
    write_shards(tmp_path / "small", people=4, size=48)
    both = joined([faces, read(tmp_path / "small", tmp_path / "cache", people=0)[0]])
    mixed = DeviceLandmarkBatches(
        both,
        np.arange(len(both)),
        IBUG_68,
        DetectorBox(rule="detector_box", scale=1.2),
        *(32, 20, Augmentation(), 5),
    )
    with pytest.raises(ConfigError, match="one size"):
        mixed.batch(0)
