"""What is behind a group: pieces of photographs without people, and drawn scenes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from lineament.errors import DataError
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
from lineament.synthesis.background.photographs import BackgroundPhotographs
from lineament.synthesis.background.procedural import procedural_background

PICTURE_NAMES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")

FOCUS = (
    Blur(share=0.70, least=0.0, greatest=0.002),
    Blur(share=0.20, least=0.002, greatest=0.012),
    Blur(share=0.10, least=0.012, greatest=0.050),
)
"""Sharper than behind a single face: what a detector must not take for a face has to be seen."""

STOPS, SATURATION = (-1.2, 0.5), (0.4, 1.0)
LEAST_CROP = 0.3
GREATEST_ENLARGEMENT = 1.6
LONGEST = 1024
"""Pixels of the longer side to which photographs of the folder of negatives are reduced."""

OVAL = 0.6
"""How many pieces of hard negatives are oval; the others are oblong."""

SOFTNESS = (0.005, 0.06)
"""Standard deviation of the softness of their edge, as a share of their side."""

GREATEST_MEMORY = 512 * 2**20


class Backdrops:
    """Draws backgrounds of any shape.

    Args:
        backgrounds: folder as `lineament synth backgrounds import` writes it, or None.
        negatives: any folder of pictures without people, or None.
        share: of photographs among the backgrounds, if there is a folder of them.

    Raises:
        DataError: a folder is missing, damaged or without pictures.
    """

    def __init__(self, backgrounds: Path | None, negatives: Path | None, share: float) -> None:
        self.photographs = BackgroundPhotographs(backgrounds) if backgrounds else None
        self.negatives = _pictures(negatives) if negatives else []
        self.share = share
        self._kept: dict[Path, ByteArray] = {}
        self._room = GREATEST_MEMORY

    def draw(
        self, random: np.random.Generator, width: int, height: int, negative_share: float
    ) -> FloatArray:
        """(height,width,3) float32 linear RGB, 0 to 1.

        Args:
            negative_share: how often it is of the folder of negatives, if there is one.
        """
        if self.negatives and random.random() < negative_share:
            chosen = self.negatives[int(random.integers(len(self.negatives)))]
            return crop(random, self._negative(chosen), width, height)
        if self.photographs is not None and random.random() < self.share:
            pictures = self.photographs.pictures
            return crop(random, pictures[int(random.integers(len(pictures)))], width, height)
        side = max(width, height)
        square = procedural_background(random, side, peopled=False)
        top, left = (int(random.integers(side - length + 1)) for length in (height, width))
        return np.ascontiguousarray(square[top : top + height, left : left + width])

    def piece(self, random: np.random.Generator, side: int) -> FloatArray | None:
        """An oval or oblong piece of a hard negative, to be laid in front; None without any.

        Args:
            side: pixels of it.

        Returns:
            (side,side,4) float32 linear RGB times coverage, and coverage.
        """
        if not self.negatives:
            return None
        chosen = self.negatives[int(random.integers(len(self.negatives)))]
        light = crop(random, self._negative(chosen), side, side)
        cover = np.zeros((side, side), np.float32)
        middle, half = (side - 1) / 2, side / 2
        radii = half * random.uniform(0.6, 1.0, 2)
        if random.random() < OVAL:
            axes = (float(2 * radii[0]), float(2 * radii[1]))
            cv2.ellipse(cover, ((middle, middle), axes, 0.0), 1.0, -1, cv2.LINE_8)
        else:
            left, top = np.rint(middle - radii).astype(int)
            cover[max(top, 0) : side - top, max(left, 0) : side - left] = 1.0
        soft = random.uniform(*SOFTNESS) * side
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), soft), np.float32)[..., None]
        return np.ascontiguousarray(np.concatenate([light * cover, cover], axis=2))

    def _negative(self, path: Path) -> ByteArray:
        """A picture, reduced; kept in memory as long as there is room."""
        if path in self._kept:
            return self._kept[path]
        picture = read(path)
        share = LONGEST / max(picture.shape[:2])
        if share < 1:
            size = tuple(max(round(side * share), 1) for side in picture.shape[1::-1])
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        if picture.nbytes <= self._room:
            self._room -= picture.nbytes
            self._kept[path] = picture
        return picture


def crop(random: np.random.Generator, picture: ByteArray, width: int, height: int) -> FloatArray:
    """A piece of a photograph as another camera would have seen it, mirrored or not.

    Args:
        random: decides everything.
        picture: (H,W,3) uint8 RGB.
        width, height: pixels of the piece.

    Returns:
        (height,width,3) float32 linear RGB, 0 to 1.
    """
    rows, columns = picture.shape[:2]
    largest = min(rows / height, columns / width)
    least = min(max(largest * LEAST_CROP, 1 / GREATEST_ENLARGEMENT), largest)
    scale = least * (largest / least) ** random.random()
    size = (max(int(width * scale), 1), max(int(height * scale), 1))
    left, top = (int(random.integers(max(whole - part, 0) + 1)) for whole, part in
                 zip((columns, rows), size, strict=True))  # fmt: skip
    piece = picture[top : top + size[1], left : left + size[0]]
    if random.random() < 0.5:
        piece = piece[:, ::-1]
    way = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    resized = cv2.resize(np.ascontiguousarray(piece), (width, height), interpolation=way)
    blur = sample_blur(random, FOCUS) * max(width, height)
    light = defocus(linear_light(np.asarray(resized, np.uint8)), blur)
    saturation = random.uniform(*SATURATION)
    return expose(light, random.uniform(*STOPS), white_balance(random), saturation)


def _pictures(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_NAMES)
    if not found:
        raise DataError(
            f"no pictures in {folder}; expected files that end in {', '.join(PICTURE_NAMES)}"
        )
    return found
