"""Photos with parts covered by background: what a cropper must bear when a part cannot be seen.

A covered part lies under a rectangle that is copied from the background of the same photo, that is
from where none of the parts is; the labels stay as they were, since a part that is hidden still
has its place (Yin et al., STN-iCNN, Cognitive Neurodynamics 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray

Bits = NDArray[np.bool_]

MARGIN = 0.25
"""By which the box of a part is grown to every side, in units of its longer side."""


def cover_all(
    pictures: Sequence[ByteArray],
    masks: Sequence[ByteArray],
    parts: Sequence[Sequence[int]],
    count: int,
    seed: int,
) -> tuple[list[ByteArray], Bits]:
    """Every picture with `count` of its parts covered.

    Picture i depends on `seed` and i alone, so that any two croppers see the same.

    Args:
        pictures: N of (H,W,3) uint8 RGB.
        masks: N of (H,W) uint8 class numbers.
        parts: for each of P parts its class numbers.
        count: parts to cover in each picture; where it has fewer, all of them.

    Returns:
        N pictures, and (N,P) which parts of each are covered.

    Raises:
        ValueError: a mask has another size than its picture, or shows parts everywhere.
    """
    covered, which = [], np.zeros((len(pictures), len(parts)), dtype=np.bool_)
    for place, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        generator = np.random.default_rng([seed, place])
        shown, which[place] = cover(picture, mask, parts, count, generator)
        covered.append(shown)
    return covered, which


def cover(
    picture: ByteArray,
    mask: ByteArray,
    parts: Sequence[Sequence[int]],
    count: int,
    generator: np.random.Generator,
) -> tuple[ByteArray, Bits]:
    """One picture as `cover_all` makes it: (H,W,3) uint8, and (P,) which parts are covered."""
    if picture.shape[:2] != mask.shape:
        raise ValueError(f"picture {picture.shape[:2]} and mask {mask.shape} differ in size")
    places = [np.isin(mask, list(classes)) for classes in parts]
    present = [number for number, place in enumerate(places) if place.any()]
    taken = np.logical_or.reduce(places)
    if taken.all():
        raise ValueError("the mask shows parts everywhere, expected some background to copy")
    shown, which = picture.copy(), np.zeros(len(parts), dtype=np.bool_)
    for number in generator.permutation(present)[:count]:
        rows, columns = _grown_box(places[number])
        size = rows.stop - rows.start, columns.stop - columns.start
        shown[rows, columns] = _background(picture, taken, size, generator)
        which[number] = True
    return shown, which


def _grown_box(place: Bits) -> tuple[slice, slice]:
    """Rows and columns of the box of a part and its margin, within the picture."""
    spans = [np.flatnonzero(place.any(axis=axis)) for axis in (1, 0)]
    grown = round(MARGIN * max(int(span[-1] - span[0]) + 1 for span in spans))
    rows, columns = (
        slice(max(int(span[0]) - grown, 0), min(int(span[-1]) + 1 + grown, length))
        for span, length in zip(spans, place.shape, strict=True)
    )
    return rows, columns


def _background(
    picture: ByteArray, taken: Bits, size: tuple[int, int], generator: np.random.Generator
) -> ByteArray:
    """A rectangle of `size` rows and columns, copied from a random place that is not taken.

    Where none is free, one of half the sides is enlarged, and so on; a free pixel suffices.
    """
    sums = cv2.integral(taken.astype(np.uint8))
    height, width = size
    while True:
        inside = (sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]) + sums[
            :-height, :-width
        ]
        free = np.argwhere(inside == 0)
        if len(free):
            y, x = free[generator.integers(len(free))]
            copied = picture[y : y + height, x : x + width]
            return np.asarray(cv2.resize(copied, size[::-1], interpolation=cv2.INTER_LINEAR))
        height, width = max(height // 2, 1), max(width // 2, 1)
