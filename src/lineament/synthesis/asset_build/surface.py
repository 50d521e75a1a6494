"""A triangle surface that can be asked for the point nearest to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from lineament.synthesis.asset_build.obj_file import Floats
from lineament.synthesis.asset_types import Indices

SMALL_TRIANGLES = 0.6
"""The samples of a triangle grow with this power of its area: eyes and lips get more."""

NORMAL_WEIGHT = 2.0
"""Centimetres that a difference of one in the unit normals counts for."""

CANDIDATES = 4
CHUNK = 1 << 16


@dataclass(frozen=True)
class Nearest:
    """The nearest points of a surface.

    Attributes:
        points: (N,3) float64 centimetres.
        triangles: (N,) int rows of the surface's triangles.
        weights: (N,3) float64 shares of the triangles' corners.
    """

    points: Floats
    triangles: Indices
    weights: Floats


class SampledSurface:
    """Random points on a surface, with normals, in a search tree.

    Args:
        vertices: (P,3) float64 centimetres.
        triangles: (T,3) int32, counter-clockwise seen from outside.
        count: how many samples.
        seed: of the random numbers.
    """

    def __init__(self, vertices: Floats, triangles: Indices, count: int, seed: int = 0) -> None:
        self.corners: Floats = vertices[triangles]
        first, second, third = (self.corners[:, corner] for corner in range(3))
        across = np.cross(second - first, third - first)
        area = np.linalg.norm(across, axis=1) / 2
        normals = across / np.maximum(2 * area[:, None], 1e-9)
        random = np.random.default_rng(seed)
        share = area**SMALL_TRIANGLES
        self.triangle = random.choice(len(triangles), count, p=share / share.sum())
        place = random.random((count, 2))
        outside = place.sum(axis=1) > 1
        place[outside] = 1 - place[outside]
        weights = np.column_stack([1 - place.sum(axis=1), place])
        self.points: Floats = _weighted(weights, self.corners[self.triangle])
        self.normals: Floats = normals[self.triangle]
        self._by_place = cKDTree(self.points)
        self._by_place_and_normal = cKDTree(_with_normals(self.points, self.normals))

    def alike(self, points: Floats, normals: Floats) -> tuple[Floats, Floats]:
        """The samples nearest in place and normal together.

        Args:
            points: (N,3) float64 centimetres.
            normals: (N,3) unit vectors.

        Returns:
            (N,3) float64 places of the samples; (N,) float64 distances, to which the difference of
            the normals adds.
        """
        distance, row = self._by_place_and_normal.query(_with_normals(points, normals))
        return self.points[row], distance

    def nearest(self, points: Floats) -> Nearest:
        """The nearest points of the surface itself, on the triangles of the nearest samples."""
        parts = [self._nearest(points[i : i + CHUNK]) for i in range(0, len(points), CHUNK)]
        return Nearest(
            np.concatenate([part.points for part in parts]),
            np.concatenate([part.triangles for part in parts]),
            np.concatenate([part.weights for part in parts]),
        )

    def _nearest(self, points: Floats) -> Nearest:
        _, rows = self._by_place.query(points, k=CANDIDATES)
        least = np.full(len(points), np.inf)
        found = Nearest(np.empty_like(points), rows[:, 0].copy(), np.empty_like(points))
        candidates = self.triangle[rows].T
        for place, candidate in enumerate(candidates):
            new = np.flatnonzero((candidates[:place] != candidate).all(axis=0))
            corners = self.corners[candidate[new]]
            weights = closest_weights(points[new], corners)
            places = _weighted(weights, corners)
            distance = np.linalg.norm(places - points[new], axis=1)
            nearer = distance < least[new]
            better = new[nearer]
            least[better] = distance[nearer]
            found.points[better] = places[nearer]
            found.triangles[better] = candidate[better]
            found.weights[better] = weights[nearer]
        return found


def closest_weights(points: Floats, corners: Floats) -> Floats:
    """Shares (N,3) of the corners (N,3,3) of a triangle at its point nearest to a point (N,3)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    offset = points - corners[:, 0]
    aa, ab, bb = _dot(first, first), _dot(first, second), _dot(second, second)
    ap, bp = _dot(first, offset), _dot(second, offset)
    area = np.maximum(aa * bb - ab * ab, 1e-30)
    along = np.stack([bb * ap - ab * bp, aa * bp - ab * ap], axis=1) / area[:, None]
    best = np.column_stack([1 - along.sum(axis=1), along])
    outside = np.flatnonzero((best < 0).any(axis=1))
    least = np.full(len(outside), np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        origin = corners[outside, start]
        edge = corners[outside, end] - origin
        share = _dot(edge, points[outside] - origin) / np.maximum(_dot(edge, edge), 1e-30)
        share = np.clip(share, 0, 1)
        distance = np.linalg.norm(origin + share[:, None] * edge - points[outside], axis=1)
        nearer = distance < least
        least[nearer] = distance[nearer]
        rows = outside[nearer]
        best[rows] = 0
        best[rows, start] = 1 - share[nearer]
        best[rows, end] = share[nearer]
    return best


def _with_normals(points: Floats, normals: Floats) -> Floats:
    return np.hstack([points, normals * NORMAL_WEIGHT])


def _weighted(weights: Floats, corners: Floats) -> Floats:
    return np.asarray(np.einsum("nc,ncd->nd", weights, corners))


def _dot(first: Floats, second: Floats) -> Floats:
    return np.asarray((first * second).sum(axis=1))
