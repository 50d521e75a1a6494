"""Light of a scene: soft light from all round, a few lamps, the shadow of the strongest.

All in the frame of the camera: x right, y up, z towards the viewer; linear RGB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray

SHADOW_SIDE = 192
SHADOW_REACH = 22.0
"""Half the side of the shadow map, in centimetres."""


class Light(NamedTuple):
    """Attributes:
    ambient: (9,3) float32 coefficients of `irradiance` for red, green, blue.
    directions: (L,3) float32 unit vectors towards the lamps, the strongest first.
    colours: (L,3) float32.
    shadow: darkness 0 to 1 of the first lamp's shadow.
    shadow_view: (3,4) float32 from the camera's frame to pixels and depth of the shadow map.
    shadow_depth: (D,D) float32, larger is nearer to the lamp, 0 is nothing.
    shadow_bias: how much nearer a thing must be to cast a shadow, in centimetres.
    """

    ambient: FloatArray
    directions: FloatArray
    colours: FloatArray
    shadow: float
    shadow_view: FloatArray
    shadow_depth: FloatArray
    shadow_bias: float


@dataclass(frozen=True)
class Lamps:
    """The light of a scene before its shadow is known; as in `Light`.

    Attributes:
        distance: centimetres from the lens to the middle of the head.
    """

    ambient: FloatArray
    directions: FloatArray
    colours: FloatArray
    shadow: float
    distance: float


LAMP_SHARES = (0.14, 0.4, 0.3, 0.16)
"""How often there are none (soft light alone), one, two, three lamps."""

COLOURFUL = 0.35
"""How much of the colour of the surroundings reaches the face: cameras balance it away."""

HARD_SHARE = 0.3
"""How often the first lamp is hard: strong, with little else."""


def sample_lamps(
    random: np.random.Generator, sides: NDArray[np.floating], distance: float
) -> Lamps:
    """Draw the light of a scene.

    Args:
        sides: (6,3) linear RGB that the surroundings send, as for `ambient_of_sides`.
        distance: as in `Lamps`.
    """
    count = int(random.choice(len(LAMP_SHARES), p=LAMP_SHARES))
    hard = count > 0 and random.random() < HARD_SHARE
    grey = np.asarray(sides).mean(axis=1, keepdims=True)
    surroundings = (1 - COLOURFUL) * grey + COLOURFUL * np.asarray(sides)
    surroundings = 0.5 * surroundings + 0.5 * surroundings.mean(axis=0)
    surroundings = surroundings / max(float(surroundings.mean()), 1e-3)
    window = np.exp(random.normal(0, 0.55, 6))[:, None] * _tint(random, 0.08)
    window[3] *= random.uniform(0.4, 0.9)
    strength = random.uniform(0.12, 0.35) if hard else random.uniform(0.3, 0.7)
    ambient = ambient_of_sides(strength * surroundings * window)
    directions = np.stack([_towards(random, k) for k in range(max(count, 1))])
    colours = np.stack([_tint(random, 0.15) for _ in range(max(count, 1))])
    for k in range(len(colours)):
        power = random.uniform(0.8, 1.5) if hard and k == 0 else random.uniform(0.15, 0.9)
        colours[k] *= power / (1 + 0.8 * k) if count else 0.0
    shadow = random.uniform(0.6, 1.0) if hard else random.uniform(0.0, 0.85)
    return Lamps(
        ambient,
        directions.astype(np.float32),
        colours.astype(np.float32),
        float(shadow) if count else 0.0,
        distance,
    )


def _towards(random: np.random.Generator, number: int) -> NDArray[np.float64]:
    """Unit vector to a lamp: mostly above and in front; one in five of the later ones behind."""
    behind = number > 0 and random.random() < 0.3
    across = random.uniform(1.6, 2.8) * random.choice([-1, 1]) if behind else random.normal(0, 0.8)
    up = np.clip(random.normal(0.5, 0.4), -0.5, 1.3)
    return np.array([np.sin(across) * np.cos(up), np.sin(up), np.cos(across) * np.cos(up)])


def _tint(random: np.random.Generator, spread: float) -> NDArray[np.float64]:
    """Warm to cold, with mean brightness about one."""
    tint: NDArray[np.float64] = np.exp(
        np.array([1, 0, -1]) * random.normal(0.04, spread) + random.normal(0, 0.03, 3)
    )
    return tint


@njit(cache=True, fastmath=True, error_model="numpy")
def irradiance(ambient: FloatArray, channel: int, x: float, y: float, z: float) -> float:
    """Soft light on a surface with the normal (x, y, z): a quadratic in its components, never
    negative (Ramamoorthi and Hanrahan, SIGGRAPH 2001)."""
    value = ambient[0, channel] + ambient[1, channel] * x + ambient[2, channel] * y
    value += ambient[3, channel] * z + ambient[4, channel] * x * y + ambient[5, channel] * y * z
    value += ambient[6, channel] * (3.0 * z * z - 1.0) + ambient[7, channel] * x * z
    value += ambient[8, channel] * (x * x - y * y)
    return float(max(value, 0.01))


def ambient_of_sides(sides: NDArray[np.floating]) -> FloatArray:
    """Coefficients (9,3) for light of these colours (6,3) from left, right, top, bottom, behind
    the face and in front of it, each spread wide.

    Left and right are the picture's. A side lights a normal that points to it by its full colour,
    one square to it by a third.
    """
    left, right, top, bottom, behind, front = np.asarray(sides, dtype=np.float64)
    ambient = np.zeros((9, 3))
    ambient[0] = (left + right + top + bottom + behind + front) / 6
    ambient[1] = (right - left) / 3
    ambient[2] = (top - bottom) / 3
    ambient[3] = (front - behind) / 3
    ambient[6] = (2 * (front + behind) - left - right - top - bottom) / 24
    ambient[8] = (left + right - top - bottom) / 8
    return ambient.astype(np.float32)


def shadow_view(direction: FloatArray, centre: FloatArray) -> FloatArray:
    """Parallel projection (3,4) from the camera's frame to a shadow map.

    Args:
        direction: (3,) unit vector towards the lamp.
        centre: (3,) the middle of what may cast a shadow, in the camera's frame.
    """
    hint = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(hint, direction)
    across /= np.linalg.norm(across)
    up = np.cross(direction, across)
    scale = SHADOW_SIDE / (2 * SHADOW_REACH)
    rows = np.stack([across * scale, -up * scale, np.asarray(direction, dtype=np.float64)])
    shift = np.array([SHADOW_SIDE / 2, SHADOW_SIDE / 2, 3 * SHADOW_REACH]) - rows @ centre
    return np.concatenate([rows, shift[:, None]], axis=1).astype(np.float32)
