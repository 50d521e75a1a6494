"""Weights by which a point follows the vertices nearest to it."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from lineament.synthesis.asset_build.obj_file import Floats
from lineament.synthesis.asset_types import Indices


def nearest_weights(
    vertices: Floats, points: Floats, count: int, softness: float
) -> tuple[Indices, Floats]:
    """The nearest vertices of each point, with weights that fall like a bell.

    Args:
        vertices: (V,3) centimetres.
        points: (N,3) centimetres.
        count: K, how many vertices each point follows.
        softness: the bell's width is the distance of the nearest vertex and this, in centimetres.

    Returns:
        (N,K) int32 rows of `vertices`, nearest first; (N,K) float64 shares that add up to one.
    """
    distance, index = cKDTree(vertices).query(points, k=count)
    weights = np.exp(-((distance / (distance[:, :1] + softness)) ** 2))
    return index.astype(np.int32), weights / weights.sum(axis=1, keepdims=True)


def carried(values: Floats, index: Indices, weights: Floats) -> Floats:
    """Values (V,D) at the vertices become values (N,D) at the points."""
    return np.asarray(np.einsum("nk,nkd->nd", weights, values[index]))
