"""Crops of real photographs, each taken as if by another camera."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from lineament.errors import DataError, ImageError
from lineament.face import ByteArray, FloatArray
from lineament.image import read
from lineament.synthesis.background.lens import (
    Blur,
    defocus,
    expose,
    linear_light,
    sample_blur,
    white_balance,
)
from lineament.synthesis.background.licences import PreparedPicture, read_licences

CROP_SHARES = (0.3, 1.0)
"""Side of a crop as a share of the photograph's shorter side."""

FOCUS = (
    Blur(share=0.25, least=0.000, greatest=0.002),
    Blur(share=0.40, least=0.004, greatest=0.020),
    Blur(share=0.35, least=0.020, greatest=0.070),
)

STOPS = (-1.3, 0.6)
"""Exposure: backgrounds are rather darker than the face."""

SATURATION = (0.35, 1.0)
"""Wallpapers are more colourful than what stands behind people."""

GREATEST_MEMORY = 100 * 2**20


class BackgroundPhotographs:
    """The photographs of a prepared folder, decoded and held in memory.

    Args:
        folder: as `lineament synth backgrounds import` writes it.

    Raises:
        DataError: `licences.toml` is missing or malformed, a picture is missing, damaged or not
            the one that was imported, or all of them together are too large.
    """

    def __init__(self, folder: Path) -> None:
        self.licences = read_licences(folder)
        self.pictures = tuple(_read(folder, picture) for picture in self.licences)
        size = sum(picture.nbytes for picture in self.pictures)
        if size > GREATEST_MEMORY:
            raise DataError(
                f"the photographs of {folder} take {size / 2**20:.0f} MiB of memory, expected at "
                f"most {GREATEST_MEMORY / 2**20:.0f}; import them again, which makes them small"
            )

    def __len__(self) -> int:
        return len(self.pictures)

    def crop(self, random: np.random.Generator, side: int) -> FloatArray:
        """A square piece of some photograph, as another camera would have seen it.

        Args:
            random: decides everything.
            side: pixels.

        Returns:
            (side,side,3) linear RGB, 0 to 1.
        """
        picture = self.pictures[int(random.integers(len(self.pictures)))]
        height, width = picture.shape[:2]
        low, high = CROP_SHARES
        length = max(int(min(height, width) * random.uniform(low, high)), 8)
        top = int(random.integers(height - length + 1))
        left = int(random.integers(width - length + 1))
        piece = picture[top : top + length, left : left + length]
        if random.random() < 0.5:
            piece = piece[:, ::-1]
        shrinks = cv2.INTER_AREA if length > side else cv2.INTER_LINEAR
        resized = cv2.resize(np.ascontiguousarray(piece), (side, side), interpolation=shrinks)
        light = defocus(
            linear_light(np.asarray(resized, np.uint8)), sample_blur(random, FOCUS) * side
        )
        saturation = random.uniform(*SATURATION)
        return expose(light, random.uniform(*STOPS), white_balance(random), saturation)


def _read(folder: Path, picture: PreparedPicture) -> ByteArray:
    path = folder / picture.name
    try:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != picture.prepared_sha256:
            raise DataError(
                f"{path} is not the picture that was imported (sha256 {digest[:12]}, expected "
                f"{picture.prepared_sha256[:12]}); import the photographs again"
            )
        return read(content)
    except (OSError, ImageError) as error:
        raise DataError(f"cannot read {path}: {error}; import the photographs again") from error
