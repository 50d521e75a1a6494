"""How the surface of a piece looks and which part of the face it counts as."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from lineament.face import ByteArray, FloatArray
from lineament.synthesis.mesh import Mesh
from lineament.synthesis.parts import Part

Colour = tuple[float, float, float]
"""Linear RGB, 0 to 1 (not gamma-encoded)."""


class Finish(IntEnum):
    """What the shader does at a pixel of the surface.

    SKIN: the person's own texture of face, neck and skull, with its own parts. EYE: white, iris,
    pupil by the angle from the eye's axis. These two are of the head alone.
    HAIR: strands: colour times the texture's grey, a highlight across the strands (along v).
    PLAIN: colour times the texture's grey, if there is one. PICTURE: the texture's own colours.
    LENS: see-through; lets through what is behind it, tinted, and mirrors a little light.
    """

    SKIN = 0
    EYE = 1
    HAIR = 2
    PLAIN = 3
    PICTURE = 4
    LENS = 5


@dataclass(frozen=True)
class Material:
    """One surface.

    Attributes:
        finish: how it is shaded.
        part: what its pixels count as in the mask.
        colour: linear RGB.
        texture: (S,S,4) uint8 RGBA, or None. For HAIR and PLAIN the red channel is a grey that
            multiplies the colour, 128 standing for one; alpha cuts holes. PICTURE takes
            gamma-encoded RGB.
        specular: strength of the highlight, 0 (cloth) to 1 (glass, wet eye).
        gloss: its sharpness, a Blinn-Phong exponent of 5 (cloth) to 200 (glass).
        opacity: share of the light that does not pass, 0 to 1; for a LENS its tint.
        two_sided: whether its back is seen; if not, only front-facing triangles are drawn.
        wrap: how far light bends round the surface, 0 (hard) to 0.5 (soft).
        casts_shadow: whether it is drawn into the shadow map.
    """

    finish: Finish
    part: Part
    colour: Colour = (0.5, 0.5, 0.5)
    texture: ByteArray | None = None
    specular: float = 0.02
    gloss: float = 8.0
    opacity: float = 1.0
    two_sided: bool = False
    wrap: float = 0.1
    casts_shadow: bool = True


@dataclass(frozen=True)
class Layer:
    """A mesh with its material: what hair, glasses, hats, clothes and hands give to a scene.

    Attributes:
        occlusion: (P,) float32 share of the light from all round that reaches each vertex, 0 to
            1; None stands for 1.
    """

    mesh: Mesh
    material: Material
    occlusion: FloatArray | None = None


def linear(red: int, green: int, blue: int) -> Colour:
    """Linear RGB of a gamma-encoded colour of 0 to 255, as colour pickers show it."""
    encoded = np.array([red, green, blue]) / 255
    return tuple(float(value) for value in encoded**2.2)  # type: ignore[return-value]
