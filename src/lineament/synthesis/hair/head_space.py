"""The space round the neutral head: how far a place is from the skin, and how it moves with it.

Hair is combed on the neutral head, where all this is known beforehand, and then carried to the
person's own: everything near the head moves as the skin does that is nearest.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lineament.face import FloatArray
from lineament.synthesis.asset_types import Head
from lineament.synthesis.head_mesh import FACE, SKULL, HeadMesh
from lineament.synthesis.mesh import Triangles, vertex_normals
from lineament.synthesis.posed_head import OUTSIDE_VERTICES

LOW = np.array([-16.8, -27.0, -18.0], np.float32)
"""Corner of the known space in centimetres; places outside are treated as on its border."""

STEP, COARSE_STEP = 0.8, 1.6
SIZE = np.array([33.6, 48.0, 36.0], np.float32)
FOLLOWED = 6


class HeadSpace:
    """Attributes:
    triangles: (T,3) int32 of the outer skin: face, ears, skull, neck and shoulders.
    normals: (V,3) float32 of the neutral head.
    distance: (X,Y,Z) float32 centimetres from the skin at nodes `STEP` apart, negative inside;
        of the left half of the head, mirrored.
    """

    def __init__(self, head: Head, mesh: HeadMesh) -> None:
        self.triangles: Triangles = mesh.triangles[np.isin(mesh.surface, (FACE, SKULL))]
        self.normals = vertex_normals(head.vertices, self.triangles)
        self.distance = self._distance(head)
        nodes = _nodes(COARSE_STEP)
        tree = cKDTree(head.vertices[:OUTSIDE_VERTICES])
        far, index = tree.query(nodes.reshape(-1, 3), FOLLOWED, eps=0.1)
        weight = 1 / (far**2 + 0.3)
        self._coarse_shape = nodes.shape
        self._index = index.astype(np.int32)
        self._weight = (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)

    def _distance(self, head: Head) -> FloatArray:
        shares = np.array([[1, 1, 1], [4, 1, 1], [1, 4, 1], [1, 1, 4]], np.float32)
        shares /= shares.sum(axis=1, keepdims=True)
        points, normals = (
            np.einsum("sc,tcd->tsd", shares, values[self.triangles]).reshape(-1, 3)
            for values in (head.vertices, self.normals)
        )
        left = _nodes(STEP)[_nodes(STEP).shape[0] // 2 :]
        places = left.reshape(-1, 3)
        far, nearest = cKDTree(points).query(places, eps=0.2)
        height = np.einsum("pd,pd->p", places - points[nearest], normals[nearest])
        signed = np.where(far < 1.0, height, np.copysign(far, height)).reshape(left.shape[:3])
        return np.concatenate([signed[:0:-1], signed]).astype(np.float32)

    def movement(self, offset: FloatArray) -> FloatArray:
        """(X,Y,Z,3) float32 how far each coarse node moves when the head's vertices move by
        `offset` (V,3)."""
        moved = np.empty((len(self._index), 3), np.float32)
        _gather(offset, self._index, self._weight, moved)
        return moved.reshape(self._coarse_shape)


def _nodes(step: float) -> FloatArray:
    axes = [low + np.arange(0, size + step, step) for low, size in zip(LOW, SIZE, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).astype(np.float32)


@njit(cache=True, fastmath=True)
def _gather(
    offset: FloatArray, index: NDArray[np.int32], weight: FloatArray, moved: FloatArray
) -> None:
    for node in range(index.shape[0]):
        for i in range(3):
            moved[node, i] = 0.0
        for k in range(index.shape[1]):
            for i in range(3):
                moved[node, i] += weight[node, k] * offset[index[node, k], i]


@njit(cache=True, fastmath=True)
def carry(points: FloatArray, movement: FloatArray, moved: FloatArray) -> None:
    """Fill `moved` (P,3) with `points` (P,3) of the neutral head's space, moved along."""
    for p in range(points.shape[0]):
        i, j, k, a, b, c = cell(points[p], COARSE_STEP, movement.shape)
        for axis in range(3):
            total = 0.0
            for corner in range(8):
                di, dj, dk = corner & 1, (corner >> 1) & 1, corner >> 2
                share = (a if di else 1 - a) * (b if dj else 1 - b) * (c if dk else 1 - c)
                total += share * movement[i + di, j + dj, k + dk, axis]
            moved[p, axis] = points[p, axis] + total


@njit(cache=True, fastmath=True)
def cell(point, step, shape):  # type: ignore[no-untyped-def]
    """Indices of the cell of a point in a grid of that step, and its place in it, 0 to 1."""
    x = min(max((point[0] - LOW[0]) / step, 0.0), shape[0] - 1.001)
    y = min(max((point[1] - LOW[1]) / step, 0.0), shape[1] - 1.001)
    z = min(max((point[2] - LOW[2]) / step, 0.0), shape[2] - 1.001)
    i, j, k = int(x), int(y), int(z)
    return i, j, k, x - i, y - j, z - k


@njit(cache=True, fastmath=True)
def height_and_outwards(distance: FloatArray, point: FloatArray, outwards: FloatArray) -> float:
    """Centimetres of a point (3,) above the skin; fills `outwards` (3,) with the unit direction in
    which that grows fastest."""
    i, j, k, a, b, c = cell(point, STEP, distance.shape)
    total = 0.0
    gx, gy, gz = 0.0, 0.0, 0.0
    for corner in range(8):
        di, dj, dk = corner & 1, (corner >> 1) & 1, corner >> 2
        wa, wb, wc = (a if di else 1 - a), (b if dj else 1 - b), (c if dk else 1 - c)
        value = distance[i + di, j + dj, k + dk]
        total += wa * wb * wc * value
        gx += (1.0 if di else -1.0) * wb * wc * value
        gy += (1.0 if dj else -1.0) * wa * wc * value
        gz += (1.0 if dk else -1.0) * wa * wb * value
    size = np.sqrt(gx * gx + gy * gy + gz * gz) + 1e-9
    outwards[0], outwards[1], outwards[2] = gx / size, gy / size, gz / size
    return total
