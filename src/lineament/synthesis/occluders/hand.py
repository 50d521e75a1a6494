"""A hand with its forearm and sleeve, bent and laid out in the frame of the hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.face import ByteArray
from lineament.synthesis.lofts import Points, joined_lofts
from lineament.synthesis.material import Colour, Finish, Layer, Material
from lineament.synthesis.mesh import Triangles, make_mesh
from lineament.synthesis.occluders.hand_bones import (
    FOREARM_JOINT,
    HandPose,
    bone_motions,
    turns_about,
)
from lineament.synthesis.occluders.hand_shape import hand_shape
from lineament.synthesis.occluders.placing import Placement
from lineament.synthesis.parts import Part

MOST_BENT_WRIST = 1.2
"""Radians."""

ARM = np.array([[-2.3, 2.5, 1.75], [-3.3, 2.84, 2.0], [-4.0, 2.98, 2.12], [-5.5, 3.05, 2.2]])
ARM = np.concatenate([ARM, [[-11, 3.7, 3.2], [-18, 4.4, 4.1], [-27, 4.6, 4.5], [-45, 5.2, 5.0]]])
"""Rings of the forearm: y and half width and half thickness, in centimetres."""

SLEEVE_SLACK = 0.7
TURN = 2 * np.pi * np.arange(14) / 14
NAIL_PINK = (1.15, 1.05, 1.05)


@dataclass(frozen=True)
class BentHand:
    """Points in the frame of the hand.

    Attributes:
        skin: (P,3). nails: (N,3). arm: (R,14,3) rings. sleeve: (R,14,3) rings, or None.
    """

    skin: Points
    nails: Points
    arm: Points
    sleeve: Points | None


def bend_hand(pose: HandPose, elbow: Points, sleeve: float | None) -> BentHand:
    """Bend the fingers, and the wrist so that the forearm goes to `elbow`.

    Args:
        pose: of the fingers.
        elbow: (3,) direction from the wrist, in the frame of the hand.
        sleeve: centimetres from the wrist to the sleeve's edge; None is a bare arm.
    """
    shape = hand_shape()
    wrist = _wrist(np.asarray(elbow, dtype=np.float64))
    rotations, shifts = bone_motions(pose, wrist)
    motion = np.concatenate([rotations.reshape(-1, 9), shifts], axis=1).astype(np.float32)
    mixed = shape.weights @ motion
    turn = mixed[:, :9].reshape(-1, 3, 3)
    skin = np.einsum("pij,pj->pi", turn, shape.vertices) + mixed[:, 9:]
    nails = np.einsum("pij,pj->pi", rotations[shape.nail_bone], shape.nail_vertices)
    nails += shifts[shape.nail_bone]
    circle = np.stack([np.cos(TURN), 0 * TURN, np.sin(TURN)], axis=1)

    def rings(table: Points) -> Points:
        points = circle * table[:, None, [2, 0, 2]]
        points[..., 0] += np.clip(1.6 * circle[:, 0], -1, 1) * (table[:, 1:2] - table[:, 2:])
        points[..., 1] = table[:, :1]
        return np.asarray((points - FOREARM_JOINT) @ wrist.T + FOREARM_JOINT)

    return BentHand(skin, nails, rings(ARM), None if sleeve is None else rings(_cuff(sleeve)))


def _cuff(edge: float) -> Points:
    """Rings of a sleeve, from inside its edge to the end of the arm."""
    height = -np.array([edge + 1.5, edge, edge - 0.05, edge + 2, edge + 5, edge + 10, 46])
    slack = SLEEVE_SLACK * np.array([0.3, 0.6, 1.0, 1.0, 1.1, 1.3, 1.6])
    across = np.interp(-height, -ARM[:, 0], ARM[:, 1]) + slack
    through = np.interp(-height, -ARM[:, 0], ARM[:, 2]) + slack
    return np.stack([height, across, through], axis=1)


def _wrist(elbow: Points) -> Points:
    """(3,3) rotation of the forearm from -y to the elbow, as far as a wrist bends."""
    elbow = elbow / np.linalg.norm(elbow)
    axis = np.array([-elbow[2], 0.0, elbow[0]])
    sine = np.linalg.norm(axis)
    if sine < 1e-6:
        return np.eye(3)
    angle = min(float(np.arctan2(sine, -elbow[1])), MOST_BENT_WRIST)
    return np.asarray(turns_about(axis[None] / sine, np.array([angle]))[0])


def hand_layers(
    hand: BentHand,
    placement: Placement,
    tone: Colour,
    nail: Colour | None,
    cloth: Colour,
    weave: ByteArray,
    oil: float,
) -> list[Layer]:
    """The surfaces of a hand in the frame of the head.

    Args:
        hand: bent.
        placement: where it is.
        tone: colour of the skin. nail: varnish, or None.
        cloth: colour of the sleeve. weave: its texture.
        oil: how the skin shines, 0 to 1.
    """
    shape = hand_shape()
    shine = 0.05 + 0.1 * oil
    look = Material(Finish.PLAIN, Part.BACKGROUND, tone, shape.texture, shine, 12.0, wrap=0.3)
    mesh = make_mesh(
        placement(hand.skin), facing(shape.triangles, placement.mirrored), _texcoords(placement)
    )
    red, green, blue = (min(t * f, 1.0) for t, f in zip(tone, NAIL_PINK, strict=True))
    varnish = Material(
        *(Finish.PLAIN, Part.BACKGROUND, nail or (red, green, blue)),
        specular=0.6 if nail else 0.35,
        gloss=40.0,
        two_sided=True,
        casts_shadow=False,
    )
    nails = make_mesh(placement(hand.nails), facing(shape.nail_triangles, placement.mirrored))
    arm = Material(Finish.PLAIN, Part.BACKGROUND, tone, None, shine, 12.0, two_sided=True, wrap=0.3)
    layers = [Layer(mesh, look, shape.occlusion), Layer(nails, varnish)]
    layers.append(Layer(joined_lofts([placement(hand.arm)]), arm))
    if hand.sleeve is not None:
        sleeve = Material(Finish.PLAIN, Part.BACKGROUND, cloth, weave, two_sided=True)
        layers.append(Layer(joined_lofts([placement(hand.sleeve)]), sleeve))
    return layers


def facing(triangles: Triangles, mirrored: bool) -> Triangles:
    """Triangles that look outwards although left and right of their vertices are exchanged."""
    return np.ascontiguousarray(triangles[:, ::-1]) if mirrored else triangles


def _texcoords(placement: Placement) -> Points:
    texcoords = hand_shape().texcoords
    return np.ascontiguousarray(texcoords[:, ::-1]) if placement.mirrored else texcoords
