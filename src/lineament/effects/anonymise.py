"""Faces hidden for good: what is drawn over a face does not follow from the face.

Pixelation and blur as they are usually done keep a small picture of the face, and a program that
has seen the same people pixelated names them again (McPherson, Shokri and Shmatikov, "Defeating
Image Obfuscation with Deep Learning", 2016). Here the face is first reduced to `detail` cells
across, by default to one, its mean colour; those are changed at random; and what is drawn, a
mosaic or a smooth blur, is made of them alone. docs/parsing.md says what was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.effects.soft_edge import soft_edge
from lineament.errors import ConfigError
from lineament.face import Box, ByteArray, Face, FloatArray

Mask = NDArray[np.bool_]
Style = Literal["pixelate", "blur", "fill"]
STYLES: tuple[Style, ...] = get_args(Style)

FACE_CLASSES = frozenset(
    {"skin", "nose", "eye_glasses", "glasses", "eyes", "left_eye", "right_eye", "brows"}
    | {"left_brow", "right_brow", "ears", "left_ear", "right_ear", "mouth", "inner_mouth"}
    | {"lips", "upper_lip", "lower_lip"}
)
"""Parts that are hidden where they are known: the face and its ears, not hair, neck and cloth."""

MOSAIC = 7
"""Least cells across a face that a mosaic is drawn with."""

SHADE, TINT = 24.0, 4.0
"""Standard deviation of the random change of each kept cell, of 255: of all channels together,
and of each."""

GRAIN = 15.0
"""The same of the mosaic's own cells, for the look alone."""

FILL = 96
"""Grey of the style `fill`."""


@dataclass(frozen=True, slots=True)
class AnonymiseOptions:
    """How faces are hidden.

    Attributes:
        style: `pixelate` draws a mosaic, `blur` a smooth picture, `fill` one grey.
        detail: cells across the face whose colour is kept, changed at random: 1 keeps the mean
            colour alone; from 4 on people can be told apart again. `fill` keeps nothing.
        margin: how far the hidden ellipse reaches beyond each side of the box, in sides of it.
        feather: width of the soft edge round the hidden part, in sides of the box; the soft edge
            lies outside of what is hidden.

    Raises:
        ConfigError: a value is out of range.
    """

    style: Style = "pixelate"
    detail: int = 1
    margin: float = 0.2
    feather: float = 0.06

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ConfigError(f"no style {self.style!r} to hide faces; there are {STYLES}")
        if self.detail < 1:
            raise ConfigError(f"detail must be at least 1 cell, got {self.detail}")
        if not (0 <= self.margin <= 2 and 0 <= self.feather <= 1):
            raise ConfigError(
                f"margin must lie from 0 to 2 and feather from 0 to 1, got {self.margin} and "
                f"{self.feather}"
            )


def anonymise(
    image: ByteArray,
    faces: Sequence[Face],
    options: AnonymiseOptions | None = None,
    *,
    random: np.random.Generator | None = None,
) -> ByteArray:
    """Hide faces; the photo given is not changed.

    Of each face the ellipse in its box, widened by the margin, is hidden, and beside it the
    pixels of its face and ears where its parts are known. A face that was not found is not
    hidden.

    Args:
        image: (H,W,3) uint8 RGB.
        faces: of the photo, with or without parts.
        options: how.
        random: source of the random change; None takes a new one that nobody can repeat.

    Returns:
        (H,W,3) uint8 RGB.
    """
    options = options or AnonymiseOptions()
    random = random or np.random.default_rng()
    hidden = np.array(image, dtype=np.uint8, order="C")
    for face in faces:
        soft = options.feather * _side(face.box)
        found = _covered(face, options, image.shape[:2], math.ceil(soft) + 1)
        if found is None:
            continue
        rows, columns, covered = found
        opacity = soft_edge(covered, 0, soft)[..., None]
        cell = _side(face.box) * (1 + 2 * options.margin) / options.detail
        cover = _cover(image[rows, columns], covered, options, cell, random)
        under = hidden[rows, columns]
        under[:] = np.rint(under * (1 - opacity) + cover * opacity)
    return hidden


def _side(box: Box) -> float:
    return float(np.sqrt(box.width * box.height))


def _covered(
    face: Face, options: AnonymiseOptions, shape: tuple[int, int], around: int
) -> tuple[slice, slice, Mask] | None:
    """Which pixels are hidden, as rows and columns of the photo and a mask of these; None for a
    face beside the photo.

    Args:
        shape: height and width of the photo.
        around: pixels by which the rows and columns go beyond what is hidden.
    """
    height, width = shape
    grown = 0.5 + options.margin
    # At least 0.71 pixels, so that the smallest face hides the pixel that it lies in.
    spans = [
        (middle, max(grown * length, 0.71))
        for middle, length in zip(face.box.centre, (face.box.width, face.box.height), strict=True)
    ]
    x, y, w, h = face.parts.region if face.parts is not None else (width, height, 0, 0)
    (cx, rx), (cy, ry) = spans
    left, right = _pixels(min(cx - rx, x), max(cx + rx, x + w - 1 if w else cx), width)
    top, bottom = _pixels(min(cy - ry, y), max(cy + ry, y + h - 1 if h else cy), height)
    across = (np.arange(left, right) - cx) / rx
    down = (np.arange(top, bottom) - cy) / ry
    covered: Mask = down[:, None] ** 2 + across[None, :] ** 2 <= 1
    if face.parts is not None:
        part = face.parts.covers(FACE_CLASSES)
        covered[y - top : y - top + h, x - left : x - left + w] |= part
    if not covered.any():
        return None
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    whole = np.pad(covered[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], around)
    first = np.array([rows[0] + top, columns[0] + left]) - around
    low = np.maximum(-first, 0)
    high = np.minimum(whole.shape, np.array(shape) - first)
    return (
        slice(*(first[0] + (low[0], high[0]))),
        slice(*(first[1] + (low[1], high[1]))),
        whole[low[0] : high[0], low[1] : high[1]],
    )


def _pixels(first: float, last: float, length: int) -> tuple[int, int]:
    """The pixels of a side from one coordinate to another: first and behind the last."""
    low = int(np.clip(math.ceil(first), 0, length))
    return low, int(np.clip(math.floor(last) + 1, low, length))


def _cover(
    seen: ByteArray,
    covered: Mask,
    options: AnonymiseOptions,
    cell: float,
    random: np.random.Generator,
) -> FloatArray:
    """What is drawn over rows and columns of the photo: (h,w,3) float32 0 to 255.

    Args:
        seen: (h,w,3) uint8, the photo there.
        covered: (h,w), what is hidden.
        cell: pixels of a side of one kept cell.
    """
    height, width = covered.shape
    if options.style == "fill":
        return np.full((height, width, 3), FILL, dtype=np.float32)
    how = cv2.INTER_NEAREST if options.style == "pixelate" else cv2.INTER_CUBIC
    kept = _kept(seen, covered, cell)
    rows, columns = kept.shape[:2]
    kept += random.normal(0, SHADE, (rows, columns, 1)) + random.normal(0, TINT, kept.shape)
    finer = max(-(-MOSAIC // options.detail), 1)
    drawn = _enlarged(kept, (min(columns * finer, width), min(rows * finer, height)), how)
    drawn += random.normal(0, GRAIN, (*drawn.shape[:2], 1))
    return _enlarged(drawn, (width, height), how).clip(0, 255)


def _kept(seen: ByteArray, covered: Mask, cell: float) -> FloatArray:
    """The mean colour of the hidden pixels of each cell: (rows,columns,3) float32; a cell
    without any has the mean of all."""
    height, width = covered.shape
    size = (max(round(width / cell), 1), max(round(height / cell), 1))
    weight = covered.astype(np.float32)
    sums = cv2.resize(seen * weight[..., None], size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    sums, share = sums.reshape(size[1], size[0], 3), share.reshape(size[1], size[0], 1)
    mean = seen[covered].mean(axis=0)
    return np.where(share > 1e-3, sums / np.maximum(share, 1e-3), mean).astype(np.float32)


def _enlarged(picture: FloatArray, size: tuple[int, int], how: int) -> FloatArray:
    return np.asarray(
        cv2.resize(np.asarray(picture, dtype=np.float32), size, interpolation=how),
        dtype=np.float32,
    )
