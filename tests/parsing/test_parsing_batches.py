"""Canvases to learn parsing from: picture and mask stay together whatever happens to them."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from pydantic import ValidationError

from lineament.errors import DataError
from lineament.parsing.batches import ParsingBatches
from lineament.parsing.five_fold import COPIES, FiveFold
from lineament.parsing.parsing_faces import (
    KeptFaces,
    ParsingFaces,
    class_table,
    joined_parts,
    no_faces,
)
from lineament.parsing.part_schemes import PART_SCHEMES, UNKNOWN, find_part_scheme
from lineament.parsing.patch_jitter import PatchFiveFold
from lineament.parsing.sides import mirror_table
from lineament.training.augmentation.options import Augmentation, Occlusion, Spoiling, Straying
from lineament.weights import DetectorBox, WholePhoto

CELEBA, NINE = find_part_scheme("celebamask-19"), find_part_scheme("parts-9")
WHOLE = WholePhoto(rule="whole_photo", multiple=32)
BOX = DetectorBox(rule="detector_box", scale=1.5)
NONE = Augmentation()
MOVING = Augmentation(straying=Straying(mirror=0.5, rotation=40, shift=0.2, scale=0.3))
STRONG = Augmentation(
    straying=MOVING.straying,
    occlusion=Occlusion(share=0.5),
    spoiling=Spoiling(gamma=0.3, noise=0.5, jpeg=0.5),
)
FIVE, PATCHES = FiveFold(kind="five_fold"), PatchFiveFold(kind="five_fold_patches")
COLOURS = np.random.default_rng(5).integers(30, 226, (256, 3)).astype(np.uint8)
"""Colour of every class, so that a picture tells the mask that belongs to it."""


def drawn_faces(count=6, side=48, scheme=CELEBA, unknown=False, missed=()):
    """Masks of a few tilted stripes, pictures in the colours of their classes."""
    random = np.random.default_rng(3)
    rows, columns = np.mgrid[:side, :side]
    masks = np.empty((count, side, side), np.uint8)
    for mask in masks:
        angle, width = random.uniform(0, np.pi), side / 4
        stripe = ((rows * np.sin(angle) + columns * np.cos(angle)) // width).astype(int)
        mask[:] = random.integers(1, len(CELEBA.classes), 64)[stripe % 64]
        mask[10:20, 25:35] = UNKNOWN if unknown else 4
    boxes = np.tile(np.float32([12, 10, 34, 36]), (count, 1))
    boxes[list(missed)] = np.nan
    kept = KeptFaces(COLOURS[masks], masks, class_table(CELEBA, scheme))
    return ParsingFaces((kept,), boxes, np.arange(count), scheme)


def batches(faces, augmentation=NONE, crop=WHOLE, canvas=48, batch=4, seed=7, **values):
    return ParsingBatches(faces, crop, canvas, batch, augmentation, seed, **values)


def agreement(one):
    """Share of known pixels whose colour is that of their class, mirrored or not."""
    known = (one["mask"] != UNKNOWN) & (one["mask"] != 0)
    away = np.abs(one["image"].astype(int) - COLOURS[one["mask"]].astype(int)).max(axis=-1)
    return float((away[known] <= 3).mean())


def test_a_plain_canvas_is_the_kept_picture():
    faces = drawn_faces()
    rows = batches(faces).plain(range(6))
    assert {name: (a.shape, a.dtype.name) for name, a in rows.items()} == {
        "image": ((6, 48, 48, 3), "uint8"),
        "mask": ((6, 48, 48), "uint8"),
    }
    np.testing.assert_array_equal(rows["image"], faces.kept[0].pictures)
    np.testing.assert_array_equal(rows["mask"], faces.kept[0].masks)


def test_one_affine_moves_picture_and_mask():
    """Colours still say the class after turns, shifts and scales; only borders are blended."""
    for augmentation, crop in ((MOVING, WHOLE), (MOVING, BOX)):
        straight = augmentation.model_copy(
            update={"straying": augmentation.straying.model_copy(update={"mirror": 0.0})}
        )
        shown = batches(drawn_faces(), straight, crop, canvas=96)
        rows = [agreement(shown.batch(number)) for number in range(6)]
        assert np.mean(rows) > 0.87
        apart = shown.batch(1)
        apart["mask"] = np.roll(apart["mask"], 6, axis=2)
        assert agreement(apart) < 0.8


def test_the_five_fold_moves_both_too():
    for canvas in (48, 96):
        shown = batches(drawn_faces(), FIVE.model_copy(update={"noise": 0.0}), canvas=canvas)
        assert np.mean([agreement(shown.batch(number)) for number in range(8)]) > 0.8


def test_a_mirrored_canvas_swaps_left_and_right():
    faces = drawn_faces()
    plain = batches(faces).batch(0)
    mirrored = batches(faces, Augmentation(straying=Straying(mirror=1))).batch(0)
    np.testing.assert_array_equal(mirrored["image"], plain["image"][:, :, ::-1])
    swapped = np.array(CELEBA.mirror, np.uint8)[plain["mask"][:, :, ::-1]]
    np.testing.assert_array_equal(mirrored["mask"], swapped)
    assert (swapped != plain["mask"][:, :, ::-1]).any()


@pytest.mark.parametrize("name", PART_SCHEMES)
def test_a_mirror_twice_is_none(name):
    table = mirror_table(find_part_scheme(name))
    np.testing.assert_array_equal(table[table], np.arange(256))
    assert table[UNKNOWN] == UNKNOWN and table[0] == 0


def test_what_is_unknown_stays_unknown():
    faces = drawn_faces(unknown=True, scheme=NINE)
    for augmentation in (NONE, STRONG, FIVE, PATCHES):
        mask = batches(faces, augmentation).batch(3)["mask"]
        assert (mask == UNKNOWN).any(axis=(1, 2)).all()
        assert mask[mask != UNKNOWN].max() < 9


def test_a_class_is_unknown_where_edge_pixels_are_repeated():
    """The box's crop reaches over the left border by half its side."""
    faces = drawn_faces()
    faces.boxes[:] = [-15.5, 11.5, 14.5, 41.5]
    crop = DetectorBox(rule="detector_box", scale=1.0)
    for mirror in (0, 1):
        straying = Straying(mirror=mirror)
        mask = batches(faces, Augmentation(straying=straying), crop, 30).batch(0)["mask"]
        if mirror:
            mask = mask[:, :, ::-1]
        assert (mask[:, :, :15] == UNKNOWN).all() and (mask[:, :, 15:] != UNKNOWN).all()
    black = batches(faces, Augmentation(border="black"), crop, 30).batch(0)
    assert (black["mask"][:, :, :15] == 0).all() and (black["image"][:, :, :14] == 0).all()
    fold = batches(faces, FIVE, crop, 30)
    plain = [fold.batch(0)["mask"][row] for row in range(4) if fold.item(row)[1] == 0]
    assert all((mask[:, :15] == 0).all() for mask in plain)


def test_what_covers_the_face_is_background():
    covering = Augmentation(occlusion=Occlusion(share=1, smallest=0.2, largest=0.3))
    plain, covered = (batches(drawn_faces(), augmentation) for augmentation in (NONE, covering))
    for number in range(3):
        before, after = plain.batch(number), covered.batch(number)
        hidden = after["mask"] != before["mask"]
        assert hidden.any() and (after["mask"][hidden] == 0).all()
        assert (after["image"] == before["image"])[~hidden].mean() > 0.99


def test_an_iteration_is_the_same_whenever_it_is_asked_for():
    for augmentation in (STRONG, FIVE, PATCHES):
        one, two = batches(drawn_faces(), augmentation), batches(drawn_faces(), augmentation)
        for iteration in range(5):
            two.batch(iteration)
        first, again = one.batch(3), two.batch(3)
        assert all(first[name].tobytes() == again[name].tobytes() for name in first)
        other = batches(drawn_faces(), augmentation, seed=8).batch(3)
        assert (first["image"] != other["image"]).any()


def test_processes_share_one_batch():
    for augmentation in (STRONG, FIVE, PATCHES):
        whole = batches(drawn_faces(), augmentation).batch(2)
        for rank in range(2):
            share = batches(drawn_faces(), augmentation).batch(2, rank, 2)
            assert all((whole[name][rank::2] == share[name]).all() for name in whole)


def test_an_epoch_shows_every_face_plain_and_in_four_copies():
    for augmentation in (FIVE, PATCHES):
        shown = batches(drawn_faces(), augmentation, chosen=np.array([1, 4, 5]))
        for epoch in range(2):
            items = [shown.item(place) for place in range(15 * epoch, 15 * (epoch + 1))]
            assert sorted(items) == [(face, copy) for face in (1, 4, 5) for copy in range(COPIES)]
    house = batches(drawn_faces(), NONE, chosen=np.array([1, 4, 4]))
    assert sorted(house.item(place) for place in range(3)) == [(1, 0), (4, 0), (4, 0)]


def test_copies_are_drawn_anew_in_every_epoch():
    shown = batches(drawn_faces(), FIVE, chosen=np.array([2]), batch=1)
    turned = [
        shown.batch(place)["image"] for place in range(10) if shown.item(place) == (2, COPIES - 1)
    ]
    assert len(turned) == 2 and (turned[0] != turned[1]).any()


def test_the_plain_copy_is_plain():
    faces = drawn_faces()
    for augmentation in (FIVE, PATCHES):
        shown = batches(faces, augmentation, batch=1)
        for place in range(30):
            index, copy = shown.item(place)
            if copy == 0:
                row = shown.batch(place)
                np.testing.assert_array_equal(row["image"][0], faces.picture(index))
                np.testing.assert_array_equal(row["mask"][0], faces.mask(index))


def test_patches_come_with_what_moves_them():
    rows = batches(drawn_faces(), PATCHES, batch=10).batch(0)
    assert rows["jitter"].shape == (10, 6, 2, 3) and rows["jitter"].dtype == np.float32
    faces = batches(drawn_faces(), FIVE, batch=10).batch(0)
    assert set(faces) == {"image", "mask"}


def test_missed_faces_are_left_out_and_counted(caplog):
    with caplog.at_level(logging.INFO, logger="lineament"):
        shown = batches(drawn_faces(missed=[0, 3]), crop=BOX)
    assert shown.chosen.tolist() == [1, 2, 4, 5] and "2 of 6 faces left out" in caplog.text
    assert len(batches(drawn_faces(missed=range(6))).chosen) == 6, "the whole photo needs no box"
    with pytest.raises(DataError, match="none of 6 faces is left"):
        batches(drawn_faces(missed=range(6)), crop=BOX)
    with pytest.raises(DataError, match="none of 0 faces"):
        batches(no_faces(CELEBA))


def test_sources_of_other_sizes_are_one_sequence():
    small, large = drawn_faces(side=48, scheme=NINE), drawn_faces(count=3, side=64, scheme=NINE)
    both = joined_parts([small, no_faces(NINE), large])
    assert len(both) == 9 and len(set(both.groups)) == 9
    np.testing.assert_array_equal(both.picture(7), large.picture(1))
    np.testing.assert_array_equal(both.mask(8), large.mask(2))
    assert batches(both, batch=9).batch(0)["image"].shape == (9, 48, 48, 3)
    with pytest.raises(IndexError):
        both.mask(9)
    with pytest.raises(ValueError, match="one scheme"):
        joined_parts([small, drawn_faces()])


def test_masks_become_classes_of_the_recipe():
    nine, all_of_them = drawn_faces(scheme=NINE), drawn_faces()
    for index in range(6):
        expected = NINE.classes_of(all_of_them.mask(index))
        np.testing.assert_array_equal(nine.mask(index), expected)


def test_what_a_set_does_not_tell_apart_is_unknown():
    helen = find_part_scheme("helen-11")
    table = class_table(helen, CELEBA)
    assert table[0] == UNKNOWN and table[UNKNOWN] == UNKNOWN and table[77] == UNKNOWN
    for name, part in (("right_eye", "right_eye"), ("inner_mouth", "mouth"), ("hair", "hair")):
        assert table[helen.classes.index(name)] == CELEBA.classes.index(part)
    assert class_table(helen, NINE)[: len(helen.classes)].max() == 8


def test_arrays_that_do_not_belong_together_are_refused():
    part = drawn_faces().kept[0]
    boxes, groups = np.zeros((6, 4), np.float32), np.arange(6)
    with pytest.raises(ValueError, match="do not belong together"):
        ParsingFaces((part._replace(masks=part.masks[:, :40]),), boxes, groups, CELEBA)
    with pytest.raises(ValueError, match="as many of each"):
        ParsingFaces((part,), boxes[:5], groups, CELEBA)


def test_ranges_that_are_none_are_refused():
    with pytest.raises(ValidationError, match=r"lone_scale is \(least, largest\)"):
        FiveFold(kind="five_fold", lone_scale=(1.5, 0.8))
    with pytest.raises(ValidationError, match="small_scale"):
        PatchFiveFold(kind="five_fold_patches", small_scale=(2, 1))
    with pytest.raises(ValidationError):
        FiveFold(kind="five_fold", scale=(0, 1))
