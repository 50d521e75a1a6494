"""Strands grown from their roots: combed, pulled down, kept out of the head and off the face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from lineament.face import FloatArray
from lineament.synthesis.hair.head_space import height_and_outwards

FACE_HEIGHT, FACE_MIDDLE = 9.2, 1.5
"""Half the height of the oval of the face that is kept free, and the height of its middle."""

RISE = 1.4
"""Centimetres of a strand over which it leaves the skin for its own layer."""

CLOTHES = -10.0, 0.9
"""Below this height strands keep this much more off the body, for what is worn there."""

OVER_EAR = 9.0
"""Centimetres from which strands lie over the ear."""

EAR = (7.4, 1.0, 0.2)
EAR_SIZE = (2.4, 3.5, 2.8)
"""Middle and half axes of what strands keep clear of at the left ear, in centimetres."""

SHOULDERS = -6.0
"""Below this height strands part to before and behind the shoulders."""

LENGTH, LAYER, GRAVITY, HUG, GUARD, TUCK, GATHER, LEVEL = range(8)
"""Columns of `Strands.settings`."""


@dataclass(frozen=True)
class Strands:
    """N strands to grow, in the space of the neutral head.

    Attributes:
        roots, normals: (N,3) float32 on the skin.
        directions: (N,3) float32 unit vectors, in which they set out.
        settings: (N,8) float32. LENGTH in centimetres; LAYER: centimetres that it keeps off the
            skin; GRAVITY: how much it turns downwards per centimetre; HUG: 0 to 1, how it falls
            back to its layer; GUARD: half the width in centimetres of the oval of the face that it
            keeps out of, negative if it goes to the right of it, or 0; TUCK: 1 if it passes behind
            the ear; GATHER: 0 to 1, how it is drawn to `gather`; LEVEL: height at which it is cut
            off.
        gather: (N,3) float32 where it is tied together.
    """

    roots: FloatArray
    normals: FloatArray
    directions: FloatArray
    settings: FloatArray
    gather: FloatArray


def grow(strands: Strands, distance: FloatArray, points: int) -> tuple[FloatArray, FloatArray]:
    """Let strands grow.

    Args:
        distance: grid of `HeadSpace`.
        points: K, how many points a strand gets.

    Returns:
        (N,K,3) float32 the strands from root to tip, and the directions (N,K,3) away from the head
        there.
    """
    shape = (len(strands.roots), points, 3)
    lines, outwards = np.empty(shape, np.float32), np.empty(shape, np.float32)
    _grow(
        *(strands.roots, strands.normals, strands.directions, strands.settings, strands.gather),
        *(distance, lines, outwards),
    )
    return lines, outwards


@njit(cache=True, fastmath=True)
def _grow(
    roots: FloatArray,
    normals: FloatArray,
    directions: FloatArray,
    settings: FloatArray,
    gather: FloatArray,
    distance: FloatArray,
    lines: FloatArray,
    outwards: FloatArray,
) -> None:
    direction = np.zeros(3, np.float32)
    out = np.zeros(3, np.float32)
    here = np.zeros(3, np.float32)
    ahead = np.zeros(3, np.float32)
    points = lines.shape[1]
    for n in range(roots.shape[0]):
        length = settings[n, LENGTH]
        level = settings[n, LEVEL]
        again = True
        while again:
            again = False
            step = length / (points - 1)
            for i in range(3):
                here[i] = roots[n, i]
                direction[i] = directions[n, i]
                lines[n, 0, i] = here[i] - 0.08 * normals[n, i]
                outwards[n, 0, i] = normals[n, i]
            for k in range(1, points):
                _steer(settings[n], gather[n], here, step, direction)
                for i in range(3):
                    ahead[i] = here[i] + direction[i] * step
                rise = min(1.0, k * step / RISE)
                _keep_off(distance, settings[n], rise, ahead, out)
                if settings[n, GUARD] != 0.0:
                    _leave_face(settings[n, GUARD], ahead)
                if settings[n, TUCK] > 0.0:
                    _pass_ear(ahead)
                elif settings[n, LENGTH] > OVER_EAR:
                    _cover_ear(ahead)
                _limit(here, step, ahead, direction)
                _keep_off(distance, settings[n], rise, ahead, out)
                if ahead[1] < level and k > 1:
                    below = (level - ahead[1]) / max(here[1] - ahead[1], 1e-3)
                    length = max(step * (k - min(below, 1.0)), 0.4)
                    level = -1e3
                    again = True
                    break
                for i in range(3):
                    lines[n, k, i] = ahead[i]
                    outwards[n, k, i] = out[i]
                    here[i] = ahead[i]


@njit(cache=True, fastmath=True)
def _steer(
    setting: FloatArray,
    gather: FloatArray,
    here: FloatArray,
    step: float,
    direction: FloatArray,
) -> None:
    """Turn a strand down and towards where it is tied, in place."""
    direction[1] -= setting[GRAVITY] * step
    if here[1] < SHOULDERS:
        direction[2] += np.copysign(0.12 * step, here[2] + 0.5)
        direction[0] -= 0.004 * step * here[0]
    pull = setting[GATHER]
    if pull > 0.0:
        x, y, z = gather[0] - here[0], gather[1] - here[1], gather[2] - here[2]
        far = np.sqrt(x * x + y * y + z * z) + 1e-6
        pull *= min(1.0, far / 2.0) * 1.5
        direction[0] += pull * x / far
        direction[1] += pull * y / far
        direction[2] += pull * z / far
    _unit(direction)


@njit(cache=True, fastmath=True)
def _keep_off(
    distance: FloatArray, setting: FloatArray, rise: float, place: FloatArray, out: FloatArray
) -> None:
    """Lift a place to the strand's layer, or let it fall to it; fills `out`."""
    height = height_and_outwards(distance, place, out)
    layer = setting[LAYER] * rise + 0.04
    if place[1] < 11.0:
        layer *= 1.0 - 0.65 * min(1.0, max(0.0, (place[2] - 3.0) / 3.0))
    low = min(1.0, max(0.0, (CLOTHES[0] - place[1]) / 3.0))
    lift = layer + CLOTHES[1] * low - height
    if lift < 0.0:
        above = min(1.0, max(0.0, (place[1] + 2.0) / 6.0))
        lift *= min(1.0, setting[HUG] + 0.25 * above) * above
    place[0] += out[0] * lift * (1.0 - 0.8 * low)
    place[1] += out[1] * lift * (1.0 - low)
    place[2] += (out[2] * (1.0 - low) + np.copysign(low, place[2] + 0.5)) * lift


@njit(cache=True, fastmath=True)
def _leave_face(guard: float, place: FloatArray) -> None:
    """Move a place before the face out of its oval, to the side that the sign of `guard` says."""
    y = (place[1] - FACE_MIDDLE) / FACE_HEIGHT
    if place[2] < 1.0 or abs(y) >= 1.0:
        return
    edge = guard * np.sqrt(1.0 - y * y)
    short = (edge - place[0]) * np.sign(guard)
    if short > 0.0:
        place[0] += np.sign(guard) * short * min(1.0, (place[2] - 1.0) / 2.0)


@njit(cache=True, fastmath=True)
def _pass_ear(place: FloatArray) -> None:
    """Move a place beside the head back behind the ear."""
    if abs(place[0]) < 3.5 or place[1] < -14.0:
        return
    limit = -1.6
    if place[1] > 3.2:
        limit += (place[1] - 3.2) * 2.0
    if place[2] > limit:
        place[2] += (limit - place[2]) * 0.75


@njit(cache=True, fastmath=True)
def _cover_ear(place: FloatArray) -> None:
    """Move a place at the ear out of it, sideways."""
    y, z = (place[1] - EAR[1]) / EAR_SIZE[1], (place[2] - EAR[2]) / EAR_SIZE[2]
    room = 1.0 - y * y - z * z
    if room <= 0.0:
        return
    edge = EAR[0] + EAR_SIZE[0] * np.sqrt(room)
    if 5.5 < abs(place[0]) < edge:
        place[0] = np.copysign(edge, place[0])


@njit(cache=True, fastmath=True)
def _limit(here: FloatArray, step: float, ahead: FloatArray, direction: FloatArray) -> None:
    """Bring a step to its length, and set the direction to it."""
    for i in range(3):
        direction[i] = ahead[i] - here[i]
    _unit(direction)
    for i in range(3):
        ahead[i] = here[i] + direction[i] * step


@njit(cache=True, fastmath=True)
def _unit(vector: FloatArray) -> None:
    size = np.sqrt(vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2) + 1e-9
    for i in range(3):
        vector[i] /= size
