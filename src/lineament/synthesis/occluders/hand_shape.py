"""The skin of a hand at rest, grown round its bones, and how it follows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce

import cv2
import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.lofts import Points
from lineament.synthesis.mesh import Triangles, vertex_normals
from lineament.synthesis.occluders.hand_bones import (
    BONES,
    FOREARM,
    JOINTS,
    PALM,
    PALMWARD,
    RADII,
)
from lineament.synthesis.occluders.level_surface import level_surface

CELL = 0.6
BLEND = 3.2
"""How sharply the skin changes from one bone to the next, in 1 / cm."""

TEXTURE_SIDE = 128
TEXTURE_LOW, TEXTURE_SPAN = np.array([-9.0, -4.0]), 26.0

Segment = tuple[Points, Points, float, float]

NAIL_ROWS, NAIL_COLUMNS = 5, 5


@dataclass(frozen=True)
class HandShape:
    """P vertices and T triangles of the skin, N and M of the nails, in the frame of the hand.

    Attributes:
        vertices: (P,3) float32. triangles: (T,3) int32. texcoords: (T,3,2) float32.
        weights: (P,17) float32 share of each bone.
        occlusion: (P,) float32.
        texture: (S,S,4) uint8 for a PLAIN material: creases and mottled skin.
        nail_vertices: (N,3) float32. nail_triangles: (M,3) int32. nail_bone: (N,) int.
    """

    vertices: Points
    triangles: Triangles
    texcoords: Points
    weights: Points
    occlusion: Points
    texture: ByteArray
    nail_vertices: Points
    nail_triangles: Triangles
    nail_bone: Points


@cache
def hand_shape() -> HandShape:
    """The one hand, grown at the first call."""
    low, high = np.array([-9.0, -3.6, -4.6]), np.array([7.6, 21.0, 2.6])
    vertices, triangles = level_surface(_distance, low, high, CELL)
    for _ in range(2):
        vertices = vertices - _distance(vertices)[:, None] * _gradient(vertices)
    vertices = vertices.astype(np.float32)
    normals = vertex_normals(vertices, triangles)
    reach = np.stack([_distance(vertices + step * normals) / step for step in (0.5, 1.4)])
    occlusion = np.clip(0.35 + 0.65 * reach.mean(axis=0), 0.3, 1)
    place = (vertices[:, :2] - TEXTURE_LOW) / TEXTURE_SPAN
    return HandShape(
        vertices,
        triangles,
        place[triangles].astype(np.float32),
        _weights(vertices),
        occlusion.astype(np.float32),
        _texture(),
        *_nails(),
    )


def _palm_segments() -> list[Segment]:
    segments: list[Segment] = []
    for finger in range(1, 5):
        wrist = np.array([-1.5 + 0.95 * finger - 0.9, 0.6, 0.0])
        segments.append((wrist, JOINTS[finger, 0] - [0, 0.2, 0.25], 1.45, 1.08))
    segments.append((np.array([1.9, 1.8, -0.6]), np.array([2.6, 6.3, -0.6]), 1.25, 1.1))
    segments.append((np.array([-0.7, 0.5, 0.0]), np.array([-0.9, -4.5, 0.0]), 1.85, 2.1))
    segments.append((np.array([0.7, 0.5, 0.0]), np.array([0.9, -4.5, 0.0]), 1.85, 2.1))
    return segments


def _finger_segments(finger: int) -> list[Segment]:
    joints, radii = JOINTS[finger], RADII[finger]
    return [(joints[j], joints[j + 1], radii[j], radii[j + 1]) for j in range(3)]


def _to_segment(points: Points, segment: Segment) -> tuple[Points, Points]:
    """Distance to the line of a segment, and to its surface."""
    start, end, first, last = segment
    along = end - start
    share = np.clip((points - start) @ along / (along @ along), 0, 1)
    distance = np.linalg.norm(points - start - share[..., None] * along, axis=-1)
    return distance, distance - (first + (last - first) * share)


def _smooth_least(a: Points, b: Points, width: float) -> Points:
    """Polynomial smooth minimum (Quilez)."""
    mix = np.maximum(width - np.abs(a - b), 0) / width
    return np.minimum(a, b) - 0.25 * width * mix * mix


def _distance(points: Points) -> Points:
    """About how far points (...,3) lie outside the skin."""
    palm = reduce(
        lambda a, b: _smooth_least(a, b, 1.3),
        (_to_segment(points, segment)[1] for segment in _palm_segments()),
    )
    whole = palm
    for finger in range(5):
        chain = reduce(
            lambda a, b: _smooth_least(a, b, 0.25),
            (_to_segment(points, segment)[1] for segment in _finger_segments(finger)),
        )
        whole = _smooth_least(whole, chain, 0.9 if finger else 1.6)
    return np.asarray(whole)


def _gradient(points: Points) -> Points:
    step = 0.02 * np.eye(3)
    slope = [(_distance(points + s) - _distance(points - s)) / 0.04 for s in step]
    return np.stack(slope, axis=-1)


def _weights(vertices: Points) -> Points:
    """(P,17) shares of the bones: along one finger and the palm only, so fingers never stick."""
    metacarpals = [_to_segment(vertices, s)[0] for s in _palm_segments()[:5]]
    palm = np.min(metacarpals, axis=0)
    chains = [[_to_segment(vertices, s) for s in _finger_segments(f)] for f in range(5)]
    nearest = np.argmin([np.min([d for _, d in chain], axis=0) for chain in chains], axis=0)
    weights = np.zeros((len(vertices), BONES))
    for finger, chain in enumerate(chains):
        own = nearest == finger
        distance = np.stack([palm, *(d for d, _ in chain)], axis=1)[own]
        share = np.exp(-BLEND * (distance - distance.min(axis=1, keepdims=True)))
        columns = [PALM, *range(1 + 3 * finger, 4 + 3 * finger)]
        weights[np.ix_(own, columns)] = share
    arm = np.clip((1.0 - vertices[:, 1]) / 3.0, 0, 1)
    arm = arm * arm * (3 - 2 * arm)
    weights /= weights.sum(axis=1, keepdims=True)
    weights *= 1 - arm[:, None]
    weights[:, FOREARM] += arm
    return weights.astype(np.float32)


def _nails() -> tuple[Points, Triangles, Points]:
    vertices, bones = [], []
    for finger in range(5):
        ahead = JOINTS[finger, 3] - JOINTS[finger, 2]
        ahead /= np.linalg.norm(ahead)
        up = -(PALMWARD[finger] - ahead * (PALMWARD[finger] @ ahead))
        up /= np.linalg.norm(up)
        side = np.cross(ahead, up)
        radius = RADII[finger, 3]
        along, turn = np.meshgrid(
            np.linspace(-0.75, 0.78, NAIL_ROWS) * radius,
            np.linspace(-0.85, 0.85, NAIL_COLUMNS),
            indexing="ij",
        )
        lift = radius * 1.06 - 0.10 * np.maximum(along / radius, 0) ** 2 * radius
        rounded = turn * (1 - 0.18 * np.abs(along / radius) ** 3)
        point = JOINTS[finger, 3] + along[..., None] * ahead
        point = point + (lift * np.cos(rounded))[..., None] * up
        point = point + (lift * np.sin(rounded))[..., None] * side * 0.97
        vertices.append(point.reshape(-1, 3))
        bones.append(np.full(NAIL_ROWS * NAIL_COLUMNS, 3 + 3 * finger))
    row, column = (g.ravel() for g in np.mgrid[: NAIL_ROWS - 1, : NAIL_COLUMNS - 1])
    corner = row * NAIL_COLUMNS + column
    patch = np.concatenate(
        [
            np.stack([corner, corner + NAIL_COLUMNS, corner + NAIL_COLUMNS + 1], axis=1),
            np.stack([corner, corner + NAIL_COLUMNS + 1, corner + 1], axis=1),
        ]
    )
    triangles = np.concatenate([patch + f * NAIL_ROWS * NAIL_COLUMNS for f in range(5)])
    return (
        np.concatenate(vertices).astype(np.float32),
        triangles.astype(np.int32),
        np.concatenate(bones),
    )


def _texture() -> ByteArray:
    """Creases at the joints of the fingers and in the palm on slightly mottled skin."""
    random = np.random.default_rng(11)
    side = TEXTURE_SIDE * 2
    grey = np.full((side, side), 128, np.float32)
    rough = cv2.resize(random.normal(0, 1, (32, 32)).astype(np.float32), (side, side))
    grey += 5 * rough + random.normal(0, 2, grey.shape)

    def line(points: Points, strength: float) -> None:
        place = (points[:, :2] - TEXTURE_LOW) / TEXTURE_SPAN * side
        pixels = np.stack([place[:, 0], side - place[:, 1]], axis=1).astype(np.int32)
        drawn = np.zeros_like(grey)
        cv2.polylines(drawn, [pixels.reshape(-1, 1, 2)], False, 1.0, 2, cv2.LINE_AA)
        grey[:] -= strength * cv2.GaussianBlur(drawn, (0, 0), 1.0)

    for finger in range(5):
        for joint in (1, 2):
            ahead = JOINTS[finger, joint + 1] - JOINTS[finger, joint - 1]
            across = np.array([ahead[1], -ahead[0], 0]) / np.linalg.norm(ahead[:2])
            for shift in (-0.22, 0.0, 0.22):
                middle = JOINTS[finger, joint] + shift * ahead / np.linalg.norm(ahead)
                reach = (0.7 - abs(shift)) * RADII[finger, joint]
                line(np.stack([middle - reach * across, middle + reach * across]), 26.0)
    texture = np.empty((side, side, 4), np.uint8)
    texture[..., :3] = np.clip(grey, 60, 200)[..., None]
    texture[..., 3] = 255
    return texture
