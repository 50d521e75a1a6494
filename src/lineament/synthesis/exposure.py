"""How bright the picture is: the camera meters the face, loosely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lineament.face import FloatArray
from lineament.synthesis.parts import Part
from lineament.synthesis.picture import Drawn

FACE_PARTS = (Part.SKIN, Part.NOSE)
DARKEST, BRIGHTEST = 0.10, 0.42
"""Linear brightness of a face of middle tone."""

MIDDLE_TONE = 0.3


def expose(
    drawn: Drawn, background: FloatArray, tone: FloatArray, random: np.random.Generator
) -> FloatArray:
    """Lay the surfaces over the background; (S,S,3) float32 linear RGB, 1 is white.

    Dark skin stays darker than light skin in the same light, by the square root of the ratio: a
    camera half makes up for it.

    Args:
        drawn: the surfaces.
        background: (S,S,3) float32 linear RGB.
        tone: (3,) linear RGB of the skin.
    """
    gain = face_gain(drawn, tone, float(np.exp(random.uniform(np.log(DARKEST), np.log(BRIGHTEST)))))
    behind = background * np.float32(random.uniform(0.6, 1.3))
    return np.asarray(
        drawn.colour * np.float32(gain) + behind * (1 - drawn.coverage[..., None]),
        dtype=np.float32,
    )


def face_gain(drawn: Drawn, tone: FloatArray, wanted: float) -> float:
    """What the colours are multiplied by, so that a face of middle tone is `wanted` bright.

    Dark skin stays darker; `tone` as for `expose`. One, where no face is seen.
    """
    wanted *= float(np.sqrt(max(float(np.mean(tone)), 0.02) / MIDDLE_TONE))
    face: NDArray[np.bool_] = np.isin(drawn.part, FACE_PARTS) & (drawn.coverage > 0.99)
    seen = float(drawn.colour[face].mean()) if face.any() else wanted
    return wanted / max(seen, 1e-3)
