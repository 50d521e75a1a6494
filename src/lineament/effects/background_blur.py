"""A photo whose faces stay sharp while what is behind them blurs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np

from lineament.effects.kept import kept
from lineament.effects.soft_edge import soft_edge
from lineament.face import ByteArray, FaceParts, FloatArray

STRENGTH = 0.06
FEATHER = 0.015
FADE = 0.12
"""Of the region's side: the strip along a border of the region, inside the photo, over which
sharpness fades away, because what lies beyond was not parsed."""

_FINE = 3.0
"""Pixels of blur that are computed at the size at hand; what blurs more is scaled down first."""


def blur_background(
    image: ByteArray,
    parts: Sequence[FaceParts],
    *,
    strength: float = STRENGTH,
    classes: Collection[str] | None = None,
    feather: float = FEATHER,
) -> ByteArray:
    """Blur all but some parts of the faces.

    The blur mixes background with background only, so that no halo of the face's colours
    surrounds it. Bodies are sharp as far as the parts reach: beyond the region of a face
    everything counts as background.

    Args:
        image: (H,W,3) uint8 RGB.
        parts: of one or more faces of the photo.
        strength: standard deviation of the blur, in sides of the largest region.
        classes: names of the classes that stay sharp; None: all but the background, and small
            holes of background in them.
        feather: width of the soft edge, in sides of a region.

    Returns:
        (H,W,3) uint8 RGB.

    Raises:
        ValueError: there are no parts, or a region reaches over the border of the photo.
    """
    if not parts:
        raise ValueError("blur_background needs the parts of at least one face")
    height, width = image.shape[:2]
    sharp = np.zeros((height, width), dtype=np.float32)
    for each in parts:
        x, y, w, h = each.region
        if x + w > width or y + h > height:
            raise ValueError(f"region {each.region} does not fit a photo of shape {image.shape}")
        part = sharp[y : y + h, x : x + w]
        np.maximum(part, _sharpness(each, classes, feather, (width, height)), out=part)
    side = max(_side(each) for each in parts)
    behind = _blurred_behind(image, 1 - sharp, strength * side)
    mixed = image * sharp[..., None] + behind * (1 - sharp[..., None])
    return np.asarray(np.rint(mixed).clip(0, 255), dtype=np.uint8)


def _side(parts: FaceParts) -> float:
    return float(np.sqrt(parts.region[2] * parts.region[3]))


def _sharpness(
    parts: FaceParts, classes: Collection[str] | None, feather: float, photo: tuple[int, int]
) -> FloatArray:
    """(h,w) 0 to 1 over the region of a face."""
    half = feather * _side(parts) / 2
    sharp = soft_edge(kept(parts, classes), half, half)
    strip = max(FADE * _side(parts), 1.0)
    for axis in (0, 1):
        first, length = parts.region[axis], parts.region[axis + 2]
        places = np.arange(length, dtype=np.float32)
        ramp = np.ones(length, dtype=np.float32)
        if first > 0:
            ramp = np.minimum(ramp, (places + 0.5) / strip)
        if first + length < photo[axis]:
            ramp = np.minimum(ramp, (length - places - 0.5) / strip)
        sharp *= ramp if axis == 0 else ramp[:, None]
    return sharp


def _blurred_behind(image: ByteArray, weight: FloatArray, sigma: float) -> FloatArray:
    """A Gaussian mean of the picture in which every pixel counts by its weight (H,W)."""
    if sigma <= 0:
        return image.astype(np.float32)
    height, width = image.shape[:2]
    step = max(sigma / _FINE, 1.0)
    size = (max(round(width / step), 1), max(round(height / step), 1))
    weighed = cv2.resize(image * weight[..., None], size, interpolation=cv2.INTER_AREA)
    weights = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    weighed, weights = (
        cv2.GaussianBlur(plane, (0, 0), sigma / step) for plane in (weighed, weights)
    )
    mean = weighed / np.maximum(weights, 1e-4)[..., None]
    return np.asarray(
        cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32
    )
