"""Where a crop is cut instead of where its rule says, and its mirror image."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray
from lineament.geometry import Affine
from lineament.landmarks.crops import Square
from lineament.training.augmentation.options import Straying
from lineament.training.augmentation.sample import Sample


def strayed(square: Square, options: Straying, random: np.random.Generator) -> tuple[Square, bool]:
    """A square turned, resized and moved at random, and whether its crop is mirrored."""
    if options.rotation_kind == "uniform":
        turn = random.uniform(-options.rotation, options.rotation)
    else:
        limit = 2 * options.rotation
        turn = float(np.clip(random.normal(0, options.rotation), -limit, limit))
    side = square.side * (1 + random.uniform(-options.scale, options.scale))
    shift = random.uniform(-options.shift, options.shift, 2) * square.side
    centre = (square.centre + shift).astype(np.float32)
    mirrors = bool(random.random() < options.mirror)
    return Square(centre, side, square.angle + float(np.radians(turn))), mirrors


def mirrored(
    sample: Sample, mirror_index: NDArray[np.intp], mask_mirror: ByteArray | None = None
) -> Sample:
    """The mirror image: left and right points change names, and so do classes of the mask.

    Args:
        sample: a crop.
        mirror_index: (L,) for each point the index of its mirror image.
        mask_mirror: (C,) uint8, for each class that of its mirror image; None: every class is
            its own.
    """
    points = sample.points[mirror_index].copy()
    points[:, 0] = sample.image.shape[1] - 1 - points[:, 0]
    mask = sample.mask
    if mask is not None:
        mask = np.ascontiguousarray(mask[:, ::-1])
        mask = mask if mask_mirror is None else mask_mirror[mask]
    image = np.asarray(cv2.flip(sample.image, 1), dtype=np.uint8)
    return replace(sample, image=image, points=points, mask=mask)


def mirroring(size: int) -> Affine:
    """The affine (2,3) that mirrors a crop of `size` onto itself."""
    return np.array([[-1.0, 0.0, size - 1.0], [0.0, 1.0, 0.0]])
