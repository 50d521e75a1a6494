"""The boundary map: how near each cell is to one of the curves of a face.

Wu et al., "Look at Boundary", CVPR 2018; as a 14th channel's truth in Wang et al., ICCV 2019.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lineament.errors import ConfigError
from lineament.landmarks.heatmaps import STRIDE

FloatArray = NDArray[np.float32]

REACH = 3.0
"""Distance from a curve, in cells, from which on the map is zero."""

CURVES: dict[str, tuple[tuple[int, ...], ...]] = {
    "ibug-68": (
        tuple(range(17)),  # outline
        *((17, 18, 19, 20, 21), (22, 23, 24, 25, 26)),  # brows
        *((27, 28, 29, 30), (31, 32, 33, 34, 35)),  # nose: bridge, base
        *((36, 37, 38, 39), (36, 41, 40, 39)),  # right eye: upper lid, lower lid
        *((42, 43, 44, 45), (42, 47, 46, 45)),  # left eye
        *((48, 49, 50, 51, 52, 53, 54), (60, 61, 62, 63, 64)),  # upper lip: outer, inner
        *((48, 59, 58, 57, 56, 55, 54), (60, 67, 66, 65, 64)),  # lower lip
    ),
    "wflw-98": (
        tuple(range(33)),
        *((33, 34, 35, 36, 37), (42, 43, 44, 45, 46)),  # upper edges of the brows
        *((51, 52, 53, 54), (55, 56, 57, 58, 59)),
        *((60, 61, 62, 63, 64), (60, 67, 66, 65, 64)),
        *((68, 69, 70, 71, 72), (68, 75, 74, 73, 72)),
        *((76, 77, 78, 79, 80, 81, 82), (88, 89, 90, 91, 92)),
        *((76, 87, 86, 85, 84, 83, 82), (88, 95, 94, 93, 92)),
    ),
    "cofw-29": (
        *((0, 4, 2), (0, 5, 2), (1, 6, 3), (1, 7, 3)),  # brows: upper and lower edges
        *((8, 12, 10), (8, 13, 10), (9, 14, 11), (9, 15, 11)),  # eyes: upper and lower lids
        (18, 21, 19),  # base of the nose
        *((22, 24, 23), (22, 25, 23), (22, 26, 23), (22, 27, 23)),  # lips
    ),
    "aflw-19": (
        *((0, 1, 2), (3, 4, 5)),  # brows
        *((6, 7, 8), (9, 10, 11)),  # eyes, through their middles
        *((12, 13, 14), (15, 16, 17)),  # nose and mouth
    ),
}
"""For each scheme the points along each curve: the 13 curves of the paper where the scheme has
them, with fewer points those that they can outline."""


def facial_curves(scheme: str) -> tuple[tuple[int, ...], ...]:
    """The points along each facial curve of a scheme.

    Raises:
        ConfigError: the scheme outlines no curve.
    """
    if scheme not in CURVES:
        raise ConfigError(
            f"the points of {scheme!r} outline no facial curve, which the boundary channel needs; "
            f"train heatmaps on one of {', '.join(CURVES)}, or a network of coordinates"
        )
    return CURVES[scheme]


def boundary_maps(points: FloatArray, scheme: str, side: int = 64) -> FloatArray:
    """exp(-d^2 / 2) of the distance d to the nearest facial curve, in cells, zero from 3 on.

    A curve is a natural cubic spline over equally spaced parameters, which is linear in its
    points: one matrix, made once, bends the curves of a whole batch, and points that coincide (a
    closed eye, a profile) need no special care.

    Args:
        points: (N,L,2) x and y in input pixels.
        scheme: name of the order of points.
        side: height and width of the maps in cells.

    Returns:
        (N,side,side) float32, 0 to 1. Curves, or parts of them, outside the picture and curves
        through a point that is not finite are left out.

    Raises:
        ConfigError: the scheme outlines no curve.
    """
    curves = facial_curves(scheme)
    # Cell c holds the pixels 4c to 4c + 4: its middle is 4 (c + 0.5).
    cells = points / np.float32(STRIDE) - np.float32(0.5)
    lines = [_fixed_point(spline(len(curve)) @ cells[:, list(curve)]) for curve in curves]
    known = [np.isfinite(cells[:, list(curve)]).all(axis=(1, 2)) for curve in curves]
    maps = np.zeros((len(points), side, side), np.float32)
    for number, target in enumerate(maps):
        drawn = np.full((side, side), 255, np.uint8)
        here = [line[number] for line, given in zip(lines, known, strict=True) if given[number]]
        cv2.polylines(drawn, here, isClosed=False, color=(0,), shift=_SHIFT)
        distance = cv2.distanceTransform(drawn, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        near = distance < REACH
        target[near] = np.exp(-np.square(distance[near]) / 2)
    return maps


@cache
def spline(knots: int, per_segment: int = 6) -> FloatArray:
    """Matrix (samples,knots) from knots to samples of the natural cubic spline through them.

    samples = (knots - 1) x per_segment + 1, equally spaced in the parameter; every knot is one.
    """
    assert knots > 1
    curvature = np.zeros((knots, knots))
    if knots > 2:
        inner = knots - 2
        system = 4 * np.eye(inner) + np.eye(inner, k=1) + np.eye(inner, k=-1)
        wanted = np.eye(inner, knots) - 2 * np.eye(inner, knots, k=1) + np.eye(inner, knots, k=2)
        curvature[1:-1] = np.linalg.solve(system, 6 * wanted)
    place = np.arange((knots - 1) * per_segment + 1) / per_segment
    start = np.minimum(place.astype(int), knots - 2)
    after = (place - start)[:, None]
    before = 1 - after
    value = np.eye(knots)
    matrix = (
        before * value[start]
        + after * value[start + 1]
        + (before**3 - before) / 6 * curvature[start]
        + (after**3 - after) / 6 * curvature[start + 1]
    )
    return np.asarray(matrix, np.float32)


_SHIFT = 4
"""Fractional bits of the coordinates that are drawn."""


def _fixed_point(lines: FloatArray) -> NDArray[np.int32]:
    """(N,S,2) in cells -> as `cv2.polylines` takes them; far away is as good as infinitely far."""
    bounded = np.clip(np.nan_to_num(lines), -10_000, 10_000)
    return np.asarray(np.round(bounded * 2**_SHIFT), np.int32)
