"""The ORL faces: their pictures, all their pairs."""

from __future__ import annotations

import numpy as np
import pytest

from lineament.datasets.orl import read_orl
from lineament.datasets.pgm_file import read_pgm
from lineament.errors import ConfigError, DataError


@pytest.fixture
def release(tmp_path):
    for person in range(1, 41):
        (tmp_path / f"s{person}").mkdir()
        for number in range(1, 11):
            grey = np.full((4, 3), person * 5 + number, np.uint8)
            (tmp_path / f"s{person}" / f"{number}.pgm").write_bytes(b"P5\n3 4\n255\n" + bytes(grey))
    return tmp_path


def test_all_pairs_in_one_fold(release):
    pairs = read_orl(release)
    assert len(pairs) == 400 * 399 // 2 and pairs.same.sum() == 40 * 45
    assert not pairs.aligned and not pairs.fold.any()
    assert len({tuple(pair) for pair in pairs.pairs.tolist()}) == len(pairs)
    assert pairs.names[:2] == ("s1/1", "s1/2") and pairs.names[10] == "s2/1"
    assert pairs.people.tolist() == [n // 10 for n in range(400)]
    assert pairs.pictures[13].shape == (4, 3, 3) and (pairs.pictures[13] == 2 * 5 + 4).all()


def test_a_missing_picture_is_named(release):
    (release / "s7" / "3.pgm").unlink()
    with pytest.raises(DataError, match=r"1 of 400 pictures are missing .*s7/3\.pgm"):
        read_orl(release)
    with pytest.raises(ConfigError, match="no part 'test'"):
        read_orl(release, "test")


def test_headers_with_comments(tmp_path):
    path = tmp_path / "x.pgm"
    path.write_bytes(b"P5 # by hand\n# twice\n2 # wide\n 1\n255\n\x0a\x20")
    assert read_pgm(path).tolist() == [[[10] * 3, [32] * 3]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no header"),
        (b"P2\n2 1\n255\n1 2", "no header"),
        (b"P5\n2 1\n65535\n\x01\x02\x03\x04", "brightest value of 65535"),
        (b"P5\n2 2\n255\n\x01\x02\x03", "3 bytes of pixels, expected 2 x 2 = 4"),
        (b"P5\n0 2\n255\n\x01\x02\x03", "expected 0 x 2"),
        (b"P5\n999999999 999999999\n255\n\x01", "1 bytes of pixels"),
    ],
)
def test_damaged_pictures_are_named(tmp_path, data, words):
    (tmp_path / "x.pgm").write_bytes(data)
    with pytest.raises(DataError, match=rf"x\.pgm: got .*{words}"):
        read_pgm(tmp_path / "x.pgm")
    with pytest.raises(DataError, match="cannot read"):
        read_pgm(tmp_path / "none.pgm")


def test_the_real_faces(real):
    pairs = read_orl(real("orl"))
    assert (len(pairs), int(pairs.same.sum())) == (79_800, 1_800)
    assert {pairs.pictures[n].shape for n in (0, 199, 399)} == {(112, 92, 3)}
    assert 60 < pairs.pictures[399].mean() < 200
