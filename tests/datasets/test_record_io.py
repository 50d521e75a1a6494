"""RecordIO: files made by hand as the format's description has them, and what the writer writes."""

from __future__ import annotations

import logging
import pickle
import struct

import numpy as np
import pytest
from people_pictures import Made, noise
from record_io_files import PICTURES, headed, offsets, part, picture, write

from lineament.datasets.record_file import MAGIC, Record, packed, record_bytes
from lineament.datasets.record_io import read_record_io
from lineament.datasets.record_io_writer import write_record_io
from lineament.errors import DataError, ImageError


def check(pictures):
    assert len(pictures) == 5 and pictures.aligned
    assert pictures.labels.dtype == np.int64 and pictures.labels.tolist() == [0, 0, 0, 1, 1]
    assert pictures.names == ("7", "40")
    for number in range(5):
        np.testing.assert_array_equal(pictures.picture(number), noise(number))
        assert pictures.stored(number) == PICTURES[number]


def test_a_file_with_a_head(tmp_path):
    write(tmp_path, headed())
    (tmp_path / "property").write_text("2,112,112\n")
    check(read_record_io(tmp_path))
    check(read_record_io(tmp_path / "train.rec"))
    check(pickle.loads(pickle.dumps(read_record_io(tmp_path))))
    assert not read_record_io(tmp_path, aligned=False).aligned


def test_without_an_index_the_file_is_walked_through(tmp_path):
    write(tmp_path, headed(), index=False)
    check(read_record_io(tmp_path))


def test_keys_may_stand_in_any_order(tmp_path):
    records = headed()
    write(tmp_path, {key: records[key] for key in (5, 3, 7, 0, 1, 6, 2, 4)})
    check(read_record_io(tmp_path))


def test_a_file_without_a_head(tmp_path):
    """All keys are pictures; of a label of several numbers the first is the person."""
    labels = (7.0, (7.0, 3.5, -2.0), 7.0, (40.0, 1.0), 40.0)
    write(
        tmp_path,
        {
            key: part(picture(label, content))
            for key, (label, content) in enumerate(zip(labels, PICTURES, strict=True))
        },
    )
    check(read_record_io(tmp_path))


def test_a_first_picture_with_several_numbers_is_no_head(tmp_path):
    labels = ((7.0, 3.0), 7.0, 7.0, 40.0, 40.0)
    write(
        tmp_path,
        {
            key: part(picture(label, content))
            for key, (label, content) in enumerate(zip(labels, PICTURES, strict=True))
        },
    )
    check(read_record_io(tmp_path))


def test_very_long_labels_are_read(tmp_path):
    write(tmp_path, {0: part(picture(tuple(range(3, 900)), PICTURES[0]))})
    pictures = read_record_io(tmp_path)
    assert pictures.names == ("3",)
    np.testing.assert_array_equal(pictures.picture(0), noise(0))


def test_people_without_records_of_their_own(tmp_path, caplog):
    """A head alone, and records of people that leave out a picture: every label is read."""
    records = headed()
    write(tmp_path, {key: records[key] for key in range(6)})
    check(read_record_io(tmp_path))
    records[6] = part(picture((1.0, 3.0), b"", 6))
    write(tmp_path, records)
    with caplog.at_level(logging.WARNING):
        check(read_record_io(tmp_path))
    assert "leave out pictures" in caplog.text


def test_keys_beyond_float32_do_not_trust_the_head(tmp_path, monkeypatch):
    """Above 2^24 the head's numbers are rounded: a picture is then what holds one."""
    monkeypatch.setattr("lineament.datasets.record_io.EXACT", 6)
    records = headed()
    records[0] = part(picture((7.0, 8.0), b""))  # one too many
    records[7] = part(picture((5.0, 6.0), b"", 7))
    write(tmp_path, records)
    check(read_record_io(tmp_path))


def test_a_label_against_the_record_of_its_person_is_told(tmp_path):
    write(tmp_path, headed((7, 7, 40, 40, 40)))
    pictures = read_record_io(tmp_path)
    pictures.picture(0)
    with pytest.raises(DataError, match=r"record 3 at byte \d+: its label is 40, expected 7"):
        pictures.picture(2)


def with_magic() -> list[bytes]:
    """Contents that hold the magic word at multiples of four, elsewhere, at the ends, doubled."""
    return [
        MAGIC,
        b"abcd" + MAGIC + b"ef",
        b"abcd" + MAGIC,
        MAGIC + MAGIC + b"x" + MAGIC + b"yyy" + MAGIC,
        b"a" + MAGIC + b"bcd",
        b"",
        bytes(range(256)) * 5 + MAGIC * 3,
    ]


def test_records_of_several_parts(tmp_path):
    """A multiple of four is counted from the content's start, which has 24 bytes of head."""
    content = PICTURES[0] + b"\0" * (-len(PICTURES[0]) % 4) + MAGIC + b"tail" + MAGIC + b"end"
    whole = picture(7.0, content)
    first, middle, last = whole.split(MAGIC)
    write(tmp_path, {0: part(first, 1) + part(middle, 2) + part(last, 3), 1: part(whole[:24])})
    pictures = read_record_io(tmp_path)
    assert pictures.stored(0) == content
    (tmp_path / "train.idx").unlink()
    assert read_record_io(tmp_path).stored(0) == content
    assert record_bytes(whole) == part(first, 1) + part(middle, 2) + part(last, 3)


@pytest.mark.parametrize("number", range(len(with_magic())))
def test_contents_with_the_magic_word_read_back(tmp_path, number):
    content = with_magic()[number]
    record = record_bytes(packed(Record((3.0,), 0, content)))
    assert len(record) % 4 == 0
    write(tmp_path, {0: record, 1: record_bytes(packed(Record((4.0, 1.0), 1, content + b"!")))})
    pictures = read_record_io(tmp_path)
    assert pictures.stored(0) == content and pictures.stored(1) == content + b"!"


def test_what_is_written_has_a_head_and_reads_back(tmp_path):
    source = Made([2, 1, 3])
    source.labels = np.array([2, 0, 1, 2, 0, 2])  # people in disorder come together
    size = write_record_io(source, tmp_path / "out")
    back = read_record_io(tmp_path / "out")
    assert back.labels.tolist() == [0, 0, 1, 2, 2, 2] and back.names == ("p0", "p1", "p2")
    assert size == sum(len(back.stored(number)) for number in range(6))
    for row, index in enumerate((1, 4, 2, 0, 3, 5)):
        away = np.abs(back.picture(row).astype(int) - noise(index))
        assert away.mean() < 12, "JPEG of noise"
    assert (tmp_path / "out" / "property").read_text() == "3,16,16\n"
    first = (tmp_path / "out" / "train.rec").read_bytes()[8:40]
    assert struct.unpack("<IfQQ2f", first) == (2, 0.0, 0, 0, 7.0, 10.0)
    assert len(offsets(tmp_path / "out")) == 1 + 6 + 3
    with pytest.raises(DataError, match="exists already"):
        write_record_io(source, tmp_path / "out")


def test_too_many_records_are_written_without_a_head(tmp_path, monkeypatch):
    monkeypatch.setattr("lineament.datasets.record_io_writer.EXACT", 5)
    write_record_io(Made([2, 1]), tmp_path / "out")
    assert len(offsets(tmp_path / "out")) == 3
    assert read_record_io(tmp_path / "out").labels.tolist() == [0, 0, 1]


def test_a_picture_that_cannot_be_read_leaves_nothing(tmp_path):
    class Torn(Made):
        def picture(self, index):
            if index == 2:
                raise ImageError("torn")
            return super().picture(index)

    with pytest.raises(ImageError, match="torn"):
        write_record_io(Torn([2, 2]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
