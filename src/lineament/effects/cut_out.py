"""One face without what is round it: a picture with alpha."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from lineament.effects.kept import kept
from lineament.effects.soft_edge import soft_edge
from lineament.face import ByteArray, FaceParts

FEATHER = 0.006
"""Default width of the soft edge, in sides of the region."""


def cut_out(
    image: ByteArray,
    parts: FaceParts,
    *,
    classes: Collection[str] | None = None,
    feather: float = FEATHER,
) -> ByteArray | None:
    """The pixels of some parts of a face, all else transparent.

    Pixels that are wholly transparent are black, so that the file does not carry what was cut
    away.

    Args:
        image: (H,W,3) uint8 RGB, the photo that the parts are of.
        parts: of the face.
        classes: names of the classes to keep; None keeps all but the background, and small
            holes of background in them.
        feather: width of the soft edge in sides (root of width x height) of the region, half of
            it on each side of the part's edge.

    Returns:
        (h,w,4) uint8 RGBA of the size of `parts.region`, alpha not multiplied in; None where the
        face shows none of the classes.

    Raises:
        ValueError: the region reaches over the border of the photo.
    """
    x, y, width, height = parts.region
    if x + width > image.shape[1] or y + height > image.shape[0]:
        raise ValueError(f"region {parts.region} does not fit a photo of shape {image.shape}")
    shown = kept(parts, classes)
    if not shown.any():
        return None
    half = feather * float(np.sqrt(width * height)) / 2
    alpha = np.rint(soft_edge(shown, half, half) * 255).astype(np.uint8)
    rgba = np.dstack([image[y : y + height, x : x + width], alpha])
    rgba[alpha == 0] = 0
    return rgba
