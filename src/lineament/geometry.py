"""Similarity transforms and crops, there and back.

The convention, stated once: pixel centres lie at integers. A picture of side S covers the
coordinates -0.5 to S - 0.5, and its middle is (S - 1) / 2. An affine is a (2,3) float64 matrix
that takes photo coordinates to crop coordinates unless its name says otherwise.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from lineament.face import ByteArray, FloatArray

Affine = NDArray[np.float64]


def crop_affine(centre: ArrayLike, side: float, angle: float, size: int) -> Affine:
    """Affine that cuts a turned square out of a photo and scales it to `size` pixels.

    Args:
        centre: (2,) x and y of the square's middle in photo pixels.
        side: side of the square in photo pixels, above zero.
        angle: radians by which the square is turned in the photo, clockwise as seen (y down).
            A face that leans by `angle` stands upright in the crop.
        size: side of the crop in pixels.

    Returns:
        (2,3) affine from photo to crop pixels.
    """
    if not side > 0:
        raise ValueError(f"a crop needs a side above zero, got {side}")
    scale = size / side
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cos, sin], [-sin, cos]])
    middle = np.full(2, (size - 1) / 2)
    shift = middle - linear @ np.asarray(centre, dtype=np.float64)
    return np.column_stack([linear, shift])


def similarity(points: ArrayLike, onto: ArrayLike) -> Affine:
    """The similarity that takes points as near as it can onto others: turn, scale and shift.

    Least squares over L pairs of points, each pair counting the same (Umeyama 1991, in closed
    form for the plane). It never mirrors.

    Args:
        points: (L,2) x and y, L at least 2.
        onto: (L,2) where they should come to lie.

    Returns:
        (2,3) affine from the frame of `points` to that of `onto`.

    Raises:
        ValueError: the shapes differ or are not (L,2), a number is not finite, all points of one
            side coincide, or no turn brings the points nearer than shrinking them to nothing, as
            with the mirror image of a square.
    """
    start, end = np.asarray(points, dtype=np.float64), np.asarray(onto, dtype=np.float64)
    if start.shape != end.shape or start.ndim != 2 or start.shape[1] != 2:
        raise ValueError(f"a similarity needs two arrays (L, 2), got {start.shape}, {end.shape}")
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        raise ValueError("a similarity needs finite points, got NaN or infinity")
    middle, other = start.mean(axis=0), end.mean(axis=0)
    x, y = (start - middle).T
    u, v = (end - other).T
    spread, aim = x @ x + y @ y, u @ u + v @ v
    if spread <= _nothing(start) or aim <= _nothing(end):
        raise ValueError("a similarity needs two points that differ, got points that coincide")
    cos, sin = x @ u + y @ v, x @ v - y @ u
    if np.hypot(cos, sin) <= 1e-9 * np.sqrt(spread * aim):
        raise ValueError("no similarity without mirroring brings these points onto those")
    linear = np.array([[cos, -sin], [sin, cos]]) / spread
    return np.column_stack([linear, other - linear @ middle])


def _nothing(points: NDArray[np.float64]) -> float:
    """The sum of squares that rounding alone gives to points that coincide."""
    return len(points) * float(np.abs(points).max() * 1e-12) ** 2


def inverse(affine: Affine) -> Affine:
    """The affine that undoes `affine`."""
    linear = np.linalg.inv(affine[:, :2])
    return np.column_stack([linear, -linear @ affine[:, 2]])


def compose(outer: Affine, inner: Affine) -> Affine:
    """The affine that applies `inner` first and `outer` after it."""
    linear = outer[:, :2] @ inner[:, :2]
    return np.column_stack([linear, outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def move(affine: Affine, points: ArrayLike) -> FloatArray:
    """Points (..., 2) through an affine, as float32."""
    array = np.asarray(points, dtype=np.float64)
    return (array @ affine[:, :2].T + affine[:, 2]).astype(np.float32)


def warp(image: ByteArray, affine: Affine, size: int, border: int | None = None) -> ByteArray:
    """Cut a crop out of a photo: (H,W,3) uint8 -> (size,size,3) uint8.

    Sampling is bilinear; a crop that shrinks the photo by two or more first averages whole
    blocks of photo pixels of the region, so that fine detail does not alias.

    Args:
        image: the photo.
        affine: photo to crop pixels, as `crop_affine` gives it.
        size: side of the crop in pixels.
        border: grey value outside the photo; None repeats the edge pixels.
    """
    mode = cv2.BORDER_REPLICATE if border is None else cv2.BORDER_CONSTANT
    value = (border or 0,) * 3
    shrink = 1 / np.sqrt(abs(np.linalg.det(affine[:, :2])))
    block = int(shrink + 1e-6)
    if block >= 2:
        image, affine = _averaged(image, affine, size, block)
    warped = cv2.warpAffine(
        image, affine, (size, size), flags=cv2.INTER_LINEAR, borderMode=mode, borderValue=value
    )
    return np.asarray(warped, dtype=np.uint8)


def _averaged(image: ByteArray, affine: Affine, size: int, block: int) -> tuple[ByteArray, Affine]:
    """The region that a crop sees, averaged over blocks, and the affine from it to the crop."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]]) - 0.5
    seen = move(inverse(affine), corners)
    low = np.floor(seen.min(axis=0)).astype(int) - 2 * block
    high = np.ceil(seen.max(axis=0)).astype(int) + 2 * block
    x1, y1 = np.clip(low, 0, [max(width - block, 0), max(height - block, 0)])
    columns = max((min(high[0], width) - x1) // block, 1)
    rows = max((min(high[1], height) - y1) // block, 1)
    region = image[y1 : y1 + rows * block, x1 : x1 + columns * block]
    small = cv2.resize(region, (int(columns), int(rows)), interpolation=cv2.INTER_AREA)
    middle = (block - 1) / 2
    to_photo = np.array([[block, 0, x1 + middle], [0, block, y1 + middle]], dtype=np.float64)
    return np.asarray(small, dtype=np.uint8), compose(affine, to_photo)


def lean(upper: ArrayLike, lower: ArrayLike) -> float:
    """Radians by which the line from an upper to a lower point leans, 0 where it is upright.

    Positive where the head leans clockwise as seen, so that `crop_affine` with this angle
    makes the line upright.
    """
    dx, dy = np.asarray(lower, dtype=np.float64) - np.asarray(upper, dtype=np.float64)
    return float(np.arctan2(-dx, dy))


def overlap(boxes: FloatArray, others: FloatArray) -> FloatArray:
    """Intersection over union of every pair: (N,4) and (M,4) as x1 y1 x2 y2 -> (N,M) float32."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    other_area = np.prod(others[:, 2:] - others[:, :2], axis=1)
    union = area[:, None] + other_area[None, :] - common
    return np.asarray(common / np.maximum(union, 1e-9), dtype=np.float32)


def share_inside(boxes: FloatArray, others: FloatArray) -> FloatArray:
    """Share of each box's area that lies in each other box: (N,4), (M,4) -> (N,M) float32.

    0 for a box without area.
    """
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.asarray(common / np.maximum(area, 1e-6)[:, None], dtype=np.float32)
