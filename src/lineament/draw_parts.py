"""Parts of a face drawn over a photo: a tint for each class and a line along its edge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import ByteArray, FaceParts

STRENGTH = 0.42
EDGE_STRENGTH = 0.9


def draw_parts(canvas: ByteArray, parts: FaceParts) -> None:
    """Lay the palette of the parts' scheme over a photo, in place; the background stays.

    Args:
        canvas: (H,W,3) uint8 RGB; what lies beside it is not drawn.
        parts: of a face, in pixels of the photo.
    """
    x, y, _, _ = parts.region
    under = canvas[y : y + parts.mask.shape[0], x : x + parts.mask.shape[1]]
    mask = parts.mask[: under.shape[0], : under.shape[1]]
    if not mask.any():
        return
    strength = np.where(_edges(mask), EDGE_STRENGTH, STRENGTH) * (mask > 0)
    colours = np.array(parts.part_scheme.palette, dtype=np.float32)[mask]
    weight = strength.astype(np.float32)[..., None]
    under[:] = np.rint(under * (1 - weight) + colours * weight)


def _edges(mask: ByteArray) -> NDArray[np.bool_]:
    """The pixels that have a neighbour of another class at one of their four sides."""
    edges = np.zeros(mask.shape, dtype=np.bool_)
    across, down = mask[:, 1:] != mask[:, :-1], mask[1:] != mask[:-1]
    edges[:, 1:] |= across
    edges[:, :-1] |= across
    edges[1:] |= down
    edges[:-1] |= down
    return edges
