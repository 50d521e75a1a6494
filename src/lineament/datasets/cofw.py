"""Reader of COFW: 29 points of occluded faces, with pictures inside Matlab's files.

Protocol: Burgos-Artizzu et al., "Robust Face Landmark Estimation under Occlusion", ICCV 2013, the
release in colour. The files count pixels the Matlab way, with the middle of the top left pixel at
(1, 1); here it is at (0, 0), so that 1 is taken off the coordinates of points and boxes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.datasets.labelled_face import LabelledFace
from lineament.datasets.layout import check_part, dataset_folder
from lineament.datasets.matlab_file import open_mat73
from lineament.errors import DataError
from lineament.face import ByteArray
from lineament.landmarks.schemes import COFW_29

DATASET = "COFW"
PARTS = ("train", "test")
ENDS = {"train": "Tr", "test": "T"}
"""Ends of the names of the variables `Is` (pictures), `phis` (points) and `bboxes`."""

POINTS = COFW_29.count


def read_cofw(folder: Path | str, part: str = "train") -> list[LabelledFace]:
    """All faces of `train` (1,345) or `test` (507) in the order of the file.

    The pictures are unpacked on first reading, as PNG files in a folder named after the .mat
    file and beside it: `COFW_test_color/0001.png`. Those that are there are not written again.
    `subset` is the part; `visible` is False where a point is occluded.

    Raises:
        ConfigError: no such part, or h5py is not installed.
        DataError: no such folder or file, a variable of another shape, a value that is not
            finite, or a picture that cannot be written.
    """
    check_part(part, PARTS, DATASET)
    path = dataset_folder(folder, DATASET) / f"COFW_{part}_color.mat"
    end = ENDS[part]
    with open_mat73(path, (f"Is{end}", f"phis{end}", f"bboxes{end}"), DATASET) as file:
        cells = _cells(path, file, f"Is{end}")
        phis = _table(path, file, f"phis{end}", len(cells), 3 * POINTS)
        boxes = _table(path, file, f"bboxes{end}", len(cells), 4)
        images = [_unpacked(path, number, file, cell) for number, cell in enumerate(cells, start=1)]
    hidden = phis[:, 2 * POINTS :]
    _refuse(path, f"phis{end}", ~np.isin(hidden, (0, 1)), "0 or 1 as occlusion")
    _refuse(path, f"bboxes{end}", boxes[:, 2:] <= 0, "a positive width and height")
    corners = boxes[:, :2] - 1
    return [
        LabelledFace(
            image=image,
            points=(phis[row, : 2 * POINTS].reshape(2, POINTS).T - 1).astype(np.float32),
            subset=part,
            name=f"{part}/{image.stem}",
            scheme=COFW_29.name,
            box=np.concatenate([corners[row], corners[row] + boxes[row, 2:]]).astype(np.float32),
            visible=hidden[row] == 0,
        )
        for row, image in enumerate(images)
    ]


def _cells(path: Path, file: Any, name: str) -> list[Any]:
    """References to the pictures of a cell array."""
    cells = np.ravel(file[name][()])
    if cells.dtype.kind != "O":
        raise DataError(f"{path}: {name} is {cells.dtype}, expected a cell array of pictures")
    if not len(cells):
        raise DataError(f"{path}: {name} is empty, expected pictures")
    return list(cells)


def _table(path: Path, file: Any, name: str, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns), turned back from the reverse order of the file's axes."""
    table = np.asarray(file[name][()]).T
    if table.shape != (rows, columns) or table.dtype.kind not in "iufb":
        raise DataError(
            f"{path}: {name} is {table.dtype} {table.shape}, expected numbers ({rows}, {columns}): "
            f"a row for each of the {rows} pictures"
        )
    values = table.astype(np.float64)
    _refuse(path, name, ~(np.abs(values) <= np.finfo(np.float32).max), "finite numbers")
    return values


def _refuse(path: Path, name: str, wrong: NDArray[np.bool_], expected: str) -> None:
    rows = np.flatnonzero(wrong.any(axis=1))
    if len(rows):
        raise DataError(f"{path}: row {rows[0] + 1} of {name} is wrong, expected {expected}")


def _unpacked(path: Path, number: int, file: Any, cell: Any) -> Path:
    """The picture's file, written if it is not there."""
    image = path.with_suffix("") / f"{number:04d}.png"
    if image.is_file():
        return image
    pixels = _pixels(path, number, np.asarray(file[cell][()]))
    coded = cv2.imencode(".png", pixels)[1]
    half = image.with_name(f"{image.name}.{os.getpid()}.part")
    try:
        image.parent.mkdir(exist_ok=True)
        half.write_bytes(coded.tobytes())
        half.replace(image)
    except OSError as error:
        raise DataError(
            f"cannot unpack a picture of {path} to {image}: {error.strerror}; put the file into a "
            "folder that you may write to"
        ) from error
    return image


def _pixels(path: Path, number: int, stored: NDArray[Any]) -> ByteArray:
    """(H,W) grey or (H,W,3) BGR uint8 from the file's (W,H) or (3,W,H)."""
    grey = stored.ndim == 2
    if stored.dtype != np.uint8 or stored.size == 0 or not (grey or stored.shape[:-2] == (3,)):
        raise DataError(
            f"{path}: picture {number} is {stored.dtype} {stored.shape}, expected uint8 (W,H) or "
            "(3,W,H)"
        )
    turned = stored.T if grey else stored.T[:, :, ::-1]
    return np.ascontiguousarray(turned)
