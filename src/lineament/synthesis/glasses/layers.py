"""The surfaces of glasses on a head."""

from __future__ import annotations

import numpy as np

from lineament.synthesis.glasses.fit import Fit, fit_glasses
from lineament.synthesis.glasses.frame import frame_mesh
from lineament.synthesis.glasses.lens_shapes import OUTLINE_POINTS
from lineament.synthesis.glasses.mirrored_light import lens_texture
from lineament.synthesis.glasses.style import Glasses
from lineament.synthesis.material import Finish, Layer, Material
from lineament.synthesis.mesh import Mesh, Triangles, join, make_mesh
from lineament.synthesis.parts import Part
from lineament.synthesis.posed_head import PosedHead

DOME = 0.05
"""How strongly a lens bulges for the light that it mirrors, in 1 / cm, beyond the frame's bend."""

RINGS = np.array([0.0, 0.45, 0.8, 1.0], np.float32)


def _lens_triangles() -> Triangles:
    here = np.arange(OUTLINE_POINTS)
    after = (here + 1) % OUTLINE_POINTS
    bands = []
    for ring in range(len(RINGS) - 1):
        low, high = ring * OUTLINE_POINTS, (ring + 1) * OUTLINE_POINTS
        bands.append(np.stack([low + here, high + here, high + after], axis=1))
        bands.append(np.stack([low + here, high + after, low + after], axis=1))
    return np.concatenate(bands).astype(np.int32)


LENS_TRIANGLES = _lens_triangles()


def glasses_layers(glasses: Glasses, posed: PosedHead) -> list[Layer]:
    """Frame and lenses, fitted to the head; all of it counts as `Part.EYE_GLASSES`."""
    fit = fit_glasses(glasses, posed)
    shine = (0.8, 60.0) if glasses.metal else (0.3, 45.0)
    frame = Material(Finish.PLAIN, Part.EYE_GLASSES, glasses.colour, None, *shine, two_sided=True)
    lens = Material(
        *(Finish.LENS, Part.EYE_GLASSES, glasses.tint),
        texture=lens_texture(
            *(glasses.mirror_seed, glasses.mirror, glasses.gradient, glasses.form == "rimless")
        ),
        specular=0.35 if glasses.kind == "clear" else 0.9,
        gloss=220.0,
        opacity=glasses.opacity,
        two_sided=True,
        casts_shadow=False,
    )
    lenses = join([_lens(fit, number) for number in range(len(fit.outlines))])
    return [Layer(frame_mesh(glasses, fit, posed), frame), Layer(lenses, lens)]


def _lens(fit: Fit, number: int) -> Mesh:
    outline, centre = fit.outlines[number], fit.centres[number]
    place = centre + RINGS[:, None, None] * (outline - centre)
    vertices = fit.on_front(place.reshape(-1, 2))
    from_middle, from_centre = vertices[:, :2] - fit.middle, vertices[:, :2] - centre
    normals = np.ones_like(vertices)
    normals[:, :2] = fit.curvature * from_middle * [1, 0.35] + DOME * from_centre
    normals[:, 1] -= fit.tilt
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uv = 0.5 + 0.49 * from_centre / np.array(fit.size, np.float32)
    return make_mesh(vertices, LENS_TRIANGLES, np.clip(uv, 0, 0.999)[LENS_TRIANGLES], normals)
