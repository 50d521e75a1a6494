"""Damaged RecordIO files: every error names the record."""

from __future__ import annotations

import logging
import struct

import numpy as np
import pytest
from people_pictures import noise
from record_io_files import PICTURES, headed, offsets, part, picture, write

from lineament.datasets.record_io import read_record_io
from lineament.errors import DataError


def test_a_cut_file_says_at_which_record(tmp_path):
    rec = write(tmp_path, headed())
    whole, starts = rec.read_bytes(), offsets(tmp_path)
    for end, key in ((starts[3] + 4, 3), (starts[3] + 100, 4), (starts[7] - 1, 7)):
        rec.write_bytes(whole[:end])
        with pytest.raises(DataError, match=rf"train\.rec: record {key} at byte .*cut off"):
            read_record_io(tmp_path)
    for end in range(starts[7] + 8, len(whole)):  # within the data of the last one
        rec.write_bytes(whole[:end])
        with pytest.raises(DataError, match=r"record 7 at byte .*cut off"):
            read_record_io(tmp_path)
    (tmp_path / "train.idx").unlink()
    for end, key in ((starts[3] + 4, 3), (starts[3] + 100, 3), (len(whole) - 1, 7)):
        rec.write_bytes(whole[:end])
        with pytest.raises(DataError, match=rf"record {key} at byte .*cut off"):
            read_record_io(tmp_path)


def test_a_wrong_magic_word_says_at_which_record(tmp_path):
    rec = write(tmp_path, headed())
    data, starts = bytearray(rec.read_bytes()), offsets(tmp_path)
    data[starts[2]] ^= 1
    rec.write_bytes(data)
    pictures = read_record_io(tmp_path)
    pictures.picture(0)
    with pytest.raises(DataError, match=rf"record 2 at byte {starts[2]}: got 0b23d7ce, expected"):
        pictures.picture(1)
    (tmp_path / "train.idx").unlink()
    with pytest.raises(DataError, match="record 2 at byte"):
        read_record_io(tmp_path)


def test_wrong_offsets_say_at_which_record(tmp_path):
    rec = write(tmp_path, headed())
    lines = (tmp_path / "train.idx").read_text().splitlines()
    for offset, words in ((offsets(tmp_path)[2] + 4, "got .* expected 0a23d7ce"),
                          (rec.stat().st_size, "cut off"), (-4, "cut off")):  # fmt: skip
        (tmp_path / "train.idx").write_text("\n".join([*lines[:2], f"2\t{offset}", *lines[3:]]))
        with pytest.raises(DataError, match=f"record 2 at byte {offset}: {words}"):
            read_record_io(tmp_path).picture(1)


def test_parts_in_disorder_say_at_which_record(tmp_path):
    whole = picture(7.0, PICTURES[0])
    for parts in (part(whole, 2), part(whole, 3), part(whole, 7), part(whole, 1) + part(whole)):
        write(tmp_path, {0: part(picture(7.0, PICTURES[1])), 1: parts, 2: part(whole)})
        with pytest.raises(DataError, match=r"record 1 at byte .*part \d of a record"):
            read_record_io(tmp_path).picture(1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"short", "5 bytes are no picture record"),
        (picture((1.0, 2.0), b"")[:30], "claims a label of 2 numbers in 6 bytes"),
        (struct.pack("<IfQQ", 0xFFFFFFFF, 0, 0, 0), "claims a label of 4294967295"),
        (picture(1.5, b"x"), "holds 1.5"),
        (picture(-1.0, b"x"), "holds -1.0"),
        (picture(float("nan"), b"x"), "holds nan"),
        (picture(float("inf"), b"x"), "holds inf"),
    ],
)
def test_a_malformed_record_is_named(tmp_path, content, words):
    good = part(picture(7.0, PICTURES[1]))
    write(tmp_path, {0: good, 1: part(content), 2: good})
    with pytest.raises(DataError, match=f"record 1 at byte {len(good)}: .*{words}"):
        read_record_io(tmp_path)


def test_a_damaged_picture_is_named_when_it_is_read(tmp_path):
    write(tmp_path, {0: part(picture(7.0, b"no picture")), 1: part(picture(7.0, PICTURES[0]))})
    pictures = read_record_io(tmp_path)
    np.testing.assert_array_equal(pictures.picture(1), noise(0))
    with pytest.raises(DataError, match=r"record 0 at byte 0: .*look like a text file"):
        pictures.picture(0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0\t0\n1\tx\n", r"train\.idx:2: got b'1\\tx'"),
        ("0\t0\n1\n", "3 numbers"),
        ("0\t0\n0\t0\n", "twice"),
        ("", "no records"),
    ],
)
def test_a_malformed_index_is_told(tmp_path, text, words):
    write(tmp_path, headed())
    (tmp_path / "train.idx").write_text(text)
    with pytest.raises(DataError, match=words):
        read_record_io(tmp_path)


def test_missing_files(tmp_path, caplog):
    with pytest.raises(DataError, match=r"no records in .*train\.rec"):
        read_record_io(tmp_path)
    with pytest.raises(DataError, match=r"no file .*none\.rec"):
        read_record_io(tmp_path / "none.rec")
    write(tmp_path, headed())
    (tmp_path / "property").write_text("3,112,112")
    with caplog.at_level(logging.WARNING):
        read_record_io(tmp_path)
    assert "says 3 people" in caplog.text
    (tmp_path / "names.txt").write_text("Ann\nBob\n")
    with pytest.raises(DataError, match="2 names, but there is a person 40"):
        read_record_io(tmp_path)
