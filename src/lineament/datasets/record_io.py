"""Reader of identity pictures in RecordIO: train.rec, train.idx and property, as insightface has.

MS1MV2, MS1MV3, Glint360K, WebFace and CASIA come in this layout. `train.idx` says for each key
where its record starts. Record 0 is a head if its label is several numbers and no picture follows:
pictures are then the records 1 to label[0] - 1, and the records from there to label[1] - 1 tell
for each person the keys of its pictures. Otherwise every record is a picture. A picture's label is
its person's number, the first number where there are several; gaps between the numbers are
closed.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from lineament import image
from lineament.datasets.identity_pictures import Labels, named, numbered_labels
from lineament.datasets.layout import first_that_is
from lineament.datasets.record_file import (
    HEAD,
    Place,
    Record,
    read_content,
    record_places,
    unpacked,
)
from lineament.errors import DataError, ImageError
from lineament.face import ByteArray

log = logging.getLogger(__name__)

DATASET = "RecordIO"
NAMES = ("train.rec", "data.rec")
EXACT = 1 << 24
"""Up to here float32, which labels are, holds every whole number."""

LABEL_BYTES = 4096
"""Enough of a record to read its label of up to a thousand numbers."""


@dataclass(frozen=True, eq=False)
class RecordPictures:
    """Pictures of a RecordIO file; each access opens the file, so that workers share nothing.

    Attributes:
        path: the .rec file.
        keys, offsets: (N,) int64 of the pictures.
        raw: (N,) int64 labels as the file has them.
        labels: (N,) int64, 0 to C-1.
        names: of the people: from `names.txt` beside the file, otherwise their numbers in it.
        aligned: what the caller said.
    """

    path: Path
    keys: NDArray[np.int64]
    offsets: NDArray[np.int64]
    raw: Labels
    labels: Labels
    names: tuple[str, ...]
    aligned: bool

    def __len__(self) -> int:
        return len(self.labels)

    def place(self, index: int) -> Place:
        """Where the record of a picture stands."""
        return Place(self.path, int(self.keys[index]), int(self.offsets[index]))

    def picture(self, index: int, /) -> ByteArray:
        try:
            return image.read(self.stored(index))
        except ImageError as error:
            raise self.place(index).wrong(str(error)) from error

    def stored(self, index: int, /) -> bytes:
        place = self.place(index)
        try:
            with self.path.open("rb") as file:
                record = unpacked(read_content(file, place), place)
        except OSError as error:
            raise DataError(f"cannot read {self.path}: {error.strerror}") from error
        if _person(record, place) != self.raw[index]:
            raise place.wrong(
                f"its label is {_person(record, place)}, expected {self.raw[index]} by the record "
                "of its person; the file contradicts itself"
            )
        return record.content


def read_record_io(path: Path | str, aligned: bool = True) -> RecordPictures:
    """The pictures of a .rec file, or of a folder that holds train.rec.

    Where the file has records of people only they and one picture of each person are looked at, so
    that sets of millions open quickly; otherwise the label of every record is read. Where the
    index is missing the file is walked through.

    Args:
        aligned: whether the pictures are crops by the five-point template, as those of all
            published sets in this format are.

    Raises:
        DataError: a file is missing, damaged or cut off; the message names the record.
    """
    given = Path(path)
    rec = first_that_is(given, NAMES, DATASET, "records") if given.is_dir() else given
    keys, offsets = _index(rec)
    try:
        with rec.open("rb") as file:
            _check_ends(file, rec, keys, offsets)
            kept, raw = _labels(file, rec, keys, offsets)
    except OSError as error:
        raise DataError(f"cannot read {rec}: {error.strerror}") from error
    if not len(kept):
        raise DataError(f"{rec}: no record holds a picture")
    labels, numbers = numbered_labels(raw)
    _compare_property(rec, len(numbers))
    names = named(rec.parent, numbers)
    return RecordPictures(rec, keys[kept], offsets[kept], raw, labels, names, aligned)


def _index(rec: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keys and offsets, both (R,), in rising order of the keys."""
    path = rec.with_suffix(".idx")
    if not path.is_file():
        if not rec.is_file():
            raise DataError(f"{DATASET}: no file {rec}; docs/datasets.md shows the layout")
        log.info("%s has no index %s; walking through the records", rec, path.name)
        places = np.array([(each.key, each.offset) for each in record_places(rec)], np.int64)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                places = np.fromfile(path, np.int64, sep=" ")
            except (DeprecationWarning, ValueError) as error:
                raise DataError(
                    f"{path}{_first_bad_line(path)}: expected lines of a key and an offset"
                ) from error
        if places.size % 2:
            raise DataError(f"{path}: got {places.size} numbers, expected a key and an offset each")
    places = places.reshape(-1, 2)
    if not len(places):
        raise DataError(f"{rec}: no records")
    keys, first = np.unique(places[:, 0], return_index=True)
    if len(keys) < len(places):
        raise DataError(f"{path}: {len(places) - len(keys)} keys stand there twice")
    return keys, places[first, 1]


def _first_bad_line(path: Path) -> str:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            words = line.split()
            if len(words) != 2 or not all(word.isdigit() for word in words):
                return f":{number}: got {line.strip()[:40]!r}"
    return ""


def _check_ends(
    file: BinaryIO, rec: Path, keys: NDArray[np.int64], offsets: NDArray[np.int64]
) -> None:
    """Look at the file's end: a file that was not copied to its end shows there."""
    size = rec.stat().st_size
    outside = np.flatnonzero((offsets < 0) | (offsets > size - HEAD))
    if len(outside):
        row = int(outside[offsets[outside].argmin()])
        raise Place(rec, int(keys[row]), int(offsets[row])).wrong(
            f"cut off: the index has it, and {len(outside)} records in all, outside the file's "
            f"{size} bytes; fetch the file again"
        )
    row = int(offsets.argmax())
    read_content(file, Place(rec, int(keys[row]), int(offsets[row])))


def _labels(
    file: BinaryIO, rec: Path, keys: NDArray[np.int64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.intp], Labels]:
    """Which records are pictures, and their labels."""

    def head(row: int) -> tuple[Record, Place]:
        place = Place(rec, int(keys[row]), int(offsets[row]))
        return unpacked(read_content(file, place, LABEL_BYTES), place), place

    first, place = head(0)
    told = keys[0] == 0 and len(first.label) > 1 and not first.content
    if not told:
        rows = np.arange(len(keys))
        return rows, np.array([_person(*head(row)) for row in range(len(rows))], np.int64)
    border, end = (_whole(number, place) for number in first.label[:2])
    rows = np.flatnonzero((keys > 0) & (keys < border))
    people = np.flatnonzero((keys >= border) & (keys < end))
    if end < EXACT and len(people):
        raw = np.full(len(rows), -1, np.int64)
        for row in people:
            record, place = head(int(row))
            if len(record.label) < 2:
                raise place.wrong("no record of a person: its label is one number, expected two")
            ends = [_whole(number, place) for number in record.label[:2]]
            low, high = np.searchsorted(keys[rows], ends)
            if low < high:
                raw[low:high] = _person(*head(int(rows[low])))
        if (raw >= 0).all():
            return rows, raw
        log.warning("%s: the records of people leave out pictures; reading every label", rec)
    # Float32 may have moved the border: a record of a person has no picture behind its label.
    rows = np.flatnonzero(keys > 0) if end >= EXACT else rows
    found = [(row, _person(record, place)) for row in rows.tolist()
             for record, place in [head(row)] if record.content]  # fmt: skip
    return np.array([row for row, _ in found], np.intp), np.array([p for _, p in found], np.int64)


def _person(record: Record, place: Place) -> int:
    return _whole(record.label[0], place)


def _whole(number: float, place: Place) -> int:
    """A number of a label, which has to be whole."""
    if not (number >= 0 and number.is_integer() and number < 1 << 31):
        raise place.wrong(f"its label holds {number}, expected the number of a person or record")
    return int(number)


def _compare_property(rec: Path, people: int) -> None:
    """Warn where the file beside it says another number of people."""
    path = rec.parent / "property"
    if not path.is_file():
        return
    word = path.read_text(encoding="utf-8", errors="replace").partition(",")[0].strip()
    if word != str(people):
        log.warning("%s says %s people, %s has pictures of %d", path, word, rec, people)
