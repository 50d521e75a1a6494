"""The surfaces of what covers a face."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.camera import Camera
from lineament.synthesis.lofts import Points, joined_lofts
from lineament.synthesis.material import Layer, Material
from lineament.synthesis.occluders.cloth_textures import weave
from lineament.synthesis.occluders.face_mask import face_mask_layers
from lineament.synthesis.occluders.foreground import (
    bars_layers,
    leaves_layers,
    neighbour_layers,
    sight_of,
)
from lineament.synthesis.occluders.gestures import GESTURES, POSES
from lineament.synthesis.occluders.hand import bend_hand, hand_layers
from lineament.synthesis.occluders.hand_bones import HandPose, turns_about
from lineament.synthesis.occluders.held_things import HOLDS, Thing
from lineament.synthesis.occluders.occluder import Occluder
from lineament.synthesis.occluders.placing import (
    Placement,
    axes_of,
    axes_of_grip,
    place_touching,
    spot,
)
from lineament.synthesis.occluders.scarf import scarf_layers
from lineament.synthesis.occluders.standing_microphone import microphone_layers
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead
from lineament.synthesis.traits import Traits

HELD_STEADILY = 0.5
"""Things that are held stray less from their place than bare hands."""


def occluder_layers(
    occluder: Occluder, traits: Traits, posed: PosedHead, camera: Camera | None = None
) -> list[Layer]:
    """What covers the face; all of it is `Part.BACKGROUND`, but a scarf is `Part.CLOTH`.

    Args:
        occluder: what it is.
        traits: of the person, whose hands shine as much as the face.
        posed: the head.
        camera: of the scene, for things that stand between the viewer and the face; None takes
            the viewer to be in front of the face.
    """
    if occluder.kind == "gesture":
        hands = (occluder.mirrored, not occluder.mirrored)[: 2 if occluder.both else 1]
        return [layer for side in hands for layer in _gesture(occluder, traits, posed, side)]
    if occluder.kind == "held":
        return _held(occluder, traits, posed)
    if occluder.kind == "mask":
        low = occluder.strength if occluder.strength > 0.8 else 0.0
        return face_mask_layers(occluder.seed, low, posed)
    if occluder.kind == "scarf":
        return scarf_layers(occluder.seed, occluder.strength, posed)
    if occluder.kind == "stand":
        return microphone_layers(occluder.seed, posed)
    between = {"leaves": leaves_layers, "bars": bars_layers, "neighbour": neighbour_layers}
    return between[occluder.kind](occluder.seed, sight_of(posed, camera))


def _gesture(occluder: Occluder, traits: Traits, posed: PosedHead, mirrored: bool) -> list[Layer]:
    gesture = GESTURES[occluder.name]
    rotation = _turned(axes_of(np.array(gesture.fingers), np.array(gesture.back)), occluder, 1.0)
    pose = _varied(POSES[gesture.pose], occluder.bend)
    hand = bend_hand(pose, rotation.T @ np.array(gesture.elbow), occluder.sleeve)
    target = spot(posed, gesture.target, mirrored) + gesture.offset + np.array(occluder.shift)
    placement = place_touching(
        posed,
        hand.skin,
        np.array(gesture.anchor),
        target,
        rotation,
        np.array(gesture.outwards),
        occluder.size,
        mirrored,
        gap=0.0,
        touch=gesture.touch,
    )
    look = (occluder.tone, occluder.varnish, occluder.cloth, weave(occluder.seed % 32))
    return hand_layers(hand, placement, *look, traits.oil)


def _held(occluder: Occluder, traits: Traits, posed: PosedHead) -> list[Layer]:
    hold = HOLDS[occluder.name]
    thing = hold.make(np.random.default_rng([occluder.seed, 41]))
    rotation = axes_of_grip(np.array(hold.along), np.array(hold.back))
    rotation = _turned(rotation, occluder, HELD_STEADILY)
    hand = bend_hand(POSES[hold.pose], rotation.T @ np.array(hold.elbow), occluder.sleeve)
    stray = HELD_STEADILY * np.array(occluder.shift)
    target = spot(posed, hold.target, occluder.mirrored) + hold.offset + stray
    solid = [stack.reshape(-1, 3) for surface in thing.surfaces for stack in surface.stacks]
    placement = place_touching(
        posed,
        np.concatenate([hand.skin, *solid]),
        thing.anchor,
        target,
        rotation,
        np.array(hold.outwards),
        max(occluder.size, 0.8),
        occluder.mirrored,
        gap=0.0,
        touch=hold.touch,
    )
    look = (occluder.tone, occluder.varnish, occluder.cloth, weave(occluder.seed % 32))
    return hand_layers(hand, placement, *look, traits.oil) + _thing_layers(thing, placement)


def _thing_layers(thing: Thing, placement: Placement) -> list[Layer]:
    return [
        Layer(
            joined_lofts([placement(stack) for stack in surface.stacks]),
            Material(
                *(surface.finish, Part.BACKGROUND, surface.colour, surface.texture),
                specular=surface.specular,
                gloss=surface.gloss,
                two_sided=True,
            ),
        )
        for surface in thing.surfaces
    ]


def _turned(rotation: Points, occluder: Occluder, share: float) -> Points:
    """The usual rotation of a hand, a little off."""
    off = np.array([np.array(occluder.turn) * share])
    angle = np.linalg.norm(off, axis=1)
    return np.asarray(turns_about(off / np.maximum(angle, 1e-9)[:, None], angle)[0] @ rotation)


def _varied(pose: HandPose, bend: tuple[float, ...]) -> HandPose:
    """A pose with slightly other angles."""
    flex = np.maximum(pose.flex + np.array(bend).reshape(5, 3), -0.15)
    return HandPose(flex, pose.spread, pose.opposition)
