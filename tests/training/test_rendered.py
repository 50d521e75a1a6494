"""Rendered faces on disk, and the batches that are cut from them."""

import numpy as np
import pytest
from rendered_parts import write_part

from lineament.datasets.rendered import read_rendered
from lineament.errors import ConfigError, DataError
from lineament.landmarks.batches import LandmarkBatches
from lineament.landmarks.recipe import split
from lineament.landmarks.schemes import IBUG_68
from lineament.training.augment import Augmentation
from lineament.weights import DetectorBox, TurnedPoints


@pytest.fixture
def faces(tmp_path):
    parts = [write_part(tmp_path, 0, 5), write_part(tmp_path, 1, 3)]
    read = read_rendered(tmp_path)
    assert (read.image(11) == parts[1]["images"][1]).all()
    return read


def batches(faces, crop=None, **values):
    crop = crop or DetectorBox(rule="detector_box", scale=1.2)
    chosen = np.arange(len(faces))
    return LandmarkBatches(
        faces, chosen, IBUG_68, crop, 32, values.get("batch", 4), Augmentation(), 5
    )


def test_parts_are_one_sequence(faces):
    assert len(faces) == 16 and faces.points.shape == (16, 68, 2)
    assert sorted(set(faces.identities)) == [0, 1, 2, 3, 4, 100, 101, 102]
    with pytest.raises(IndexError):
        faces.image(16)


def test_nobody_is_in_both_halves(faces):
    training, held_out = split(faces, 3)
    people = faces.identities
    assert not set(people[training]) & set(people[held_out])
    assert len(training) + len(held_out) == 16 and len(set(people[held_out])) == 3
    with pytest.raises(ConfigError, match="keep some"):
        split(faces, 8)


def test_faces_without_a_box_are_left_out(faces):
    assert len(batches(faces).chosen) == 14


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


def test_an_epoch_shows_every_face_once(faces):
    shown = batches(faces, batch=7)
    orders = [shown._order(epoch).tolist() for epoch in range(2)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(14)) and orders[0] != orders[1]


def test_turned_crops_follow_the_true_points(faces):
    shown = batches(faces, TurnedPoints(rule="turned_points", scale=1.2))
    mean = shown.mean_points()
    assert mean.min() > 0 and mean.max() < 31


@pytest.mark.parametrize("missing", ["images", "points", "boxes"])
def test_a_missing_file_says_what_makes_it(faces, tmp_path, missing):
    assert len(faces)
    (tmp_path / f"part000_{missing}.npy").unlink()
    with pytest.raises(DataError, match=rf"part000_{missing}\.npy.*box_faces"):
        read_rendered(tmp_path)


def test_files_of_different_length_are_refused(faces, tmp_path):
    np.save(tmp_path / "part001_boxes.npy", faces.boxes[:3])
    with pytest.raises(DataError, match="differ in length"):
        read_rendered(tmp_path)


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(DataError, match="no rendered faces"):
        read_rendered(tmp_path)
