"""Rendered people as aligned crops, kept once, and rendered while they are asked for."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
from fake_engine import Fake, FakeEngine, fake_rendering
from training.rendered_shards import write_shards

from lineament.datasets import rendered_identities
from lineament.datasets.identities_on_the_fly import (
    IdentitiesOnTheFly,
    read_identities_on_the_fly,
)
from lineament.datasets.rendered_identities import read_rendered_identities
from lineament.errors import ConfigError, DataError
from lineament.recognition.alignment import align
from lineament.synthesis.dataset_recipe import DatasetRecipe
from lineament.synthesis.sample_file import ImageFormat, encode
from lineament.synthesis.shard_reader import read_shard, shard_path
from lineament.synthesis.shard_writer import ShardWriter


@pytest.fixture
def shards(tmp_path):
    write_shards(tmp_path / "faces", people=6, each=5, shards=3)
    return tmp_path / "faces"


def renderings(shards, count=3):
    return [one.rendering for n in range(count) for one in read_shard(shard_path(shards, n))]


def test_crops_are_those_of_the_exact_points(shards, tmp_path):
    pictures = read_rendered_identities(shards, tmp_path / "cache")
    truths = renderings(shards)
    assert len(pictures) == len(truths) == 30 and pictures.aligned and pictures.left_out == (0, 0)
    assert pictures.labels.dtype == np.int64
    for number, truth in enumerate(truths):
        np.testing.assert_array_equal(pictures.picture(number), align(truth.image, truth.points5))
        assert pictures.names[pictures.labels[number]] == str(truth.identity)
    small = read_rendered_identities(shards, tmp_path / "cache", size=64)
    assert small.picture(29).shape == (64, 64, 3)


def test_people_are_numbered_as_they_were_rendered(shards, tmp_path):
    pictures = read_rendered_identities(shards, tmp_path / "cache")
    first = np.unique(pictures.labels, return_index=True)[1]
    assert (np.diff(first) > 0).all() and pictures.labels[0] == 0
    write_shards(shards, people=8, each=5, shards=4)
    more = read_rendered_identities(shards, tmp_path / "cache")
    assert more.names[:6] == pictures.names and len(more.names) == 8


@pytest.mark.parametrize(
    "options",
    [{"max_yaw": 30.0}, {"max_occlusion": 0.4}, {"least_seen": 4}, {"max_yaw": 40.0,
     "max_occlusion": 0.6, "least_pictures": 3}],
)  # fmt: skip
def test_faces_with_little_to_see_are_left_out(shards, tmp_path, options):
    pictures = read_rendered_identities(shards, tmp_path / "cache", **options)
    truths = renderings(shards)
    good = [
        abs(truth.attributes.yaw) <= options.get("max_yaw", 180)
        and truth.attributes.occlusion <= options.get("max_occlusion", 1)
        and truth.visible5.sum() >= options.get("least_seen", 0)
        for truth in truths
    ]
    people = [truth.identity for truth, one in zip(truths, good, strict=True) if one]
    least = options.get("least_pictures", 1)
    kept = [
        number
        for number, truth in enumerate(truths)
        if good[number] and people.count(truth.identity) >= least
    ]
    assert 0 < len(kept) < 30 and pictures.rows.tolist() == kept
    assert np.unique(pictures.labels).tolist() == list(range(len(pictures.names)))
    assert pictures.left_out == (30 - len(kept), 6 - len(pictures.names))
    for place, number in enumerate(kept):
        truth = truths[number]
        np.testing.assert_array_equal(pictures.picture(place), align(truth.image, truth.points5))
        assert pictures.names[pictures.labels[place]] == str(truth.identity)


def test_crops_are_made_once_whatever_the_options(shards, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    whole = read_rendered_identities(shards, cache)

    def never(*_arguments):
        raise AssertionError("cut again")

    monkeypatch.setattr(rendered_identities, "_extract", never)
    some = read_rendered_identities(shards, cache, max_yaw=30)
    np.testing.assert_array_equal(some.picture(0), whole.picture(int(some.rows[0])))
    assert isinstance(some.parts[0], np.memmap)
    with pytest.raises(AssertionError):
        read_rendered_identities(shards, cache, size=64)


def test_a_broken_run_goes_on_and_new_shards_are_added(shards, tmp_path, monkeypatch):
    cache, cut = tmp_path / "cache", []
    extract = rendered_identities._extract

    def counted(shard, place, size):
        cut.append(shard.name)
        if len(cut) == 2:
            raise KeyboardInterrupt
        extract(shard, place, size)

    monkeypatch.setattr(rendered_identities, "_extract", counted)
    with pytest.raises(KeyboardInterrupt):
        read_rendered_identities(shards, cache)
    assert len(read_rendered_identities(shards, cache)) == 30
    assert cut == [f"shard-00000{n}.tar" for n in (0, 1, 1, 2)]
    shard_path(shards, 3).write_bytes(shard_path(shards, 0).read_bytes())
    assert len(read_rendered_identities(shards, cache)) == 40
    assert len(cut) == 5


def test_bad_options_and_shards(shards, tmp_path):
    for options, words in (
        ({"max_yaw": -1.0}, "max_yaw is -1.0, expected 0 to 180"),
        ({"max_occlusion": 1.5}, "max_occlusion is 1.5"),
        ({"least_seen": 6}, "least_seen is 6"),
        ({"least_pictures": 0}, "least_pictures is 0"),
        ({"size": 0}, "size is 0"),
    ):
        with pytest.raises(ConfigError, match=words):
            read_rendered_identities(shards, tmp_path / "cache", **options)
    with pytest.raises(DataError, match="of 30 renderings of 6 people none is left by max_yaw 0"):
        read_rendered_identities(shards, tmp_path / "cache", max_yaw=0.0)
    with pytest.raises(DataError, match="no shard"):
        read_rendered_identities(tmp_path, tmp_path / "cache")
    torn = shard_path(shards, 1)
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
    with pytest.raises(DataError, match=r"shard-000001\.tar"):
        read_rendered_identities(shards, tmp_path / "other")


def recipe(**values):
    return DatasetRecipe(name="some", seed=3, count=7, images_per_identity=3, **values)


def test_pictures_on_the_fly_are_those_of_the_recipe():
    pictures = IdentitiesOnTheFly(recipe(), Fake())
    assert len(pictures) == 7 and pictures.aligned
    assert pictures.labels.tolist() == [0, 0, 0, 1, 1, 1, 2] and len(set(pictures.names)) == 3
    engine = FakeEngine()
    for number in (4, 0, 6, 5):
        person, scene = recipe().seeds(number)
        truth = engine.render(engine.identity(person), scene)
        np.testing.assert_array_equal(pictures.picture(number), align(truth.image, truth.points5))
        assert pictures.names[pictures.labels[number]] == str(person)
    with pytest.raises(IndexError):
        pictures.picture(7)


def test_a_process_makes_its_own_engine_and_each_person_once():
    made = []

    class Counted(FakeEngine):
        def identity(self, seed, years=0.0):
            made.append(seed)
            return super().identity(seed, years)

    pictures = IdentitiesOnTheFly(recipe(), Counted)
    for number in range(7):
        pictures.picture(number)
    assert len(made) == 3
    copy = pickle.loads(pickle.dumps(IdentitiesOnTheFly(recipe(), Fake())))
    np.testing.assert_array_equal(copy.picture(2), pictures.picture(2))


def test_a_recipe_that_is_missing_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml"):
        read_identities_on_the_fly(tmp_path / "none.toml", assets=tmp_path)


def test_a_damaged_sample_is_named(tmp_path):
    """Whatever is wrong with it: no points, points of another shape, a picture that is none."""
    good = encode("000000007", fake_rendering(3, 5, 64), ImageFormat())
    assert set(good) == {"png", "mask.png", "points.npy", "json"}
    short = io.BytesIO()
    np.save(short, np.zeros((5, 3), np.float32))
    objects = io.BytesIO()
    np.save(objects, np.array([None]), allow_pickle=True)
    for change, words in (
        ({"points.npy": None}, "has json, mask.png, png; expected a picture, points.npy"),
        ({"png": None}, "expected a picture"),
        ({"png": b"torn"}, "a text file"),
        ({"points.npy": short.getvalue()}, r"\(5, 3\), expected float32 \(171, 3\)"),
        ({"points.npy": objects.getvalue()}, "Object arrays"),
        ({"json": b"{}"}, "expected an object with"),
    ):
        folder = tmp_path / str(abs(hash(words)))
        folder.mkdir()
        with ShardWriter(shard_path(folder, 0), 1) as writer:
            files = {name: body for name, body in (good | change).items() if body is not None}
            writer.add("000000007", files)
        with pytest.raises(DataError, match=rf"shard-000000\.tar.*000000007.*{words}"):
            read_rendered_identities(folder, tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*/")), "nothing half made is kept"
