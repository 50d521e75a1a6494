"""Rendered faces as `recipes/landmarks/render_faces.py` writes them: arrays on disk, in parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lineament.errors import DataError
from lineament.face import ByteArray, FloatArray

EXPECTED = "run recipes/landmarks/render_faces.py, label_faces.py and box_faces.py"


@dataclass(frozen=True)
class RenderedFaces:
    """All parts of a folder as one sequence; pictures stay on disk.

    Attributes:
        points: (N,68,2) float32 picture pixels.
        boxes: (N,4) float32 x1 y1 x2 y2, the default detector's; a row of NaN where it found none.
        identities: (N,) int64 seed of the person, unique across parts.
    """

    images: tuple[ByteArray, ...]
    points: FloatArray
    boxes: FloatArray
    identities: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.points)

    def image(self, index: int) -> ByteArray:
        """(S,S,3) uint8 RGB."""
        for part in self.images:
            if index < len(part):
                return np.asarray(part[index])
            index -= len(part)
        raise IndexError(index)


def read_rendered(folder: Path) -> RenderedFaces:
    """Read all parts of a folder.

    Raises:
        DataError: there is no part, a file is missing, or files of a part differ in length.
    """
    scenes = sorted(folder.glob("part*_scene.npy"))
    if not scenes:
        raise DataError(f"no rendered faces in {folder} (part*_scene.npy); {EXPECTED}")
    images, points, boxes, identities = [], [], [], []
    for scene_file in scenes:
        prefix = str(scene_file).removesuffix("scene.npy")
        scene = _load(scene_file)
        part = {name: _load(Path(f"{prefix}{name}.npy")) for name in ("images", "points", "boxes")}
        lengths = {name: len(array) for name, array in part.items()} | {"scene": len(scene)}
        if len(set(lengths.values())) != 1:
            raise DataError(f"files of {scene_file} differ in length: {lengths}; {EXPECTED}")
        images.append(part["images"])
        points.append(np.asarray(part["points"], dtype=np.float32))
        boxes.append(np.asarray(part["boxes"], dtype=np.float32))
        identities.append(scene[:, 0].astype(np.int64))
    return RenderedFaces(
        tuple(images), np.concatenate(points), np.concatenate(boxes), np.concatenate(identities)
    )


def _load(path: Path) -> NDArray[Any]:
    try:
        loaded: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"cannot read {path}: {error}; {EXPECTED}") from error
    return loaded
