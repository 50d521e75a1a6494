"""How far the skin reaches in a direction: what is worn or held is kept outside it."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.lofts import Points
from lineament.synthesis.mesh import Triangles
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

NOWHERE = -1e6
"""Height where a relief meets no skin."""

CELL = 0.3
"""Centimetres of a cell of the relief."""


class HeadRelief:
    """Height of face, ears, skull, neck and shoulders above a plane square to a direction.

    Attributes:
        axes: (3,3) float32 rows across, up, towards: the directions of the plane and of height, in
            the frame of the head.
    """

    def __init__(
        self,
        posed: PosedHead,
        towards: tuple[float, float, float] | Points,
        low: tuple[float, float],
        high: tuple[float, float],
        *,
        mirrored: bool = False,
    ) -> None:
        """Measure a window of the plane, in centimetres.

        Args:
            posed: the head.
            towards: (3,) direction of height, of any length.
            low, high: corners of the window, across and up. Across is the head's x when `towards`
                is z.
            mirrored: whether left and right of the head are exchanged first.
        """
        self.axes = frame_of(towards)
        axes = self.axes * np.array([-1, 1, 1], np.float32) if mirrored else self.axes
        placed = posed.vertices[:OUTSIDE_VERTICES] @ axes.T
        self._low = np.array(low, np.float32)
        columns, rows = (int(np.ceil((b - a) / CELL)) + 1 for a, b in zip(low, high, strict=True))
        self._height = np.full((rows, columns), NOWHERE, np.float32)
        placed[:, :2] = (placed[:, :2] - self._low) / CELL
        _raise(placed, posed.head.triangles, -1.0 if mirrored else 1.0, self._height)

    def height(self, points: Points) -> FloatArray:
        """(...) centimetres along `towards` at which the outermost skin lies over or under points
        (...,3) of the head's frame; `NOWHERE` (or less than -1e5) where there is none."""
        placed = np.asarray(points, dtype=np.float32) @ self.axes[:2].T
        place = (placed - self._low) / CELL
        rows, columns = self._height.shape
        x = np.clip(place[..., 0], 0, columns - 1.001)
        y = np.clip(place[..., 1], 0, rows - 1.001)
        column, row = x.astype(np.intp), y.astype(np.intp)
        dx, dy = x - column, y - row
        near = self._height[row, column] * (1 - dx) + self._height[row, column + 1] * dx
        far = self._height[row + 1, column] * (1 - dx) + self._height[row + 1, column + 1] * dx
        return np.asarray(near * (1 - dy) + far * dy)

    def clearance(self, points: Points) -> FloatArray:
        """(...) how far points (...,3) lie outside the skin along `towards`; negative is inside."""
        along = np.asarray(points, dtype=np.float32) @ self.axes[2]
        return np.asarray(along - self.height(points))


def frame_of(towards: tuple[float, float, float] | Points) -> FloatArray:
    """Rows (3,3) float32 across, up, towards: unit vectors, right-handed, up as near to y as can
    be."""
    ahead = np.asarray(towards, dtype=np.float64)
    ahead = ahead / np.linalg.norm(ahead)
    hint = np.array([0.0, 1.0, 0.0]) if abs(ahead[1]) < 0.95 else np.array([0.0, 0.0, -1.0])
    across = np.cross(hint, ahead)
    across /= np.linalg.norm(across)
    return np.stack([across, np.cross(ahead, across), ahead]).astype(np.float32)


@njit(cache=True, fastmath=True)
def _raise(
    placed: FloatArray, triangles: Triangles, turn: float, height: NDArray[np.float32]
) -> None:
    """Highest surface over every cell, for triangles whose corners all have a row of `placed` and
    run counter-clockwise (`turn` 1) or clockwise (-1)."""
    rows, columns = height.shape
    count = placed.shape[0]
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if a >= count or b >= count or c >= count:
            continue
        x0, y0, x1, y1 = placed[a, 0], placed[a, 1], placed[b, 0], placed[b, 1]
        x2, y2 = placed[c, 0], placed[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area * turn < 1e-9:
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2))))
        right = min(columns - 1, int(np.floor(max(x0, x1, x2))))
        bottom = max(0, int(np.ceil(min(y0, y1, y2))))
        top = min(rows - 1, int(np.floor(max(y0, y1, y2))))
        if left > right or bottom > top:
            continue
        for y in range(bottom, top + 1):
            for x in range(left, right + 1):
                w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area
                w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area
                w2 = 1.0 - w0 - w1
                if w0 >= -1e-4 and w1 >= -1e-4 and w2 >= -1e-4:
                    z = w0 * placed[a, 2] + w1 * placed[b, 2] + w2 * placed[c, 2]
                    if z > height[y, x]:
                        height[y, x] = z
