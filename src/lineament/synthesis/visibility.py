"""Which points and how much of a face can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.camera import Camera
from lineament.synthesis.geometry_buffers import Geometry
from lineament.synthesis.picture import Framing, View
from lineament.synthesis.raster import Fragments

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

TOLERANCE = 0.6
"""Centimetres by which something must be nearer than a point to hide it."""


def in_picture(points: FloatArray, size: int) -> Flags:
    """(N,) whether points (N,2) lie within a square picture; pixel centres at integers."""
    return np.asarray(((points >= -0.5) & (points <= size - 0.5)).all(axis=1))


def in_front(
    points: FloatArray, nearness: FloatArray, fragments: Fragments, supersampling: int
) -> NDArray[np.int32]:
    """The triangle that hides each point, or -1 if none does.

    Args:
        points: (N,2) picture pixels.
        nearness: (N,) 1 / depth in centimetres of each.
        fragments: what is seen at each sample of the picture.
        supersampling: samples along each side of a pixel.
    """
    side = len(fragments.nearness)
    place = np.round((points + 0.5) * supersampling - 0.5).astype(np.int64)
    column, row = np.clip(place, 0, side - 1).T
    limit = 1.0 / np.maximum(1.0 / np.maximum(nearness, 1e-6) - TOLERANCE, 1e-3)
    hidden = fragments.nearness[row, column] > limit
    return np.where(hidden, fragments.triangle[row, column], -1).astype(np.int32)


def visible(
    points: FloatArray, nearness: FloatArray, fragments: Fragments, supersampling: int
) -> Flags:
    """(N,) whether points are in the picture and nothing lies in front; arguments as above."""
    size = len(fragments.nearness) // supersampling
    hidden = in_front(points, nearness, fragments, supersampling)
    return in_picture(points, size) & (hidden < 0)


def face_occlusion(
    geometry: Geometry,
    view: View,
    framing: Framing,
    camera: Camera,
    fragments: Fragments,
    skin: Ints,
    area: FloatArray,
    foreign: NDArray[np.int64],
    supersampling: int,
) -> float:
    """Share of the face that foreign things cover, of what would be seen of it without them.

    What the person's own head and hair hide counts neither as covered nor as seen.

    Args:
        geometry: its first vertices are the head's.
        skin: (N,) vertices of the face in front of ears and neck; area: (N,) of the surface round
            each.
        foreign: materials that are no part of the person's body.
    """
    size = len(fragments.nearness) // supersampling
    towards = camera.position - geometry.vertices[skin]
    facing = np.einsum("pd,pd->p", geometry.normals[skin], towards)
    facing /= np.linalg.norm(towards, axis=1)
    points, nearness = framing(view.plane[skin]), view.nearness[skin]
    counted = in_picture(points, size) & (facing > 0.05)
    hiding = in_front(points[counted], nearness[counted], fragments, supersampling)
    by_foreign = (hiding >= 0) & np.isin(geometry.material[hiding], foreign)
    weight = facing[counted] * area[counted]
    seen = weight[hiding < 0].sum()
    covered = weight[by_foreign].sum()
    return float(covered / max(seen + covered, 1e-9))
