"""Bringing a hand and what it holds to a place on a head, until it touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lineament.synthesis.head_relief import HeadRelief, frame_of
from lineament.synthesis.lofts import Points
from lineament.synthesis.posed_head import PosedHead

WINDOW = 13.0
"""Centimetres round the target in which the head is looked at."""

FARTHEST = 8.0
"""Centimetres by which a thing is moved at most."""

TEMPLE_FROM_BROW = np.array([-1.0, 0.3, -1.6])
MIRROR = np.array([-1.0, 1.0, 1.0])

MIRRORED_LANDMARKS = {3: 13, 4: 12, 5: 11, 17: 26, 48: 54}


@dataclass(frozen=True)
class Placement:
    """From the frame of the hand to that of the head: mirror @ (rotation @ p * scale + shift).

    Attributes:
        rotation: (3,3). shift: (3,) centimetres. scale: size of the hand.
        mirrored: whether left and right are exchanged at the end.
    """

    rotation: Points
    shift: Points
    scale: float
    mirrored: bool

    def __call__(self, points: Points) -> Points:
        """(...,3) float32 points of the hand's frame in the head's."""
        placed = points @ (self.scale * self.rotation.T) + self.shift
        return np.asarray(placed * MIRROR if self.mirrored else placed, dtype=np.float32)


def axes_of(fingers: Points, back: Points) -> Points:
    """(3,3) rotation that turns the hand's y to `fingers` and its z nearly to `back`."""
    ahead = np.asarray(fingers, dtype=np.float64)
    ahead = ahead / np.linalg.norm(ahead)
    out = np.asarray(back, dtype=np.float64)
    out = out - ahead * (ahead @ out)
    out /= np.linalg.norm(out)
    return np.stack([np.cross(ahead, out), ahead, out], axis=1)


def axes_of_grip(along: Points, back: Points) -> Points:
    """(3,3) rotation that turns what lies across the palm so that its end at the thumb looks along
    `along`, and the back of the hand nearly to `back`."""
    across = -np.asarray(along, dtype=np.float64)
    across = across / np.linalg.norm(across)
    out = np.asarray(back, dtype=np.float64)
    out = out - across * (across @ out)
    out /= np.linalg.norm(out)
    return np.stack([across, np.cross(out, across), out], axis=1)


def spot(posed: PosedHead, name: str, mirrored: bool) -> Points:
    """(3,) a place on the head by name, on the person's right side; of the head with left and
    right exchanged if `mirrored`."""
    marks = posed.landmarks.astype(np.float64)

    def mark(number: int) -> Points:
        if not mirrored:
            return np.asarray(marks[number])
        return np.asarray(marks[MIRRORED_LANDMARKS.get(number, number)] * MIRROR)

    if name == "eye":
        eye = posed.eye_centres[0 if mirrored else 1].astype(np.float64)
        return np.asarray(eye * MIRROR if mirrored else eye)
    if name == "temple":
        return np.asarray(mark(17) + TEMPLE_FROM_BROW)
    if name == "ear":
        return np.array([1.35 * mark(17)[0], mark(30)[1] + 0.6, 1.5])
    if name == "cheek":
        return 0.5 * (mark(4) + mark(48)) + [-0.8, 0.3, 0]
    places = {"chin": 8, "mouth": 62, "jaw": 4, "nose": 30, "bridge": 28}
    return mark(places[name])


def place_touching(
    posed: PosedHead,
    points: Points,
    anchor: Points,
    target: Points,
    rotation: Points,
    outwards: Points,
    scale: float,
    mirrored: bool,
    *,
    gap: float,
    touch: bool,
) -> Placement:
    """Lay `anchor` on `target`, then move along `outwards` until the head is just free.

    Args:
        points: (P,3) what must stay outside the head, in the frame of the hand.
        anchor: (3,) in the frame of the hand. target: (3,) in that of the head, left and right
            exchanged if `mirrored`.
        rotation: (3,3) of the hand. outwards: (3,) away from the head.
        gap: centimetres that stay between the points and the skin.
        touch: whether to move inwards too until they touch; else only outwards, if need be.
    """
    outwards = np.asarray(outwards, dtype=np.float64) / np.linalg.norm(outwards)
    shift = target - scale * rotation @ anchor
    placed = (points @ (scale * rotation.T) + shift).astype(np.float32)
    towards = outwards.astype(np.float32)
    relief = HeadRelief(posed, towards, *_window(target, towards), mirrored=mirrored)
    free = float(relief.clearance(placed).min())
    move = np.clip(gap - free, -FARTHEST if touch else 0.0, FARTHEST)
    return Placement(rotation, shift + move * outwards, scale, mirrored)


def _window(target: Points, towards: Points) -> tuple[tuple[float, float], tuple[float, float]]:
    across, up = frame_of(towards)[:2] @ target
    return (float(across - WINDOW), float(up - WINDOW)), (
        float(across + WINDOW),
        float(up + WINDOW),
    )
