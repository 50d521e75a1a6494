"""The surface of an eyeball: white, iris and pupil, and the shade that the lids cast on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lineament.face import FloatArray

Vector = NDArray[np.float64]

LIMBUS = 0.86
"""Where the dark ring of the iris begins, as a share of its radius."""


class EyeLook(NamedTuple):
    """Both eyes, in the frame of the neutral head.

    Attributes:
        centres: (2,3) float32 centimetres, the person's left eye first.
        colour: (3,) float32 linear RGB of the iris.
        inner_colour: (3,) round the pupil.
        white: (3,) of the sclera.
        radius: radians of the iris, seen from the centre of the eyeball.
        pupil: radius of the pupil as a share of the iris.
        fibres: (F,F) float32 noise 0 to 1.
    """

    centres: FloatArray
    colour: FloatArray
    inner_colour: FloatArray
    white: FloatArray
    radius: float
    pupil: float
    fibres: FloatArray


@njit(cache=True, fastmath=True, error_model="numpy")
def eye_surface(eyes: EyeLook, offset: Vector, base: Vector) -> float:
    """Colour of the eyeball at an offset from its centre; returns the light the lids let in."""
    x, y, z = offset[0], offset[1], offset[2]
    across = np.sqrt(x * x + y * y)
    angle = np.arctan2(across, z)
    ring = angle / eyes.radius
    side = eyes.fibres.shape[0]
    if ring < 1.0:
        turn = (np.arctan2(y, x) / (2 * np.pi) + 0.5) * side
        fibre = eyes.fibres[int(ring * 40) % side, int(turn) % side]
        inner = min(1.0, max(0.0, (0.75 - ring) * 2.2))
        dark = 1.0
        if ring > LIMBUS:
            dark = 1.0 - 0.75 * (ring - LIMBUS) / (1.0 - LIMBUS)
        hole = min(1.0, max(0.0, (ring - eyes.pupil) * 18.0))
        for i in range(3):
            iris = eyes.colour[i] * (1.0 - inner) + eyes.inner_colour[i] * inner
            base[i] = 0.004 + iris * (0.65 + 0.7 * fibre) * dark * hole
    else:
        edge = min(1.0, (ring - 1.0) * 9.0)
        vein = max(0.0, min(1.0, (angle - 0.62) * 3.0))
        vein *= eyes.fibres[int(angle * 90) % side, int(np.arctan2(y, x) * 60) % side]
        for i in range(3):
            base[i] = eyes.white[i] * (0.25 + 0.75 * edge)
        base[1] *= 1.0 - 0.35 * vein
        base[2] *= 1.0 - 0.3 * vein
    size = np.sqrt(across * across + z * z) + 1e-9
    height, aside = y / size, abs(x) / size
    seen = 1.0 - 0.62 * min(1.0, max(0.0, (height + 0.04) * 2.6))
    seen *= 1.0 - 0.25 * min(1.0, max(0.0, (-height - 0.2) * 4.0))
    seen *= 1.0 - 0.45 * min(1.0, max(0.0, (aside - 0.42) * 2.6))
    for i in range(3):
        base[i] *= 0.5 + 0.5 * seen
    return float(seen)
