"""Writes identity pictures as train.rec, train.idx and property, as insightface's packages lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineament.datasets.identity_pictures import IdentityPictures, write_names
from lineament.datasets.new_folder import new_folder
from lineament.datasets.picture_encoding import PictureEncoding, encoded
from lineament.datasets.record_file import Record, packed, record_bytes
from lineament.datasets.record_io import EXACT
from lineament.datasets.writing_progress import Progress, silent

FORMATS = ("JPEG", "PNG")
"""What every build of MXNet decodes."""


def write_record_io(
    pictures: IdentityPictures,
    out: Path,
    encoding: PictureEncoding = PictureEncoding(),  # noqa: B008 (frozen)
    progress: Progress = silent,
) -> int:
    """Write the three files and `names.txt`; one person's pictures stand together.

    Record 0 is the head, records 1 to N the pictures, and one record for each person follows with
    the keys of its pictures. Where their numbers are too large for the float32 that holds them,
    there are pictures alone, from key 0.

    Returns:
        Bytes of the pictures.

    Raises:
        DataError: `out` is there already, cannot be written, or a picture cannot be read.
        ImageError: a picture cannot be read.
    """
    people, count = len(pictures.names), len(pictures)
    order = np.argsort(pictures.labels, kind="stable").tolist()
    headed = count + people + 1 < EXACT
    key, written, offset = 0, 0, 0
    with (
        new_folder(out) as folder,
        (folder / "train.rec").open("wb") as rec,
        (folder / "train.idx").open("w", encoding="ascii") as idx,
    ):

        def add(label: tuple[float, ...], content: bytes) -> None:
            nonlocal key, offset
            record = record_bytes(packed(Record(label, key, content)))
            rec.write(record)
            idx.write(f"{key}\t{offset}\n")
            key, offset = key + 1, offset + len(record)

        if headed:
            add((float(count + 1), float(count + 1 + people)), b"")
        for done, index in enumerate(order, 1):
            content, _ = encoded(pictures, index, encoding, FORMATS)
            add((float(pictures.labels[index]),), content)
            written += len(content)
            progress(done, count)
        ends = np.cumsum(np.bincount(pictures.labels, minlength=people)) + 1
        for low, high in zip([1, *ends[:-1].tolist()], ends.tolist(), strict=True):
            if headed:
                add((float(low), float(high)), b"")
        height, width = pictures.picture(order[0]).shape[:2]
        (folder / "property").write_text(f"{people},{height},{width}\n")
        write_names(folder, pictures.names)
    return written
