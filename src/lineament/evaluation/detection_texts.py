"""Detections as the text files that WIDER FACE and FDDB ask for, written and read back.

WIDER FACE: a file EVENT/PICTURE.txt for each picture, with its name, how many detections follow,
and a line of left, upper, width, height and score for each. FDDB: one file for each fold or for
all, with the same block for each picture. Neither has points.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lineament.datasets.block_list import Block, read_blocks
from lineament.datasets.detection_picture import DetectionPicture, DetectionSet
from lineament.detection.detector import Detections
from lineament.errors import DataError
from lineament.evaluation.detection_predictions import DetectionPredictions, picture_size

DATASET = "detections"
EXPECTED = "left, upper, width, height, score"
FDDB_FILE = "fddb-detections.txt"


def write_texts(folder: Path, pictures: DetectionSet, found: Sequence[Detections]) -> None:
    """Write the detections of a set: one file for FDDB, else a file for each picture.

    Raises:
        DataError: the folder cannot be written.
    """
    blocks = {
        picture.name: _text(picture.name, faces)
        for picture, faces in zip(pictures.pictures, found, strict=True)
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if pictures.protocol == "fddb":
            (folder / FDDB_FILE).write_text("".join(blocks.values()), encoding="utf-8")
            return
        for name, block in blocks.items():
            path = folder / f"{name}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write {folder}: {error.strerror}; choose another --out") from error


def read_texts(folder: Path, pictures: DetectionSet) -> DetectionPredictions:
    """The detections of all pictures of a set, those of a picture best score first.

    Every picture needs its block. Names may have the picture's suffix, and those of WIDER FACE may
    lack the event. Of FDDB every `*.txt` of the folder is read, and pictures outside the set are
    passed over, so that a single fold can be scored.

    Raises:
        DataError: no such folder, a picture without detections' file or block, a name that does
            not belong there, a wrong count, or a line that is not five finite numbers with sides
            of zero or more.
    """
    if not folder.is_dir():
        raise DataError(f"{DATASET}: no folder {folder}; expected the detections of a set in it")
    if pictures.protocol == "fddb":
        by_name = _all_blocks(folder)
        found = [_of_name(by_name, picture, folder) for picture in pictures.pictures]
    else:
        found = [_of_file(folder, picture) for picture in pictures.pictures]
    return DetectionPredictions.of(found, [picture_size(one) for one in pictures.pictures])


def _text(name: str, faces: Detections) -> str:
    rows = "".join(
        f"{x1:.3f} {y1:.3f} {x2 - x1:.3f} {y2 - y1:.3f} {score:.9g}\n"
        for (x1, y1, x2, y2), score in zip(faces.boxes, faces.scores, strict=True)
    )
    return f"{name}\n{len(faces)}\n{rows}"


def _all_blocks(folder: Path) -> dict[str, Block]:
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise DataError(f"{DATASET}: no *.txt in {folder}; expected FDDB's output files")
    blocks: dict[str, Block] = {}
    for path in files:
        for block in read_blocks(path, DATASET):
            name = block.name.text.strip().removesuffix(".jpg")
            if name in blocks:
                first = blocks[name].name
                raise block.name.wrong(
                    f"picture {name} again (first in {first.path}:{first.number})", "it once"
                )
            blocks[name] = block
    return blocks


def _of_name(blocks: dict[str, Block], picture: DetectionPicture, folder: Path) -> Detections:
    if picture.name not in blocks:
        raise DataError(f"{DATASET}: no file in {folder} has the picture {picture.name}")
    return _detections(blocks[picture.name])


def _of_file(folder: Path, picture: DetectionPicture) -> Detections:
    path = folder / f"{picture.name}.txt"
    if not path.is_file():
        raise DataError(
            f"{DATASET}: no file {path}; expected one for every picture, with the count 0 where "
            "nothing was found"
        )
    blocks = read_blocks(path, DATASET)
    if len(blocks) > 1:
        raise blocks[1].name.wrong("a second picture", "one picture in a file")
    name = blocks[0].name
    own = Path(picture.name)
    if Path(name.text.strip()).name not in (own.name, own.name + picture.image.suffix):
        raise name.wrong(f"the name {name.text.strip()!r}", f"that of the picture, {picture.name}")
    return _detections(blocks[0])


def _detections(block: Block) -> Detections:
    table = block.numbers(5, EXPECTED)
    for row, values in zip(block.rows, table, strict=True):
        if (values[2:4] < 0).any():
            raise row.wrong(f"sides {values[2]:g} and {values[3]:g}", "width and height from zero")
    table = table[np.argsort(-table[:, 4], kind="stable")]
    boxes = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:4]], axis=1)
    points = np.full((len(table), 5, 2), np.nan, dtype=np.float32)
    return Detections(boxes, table[:, 4], points)
