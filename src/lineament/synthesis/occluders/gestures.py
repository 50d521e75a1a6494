"""How the fingers are held, and the gestures of a bare hand near the face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.occluders.hand_bones import HandPose

Triple = tuple[float, float, float]

TOGETHER = (0.0, 0.12, 0.0, -0.13, -0.28)
SPREAD = (-0.15, -0.06, 0.0, 0.05, 0.1)
CURLED: Triple = (1.4, 1.75, 0.95)
STRAIGHT: Triple = (0.05, 0.1, 0.06)


def hand_pose(
    flex: tuple[Triple, Triple, Triple, Triple, Triple],
    spread: tuple[float, ...] = TOGETHER,
    opposition: float = 0.0,
) -> HandPose:
    """A pose from the three angles of thumb to little finger."""
    return HandPose(np.array(flex), np.array(spread), opposition)


def _alike(finger: Triple) -> tuple[Triple, Triple, Triple, Triple]:
    return finger, finger, finger, finger


POSES = {
    "flat": hand_pose(((0.1, 0.1, 0.1), *_alike((0.1, 0.16, 0.1)))),
    "cupped": hand_pose(
        (
            *((0.15, 0.2, 0.2), (0.28, 0.3, 0.2), (0.3, 0.34, 0.2), (0.32, 0.36, 0.2)),
            (0.36, 0.36, 0.2),
        ),
        opposition=0.25,
    ),
    "open": hand_pose(
        ((-0.1, 0.05, 0.0), STRAIGHT, STRAIGHT, (0.08, 0.14, 0.08), (0.08, 0.16, 0.1)), SPREAD
    ),
    "fist": hand_pose(
        ((0.5, 0.75, 0.8), *_alike(CURLED)), (0.1, 0.1, 0.0, -0.1, -0.22), opposition=0.75
    ),
    "loose": hand_pose(
        (
            *((0.2, 0.3, 0.3), (0.55, 0.9, 0.45), (0.7, 1.05, 0.5), (0.85, 1.15, 0.55)),
            (0.95, 1.15, 0.55),
        ),
        opposition=0.45,
    ),
    "two fingers": hand_pose(
        (
            *((0.45, 0.5, 0.5), (0.12, 0.16, 0.1), (0.14, 0.2, 0.12), (1.1, 1.5, 0.8)),
            (1.2, 1.55, 0.85),
        ),
        opposition=0.6,
    ),
    "victory": hand_pose(
        ((0.75, 0.7, 0.6), (0.05, 0.06, 0.05), (0.05, 0.06, 0.05), CURLED, CURLED),
        (0.2, -0.12, 0.16, -0.05, -0.2),
        opposition=0.75,
    ),
    "page grip": hand_pose(
        ((0.2, 0.15, 0.1), *_alike((-0.06, -0.02, 0.0))), SPREAD, opposition=1.0
    ),
    "thin grip": hand_pose(((0.35, 0.5, 0.5), *_alike((0.87, 1.24, 0.7))), opposition=0.75),
    "wide grip": hand_pose(((0.1, 0.3, 0.3), *_alike((0.48, 0.78, 0.45))), opposition=0.95),
    "slab grip": hand_pose(
        (
            *((0.1, 0.2, 0.3), (0.22, 0.85, 0.7), (0.24, 0.95, 0.75), (0.3, 1.05, 0.8)),
            (0.4, 1.15, 0.8),
        ),
        opposition=0.35,
    ),
}


@dataclass(frozen=True)
class Gesture:
    """A hand of the person's right side; directions in the frame of the head.

    Attributes:
        pose: a key of `POSES`.
        target: the place on the head, by name; `offset` centimetres from it.
        anchor: the point of the hand that is laid there, in the frame of the hand.
        fingers, back: where the fingers point and where the back of the hand looks.
        outwards: away from the head; the hand comes from there.
        elbow: where the forearm goes from the wrist.
        touch: whether it touches the head.
        share: how often.
    """

    pose: str
    target: str
    offset: Triple
    anchor: Triple
    fingers: Triple
    back: Triple
    outwards: Triple
    elbow: Triple
    touch: bool
    share: float


PALM_CENTRE: Triple = (0.0, 7.5, -1.3)
GESTURES = {
    "chin on fist": Gesture(
        *("fist", "chin", (-0.8, -1.0, -1.0), (0.0, 10.3, -2.0), (0.25, 0.95, 0.2)),
        *((-0.45, 0.1, 0.9), (-0.05, -1.0, 0.25), (-0.35, -1.0, 0.2), True, 1.2),
    ),
    "chin in hand": Gesture(
        *("cupped", "jaw", (1.0, -1.0, 1.5), (0.0, 6.5, -1.3), (-0.05, 0.9, -0.12)),
        *((-0.75, -0.2, 0.6), (-0.65, -0.4, 0.6), (-0.25, -1.0, 0.35), True, 1.4),
    ),
    "fist on cheek": Gesture(
        *("fist", "cheek", (0.3, -0.3, 0.5), (0.0, 8.0, -3.4), (0.4, 0.85, 0.1)),
        *((-0.75, 0.2, 0.65), (-0.6, -0.15, 0.75), (-0.5, -1.0, 0.1), True, 1.2),
    ),
    "mouth covered": Gesture(
        *("cupped", "mouth", (0.3, 0.2, 0.0), (0.0, 9.0, -1.2), (0.85, 0.45, -0.1)),
        *((-0.15, 0.1, 1.0), (-0.1, -0.05, 1.0), (-0.75, -0.9, 0.15), True, 1.6),
    ),
    "fingers on temple": Gesture(
        *("two fingers", "temple", (0.0, 0.0, 0.0), (-2.4, 18.4, 0.0), (0.45, 0.85, -0.1)),
        *((-0.7, 0.25, 0.65), (-0.85, 0.0, 0.5), (-0.6, -1.0, 0.25), True, 1.2),
    ),
    "eye covered": Gesture(
        *("flat", "eye", (0.0, 0.3, 0.0), (0.0, 10.5, -1.0), (0.25, 0.95, -0.1)),
        *((-0.42, 0.05, 1.0), (-0.35, 0.0, 1.0), (-0.3, -1.0, 0.1), True, 1.0),
    ),
    "forehead held": Gesture(
        *("cupped", "bridge", (-1.5, 2.8, 0.0), (0.0, 10.0, -1.2), (0.8, 0.6, -0.2)),
        *((-0.2, 0.3, 0.95), (-0.15, 0.1, 1.0), (-0.8, -0.9, 0.2), True, 0.6),
    ),
    "cheek stroked": Gesture(
        *("loose", "cheek", (0.0, -0.3, 0.0), (0.0, 14.0, -2.6), (0.65, 0.75, -0.05)),
        *((-0.6, 0.1, 0.8), (-0.6, -0.1, 0.8), (-0.6, -1.0, 0.25), True, 1.0),
    ),
    "palm to the viewer": Gesture(
        *("open", "mouth", (-4.5, -2.5, 7.0), PALM_CENTRE, (-0.1, 1.0, 0.05)),
        *((0.05, 0.0, -1.0), (0.0, 0.0, 1.0), (-0.35, -1.0, -0.1), False, 0.9),
    ),
    "victory": Gesture(
        *("victory", "jaw", (-2.5, -5.5, 4.5), PALM_CENTRE, (-0.05, 1.0, 0.1)),
        *((0.1, 0.0, -1.0), (-0.4, 0.0, 0.9), (-0.3, -1.0, -0.1), False, 1.0),
    ),
}
