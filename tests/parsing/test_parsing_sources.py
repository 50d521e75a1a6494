"""Faces to learn parsing from, out of renderings and out of labelled photographs."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from part_masks import write_photo, write_png
from pydantic import ValidationError
from training.rendered_shards import BoxOfTheMiddle, write_shards

from lineament.datasets.part_readers import read_parts
from lineament.errors import ConfigError, DataError, ImageError
from lineament.image import read as read_picture
from lineament.landmarks.rendered_source import RenderedSource
from lineament.landmarks.schemes import IBUG_68
from lineament.parsing import photo_parts, rendered_parts
from lineament.parsing.part_schemes import UNKNOWN, find_part_scheme
from lineament.parsing.photo_parts import PhotoParts, features_extent
from lineament.parsing.rendered_parts import RenderedParts
from lineament.synthesis.shard_reader import read_shard, shard_path
from lineament.weights import find_record

RECORD = find_record("retinaface-mobilenet")
CELEBA, NINE, HELEN = (find_part_scheme(n) for n in ("celebamask-19", "parts-9", "helen-11"))


@pytest.fixture
def shards(tmp_path):
    write_shards(tmp_path / "faces", people=8, shards=2)
    return tmp_path / "faces"


def rendered(folder, cache, scheme=CELEBA, canvas=32, **values):
    source = RenderedParts(kind="rendered", folder=folder, **values)
    return source.read(scheme, canvas, BoxOfTheMiddle(RECORD), cache)


def written(root, sizes=((40, 30), (24, 40), (32, 32)), mask=None):
    """Pictures of noise, each with a mask of noise of its size."""
    for number, (height, width) in enumerate(sizes):
        noise = np.random.default_rng(number).integers(0, 19, (height, width)).astype(np.uint8)
        write_photo(root / "images" / f"{number}.png", height, width, seed=number)
        write_png(root / "masks" / f"{number}.png", noise if mask is None else mask)
    return root


def photos(folder, cache, scheme=CELEBA, canvas=40, **values):
    values = {"dataset": "palette_masks", "split": "all", **values}
    source = PhotoParts(kind="photos", folder=folder, **values)
    return source.read(scheme, canvas, BoxOfTheMiddle(RECORD), cache)


def never(*_arguments):
    raise AssertionError("read again")


def test_renderings_come_with_their_masks(shards, tmp_path):
    training, held_out = rendered(shards, tmp_path / "cache", validation_people=3)
    assert (len(training), len(held_out)) == (10, 6)
    assert not set(training.groups) & set(held_out.groups)
    truths = [one.rendering for n in range(2) for one in read_shard(shard_path(shards, n))]
    for row, truth in enumerate(truths):
        faces, index = (training, row) if row < 10 else (held_out, row - 10)
        np.testing.assert_array_equal(faces.picture(index), truth.image)
        np.testing.assert_array_equal(faces.mask(index), truth.mask)
        assert faces.groups[index] == truth.identity
    assert np.isnan(training.boxes[0]).all() and np.isfinite(training.boxes[1:]).all()


def test_one_cache_serves_every_scheme_and_task(shards, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    RenderedSource(kind="rendered", folder=shards).read(IBUG_68, BoxOfTheMiddle(RECORD), cache)
    monkeypatch.setattr("lineament.landmarks.rendered_source._extract", never)
    all_of_them, _ = rendered(shards, cache)
    monkeypatch.setattr(rendered_parts, "_extract", never)
    nine, nobody = rendered(shards, cache, NINE, limit=7)
    assert (len(nine), len(nobody)) == (7, 0)
    np.testing.assert_array_equal(nine.mask(3), NINE.classes_of(all_of_them.mask(3)))
    assert len(list(cache.glob("*/"))) == 2


def test_changed_shards_are_read_anew(shards, tmp_path):
    first, _ = rendered(shards, tmp_path / "cache")
    write_shards(shards, people=9, shards=2)
    again, _ = rendered(shards, tmp_path / "cache")
    assert (len(first), len(again)) == (16, 18)


def test_small_renderings_are_warned_of(shards, tmp_path, caplog):
    with caplog.at_level(logging.WARNING, logger="lineament"):
        rendered(shards, tmp_path / "cache", canvas=64)
        assert not caplog.text
        rendered(shards, tmp_path / "cache", canvas=65)
    assert "64 pixels, fewer than the canvas of 65" in caplog.text


def test_a_rendered_mask_that_is_none_is_named(shards, tmp_path, monkeypatch):
    def spoiled(path):
        for number, sample in enumerate(read_shard(path)):
            if number == 5:
                sample.rendering.mask[3, 4] = 19
            yield sample

    monkeypatch.setattr(rendered_parts, "read_shard", spoiled)
    with pytest.raises(DataError, match=r"shard-000000\.tar: .*000000005 holds 19.*part is 18"):
        rendered(shards, tmp_path / "cache")
    with pytest.raises(DataError, match="no shard"):
        rendered(tmp_path, tmp_path / "cache")


def test_a_whole_photo_is_scaled_and_centred(tmp_path):
    """Longer sides fill the square; a photo of that side is copied pixel by pixel."""
    folder = written(tmp_path / "set")
    faces, nobody = photos(folder, tmp_path / "cache")
    assert (len(faces), len(nobody)) == (3, 0)
    truths = read_parts("palette_masks", folder)
    for number, corner in ((0, (0, 5)), (1, (8, 0))):
        picture, mask = truths[number].read()
        rows = slice(corner[0], corner[0] + mask.shape[0])
        columns = slice(corner[1], corner[1] + mask.shape[1])
        np.testing.assert_array_equal(faces.picture(number)[rows, columns], picture)
        np.testing.assert_array_equal(faces.mask(number)[rows, columns], mask)
        beside = np.ones((40, 40), bool)
        beside[rows, columns] = False
        assert not faces.picture(number)[beside].any() and not faces.mask(number)[beside].any()
    assert (faces.mask(2)[[0, -1]] != 0).any(), "32 pixels fill 40"
    assert np.isnan(faces.boxes[0]).all()
    # 0.2 to 0.8 of 24, as the detector's stand-in says; the photo has 8 rows above it.
    np.testing.assert_allclose(faces.boxes[1], [4.8, 12.8, 19.2, 27.2], atol=1e-4)


def test_odd_sizes_are_padded_by_whole_pixels(tmp_path):
    folder = written(tmp_path / "set", sizes=((41, 30), (29, 17)))
    faces, _ = photos(folder, tmp_path / "cache", keeps="padded", canvas=64)
    for number, (top, left) in enumerate(((11, 17), (17, 23))):
        picture, mask = read_parts("palette_masks", folder)[number].read()
        rows, columns = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        np.testing.assert_array_equal(faces.picture(number)[rows, columns], picture)
        np.testing.assert_array_equal(faces.mask(number)[rows, columns], mask)
        assert faces.picture(number)[rows, columns].sum() == faces.picture(number).sum()


def test_a_photo_that_is_too_large_to_pad_is_named(tmp_path):
    folder = written(tmp_path / "set", sizes=((20, 20), (20, 33)))
    with pytest.raises(DataError) as caught:
        photos(folder, tmp_path / "cache", keeps="padded", canvas=32)
    for word in (str(folder / "images" / "1.png"), "33 x 20", "at most 32", "scaled"):
        assert word in str(caught.value)


def test_the_surroundings_of_a_face_are_kept(tmp_path):
    folder = written(tmp_path / "set", sizes=((60, 60), (60, 60)))
    faces, _ = photos(folder, tmp_path / "cache", keeps="face", room=1.0, canvas=36)
    # The box is 12 to 48, so that pixels are taken halfway between those of the photo.
    picture, mask = read_parts("palette_masks", folder)[1].read()
    np.testing.assert_allclose(faces.boxes[1], [-0.5, -0.5, 35.5, 35.5], atol=1e-4)
    for row in range(1, 35):
        assert set(faces.mask(1)[row]) <= set(mask[12 + row]) | set(mask[13 + row])
    away = faces.picture(1)[1:-1, 1:-1].astype(float) - (
        sum(picture[13 + r : 47 + r, 13 + c : 47 + c].astype(float) for r in (0, 1) for c in (0, 1))
        / 4
    )
    assert np.abs(away).max() <= 1
    np.testing.assert_array_equal(faces.picture(0).shape, (36, 36, 3))
    assert np.isnan(faces.boxes[0]).all(), "all of the photo is kept where no face was found"


def test_photos_are_kept_once_whatever_the_scheme(tmp_path, monkeypatch):
    folder = written(tmp_path / "set")
    first, _ = photos(folder, tmp_path / "cache")
    monkeypatch.setattr(PhotoParts, "_extract", never)
    nine, _ = photos(folder, tmp_path / "cache", NINE)
    np.testing.assert_array_equal(nine.mask(1), NINE.classes_of(first.mask(1)))
    with pytest.raises(AssertionError):
        photos(folder, tmp_path / "cache", canvas=41)


def test_a_mask_that_was_mended_is_read_anew(tmp_path):
    folder = written(tmp_path / "set")
    photos(folder, tmp_path / "cache")
    write_png(folder / "masks" / "2.png", np.full((32, 32), 7, np.uint8), palette=True)
    faces, _ = photos(folder, tmp_path / "cache")
    assert set(np.unique(faces.mask(2))) == {7}


def test_splits_validate_and_share_nothing(tmp_path):
    folder = written(tmp_path / "set", sizes=((8, 8),) * 16)
    training, held_out = photos(
        folder, tmp_path / "cache", split="train", validation="validation", limit=5
    )
    assert (len(training), len(held_out)) == (5, 2)
    names = sorted(str(number) for number in range(16))
    last = read_picture(folder / "images" / f"{names[-1]}.png")
    np.testing.assert_array_equal(photos(folder, tmp_path / "cache", canvas=8)[0].picture(15), last)
    for validation in ("train", "all"):
        with pytest.raises(ConfigError, match=f"'train' and validation '{validation}' .* share"):
            photos(folder, tmp_path / "cache", split="train", validation=validation)


def test_masks_of_another_scheme(tmp_path):
    folder = written(tmp_path / "set", mask=np.full((32, 32), 4, np.uint8), sizes=((32, 32),))
    faces, _ = photos(folder, tmp_path / "cache", NINE, labelled_in="helen-11", canvas=32)
    name = HELEN.classes[4]
    assert set(np.unique(faces.mask(0))) == {NINE.classes.index(name)}
    skin, _ = photos(written(tmp_path / "b", mask=np.ones((32, 32), np.uint8), sizes=((32, 32),)),
                     tmp_path / "cache", CELEBA, labelled_in="helen-11", canvas=32)  # fmt: skip
    assert set(np.unique(skin.mask(0))) == {UNKNOWN}, "HELEN's skin may be glasses"


def test_bad_files_are_named(tmp_path):
    folder = written(tmp_path / "set")

    def fault(kind, *words, **values):
        with pytest.raises(kind) as caught:
            photos(folder, tmp_path / "cache", **values)
        for word in words:
            assert str(word) in str(caught.value)

    picture, mask = folder / "images" / "1.png", folder / "masks" / "1.png"
    write_png(mask, np.full((24, 40), 19, np.uint8))
    fault(DataError, mask, "got the number 19", "0 to 18 of celebamask-19")
    write_png(mask, np.zeros((24, 41), np.uint8))
    fault(DataError, mask, "41 x 24", "40 x 24", picture)
    mask.write_bytes(b"torn")
    fault(DataError, mask)
    write_png(mask, np.zeros((24, 40), np.uint8))
    whole = picture.read_bytes()
    picture.write_bytes(whole[: len(whole) // 2])
    fault(ImageError, picture, "truncated")
    picture.unlink()
    fault(DataError, mask, "its picture")
    assert not list((tmp_path / "cache").glob("*/")), "what was broken off is not kept"
    fault(ConfigError, "did you mean palette_masks", dataset="palete_masks")
    with pytest.raises(ValidationError):
        PhotoParts(kind="photos", dataset="lapa", folder=folder, keeps="cropped")


def test_a_face_without_any_part_is_kept(tmp_path):
    """An empty mask, of a picture of one pixel: all background, and no error."""
    folder = written(tmp_path / "set", sizes=((1, 1),), mask=np.zeros((1, 1), np.uint8))
    faces, _ = photos(folder, tmp_path / "cache", canvas=16)
    assert not faces.mask(0).any() and (faces.picture(0) == faces.picture(0)[0, 0]).all()


def test_the_face_is_where_its_features_are():
    mask = np.zeros((20, 30), np.uint8)
    mask[2:18, 3:25] = CELEBA.classes.index("hair")
    mask[8:12, 10:16] = CELEBA.classes.index("nose")
    mask[14, 18] = CELEBA.classes.index("upper_lip")
    assert features_extent(mask, CELEBA).tolist() == [[10, 8], [18, 14]]
    assert features_extent(NINE.classes_of(mask), NINE).tolist() == [[10, 8], [18, 14]]
    assert features_extent(np.full((20, 30), UNKNOWN, np.uint8), NINE).tolist() == [
        [0, 0],
        [30, 20],
    ]
    assert set(range(19)) > photo_parts.FEATURES
