"""The registries of pairs and identity pictures, and conversions from any kind to any other."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from people_pictures import Made, noise, write_people
from training.rendered_shards import write_shards

from lineament.datasets.identity_folder_writer import write_identity_folder
from lineament.datasets.identity_readers import IDENTITY_READERS, kind_of, read_identities
from lineament.datasets.identity_shard_writer import write_identity_shards
from lineament.datasets.pair_readers import PAIR_READERS, read_pairs
from lineament.datasets.picture_encoding import PictureEncoding
from lineament.datasets.record_io_writer import write_record_io
from lineament.errors import ConfigError, DataError

WRITERS = {
    "folder": write_identity_folder,
    "rec": write_record_io,
    "shards": write_identity_shards,
}
COUNTS = [3, 1, 2, 2, 4, 2]


@pytest.mark.parametrize("readers", [PAIR_READERS, IDENTITY_READERS])
def test_every_reader_exists(readers):
    for reader in readers.values():
        assert callable(getattr(importlib.import_module(reader.module), reader.function))


@pytest.mark.parametrize("last", WRITERS)
@pytest.mark.parametrize("first", WRITERS)
def test_any_kind_becomes_any_other(tmp_path, first, last):
    """Pictures and people survive, byte by byte in the second step."""
    made = Made(COUNTS)
    WRITERS[first](made, tmp_path / "first", PictureEncoding(kind="png"))
    assert kind_of(tmp_path / "first") == first
    one = read_identities(first, tmp_path / "first")
    WRITERS[last](one, tmp_path / "last")
    assert kind_of(tmp_path / "last") == last
    two = read_identities(last, tmp_path / "last")
    assert two.names == made.names and two.labels.tolist() == made.labels.tolist()
    assert two.aligned
    for number in range(len(made)):
        np.testing.assert_array_equal(two.picture(number), noise(number))
        assert two.stored(number) == one.stored(number)


def test_parts_share_nobody(tmp_path):
    write_record_io(Made([2] * 11), tmp_path / "rec")
    people = [read_identities("rec", tmp_path / "rec", part).names
              for part in ("training", "validation", "test")]  # fmt: skip
    assert sorted(sum(people, ())) == sorted(f"p{n}" for n in range(11))
    assert people[2] == ("p0", "p5", "p10")


def test_renderings_need_a_cache(tmp_path):
    write_shards(tmp_path / "faces", people=3)
    assert kind_of(tmp_path / "faces") == "rendered"
    found = read_identities("rendered", tmp_path / "faces", cache=tmp_path / "cache", size=32)
    assert len(found) == 6
    with pytest.raises(ConfigError, match="rendered needs the option cache"):
        read_identities("rendered", tmp_path / "faces")


def test_unknown_names_and_options(tmp_path):
    with pytest.raises(ConfigError, match="did you mean folder"):
        read_identities("foldr", tmp_path)
    with pytest.raises(ConfigError, match="did you mean lfw"):
        read_pairs("lfv", tmp_path)
    with pytest.raises(ConfigError, match="folder has no option 'single'; did you mean singles"):
        read_identities("folder", tmp_path, single="kept")
    root = write_people(tmp_path / "set", {"a": 1, "b": 2})
    assert len(read_identities("folder", root, singles="dropped").names) == 1
    with pytest.raises(ConfigError, match="no part 'val'"):
        read_identities("folder", root, "val")
    with pytest.raises(ConfigError, match="no part 'val'"):
        read_pairs("identities", root, "val")


def test_what_lies_at_a_path(tmp_path):
    (tmp_path / "x.rec").touch()
    (tmp_path / "x.toml").touch()
    (tmp_path / "x.txt").touch()
    assert kind_of(tmp_path / "x.rec") == "rec" and kind_of(tmp_path / "x.toml") == "on-the-fly"
    for path in (tmp_path / "x.txt", tmp_path / "none"):
        with pytest.raises(DataError, match="no identity pictures that are known"):
            kind_of(path)
