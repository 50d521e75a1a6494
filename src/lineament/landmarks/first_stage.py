"""Crops of the second stage cut by what the first one says: the author's first option.

The first stage runs on training pictures that strayed as far as in its own training, and its points
turn and cut the crop. So the second stage learns on the mistakes that it will be given.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.geometry import inverse, move, warp
from lineament.landmarks.crops import box_square
from lineament.runtime import Session
from lineament.training.augmentation.options import Straying
from lineament.training.augmentation.straying import strayed
from lineament.weights import DetectorBox


class FirstStage:
    """A trained first stage that answers on strayed crops.

    Args:
        path: its exported network, which gives (N,2L) crop pixels, x1..xL, y1..yL.
        size: side of its crops in pixels.
        crop: its crop rule.
        straying: how far its crops stray; they are not mirrored.
    """

    def __init__(self, path: Path, size: int, crop: DetectorBox, straying: Straying) -> None:
        self.path, self.size, self.crop = path, size, crop
        self.straying = straying.model_copy(update={"mirror": 0.0})

    @cached_property
    def session(self) -> Session:
        """Opened by the process that uses it."""
        return Session(self.path.read_bytes(), device="cpu", threads=1)

    def points(
        self, image: ByteArray, box: FloatArray, random: np.random.Generator | None
    ) -> FloatArray:
        """Points (L,2) float32 in pixels of the image.

        Args:
            image: (H,W,3) uint8 RGB.
            box: (4,) the detector's.
            random: where the crop strays; None: it does not.
        """
        square = box_square(self.crop, box)
        if random is not None:
            square, _ = strayed(square, self.straying, random)
        affine = square.affine(self.size)
        crop = warp(image, affine, self.size).astype(np.float32).transpose(2, 0, 1) / 255
        found = self.session.run(np.ascontiguousarray(crop[None]))[0]
        return move(inverse(affine), found.reshape(2, -1).T)
