"""WebDataset shards: made here with tarfile, as any writer makes them."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest
from people_pictures import Made, noise, png

from lineament.datasets.identity_shard_writer import write_identity_shards
from lineament.datasets.identity_shards import read_identity_shards
from lineament.datasets.picture_encoding import PictureEncoding
from lineament.errors import DataError


def write(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def sample(key, person, number):
    return [(f"{key}.png", png(noise(number))), (f"{key}.cls", str(person).encode())]


@pytest.fixture
def shards(tmp_path):
    other = [("c.json", b"{}")]
    write(tmp_path / "b.tar", [*sample("x", 12, 2), *other])
    write(tmp_path / "a.tar", [*sample("dir.0/y", 12, 0), *reversed(sample("z", 5, 1))])
    return tmp_path


def test_samples_come_in_the_order_of_the_files(shards):
    pictures = read_identity_shards(shards)
    assert pictures.labels.tolist() == [1, 0, 1] and pictures.names == ("5", "12")
    assert pictures.labels.dtype == np.int64 and pictures.aligned
    for number in (2, 0, 1, 0):
        np.testing.assert_array_equal(pictures.picture(number), noise(number))
    assert len(read_identity_shards(shards / "a.tar", aligned=False)) == 2


def test_names_come_from_their_file(shards):
    (shards / "names.txt").write_text("".join(f"person {n}\n" for n in range(13)))
    assert read_identity_shards(shards).names == ("person 5", "person 12")
    (shards / "names.txt").write_text("".join(f"person {n}\n" for n in range(12)))
    with pytest.raises(DataError, match="12 names, but there is a person 12"):
        read_identity_shards(shards)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("a.png", b"x")], r"a\.png: its sample has no class"),
        ([("a.cls", b"1")], r"a\.cls: its sample has 0 pictures"),
        ([("a.cls", b"1"), ("a.png", b"x"), ("a.jpg", b"x")], "its sample has 2 pictures"),
        ([("a.cls", b"1"), ("a.png", b"x"), ("a.png", b"x")], "stands there twice"),
        ([("a.cls", b"one"), ("a.png", b"x")], "got b'one', expected the number"),
        ([("a.cls", b"-1"), ("a.png", b"x")], "got b'-1'"),
        ([("a.cls", b""), ("a.png", b"x")], "got b''"),
        ([("a.cls", b"9" * 900), ("a.png", b"x")], "expected the number"),
        ([("a.txt", b"1")], "no sample in"),
        ([("a.png", b"x"), ("b.cls", b"1")], r"a\.png: its sample has no class"),
    ],
)
def test_a_malformed_sample_is_named(tmp_path, files, words):
    write(tmp_path / "s.tar", files)
    with pytest.raises(DataError, match=words):
        read_identity_shards(tmp_path)


def test_a_cut_shard_says_where(shards):
    whole = (shards / "b.tar").read_bytes()
    for end in (len(whole) - 1024, 3000, 1500, 700, 512, 100, 0):
        (shards / "b.tar").write_bytes(whole[:end])
        if end == len(whole) - 1024 and not any(whole[end - 1024 : end]):
            continue  # tarfile pads with more than the two empty blocks that end a file
        with pytest.raises(DataError, match=r"b\.tar is cut off"):
            read_identity_shards(shards)


def test_compressed_and_damaged_files(tmp_path):
    with tarfile.open(tmp_path / "s.tar", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("a.png"), io.BytesIO())
    with pytest.raises(DataError, match="have to be unpacked"):
        read_identity_shards(tmp_path)
    write(tmp_path / "s.tar", [("a.cls", b"1"), ("a.png", b"no picture")])
    with pytest.raises(DataError, match=r"s\.tar: a\.png: .*a text file"):
        read_identity_shards(tmp_path).picture(0)
    pictures = read_identity_shards(tmp_path)
    (tmp_path / "s.tar").write_bytes(b"")
    with pytest.raises(DataError, match=r"a\.png: cut off"):
        pictures.picture(0)
    with pytest.raises(DataError, match="no file or folder"):
        read_identity_shards(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no \*\.tar"):
        read_identity_shards(tmp_path / "empty")


def test_what_is_written_reads_back(tmp_path):
    made = Made([2, 1, 2])
    write_identity_shards(made, tmp_path / "out", PictureEncoding(kind="png"), shard_size=2)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["names.txt", *(f"shard-{n:06d}.tar" for n in range(3))]
    back = read_identity_shards(tmp_path / "out")
    assert back.labels.tolist() == made.labels.tolist() and back.names == made.names
    for number in range(5):
        np.testing.assert_array_equal(back.picture(number), noise(number))


def test_a_shuffle_keeps_pictures_with_their_people(tmp_path):
    made = Made([3, 3, 3])
    encoding = PictureEncoding(kind="png")
    for name in ("one", "two"):
        write_identity_shards(made, tmp_path / name, encoding, shard_size=5, shuffle=7)
    for shard in ("shard-000000.tar", "shard-000001.tar"):
        one, two = ((tmp_path / name / shard).read_bytes() for name in ("one", "two"))
        assert one == two
    back = read_identity_shards(tmp_path / "one")
    seeds = {noise(n).tobytes(): n for n in range(9)}
    order = [seeds[back.picture(n).tobytes()] for n in range(9)]
    assert sorted(order) == list(range(9)) != order
    assert back.labels.tolist() == [n // 3 for n in order]
