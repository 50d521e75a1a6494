"""Joints and bones of a right hand at rest, and how they bend.

The frame of the hand: centimetres for a grown person of middle size, the wrist at zero, y to the
fingers, -x to the side of the thumb, z out of the back of the hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.lofts import Points

THUMB, INDEX, MIDDLE, RING, LITTLE = range(5)

JOINTS = np.array(
    [
        [[-2.0, 2.0, -0.7], [-4.5, 5.4, -1.5], [-6.1, 8.1, -1.8], [-7.0, 10.4, -1.9]],
        [[-2.7, 9.3, 0.2], [-3.5, 13.7, 0.3], [-3.9, 16.2, 0.2], [-4.15, 18.1, 0.1]],
        [[-0.75, 9.7, 0.35], [-0.75, 14.6, 0.5], [-0.75, 17.5, 0.4], [-0.75, 19.5, 0.3]],
        [[1.15, 9.3, 0.25], [1.95, 13.8, 0.3], [2.4, 16.4, 0.2], [2.7, 18.4, 0.1]],
        [[2.8, 8.4, 0.0], [4.3, 11.6, 0.0], [5.1, 13.5, -0.1], [5.75, 15.2, -0.2]],
    ]
)
"""(5,4,3) of thumb to little finger: three joints and the middle of the round tip."""

RADII = np.array(
    [
        [1.25, 1.08, 0.98, 0.72],
        [0.98, 0.9, 0.76, 0.62],
        [1.0, 0.92, 0.78, 0.64],
        [0.96, 0.86, 0.74, 0.6],
        [0.86, 0.74, 0.64, 0.54],
    ]
)
PALMWARD = np.array([[0.75, 0.1, -0.65], *([[0.0, 0.0, -1.0]] * 4)])
"""Direction to which the fingers close."""

BONES = 17
PALM, FOREARM = 0, 16
"""Bones 1 + 3 f + j are joint j of finger f."""

FOREARM_JOINT = np.array([0.0, -0.3, 0.0])


@dataclass(frozen=True)
class HandPose:
    """Angles in radians; zero is a flat hand with slightly spread fingers.

    Attributes:
        flex: (5,3) closing of the joints of thumb to little finger.
        spread: (5,) turning away from the thumb's side, about the back of the hand.
        opposition: how far the thumb is swung in front of the palm.
    """

    flex: Points
    spread: Points
    opposition: float = 0.0


def turns_about(axes: Points, angles: Points) -> Points:
    """(N,3,3) rotations by radians (N,) about unit vectors (N,3)."""
    x, y, z = axes.T
    cross = np.zeros((len(axes), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -z, y, -x
    cross[:, 1, 0], cross[:, 2, 0], cross[:, 2, 1] = z, -y, x
    sine, rest = np.sin(angles)[:, None, None], (1 - np.cos(angles))[:, None, None]
    return np.asarray(np.eye(3) + sine * cross + rest * (cross @ cross))


def _bend_axes() -> Points:
    """(5,3,3) about what each joint closes."""
    ahead = np.diff(JOINTS, axis=1)
    axes = np.cross(ahead, PALMWARD[:, None])
    return np.asarray(axes / np.linalg.norm(axes, axis=2, keepdims=True))


BEND_AXES = _bend_axes()
SPREAD_AXES = np.repeat([[0.0, 0.0, -1.0]], 5, axis=0)
OPPOSITION_AXIS = np.array([[0.19, 0.98, 0.09]]) / np.linalg.norm([0.19, 0.98, 0.09])


def bone_motions(pose: HandPose, forearm: Points) -> tuple[Points, Points]:
    """Rotations (17,3,3) and shifts (17,3) that move points at rest with each bone.

    Args:
        pose: bend of the fingers.
        forearm: (3,3) rotation of the forearm against the hand.
    """
    rotations = np.empty((BONES, 3, 3))
    shifts = np.zeros((BONES, 3))
    rotations[PALM] = np.eye(3)
    rotations[FOREARM] = forearm
    shifts[FOREARM] = FOREARM_JOINT - forearm @ FOREARM_JOINT
    bend = turns_about(BEND_AXES.reshape(-1, 3), pose.flex.reshape(-1)).reshape(5, 3, 3, 3)
    bend[:, 0] = turns_about(SPREAD_AXES, pose.spread) @ bend[:, 0]
    bend[THUMB, 0] = turns_about(OPPOSITION_AXIS, np.array([-pose.opposition]))[0] @ bend[THUMB, 0]
    turn, shift = np.eye(3)[None].repeat(5, axis=0), np.zeros((5, 3, 1))
    for joint in range(3):
        local, pivot = bend[:, joint], JOINTS[:, joint, :, None]
        shift = turn @ (pivot - local @ pivot) + shift
        turn = turn @ local
        rotations[1 + joint : FOREARM : 3], shifts[1 + joint : FOREARM : 3] = turn, shift[..., 0]
    return rotations, shifts
