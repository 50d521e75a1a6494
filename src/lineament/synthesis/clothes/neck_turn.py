"""How the body is held against the head: the neck twists, nods and leans between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.asset_types import Head
from lineament.synthesis.clothes.patch import Reals
from lineament.synthesis.posed_head import OUTSIDE_VERTICES, PosedHead

PIVOT = np.array([0.0, -9.5, -2.0], np.float32)
"""Centimetres; what the body turns about against the head."""

LIMITS = (0.6, 0.3, 0.25)
"""Largest yaw, pitch and roll in radians."""

FOLLOWING = 0.6
"""Mean share of a turn of the head that the body does not make."""


@dataclass(frozen=True)
class Posture:
    """Turns of the body against the head, in radians; signs are those of `Camera`."""

    yaw: float
    pitch: float
    roll: float


def sample_posture(
    random: np.random.Generator, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0
) -> Posture:
    """Draw a posture for a head that is turned towards the camera by these angles, in radians.

    The body tends to stay upright and frontal, so it turns back a share of each angle.
    """
    share = np.clip(random.normal(FOLLOWING, 0.35), 0.0, 1.2)
    turns = [
        -share * yaw + random.normal(0, 0.14),
        -0.7 * share * pitch + random.normal(0, 0.06),
        -share * roll + random.normal(0, 0.05),
    ]
    bounded = [
        float(np.clip(turn, -limit, limit)) for turn, limit in zip(turns, LIMITS, strict=True)
    ]
    return Posture(*bounded)


def neck_shares(head: Head) -> Reals:
    """(V,) float32 how far each vertex goes with the body, 0 (head) to 1 (shoulders)."""
    x, y, z = head.vertices.T
    depth = (-6.3 - 0.36 * z - 0.01 * x * x - y) / 8.0
    share = np.clip(depth, 0, 1).astype(np.float32)
    share = share * share * (3 - 2 * share)
    share[OUTSIDE_VERTICES:] = 0
    return np.asarray(share)


def turn_neck(posed: PosedHead, posture: Posture, shares: Reals) -> PosedHead:
    """The head with its neck and shoulders turned.

    Args:
        posed: the person.
        posture: how far the body turns.
        shares: (V,) from `neck_shares`.
    """
    moving = np.flatnonzero(shares > 0)
    turns = _rotations(posture, shares[moving])
    vertices, normals = posed.vertices.copy(), posed.normals.copy()
    vertices[moving] = np.einsum("pij,pj->pi", turns, vertices[moving] - PIVOT) + PIVOT
    normals[moving] = np.einsum("pij,pj->pi", turns, normals[moving])
    return PosedHead(posed.head, vertices, normals)


def _rotations(posture: Posture, share: Reals) -> Reals:
    """(P,3,3) float32 rotations by shares (P,) of a posture."""
    (cy, sy), (cp, sp), (cr, sr) = (
        (np.cos(angle * share), np.sin(angle * share))
        for angle in (posture.yaw, posture.pitch, posture.roll)
    )
    rows = [
        [cr * cy - sr * sp * sy, -sr * cp, cr * sy + sr * sp * cy],
        [sr * cy + cr * sp * sy, cr * cp, sr * sy - cr * sp * cy],
        [-cp * sy, sp, cp * cy],
    ]
    return np.asarray(np.moveaxis(np.array(rows, np.float32), 2, 0))
