"""Z-buffer: which triangle is seen at each pixel, and where on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.geometry_buffers import OPACITY, TWO_SIDED, MaterialTable
from lineament.synthesis.mesh import Triangles

NOTHING = -1


class Fragments(NamedTuple):
    """What is seen at each pixel of an (H,W) picture.

    Attributes:
        nearness: (H,W) float32 one over the depth of the surface; 0 where nothing is.
        triangle: (H,W) int32, or -1.
        weights: (H,W,2) float32 shares of the first two corners, in space; the third has the rest.
    """

    nearness: FloatArray
    triangle: NDArray[np.int32]
    weights: FloatArray


def empty_fragments(height: int, width: int) -> Fragments:
    """A picture in which nothing is seen."""
    return Fragments(
        np.zeros((height, width), np.float32),
        np.full((height, width), NOTHING, np.int32),
        np.zeros((height, width, 2), np.float32),
    )


@njit(cache=True)
def coverage_threshold(x: int, y: int, layer: int) -> float:
    """Opacity above which a see-through surface covers a sample: an ordered 4 x 4 pattern, turned
    differently for each material, so that half-opaque surfaces give even shades, not noise."""
    x = (x ^ (layer * 5)) & 3
    y = (y ^ (layer * 3)) & 3
    low = ((x ^ y) & 1) * 2 + (y & 1)
    high = (((x ^ y) >> 1) & 1) * 2 + ((y >> 1) & 1)
    return (low * 4 + high + 0.5) / 16.0


@njit(cache=True, fastmath=True, error_model="numpy")
def rasterise(
    xy: FloatArray,
    nearness: FloatArray,
    triangles: Triangles,
    texcoords: FloatArray,
    material: NDArray[np.int32],
    drawn: NDArray[np.bool_],
    table: MaterialTable,
    perspective: bool,
    fragments: Fragments,
) -> None:
    """Draw triangles into `fragments`, keeping what is nearest.

    Args:
        xy: (P,2) float32 position in the picture, y down, pixel centres at integers.
        nearness: (P,) float32 grows towards the viewer: 1 / depth in perspective, any linear depth
            for a parallel projection. Triangles with a corner <= 0 are left out.
        triangles, texcoords, material: as in `Geometry`.
        drawn: (M,) whether each material is drawn.
        table: two-sidedness and opacity of the materials.
        perspective: whether the projection is one; else it is parallel, as for shadows, and what
            lets half of the light through is left out.
        fragments: (H,W) buffers, changed in place.
    """
    nearest, shown, weights = fragments.nearness, fragments.triangle, fragments.weights
    surface, texture, texels = table.surface, table.texture, table.texels
    height, width = nearest.shape
    for t in range(triangles.shape[0]):
        kind = material[t]
        if not drawn[kind]:
            continue
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        na, nb, nc = nearness[a], nearness[b], nearness[c]
        if na <= 0.0 or nb <= 0.0 or nc <= 0.0:
            continue
        x0, y0, x1, y1, x2, y2 = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], xy[c, 0], xy[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-9 or (area > 0.0 and surface[kind, TWO_SIDED] == 0.0):
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2))))
        right = min(width - 1, int(np.floor(max(x0, x1, x2))))
        top = max(0, int(np.ceil(min(y0, y1, y2))))
        bottom = min(height - 1, int(np.floor(max(y0, y1, y2))))
        if left > right or top > bottom:
            continue
        scale = 1.0 / area
        across0, across1 = (y1 - y2) * scale, (y2 - y0) * scale
        down0, down1 = (x2 - x1) * scale, (x0 - x2) * scale
        see_through = texture[kind, 1] > 0 or surface[kind, OPACITY] < 1.0
        for y in range(top, bottom + 1):
            start0 = (y - y2) * down0 - x2 * across0
            start1 = (y - y2) * down1 - x2 * across1
            first, last = _span(left, right, start0, start1, across0, across1)
            for x in range(first, last + 1):
                w0 = start0 + x * across0
                w1 = start1 + x * across1
                w2 = 1.0 - w0 - w1
                if w0 < 0.0 or w1 < 0.0 or w2 < 0.0:
                    continue
                near = w0 * na + w1 * nb + w2 * nc
                if near <= nearest[y, x]:
                    continue
                if perspective:
                    w0 = w0 * na / near
                    w1 = w1 * nb / near
                if see_through:
                    u = w0 * texcoords[t, 0, 0] + w1 * texcoords[t, 1, 0]
                    v = w0 * texcoords[t, 0, 1] + w1 * texcoords[t, 1, 1]
                    u += (1.0 - w0 - w1) * texcoords[t, 2, 0]
                    v += (1.0 - w0 - w1) * texcoords[t, 2, 1]
                    opacity = surface[kind, OPACITY] * _alpha(texture, texels, kind, u, v)
                    if opacity <= (coverage_threshold(x, y, kind) if perspective else 0.5):
                        continue
                nearest[y, x] = near
                shown[y, x] = t
                weights[y, x, 0] = w0
                weights[y, x, 1] = w1


@njit(cache=True, fastmath=True, error_model="numpy")
def _span(
    left: int, right: int, start0: float, start1: float, across0: float, across1: float
) -> tuple[int, int]:
    """Columns of one row between which a triangle lies, a little generously: where its three
    weights `start + x * across` are not negative."""
    low, high = float(left), float(right)
    for k in range(3):
        if k == 0:
            start, across = start0, across0
        elif k == 1:
            start, across = start1, across1
        else:
            start, across = 1.0 - start0 - start1, -across0 - across1
        if across > 1e-9:
            low = max(low, -start / across - 0.01)
        elif across < -1e-9:
            high = min(high, -start / across + 0.01)
        elif start < -1e-6:
            return 1, 0
    return int(np.ceil(low)), int(np.floor(high))


@njit(cache=True, fastmath=True, error_model="numpy")
def texel_row(texture: NDArray[np.int64], kind: int, u: float, v: float) -> int:
    """Row of `texels` at texture coordinates that repeat; only for a material with a texture."""
    side = texture[kind, 1]
    column = min(side - 1, int((u - np.floor(u)) * side))
    row = min(side - 1, int((1.0 - (v - np.floor(v))) * side))
    return int(texture[kind, 0] + row * side + column)


@njit(cache=True, fastmath=True, error_model="numpy")
def _alpha(texture: NDArray[np.int64], texels: ByteArray, kind: int, u: float, v: float) -> float:
    """Opacity 0 to 1 of a material's texture; 1 if it has none."""
    if texture[kind, 1] == 0:
        return 1.0
    return float(texels[texel_row(texture, kind, u, v), 3] / 255.0)
