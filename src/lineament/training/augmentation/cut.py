"""A crop of a photo with its points and its mask, all through the same square."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.geometry import Affine, inverse, move, warp
from lineament.landmarks.crops import Square
from lineament.training.augmentation.options import Border
from lineament.training.augmentation.sample import Sample


def cut(
    sample: Sample,
    square: Square,
    size: int,
    border: Border = "edge",
    mask_size: int | None = None,
) -> Sample:
    """The crop of a square: the image bilinearly, as at inference, the mask by nearest neighbour.

    Args:
        sample: a photo; its mask, where it has one, is of the photo's size.
        square: in photo pixels; it may reach outside the photo, and so may the points.
        size: side of the crop in pixels.
        border: what lies outside the photo; class 0 in a mask where it is `black`.
        mask_size: side of the crop's mask in pixels; `size` if None.

    Returns:
        The crop (size,size,3), its points in crop pixels, and its mask (mask_size,mask_size).
    """
    affine = square.affine(size)
    image, mask, shift = sample.image, sample.mask, np.zeros(2)
    if border == "reflect":
        columns, rows = _seen(affine, size, image.shape[1], image.shape[0])
        image = _continued(image, columns, rows)
        mask = None if mask is None else _continued(mask, columns, rows)
        shift = np.array([columns.first - columns.before, rows.first - rows.before], np.float64)
    crop = warp(image, _after(affine, shift), size, border=0 if border == "black" else None)
    points = move(affine, sample.points)
    if mask is not None:
        side = mask_size or size
        mask = _cut_mask(mask, _after(square.affine(side), shift), side, border)
    return replace(sample, image=crop, points=points, mask=mask)


def _cut_mask(mask: ByteArray, affine: Affine, size: int, border: Border) -> ByteArray:
    mode = cv2.BORDER_CONSTANT if border == "black" else cv2.BORDER_REPLICATE
    crop = cv2.warpAffine(
        mask, affine, (size, size), flags=cv2.INTER_NEAREST, borderMode=mode, borderValue=0
    )
    return np.asarray(crop, dtype=np.uint8)


def _after(affine: Affine, shift: NDArray[np.float64]) -> Affine:
    """The affine for a picture whose pixel (0, 0) lies at `shift` in the photo."""
    moved = affine.copy()
    moved[:, 2] += affine[:, :2] @ shift
    return moved


class _Span(NamedTuple):
    """Photo pixels `first` to before `end`, and how many to reflect on either side of them."""

    first: int
    end: int
    before: int
    after: int


def _span(low: int, high: int, length: int) -> _Span:
    """The span of a photo's `length` pixels from which `low` to before `high` can be made."""
    before, after = max(-low, 0), max(high - length, 0)
    end = min(max(high, before), length)
    return _Span(max(min(low, length - after), 0), end, before, after)


def _seen(affine: Affine, size: int, width: int, height: int) -> tuple[_Span, _Span]:
    """The columns and the rows of the photo that a crop sees."""
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) - 0.5
    seen = move(inverse(affine), corners)
    margin = 2 + 2 * int(1 / np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    x1, y1 = (np.floor(seen.min(axis=0)).astype(int) - margin).tolist()
    x2, y2 = (np.ceil(seen.max(axis=0)).astype(int) + margin).tolist()
    return _span(x1, x2, width), _span(y1, y2, height)


def _continued(image: ByteArray, columns: _Span, rows: _Span) -> ByteArray:
    """A part of a photo or a mask, continued by its reflection."""
    part = image[rows.first : rows.end, columns.first : columns.end]
    if not (rows.before or rows.after or columns.before or columns.after):
        return part
    made = cv2.copyMakeBorder(
        part, rows.before, rows.after, columns.before, columns.after, cv2.BORDER_REFLECT
    )
    return np.asarray(made, dtype=np.uint8)
